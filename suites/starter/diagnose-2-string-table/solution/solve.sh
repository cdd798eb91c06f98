#!/bin/bash
# Lets the sanitizer name the place: the last string has no zero byte, and reading runs on.
set -eu
build=$(mktemp -d)
gcc -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer /work/target.c -o "$build/target"

ASAN_OPTIONS=detect_leaks=0 "$build/target" < /work/crash.bin > /dev/null 2> "$build/report" || true

# Frames of the program itself, as "function line".
frames() { sed -nE 's|^ *#[0-9]+ 0x[0-9a-f]+ in ([a-z_]+) .*target\.c:([0-9]+).*|\1 \2|p'; }
read -r function line < <(frames < "$build/report")
grep -q '^READ' "$build/report"
printf 'function = %s\nline = %s\nclass = CWE-125\n' "$function" "$line" > /work/submission
