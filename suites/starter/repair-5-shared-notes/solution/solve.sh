#!/bin/bash
# Three flaws: a forgotten change is released after it was overwritten, merged adding grows a
# note in place that the clipboard may share, and reset keeps the released clipboard.
set -eu
sed -e '/^        release(changes\[0\].before);/d' \
    -e '/^    if (change_count == CHANGES) {/a\        release(changes[0].before);' \
    -e '/^    release(clipboard);/a\    clipboard = NULL;' \
    -e '/^    size_t length = note->length + strlen(text);/i\
    if (note->refs > 1) {\
        slots[slot] = make_note(note->text, text);\
        release(note);\
        return 0;\
    }' /work/target.c > /work/submission
