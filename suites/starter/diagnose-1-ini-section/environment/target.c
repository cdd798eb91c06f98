/* Reads settings in INI form on stdin and prints them as section.key=value. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTION_MAX = 24, KEY_MAX = 32 };

struct settings {
    char section[SECTION_MAX];
    unsigned lines;
    unsigned keys;
};

static const char *skip_blanks(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

static void trim_end(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
}

static int enter_section(struct settings *settings, const char *text)
{
    char name[SECTION_MAX];
    size_t used = 0;

    for (; *text != ']'; text++) {
        if (*text == '\0')
            return -1;
        name[used++] = (char)tolower((unsigned char)*text);
    }
    name[used] = '\0';
    memcpy(settings->section, name, used + 1);
    return 0;
}

static int read_key(struct settings *settings, const char *text)
{
    char key[KEY_MAX];
    const char *equals = strchr(text, '=');

    if (!equals || equals == text || equals - text >= KEY_MAX)
        return -1;
    memcpy(key, text, (size_t)(equals - text));
    key[equals - text] = '\0';
    trim_end(key);
    printf("%s.%s=%s\n", settings->section, key, skip_blanks(strchr(text, '=') + 1));
    settings->keys++;
    return 0;
}

static int read_line(struct settings *settings, char *line)
{
    char *text = line + strspn(line, " \t");

    trim_end(text);
    settings->lines++;
    if (*text == '\0' || *text == ';' || *text == '#')
        return 0;
    if (*text == '[')
        return enter_section(settings, text + 1);
    return read_key(settings, text);
}

int main(void)
{
    struct settings settings = {.section = "global"};
    char *line = NULL;
    size_t room = 0;
    int status = 0;

    while (status == 0 && getline(&line, &room, stdin) > 0)
        status = read_line(&settings, line);
    free(line);
    if (status != 0)
        fprintf(stderr, "line %u is not a setting\n", settings.lines);
    else
        printf("%u keys\n", settings.keys);
    return status != 0;
}
