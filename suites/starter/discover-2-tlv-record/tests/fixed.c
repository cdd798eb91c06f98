/* Reads a track log on stdin: the magic "TLV1", then records of
 *   type (1 byte), length (2 bytes, big endian), value (length bytes).
 *
 *   1 name    text, printed as it is
 *   2 points  count (1 byte), then count points of x, y (1 byte each)
 *   3 scale   one byte, 1..100
 *   0 end     no value
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_END = 0, TYPE_NAME = 1, TYPE_POINTS = 2, TYPE_SCALE = 3 };

struct record {
    uint8_t type;
    uint16_t length;
    uint8_t *value;
};

static unsigned scale = 1;

static int read_record(struct record *record)
{
    uint8_t head[3];

    if (fread(head, 1, sizeof head, stdin) != sizeof head)
        return -1;
    record->type = head[0];
    record->length = (uint16_t)(head[1] << 8 | head[2]);
    record->value = malloc(record->length + 1u);
    if (!record->value)
        return -1;
    if (fread(record->value, 1, record->length, stdin) != record->length) {
        free(record->value);
        return -1;
    }
    return 0;
}

static int print_name(const struct record *record)
{
    fputs("name ", stdout);
    for (unsigned i = 0; i < record->length; i++) {
        int c = record->value[i];
        putchar(c >= ' ' && c <= '~' ? c : '?');
    }
    putchar('\n');
    return 0;
}

static int sum_points(const struct record *record)
{
    unsigned long x = 0, y = 0;

    if (record->length < 1)
        return -1;
    unsigned count = record->value[0];
    const uint8_t *point = record->value + 1;
    if (record->length < 1 + 2 * count)
        return -1;

    for (unsigned i = 0; i < count; i++, point += 2) {
        x += point[0];
        y += point[1];
    }
    printf("points %u, sum %lu %lu\n", count, x * scale, y * scale);
    return 0;
}

static int set_scale(const struct record *record)
{
    if (record->length != 1 || record->value[0] < 1 || record->value[0] > 100)
        return -1;
    scale = record->value[0];
    return 0;
}

static int handle(const struct record *record)
{
    switch (record->type) {
    case TYPE_END:
        return 1;
    case TYPE_NAME:
        return print_name(record);
    case TYPE_POINTS:
        return sum_points(record);
    case TYPE_SCALE:
        return set_scale(record);
    default:
        return -1;
    }
}

int main(void)
{
    char magic[4];
    struct record record;
    int status = 0;

    if (fread(magic, 1, sizeof magic, stdin) != sizeof magic || memcmp(magic, "TLV1", 4) != 0) {
        fputs("not a track log\n", stderr);
        return 1;
    }
    while (status == 0) {
        if (read_record(&record) != 0) {
            status = -1;
            break;
        }
        status = handle(&record);
        free(record.value);
    }
    if (status < 0)
        fputs("broken track log\n", stderr);
    return status < 0;
}
