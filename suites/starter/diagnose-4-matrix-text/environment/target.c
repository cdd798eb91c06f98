/* Works on a matrix of whole numbers given as text on stdin.
 *
 *   matrix ROWS COLUMNS     1..65535 each; then the cells, row by row, as many as one likes:
 *   3 -1 4 ...              what is missing counts as 0
 *   do transpose | do sums | do print
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 65535, CELL_MAX = 9999, PRINT_MAX = 64 };

struct matrix {
    uint32_t rows, columns;
    uint32_t given;
    int32_t *cells;
};

static int32_t cell_at(const struct matrix *matrix, uint32_t row, uint32_t column)
{
    size_t index = (size_t)row * matrix->columns + column;

    return index < matrix->given ? matrix->cells[index] : 0;
}

static int read_side(uint32_t *side)
{
    long value;

    if (scanf("%6ld", &value) != 1 || value < 1 || value > SIDE_MAX)
        return -1;
    *side = (uint32_t)value;
    return 0;
}

static int make_room(struct matrix *matrix)
{
    uint32_t count = matrix->rows * matrix->columns;
    uint32_t bytes = count * sizeof *matrix->cells;

    matrix->cells = malloc(bytes);
    return matrix->cells ? 0 : -1;
}

static int read_cells(struct matrix *matrix)
{
    uint64_t wanted = (uint64_t)matrix->rows * matrix->columns;
    int value;

    while (matrix->given < wanted && scanf("%6d", &value) == 1) {
        if (value < -CELL_MAX || value > CELL_MAX)
            return -1;
        matrix->cells[matrix->given++] = value;
    }
    return 0;
}

/* Only the cells that were given are moved, into a new block. */
static int transpose(struct matrix *matrix)
{
    uint64_t count = (uint64_t)matrix->rows * matrix->columns;

    if (count > 1u << 20)
        return -1;
    int32_t *cells = calloc(count, sizeof *cells);
    if (!cells)
        return -1;
    for (uint32_t row = 0; row < matrix->rows; row++)
        for (uint32_t column = 0; column < matrix->columns; column++)
            cells[(size_t)column * matrix->rows + row] = cell_at(matrix, row, column);
    free(matrix->cells);
    matrix->cells = cells;
    matrix->given = (uint32_t)count;
    uint32_t rows = matrix->rows;
    matrix->rows = matrix->columns;
    matrix->columns = rows;
    return 0;
}

static int print_sums(const struct matrix *matrix)
{
    for (uint32_t row = 0; row < matrix->rows && row < PRINT_MAX; row++) {
        int64_t sum = 0;

        for (uint32_t column = 0; column < matrix->columns; column++)
            sum += cell_at(matrix, row, column);
        printf("%lld\n", (long long)sum);
    }
    return 0;
}

static int print_cells(const struct matrix *matrix)
{
    for (uint32_t row = 0; row < matrix->rows && row < PRINT_MAX; row++) {
        for (uint32_t column = 0; column < matrix->columns && column < PRINT_MAX; column++)
            printf(column ? " %d" : "%d", cell_at(matrix, row, column));
        putchar('\n');
    }
    return 0;
}

static int obey(struct matrix *matrix, const char *verb)
{
    if (strcmp(verb, "transpose") == 0)
        return transpose(matrix);
    if (strcmp(verb, "sums") == 0)
        return print_sums(matrix);
    if (strcmp(verb, "print") == 0)
        return print_cells(matrix);
    return -1;
}

int main(void)
{
    struct matrix matrix = {0};
    char word[8] = "", verb[16];
    int status = -1;

    if (scanf("%7s", word) == 1 && strcmp(word, "matrix") == 0 &&
        read_side(&matrix.rows) == 0 && read_side(&matrix.columns) == 0 &&
        make_room(&matrix) == 0)
        status = read_cells(&matrix);
    while (status == 0 && scanf(" do %15s", verb) == 1)
        status = obey(&matrix, verb);
    free(matrix.cells);
    if (status != 0)
        fputs("cannot work on this\n", stderr);
    return status != 0;
}
