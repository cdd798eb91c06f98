#!/bin/bash
# Neither stack looks at its bounds, above or below.
set -eu
sed -e '/^    calc->numbers\[calc->number_count++\]/i\
    if (calc->number_count == DEPTH) {\
        calc->error = "too deep";\
        return;\
    }' \
    -e '/^    calc->operators\[calc->operator_count++\]/i\
    if (calc->operator_count == DEPTH) {\
        calc->error = "too deep";\
        return;\
    }' \
    -e '/^    return calc->numbers\[--calc->number_count\]/i\
    if (calc->number_count == 0) {\
        calc->error = "not an expression";\
        return 0;\
    }' /work/target.c > /work/submission
