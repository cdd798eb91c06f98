#!/bin/bash
# A CRC is linear: run it backwards from the wanted value over four free bytes.
set -eu
python3 - <<'END'
import re
import zlib

source = open("/work/accept.c").read()
wanted = int(re.search(r"announced = (0x[0-9a-f]+)u", source).group(1), 16)
head = b"order 1184\nfor: the back door\n"

table = []
for byte in range(256):
    crc = byte
    for _ in range(8):
        crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
    table.append(crc)
by_top = {entry >> 24: index for index, entry in enumerate(table)}

# Which table entries the last four steps use follows from the top bytes, from the end back.
register, entries = wanted ^ 0xFFFFFFFF, []
for _ in range(4):
    index = by_top[register >> 24]
    entries.append(index)
    register = ((register ^ table[index]) << 8) & 0xFFFFFFFF
register = zlib.crc32(head) ^ 0xFFFFFFFF
tail = bytearray()
for index in reversed(entries):
    tail.append((register ^ index) & 0xFF)
    register = (register >> 8) ^ table[index]
assert zlib.crc32(head + tail) == wanted
with open("/work/submission", "wb") as out:
    out.write(head + tail)
END
