/* Lays comma-separated values out in columns. The first line names the columns; every cell is
 * padded to the widest of its column. A cell in double quotes may hold commas, and a doubled
 * quote stands for one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 512, ROWS_MAX = 200, CELL_MAX = 40 };

struct sheet {
    char *rows[ROWS_MAX];
    unsigned row_count;
    unsigned columns;
    unsigned *widths;
};

/* Takes one cell off the line; returns what is left, or NULL after the last cell. */
static const char *next_cell(const char *line, char *cell)
{
    size_t used = 0;
    int quoted = *line == '"';

    if (quoted)
        line++;
    while (*line && (quoted || *line != ',')) {
        if (quoted && *line == '"') {
            if (line[1] != '"') {
                quoted = 0;
                line++;
                continue;
            }
            line++;
        }
        if (used < CELL_MAX - 1)
            cell[used++] = *line;
        line++;
    }
    cell[used] = '\0';
    return *line == ',' ? line + 1 : NULL;
}

static unsigned count_columns(const char *line)
{
    char cell[CELL_MAX];
    unsigned columns = 0;

    while (line) {
        line = next_cell(line, cell);
        columns++;
    }
    return columns;
}

static int read_rows(struct sheet *sheet)
{
    char line[LINE_MAX_BYTES];

    while (sheet->row_count < ROWS_MAX && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\r\n")] = '\0';
        sheet->rows[sheet->row_count] = strdup(line);
        if (!sheet->rows[sheet->row_count])
            return -1;
        sheet->row_count++;
    }
    return sheet->row_count > 0 ? 0 : -1;
}

static int measure(struct sheet *sheet)
{
    char cell[CELL_MAX];

    sheet->columns = count_columns(sheet->rows[0]);
    sheet->widths = calloc(sheet->columns, sizeof *sheet->widths);
    if (!sheet->widths)
        return -1;
    for (unsigned row = 0; row < sheet->row_count; row++) {
        const char *line = sheet->rows[row];

        for (unsigned column = 0; line && column <= sheet->columns; column++) {
            line = next_cell(line, cell);
            unsigned length = (unsigned)strlen(cell);
            if (length > sheet->widths[column])
                sheet->widths[column] = length;
        }
    }
    return 0;
}

static void print_row(const struct sheet *sheet, const char *line)
{
    char cell[CELL_MAX];

    for (unsigned column = 0; column < sheet->columns; column++) {
        cell[0] = '\0';
        if (line)
            line = next_cell(line, cell);
        printf("| %-*s ", (int)sheet->widths[column], cell);
    }
    puts("|");
}

int main(void)
{
    static struct sheet sheet;
    int status = read_rows(&sheet);

    if (status == 0)
        status = measure(&sheet);
    for (unsigned row = 0; row < sheet.row_count; row++) {
        if (status == 0)
            print_row(&sheet, sheet.rows[row]);
        free(sheet.rows[row]);
    }
    free(sheet.widths);
    if (status != 0)
        fputs("nothing to lay out\n", stderr);
    return status != 0;
}
