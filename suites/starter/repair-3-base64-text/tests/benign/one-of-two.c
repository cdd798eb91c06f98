/* Decodes lines of base64 on stdin: every line becomes one line of output. White space inside
 * a line means nothing, the padding may be missing, '-' and '_' are taken for '+' and '/'.
 * A line that is not base64 (another character, or a single left-over one) gives "invalid".
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static signed char values[128];

static void fill_values(void)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    memset(values, -1, sizeof values);
    for (int i = 0; i < 64; i++)
        values[(int)alphabet[i]] = (signed char)i;
    values['-'] = values['+'];
    values['_'] = values['/'];
}

/* Drops white space and the padding at the end; returns the new length. */
static size_t squeeze(char *line)
{
    size_t used = 0;

    for (const char *p = line; *p; p++)
        if (!isspace((unsigned char)*p))
            line[used++] = *p;
    for (int pads = 0; pads < 2 && used > 0 && line[used - 1] == '='; pads++)
        used--;
    line[used] = '\0';
    return used;
}

/* Decodes length characters; the caller frees what it gets. */
static uint8_t *decode(const char *text, size_t length, size_t *size)
{
    uint8_t *bytes = malloc(length / 4 * 3 + 3);
    uint32_t group = 0;
    unsigned bits = 0;

    *size = 0;
    if (!bytes || length % 4 == 1) {
        free(bytes);
        return NULL;
    }
    for (size_t i = 0; i < length; i++) {
        int value = values[(int)text[i]];

        if (value < 0) {
            free(bytes);
            return NULL;
        }
        group = group << 6 | (uint32_t)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes[(*size)++] = (uint8_t)(group >> bits);
        }
    }
    return bytes;
}

static void print_bytes(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] >= ' ' && bytes[i] <= '~' && bytes[i] != '\\')
            putchar(bytes[i]);
        else
            printf("\\x%02x", bytes[i]);
    }
    putchar('\n');
}

int main(void)
{
    char *line = NULL;
    size_t room = 0;

    fill_values();
    while (getline(&line, &room, stdin) > 0) {
        size_t size, length = squeeze(line);
        uint8_t *bytes = decode(line, length, &size);

        if (bytes)
            print_bytes(bytes, size);
        else
            puts("invalid");
        free(bytes);
    }
    free(line);
    return 0;
}
