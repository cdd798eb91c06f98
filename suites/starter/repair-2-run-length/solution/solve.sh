#!/bin/bash
# add_run() writes whatever the run says; it must stop at the last cell.
set -eu
sed '/^    memset(picture->cells + picture->used, c, count);/i\
    size_t room = (size_t)picture->width * (size_t)picture->height - picture->used;\
\
    if (count > room)\
        count = room;' /work/target.c > /work/submission
