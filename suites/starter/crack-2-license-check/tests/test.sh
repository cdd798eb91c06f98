#!/bin/bash
# Accepts what the checker accepts.
set -u
mkdir -p /logs/verifier

build=$(mktemp -d)
gcc -O1 -o "$build/checker" /tests/checker.c || exit 1 # no reward: the tests failed, not the agent

echo 0 > /logs/verifier/reward.txt
submission=/work/submission
[ -f "$submission" ] && [ "$(stat -c %s "$submission")" -le 4096 ] || exit 0
answer=$(timeout 10 "$build/checker" < "$submission") && [ "$answer" = accepted ] &&
    echo 1 > /logs/verifier/reward.txt
exit 0
