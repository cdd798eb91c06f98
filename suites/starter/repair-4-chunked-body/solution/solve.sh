#!/bin/bash
# Eight hexadecimal digits make sizes that are negative as an int, or overflow the sum; and a
# trailer's name is copied without a look at its length.
set -eu
sed -e 's/if (body->used + size > BODY_MAX)/if (size < 0 || size > BODY_MAX - body->used)/' \
    -e '/^    int length = (int)(colon - line);/a\    if (length > NAME_MAX_LENGTH)\n        return -1;' \
    /work/target.c > /work/submission
