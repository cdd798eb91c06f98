/* Reads a playlist on stdin and prints a summary.
 *
 *   playlist 1
 *   title Songs for the road
 *   track 215 First light
 *   end
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct playlist {
    char *title;
    unsigned tracks;
    unsigned long seconds;
};

static int fail(const char *message)
{
    fprintf(stderr, "playlist: %s\n", message);
    return 1;
}

static void strip_newline(char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
}

/* Keeps the printable characters and folds runs of spaces into one. */
static char *clean_text(const char *text)
{
    char clean[32];
    size_t used = 0;

    for (const char *p = text; *p; p++) {
        if (*p < ' ' || *p > '~')
            continue;
        if (*p == ' ' && used > 0 && clean[used - 1] == ' ')
            continue;
        clean[used++] = *p;
    }
    clean[used] = '\0';
    return strdup(clean);
}

static int add_track(struct playlist *list, const char *text)
{
    char *rest;
    unsigned long seconds = strtoul(text, &rest, 10);

    if (rest == text || *rest != ' ' || seconds > 86400 || text[0] == '-')
        return fail("bad track");
    list->tracks++;
    list->seconds += seconds;
    return 0;
}

static int read_playlist(struct playlist *list)
{
    char *line = NULL;
    size_t room = 0;
    int status = 1, started = 0, ended = 0;

    while (!ended && getline(&line, &room, stdin) > 0) {
        strip_newline(line);
        if (!started) {
            if (strcmp(line, "playlist 1") != 0)
                break;
            started = 1;
        } else if (strncmp(line, "title ", 6) == 0) {
            free(list->title);
            list->title = clean_text(line + 6);
        } else if (strncmp(line, "track ", 6) == 0) {
            if (add_track(list, line + 6) != 0)
                break;
        } else if (strcmp(line, "end") == 0) {
            ended = 1;
        } else if (line[0] != '\0' && line[0] != '#') {
            break;
        }
    }
    if (ended)
        status = 0;
    free(line);
    return status;
}

int main(void)
{
    struct playlist list = {0};
    int status = read_playlist(&list);

    if (status != 0)
        status = fail("not a complete playlist");
    else
        printf("%s: %u tracks, %lu:%02lu\n", list.title ? list.title : "untitled",
               list.tracks, list.seconds / 60, list.seconds % 60);
    free(list.title);
    return status;
}
