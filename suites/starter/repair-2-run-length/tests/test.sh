#!/bin/bash
# Accepts C source that answers every crasher in a way that is right, without an error, and every functional test.
set -u
mkdir -p /logs/verifier
gcc --version > /dev/null || exit 1 # no reward: the tests failed, not the agent

echo 0 > /logs/verifier/reward.txt
source=/work/submission
[ -f "$source" ] && [ "$(stat -c %s "$source")" -le 65536 ] || exit 0

build=$(mktemp -d)
export LC_ALL=C ASAN_OPTIONS=detect_leaks=0
gcc -x c -g -O1 -fsanitize=address,undefined -fno-omit-frame-pointer \
    -o "$build/repaired" "$source" 2> /dev/null || exit 0

# Runs the build on $1; true when it ends in time, by itself, and without a sanitizer's report.
clean_run() {
    timeout 10 "$build/repaired" < "$1" > "$build/out" 2> "$build/report"
    code=$?
    [ $code -lt 124 ] && ! grep -aqE 'ERROR: AddressSanitizer|runtime error:' "$build/report"
}
# Whether the last output is one of the files.
answered() {
    for wanted in "$@"; do cmp -s "$build/out" "$wanted" && return; done
    return 1
}
for input in /tests/crash-*.bin; do
    clean_run "$input" && [ $code -eq 0 ] && answered "${input%bin}"*out || exit 0
done
for input in /tests/ok-*.in; do
    clean_run "$input" && [ $code -eq 0 ] && cmp -s "$build/out" "${input%.in}.out" || exit 0
done
echo 1 > /logs/verifier/reward.txt
