"""Runs a lock's program: python3 vm.py program.hex < word

Prints "open" or "shut". The program is a list of bytes in hexadecimal. Every byte is masked
with its position. An instruction has two bytes: what to do, and a number n. Registers hold one
byte: a, b, d, and x, which also counts through the word.
"""

import sys

WORD_LENGTH = 12


def unmask(program: bytes) -> bytes:
    return bytes(byte ^ (29 * i + 7) & 0xFF for i, byte in enumerate(program))


def opens(program: bytes, word: bytes) -> bool:
    code = unmask(program)
    a = b = d = x = at = 0
    for _ in range(10_000):
        what, n = code[at], code[at + 1]
        at += 2
        if what == 0x11:
            a = n
        elif what == 0x27:
            x = n
        elif what == 0x3C:
            a = word[x]
        elif what == 0x42:
            a ^= b
        elif what == 0x55:
            a = (a + n + x) & 0xFF
        elif what == 0x6A:
            a = (a << n | a >> (8 - n)) & 0xFF
        elif what == 0x73:
            b = a
        elif what == 0x8E:
            a ^= code[n + x]
        elif what == 0x94:
            d |= a
        elif what == 0xA9:
            x = (x + n) & 0xFF
        elif what == 0xB1:
            at = n if x < WORD_LENGTH else at
        elif what == 0xC8:
            return d == 0
        else:
            raise ValueError(f"no such instruction: {what:#x}")
    return False


def main() -> None:
    with open(sys.argv[1], encoding="ascii") as file:
        program = bytes.fromhex(file.read())
    word = sys.stdin.buffer.readline().rstrip(b"\n")
    print("open" if len(word) == WORD_LENGTH and opens(program, word) else "shut")


if __name__ == "__main__":
    main()
