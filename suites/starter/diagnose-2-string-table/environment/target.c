/* Prints a table of strings, sorted. Input on stdin:
 *   "STR1", count (1 byte), count offsets (2 bytes each, big endian), then the strings,
 *   each ended by a zero byte. Offsets count from the first byte after the offsets.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 65536, HEAD = 5 };

struct table {
    const uint8_t *text;
    size_t text_size;
    unsigned count;
    unsigned order[256];
    unsigned offsets[256];
};

static uint8_t *read_all(size_t *size)
{
    uint8_t *buffer = malloc(FILE_MAX);

    if (!buffer)
        return NULL;
    *size = fread(buffer, 1, FILE_MAX, stdin);
    uint8_t *bytes = malloc(*size ? *size : 1);
    if (bytes)
        memcpy(bytes, buffer, *size);
    free(buffer);
    return bytes;
}

static int read_offsets(struct table *table, const uint8_t *bytes, size_t size)
{
    if (size < HEAD || memcmp(bytes, "STR1", 4) != 0)
        return -1;
    table->count = bytes[4];
    size_t start = HEAD + 2 * (size_t)table->count;
    if (start > size)
        return -1;
    table->text = bytes + start;
    table->text_size = size - start;
    for (unsigned i = 0; i < table->count; i++) {
        const uint8_t *entry = bytes + HEAD + 2 * i;
        table->offsets[i] = (unsigned)(entry[0] << 8 | entry[1]);
        if (table->offsets[i] >= table->text_size)
            return -1;
        table->order[i] = i;
    }
    return 0;
}

static size_t string_length(const struct table *table, unsigned index)
{
    const uint8_t *start = table->text + table->offsets[index];
    const uint8_t *end = start;

    while (*end)
        end++;
    return (size_t)(end - start);
}

static int compare(const struct table *table, unsigned left, unsigned right)
{
    const uint8_t *a = table->text + table->offsets[left];
    const uint8_t *b = table->text + table->offsets[right];
    const uint8_t *end = table->text + table->text_size;

    while (a < end && b < end && *a && *a == *b) {
        a++;
        b++;
    }
    return (a < end ? *a : 0) - (b < end ? *b : 0);
}

static void sort(struct table *table)
{
    for (unsigned i = 1; i < table->count; i++) {
        unsigned moved = table->order[i], at = i;

        while (at > 0 && compare(table, table->order[at - 1], moved) > 0) {
            table->order[at] = table->order[at - 1];
            at--;
        }
        table->order[at] = moved;
    }
}

static void print_string(const struct table *table, unsigned index)
{
    size_t length = string_length(table, index);

    printf("%3zu ", length);
    fwrite(table->text + table->offsets[index], 1, length, stdout);
    putchar('\n');
}

int main(void)
{
    struct table table = {0};
    size_t size = 0;
    uint8_t *bytes = read_all(&size);
    int status = bytes ? read_offsets(&table, bytes, size) : -1;

    if (status == 0) {
        sort(&table);
        for (unsigned i = 0; i < table.count; i++)
            print_string(&table, table.order[i]);
    } else {
        fputs("not a string table\n", stderr);
    }
    free(bytes);
    return status != 0;
}
