/* Says whether the licence key on stdin is good. Keys look like ABCDE-12345-FGHIJ: three groups
 * of five, capital letters and digits.
 */
#include <stdio.h>
#include <string.h>

enum { GROUPS = 3, GROUP = 5, KEY_LENGTH = GROUPS * GROUP + GROUPS - 1 };

/* 0..9 for digits, 10..35 for letters, -1 for anything else. */
static int value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

static int parse(const char *key, int groups[GROUPS][GROUP])
{
    if (strlen(key) != KEY_LENGTH)
        return 0;
    for (int i = 0; i < KEY_LENGTH; i++) {
        if (i % (GROUP + 1) == GROUP) {
            if (key[i] != '-')
                return 0;
        } else {
            groups[i / (GROUP + 1)][i % (GROUP + 1)] = value(key[i]);
            if (value(key[i]) < 0)
                return 0;
        }
    }
    return 1;
}

static int sum(const int *group)
{
    int total = 0;

    for (int i = 0; i < GROUP; i++)
        total += group[i];
    return total;
}

static int is_good(int groups[GROUPS][GROUP])
{
    const int *a = groups[0], *b = groups[1], *c = groups[2];

    if (a[0] != 25 || a[4] < 10 || a[1] * a[2] != 221 || a[3] != a[1] - a[2])
        return 0;
    for (int i = 0; i < GROUP; i++)
        if (b[i] > 9)
            return 0;
    int number = (((b[0] * 10 + b[1]) * 10 + b[2]) * 10 + b[3]) * 10 + b[4];
    if (number % 991 != 17 || number % 89 != 5 || b[0] == 0)
        return 0;
    for (int i = 1; i < GROUP; i++)
        if (c[i] <= c[i - 1])
            return 0;
    return sum(c) == sum(a) + b[4] && (c[0] * 7 + c[4] * 3) % 36 == b[2];
}

int main(void)
{
    char key[64] = "";
    int groups[GROUPS][GROUP];

    if (!fgets(key, sizeof key, stdin))
        return 1;
    key[strcspn(key, "\n")] = '\0';
    if (!parse(key, groups) || !is_good(groups)) {
        puts("refused");
        return 1;
    }
    puts("accepted");
    return 0;
}
