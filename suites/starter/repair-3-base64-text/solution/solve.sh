#!/bin/bash
# Two flaws: a tail of three characters decodes to two bytes, for which there is no room, and
# characters from 0x80 on index the table of 128 from outside.
set -eu
sed -e 's|malloc(length / 4 \* 3 + 1)|malloc(length / 4 * 3 + 3)|' \
    -e 's|int value = values\[(int)text\[i\]\];|unsigned char c = (unsigned char)text[i];\n        int value = c < sizeof values ? values[c] : -1;|' \
    /work/target.c > /work/submission
