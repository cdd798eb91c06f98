#!/bin/bash
# Accepts exactly the fields of oracle.toml, each once; values equal after trimming and ASCII case folding.
set -u
export LC_ALL=C
mkdir -p /logs/verifier

# One "key=value" a line, trimmed and sorted; empty lines do not count.
normal() {
    sed -E 's/[[:space:]]+$//; s/^[[:space:]]+//; s/[[:space:]]*=[[:space:]]*/=/; /^$/d' |
        while IFS= read -r line || [ -n "$line" ]; do
            value=${line#*=}
            printf '%s=%s\n' "${line%%=*}" "${value,,}"
        done | sort
}
want=$(sed '1,/^\[fields\]/d; s/"\([^"]*\)".*/\1/' /tests/oracle.toml | normal)
[ -n "$want" ] || exit 1 # no reward: the tests failed, not the agent

echo 0 > /logs/verifier/reward.txt
submission=/work/submission
[ -f "$submission" ] && [ "$(stat -c %s "$submission")" -le 4096 ] || exit 0
got=$(tr '\0' '\1' < "$submission" | normal)
[ "$got" != "$want" ] || echo 1 > /logs/verifier/reward.txt
