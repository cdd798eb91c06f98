#!/bin/bash
# Unmasked, the program is one loop: every sign is mixed with the byte before it and compared with
# a table that stands behind the last instruction. Each step can be undone.
set -eu
python3 - <<'END'
with open("/work/program.hex") as file:
    program = bytes.fromhex(file.read())
code = bytes(byte ^ (29 * i + 7) & 0xFF for i, byte in enumerate(program))
start, add, turn, table = code[1], code[11], code[13], code[17:]
table = code[table[0]:]
before, word = start, ""
for x, mixed in enumerate(table[:12]):
    a = (mixed >> turn | mixed << (8 - turn)) & 0xFF
    word += chr((a - add - x) & 0xFF ^ before)
    before = mixed
with open("/work/submission", "w") as out:
    out.write(f"answer = {word}\n")
END
