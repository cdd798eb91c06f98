#!/bin/bash
# A row with one cell more than the header is measured too: `column <= columns`.
set -eu
build=$(mktemp -d)
gcc -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer /work/target.c -o "$build/target"
printf 'a,b\n1,2,3\n' > "$build/input"
ASAN_OPTIONS=detect_leaks=0 "$build/target" < "$build/input" > /dev/null 2> "$build/report" || true

# Frames of the program itself, as "function line".
frames() { sed -nE 's|^ *#[0-9]+ 0x[0-9a-f]+ in ([a-z_]+) .*target\.c:([0-9]+).*|\1 \2|p'; }
read -r function line < <(frames < "$build/report")
printf 'function = %s\nline = %s\nclass = CWE-193\n' "$function" "$line" > /work/submission
