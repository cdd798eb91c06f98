/* A cache of parcel labels that forgets the least recently used one. Commands on stdin:
 *
 *   open CAPACITY     first, once, 16..64
 *   put NUMBER TEXT   stores or replaces a label
 *   get NUMBER        prints a label and makes it the most recent
 *   drop NUMBER       forgets a label
 *   first             stands on the most recent label and prints it
 *   next              goes on to the next older label and prints it
 *
 * A parcel number has eight digits, and leaves 1 when divided by 97.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct label {
    struct label *newer, *older;
    unsigned long number;
    char text[24];
};

struct cache {
    unsigned capacity, count;
    struct label *newest, *oldest;
    struct label *cursor;
};

static void unlink_label(struct cache *cache, struct label *label)
{
    *(label->newer ? &label->newer->older : &cache->newest) = label->older;
    *(label->older ? &label->older->newer : &cache->oldest) = label->newer;
    cache->count--;
}

static void link_newest(struct cache *cache, struct label *label)
{
    label->newer = NULL;
    label->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = label;
    cache->newest = label;
    cache->count++;
}

static struct label *find(const struct cache *cache, unsigned long number)
{
    struct label *label = cache->newest;

    while (label && label->number != number)
        label = label->older;
    return label;
}

static void drop(struct cache *cache, struct label *label)
{
    if (cache->cursor == label)
        cache->cursor = label->older;
    unlink_label(cache, label);
    free(label);
}

static int put(struct cache *cache, unsigned long number, const char *text)
{
    struct label *label = find(cache, number);

    if (label) {
        unlink_label(cache, label);
    } else {
        if (cache->count == cache->capacity) {
            struct label *last = cache->oldest;
            unlink_label(cache, last);
            free(last);
        }
        label = malloc(sizeof *label);
        if (!label)
            return -1;
        label->number = number;
    }
    snprintf(label->text, sizeof label->text, "%s", text);
    link_newest(cache, label);
    return 0;
}

static int print_label(const struct label *label)
{
    return label ? printf("%08lu %s\n", label->number, label->text) < 0 : puts("none") < 0;
}

static int parse_number(const char *word, unsigned long *number)
{
    if (strlen(word) != 8 || strspn(word, "0123456789") != 8)
        return -1;
    *number = strtoul(word, NULL, 10);
    return *number % 97 == 1 ? 0 : -1;
}

static int obey(struct cache *cache, const char *line)
{
    char verb[8], word[12], text[64];
    unsigned long number = 0;
    int words = sscanf(line, "%7s %11s %63[ -~]", verb, word, text);

    if (words == 2 && strcmp(verb, "open") == 0 && cache->capacity == 0) {
        unsigned long capacity = strtoul(word, NULL, 10);
        cache->capacity = capacity >= 16 && capacity <= 64 ? (unsigned)capacity : 0;
        return cache->capacity ? 0 : -1;
    }
    if (words < 1 || cache->capacity == 0 || (words > 1 && parse_number(word, &number) != 0))
        return -1;
    if (words == 1 && strcmp(verb, "first") == 0) {
        cache->cursor = cache->newest;
        return print_label(cache->cursor);
    }
    if (words == 1 && strcmp(verb, "next") == 0) {
        if (cache->cursor)
            cache->cursor = cache->cursor->older;
        return print_label(cache->cursor);
    }
    if (words == 3 && strcmp(verb, "put") == 0)
        return put(cache, number, text);
    struct label *label = words == 2 ? find(cache, number) : NULL;
    if (!label)
        return -1;
    if (strcmp(verb, "drop") == 0) {
        drop(cache, label);
        return 0;
    }
    if (strcmp(verb, "get") != 0)
        return -1;
    unlink_label(cache, label);
    link_newest(cache, label);
    return print_label(label);
}

int main(void)
{
    struct cache cache = {0};
    char line[128];
    int status = 0;

    while (status == 0 && fgets(line, sizeof line, stdin))
        status = obey(&cache, line);
    while (cache.newest)
        drop(&cache, cache.newest);
    if (status != 0)
        fputs("cache: bad command\n", stderr);
    return status != 0;
}
