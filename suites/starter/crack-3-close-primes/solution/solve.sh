#!/bin/bash
# The primes are close for their size: n is nearly a square, and Fermat's way finds both.
set -eu
python3 - <<'END'
from math import isqrt

n, e, c = (int(line.split("=")[1]) for line in open("/work/sealed.txt"))
a = isqrt(n) + 1
while isqrt(a * a - n) ** 2 != a * a - n:
    a += 1
b = isqrt(a * a - n)
p, q = a - b, a + b
assert p * q == n
message = pow(c, pow(e, -1, (p - 1) * (q - 1)), n)
text = message.to_bytes((message.bit_length() + 7) // 8, "big").decode()
with open("/work/submission", "w") as out:
    out.write(f"answer = {text}\n")
END
