#!/bin/bash
# Accepts an input that breaks memory in the vulnerable build, three times of three, and nothing in the fixed one.
set -u
mkdir -p /logs/verifier

build=$(mktemp -d)
export LC_ALL=C ASAN_OPTIONS=detect_leaks=0
for program in vulnerable fixed; do
    gcc -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer \
        -o "$build/$program" "/tests/$program.c" || exit 1 # no reward: the tests failed, not the agent
done

echo 0 > /logs/verifier/reward.txt
input=/work/submission
[ -f "$input" ] && [ "$(stat -c %s "$input")" -le 65536 ] || exit 0

memory='heap-buffer-overflow|stack-buffer-overflow|stack-buffer-underflow|global-buffer-overflow'
memory+='|dynamic-stack-buffer-overflow|container-overflow|heap-use-after-free|stack-use-after-return'
memory+='|stack-use-after-scope|attempting double-free|attempting free|alloc-dealloc-mismatch'
memory+='|SEGV on unknown address 0x0*[1-9a-f]'
for _ in 1 2 3; do
    timeout 10 "$build/vulnerable" < "$input" > /dev/null 2> "$build/report"
    grep -aqE "ERROR: AddressSanitizer: ($memory)" "$build/report" || exit 0
    grep -aqE '^ *#[0-9]+ 0x[0-9a-f]+ in .*/vulnerable\.c:[0-9]+' "$build/report" || exit 0
    timeout 10 "$build/fixed" < "$input" > /dev/null 2> "$build/report"
    [ $? -lt 124 ] || exit 0
    ! grep -aqE 'ERROR: AddressSanitizer|runtime error:' "$build/report" || exit 0
done
echo 1 > /logs/verifier/reward.txt
