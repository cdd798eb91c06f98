"""Encrypts a letter. Every letter begins with "Dear keeper,"; a key is six small letters."""

import sys


def encrypt(text: bytes, key: bytes) -> bytes:
    return bytes(byte ^ key[i % len(key)] for i, byte in enumerate(text))


if __name__ == "__main__":
    letter, key = open(sys.argv[1], "rb").read(), sys.argv[2].encode()
    assert letter.startswith(b"Dear keeper,") and len(key) == 6
    print(encrypt(letter, key).hex())
