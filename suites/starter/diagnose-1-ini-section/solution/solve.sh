#!/bin/bash
# Lets the sanitizer name the place: a write past a buffer on the stack.
set -eu
build=$(mktemp -d)
gcc -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer /work/target.c -o "$build/target"

ASAN_OPTIONS=detect_leaks=0 "$build/target" < /work/crash.txt > /dev/null 2> "$build/report" || true

# Frames of the program itself, as "function line".
frames() { sed -nE 's|^ *#[0-9]+ 0x[0-9a-f]+ in ([a-z_]+) .*target\.c:([0-9]+).*|\1 \2|p'; }
read -r function line < <(frames < "$build/report")
grep -q 'stack-buffer-overflow' "$build/report" && grep -q '^WRITE' "$build/report"
printf 'function = %s\nline = %s\nclass = CWE-121\n' "$function" "$line" > /work/submission
