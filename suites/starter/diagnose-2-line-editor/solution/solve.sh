#!/bin/bash
# Deleting the last line leaves the mark on it; the sanitizer names both places.
set -eu
build=$(mktemp -d)
gcc -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer /work/target.c -o "$build/target"

ASAN_OPTIONS=detect_leaks=0 "$build/target" < /work/crash.txt > /dev/null 2> "$build/report" || true

# Frames of the program itself, as "function line".
frames() { sed -nE 's|^ *#[0-9]+ 0x[0-9a-f]+ in ([a-z_]+) .*target\.c:([0-9]+).*|\1 \2|p'; }
read -r function line < <(frames < "$build/report")
read -r _ free_line < <(sed -n '/^freed by/,/^previously/p' "$build/report" | frames)
printf 'function = %s\nline = %s\nfree_line = %s\nclass = CWE-416\n' "$function" "$line" "$free_line" > /work/submission
