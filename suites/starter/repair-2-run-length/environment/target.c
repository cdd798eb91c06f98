/* Unpacks a picture of characters. Input on stdin:
 *
 *   rle WIDTH HEIGHT          1..100 each
 *   12.3#                     runs: a count and the character it repeats; a character
 *   5.@                       without a count stands for itself; line ends mean nothing
 *
 * Runs go on from one row into the next. Cells that the runs do not reach stay blank. Runs
 * beyond the last cell are not for this picture: they are left out.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 100, RUN_MAX = 100000 };

struct picture {
    int width, height;
    size_t used;
    char *cells;
};

static int open_picture(struct picture *picture)
{
    if (scanf("rle %4d %4d", &picture->width, &picture->height) != 2)
        return -1;
    if (picture->width < 1 || picture->width > SIDE_MAX ||
        picture->height < 1 || picture->height > SIDE_MAX)
        return -1;
    size_t size = (size_t)picture->width * (size_t)picture->height;
    picture->cells = malloc(size);
    if (!picture->cells)
        return -1;
    memset(picture->cells, ' ', size);
    return 0;
}

static void add_run(struct picture *picture, size_t count, char c)
{
    memset(picture->cells + picture->used, c, count);
    picture->used += count;
}

static int unpack(struct picture *picture)
{
    size_t count = 0;
    int counted = 0, c;

    while ((c = getchar()) != EOF) {
        if (c == '\n' || c == '\r')
            continue;
        if (isdigit(c)) {
            count = count * 10 + (size_t)(c - '0');
            counted = 1;
            if (count > RUN_MAX)
                return -1;
        } else {
            if (!isprint(c))
                return -1;
            add_run(picture, counted ? count : 1, (char)c);
            count = 0;
            counted = 0;
        }
    }
    return counted ? -1 : 0;
}

static void print_picture(const struct picture *picture)
{
    for (int row = 0; row < picture->height; row++) {
        fwrite(picture->cells + row * picture->width, 1, (size_t)picture->width, stdout);
        putchar('\n');
    }
}

int main(void)
{
    struct picture picture = {0};
    int status = open_picture(&picture);

    if (status == 0)
        status = unpack(&picture);
    if (status == 0)
        print_picture(&picture);
    else
        fputs("not a picture\n", stderr);
    free(picture.cells);
    return status != 0;
}
