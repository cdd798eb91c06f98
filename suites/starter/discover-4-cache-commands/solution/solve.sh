#!/bin/bash
# When a full cache forgets its oldest label, a cursor standing on that label stays behind.
set -eu
put() { printf 'put %08d x\n' "$(($1 * 97 + 1))"; }
{
    echo 'open 16'
    for k in $(seq 1 16); do put "$k"; done
    echo first
    for _ in $(seq 1 15); do echo next; done
    put 17
    echo next
} > /work/submission
