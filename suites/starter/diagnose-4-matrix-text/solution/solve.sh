#!/bin/bash
# The size in bytes is cut to 32 bits: 32768 x 32768 cells of four bytes become a block of none.
set -eu
build=$(mktemp -d)
gcc -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer /work/target.c -o "$build/target"
printf 'matrix 32768 32768\n1\n' > "$build/input"
ASAN_OPTIONS=detect_leaks=0 "$build/target" < "$build/input" > /dev/null 2> "$build/report" || true

# Frames of the program itself, as "function line".
frames() { sed -nE 's|^ *#[0-9]+ 0x[0-9a-f]+ in ([a-z_]+) .*target\.c:([0-9]+).*|\1 \2|p'; }
read -r function line < <(frames < "$build/report")
cause=$(grep -n 'uint32_t bytes' /work/target.c | cut -d: -f1)
printf 'function = %s\nline = %s\ncause_line = %s\nclass = CWE-190\n' "$function" "$line" "$cause" > /work/submission
