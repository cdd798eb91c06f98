"""Seals a short message: python3 seal.py MESSAGE > sealed.txt"""

import secrets
import sys


def is_prime(n: int) -> bool:
    """Miller-Rabin with twelve bases."""
    d, twos = n - 1, 0
    while d % 2 == 0:
        d, twos = d // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(base, d, n)
        if x in (1, n - 1):
            continue
        if all((x := x * x % n) != n - 1 for _ in range(twos - 1)):
            return False
    return True


def next_prime(n: int) -> int:
    n |= 1
    while not is_prime(n):
        n += 2
    return n


def main() -> None:
    e = 65537
    p = next_prime(secrets.randbits(384) | 3 << 382)
    q = next_prime(p + secrets.randbits(190))
    message = int.from_bytes(sys.argv[1].encode(), "big")
    assert message < p
    print(f"n = {p * q}\ne = {e}\nc = {pow(message, e, p * q)}")


if __name__ == "__main__":
    main()
