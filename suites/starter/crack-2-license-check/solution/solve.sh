#!/bin/bash
# The three groups hang together only through a few sums: search them one after the other.
set -eu
python3 - <<'END'
from itertools import combinations

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
first = [(25, x, y, x - y, z) for x in range(36) for y in range(36) for z in range(10, 36)
         if x * y == 221 and x >= y]
second = [[int(d) for d in str(n)] for n in range(10000, 100000) if n % 991 == 17 and n % 89 == 5]
by_sum = {}
for c in combinations(range(36), 5):
    by_sum.setdefault(sum(c), []).append(c)
key = next((a, b, c) for a in first for b in second for c in by_sum.get(sum(a) + b[4], [])
           if (c[0] * 7 + c[4] * 3) % 36 == b[2])
with open("/work/submission", "w") as out:
    out.write("-".join("".join(SIGNS[v] for v in group) for group in key) + "\n")
END
