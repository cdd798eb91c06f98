#!/bin/bash
# The month is looked up in a table before anybody has checked it.
set -eu
sed 's/date->year < 1600)/date->year < 1600 || date->month < 1 || date->month > 12)/' \
    /work/target.c > /work/submission
