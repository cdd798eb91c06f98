/* Puts a chunked body together. Input on stdin, lines end in \n or \r\n:
 *
 *   SIZE[;extension]      in hexadecimal, 1 to 8 digits
 *   SIZE bytes, a line end
 *   ...
 *   0
 *   Name: value           trailer lines, as many as there are
 *   (an empty line)
 *
 * Prints the length of the body, its sum, the body and the trailer names in lower case.
 * A body of up to 2048 bytes, extensions and trailer values of any length up to 200 and
 * trailer names of up to 31 characters are good; anything longer, or broken, gives
 * "bad body" and nothing else.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 2048, LINE_ROOM = 256, NAME_MAX_LENGTH = 31, NAMES_MAX = 8 };

struct body {
    char bytes[BODY_MAX];
    int used;
    int name_count;
    char names[NAMES_MAX][NAME_MAX_LENGTH + 1];
};

static int read_line(char *line)
{
    if (!fgets(line, LINE_ROOM, stdin))
        return -1;
    size_t length = strlen(line);
    if (length == 0 || line[length - 1] != '\n')
        return -1;
    line[--length] = '\0';
    if (length > 0 && line[length - 1] == '\r')
        line[--length] = '\0';
    return 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_size(int *size)
{
    char line[LINE_ROOM];
    unsigned value = 0;
    int digits = 0;

    if (read_line(line) != 0)
        return -1;
    while (hex_digit(line[digits]) >= 0)
        value = value << 4 | (unsigned)hex_digit(line[digits++]);
    if (digits < 1 || digits > 8 || (line[digits] != '\0' && line[digits] != ';'))
        return -1;
    *size = (int)value;
    return 0;
}

static int read_chunk(struct body *body, int size)
{
    if (body->used + size > BODY_MAX)
        return -1;
    if (fread(body->bytes + body->used, 1, (size_t)size, stdin) != (size_t)size)
        return -1;
    body->used += size;
    int c = getchar();
    if (c == '\r')
        c = getchar();
    return c == '\n' ? 0 : -1;
}

static int read_trailer(struct body *body, const char *line)
{
    const char *colon = strchr(line, ':');
    char *name = body->names[body->name_count];

    if (!colon || colon == line || body->name_count == NAMES_MAX)
        return -1;
    int length = (int)(colon - line);
    for (int i = 0; i < length; i++)
        name[i] = (char)tolower((unsigned char)line[i]);
    name[length] = '\0';
    body->name_count++;
    return 0;
}

static int read_body(struct body *body)
{
    char line[LINE_ROOM];
    int size, status;

    while ((status = read_size(&size)) == 0 && size != 0)
        if (read_chunk(body, size) != 0)
            return -1;
    while (status == 0 && (status = read_line(line)) == 0 && line[0] != '\0')
        status = read_trailer(body, line);
    return status;
}

static void print_body(const struct body *body)
{
    unsigned sum = 0;

    for (int i = 0; i < body->used; i++)
        sum += (unsigned char)body->bytes[i];
    printf("%d bytes, sum %u\n", body->used, sum);
    fwrite(body->bytes, 1, (size_t)body->used, stdout);
    putchar('\n');
    for (int i = 0; i < body->name_count; i++)
        puts(body->names[i]);
}

int main(void)
{
    struct body *body = calloc(1, sizeof *body);

    if (!body)
        return 1;
    if (read_body(body) == 0)
        print_body(body);
    else
        puts("bad body");
    free(body);
    return 0;
}
