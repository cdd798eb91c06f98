#!/bin/bash
set -eu
awk '$1 == "Tuesday" { sum += $2 } END { print "answer = " sum }' /work/deliveries.txt > /work/submission
