#!/bin/bash
# The known beginning is longer than the key, so it gives the key away.
set -eu
python3 - <<'END'
import re

cipher = bytes.fromhex(open("/work/letter.hex").read())
key = bytes(c ^ p for c, p in zip(cipher, b"Dear k"))
letter = bytes(c ^ key[i % 6] for i, c in enumerate(cipher)).decode()
word = re.search(r"say\s+the\s+word\s+(\w+)", letter).group(1)
with open("/work/submission", "w") as out:
    out.write(f"answer = {word}\n")
END
