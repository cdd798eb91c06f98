#!/bin/bash
# advance() knows three of the four borders: nothing stops the pen in the north.
set -eu
printf '%s\n' 'canvas 20 20' 'turn left' 'walk 11' 'draw 1' > /work/submission
