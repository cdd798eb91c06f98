#include <stdio.h>

int main(void)
{
    char line[64];

    while (fgets(line, sizeof line, stdin))
        puts("not a date");
    return 0;
}
