#!/bin/bash
# The count inside a points record is trusted although the record's own length says otherwise.
set -eu
printf 'TLV1\x02\x00\x01\xff\x00\x00\x00' > /work/submission
