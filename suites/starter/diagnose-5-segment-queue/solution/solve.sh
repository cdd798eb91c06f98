#!/bin/bash
# Five full segments ahead of what is expected: the fifth goes over the limit and is itself shed.
set -eu
build=$(mktemp -d)
gcc -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer /work/target.c -o "$build/target"
{
    echo 'open 1'
    for start in 30 60 90 120 150; do echo "seg 1 $start abcdefghijklmnopqrstuvwxy"; done
} > "$build/input"
ASAN_OPTIONS=detect_leaks=0 "$build/target" < "$build/input" > /dev/null 2> "$build/report" || true

# Frames of the program itself, as "function line".
frames() { sed -nE 's|^ *#[0-9]+ 0x[0-9a-f]+ in ([a-z_]+) .*target\.c:([0-9]+).*|\1 \2|p'; }
read -r function line < <(frames < "$build/report")
read -r dropped_by _ < <(sed -n '/^freed by/,/^previously/p' "$build/report" | frames | sed 1d)
printf 'function = %s\nline = %s\ndropped_by = %s\n' "$function" "$line" "$dropped_by" > /work/submission
