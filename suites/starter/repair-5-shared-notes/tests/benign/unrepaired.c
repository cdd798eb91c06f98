/* A board of eight notes that share their text where they can. Commands on stdin:
 *   new SLOT TEXT      writes a note
 *   add SLOT TEXT      adds to a note; several on one slot, with no other change between
 *                      them, are undone as one
 *   copy FROM TO       lets TO show the same note as FROM
 *   clear SLOT         empties a slot
 *   yank SLOT          puts a note into the clipboard
 *   paste SLOT         shows the clipboard's note in a slot
 *   undo               takes back the last change of a slot; four changes are remembered
 *   reset              empties slots, clipboard and memory
 *   show               prints the slots
 * A command that cannot be done prints "?".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 8, CHANGES = 4, LINE_ROOM = 128 };

struct note {
    unsigned refs;
    size_t length;
    char text[];
};

struct change {
    unsigned slot;
    int adding;
    struct note *before; /* NULL: the slot was empty */
};

static struct note *slots[SLOTS];
static struct note *clipboard;
static struct change changes[CHANGES];
static unsigned change_count;

static struct note *make_note(const char *head, const char *tail)
{
    size_t length = strlen(head) + strlen(tail);
    struct note *note = malloc(sizeof *note + length + 1);

    if (!note)
        exit(2);
    note->refs = 1;
    note->length = length;
    snprintf(note->text, length + 1, "%s%s", head, tail);
    return note;
}

static struct note *hold(struct note *note)
{
    if (note)
        note->refs++;
    return note;
}

static void release(struct note *note)
{
    if (note && --note->refs == 0)
        free(note);
}

static void remember(unsigned slot, int adding)
{
    if (change_count == CHANGES) {
        change_count--;
        memmove(changes, changes + 1, change_count * sizeof *changes);
        release(changes[0].before);
    }
    changes[change_count].slot = slot;
    changes[change_count].adding = adding;
    changes[change_count].before = hold(slots[slot]);
    change_count++;
}

/* The slot takes over the caller's hold on the note. */
static void change_slot(unsigned slot, struct note *note)
{
    remember(slot, 0);
    release(slots[slot]);
    slots[slot] = note;
}

static int add(unsigned slot, const char *text)
{
    struct note *note = slots[slot];
    int merging = change_count > 0 && changes[change_count - 1].adding &&
                  changes[change_count - 1].slot == slot;

    if (!note)
        return -1;
    if (!merging) {
        remember(slot, 1);
        slots[slot] = make_note(note->text, text);
        release(note);
        return 0;
    }
    size_t length = note->length + strlen(text);
    note = realloc(note, sizeof *note + length + 1);
    if (!note)
        exit(2);
    snprintf(note->text + note->length, length - note->length + 1, "%s", text);
    note->length = length;
    slots[slot] = note;
    return 0;
}

static int undo(void)
{
    if (change_count == 0)
        return -1;
    struct change *change = &changes[--change_count];
    release(slots[change->slot]);
    slots[change->slot] = change->before;
    return 0;
}

static void reset(void)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        release(slots[i]);
        slots[i] = NULL;
    }
    while (change_count > 0)
        release(changes[--change_count].before);
    release(clipboard);
}

static void show(void)
{
    for (unsigned i = 0; i < SLOTS; i++)
        if (slots[i])
            printf("%u %zu %s\n", i, slots[i]->length, slots[i]->text);
    puts("--");
}

static int obey(const char *line)
{
    char verb[8], text[LINE_ROOM] = "";
    unsigned slot = SLOTS, other = SLOTS;
    int words = sscanf(line, "%7s %1u %1u", verb, &slot, &other);

    if (words < 1)
        return -1;
    if (words == 1 && strcmp(verb, "undo") == 0)
        return undo();
    if (words == 1 && strcmp(verb, "reset") == 0)
        reset();
    else if (words == 1 && strcmp(verb, "show") == 0)
        show();
    else if (slot >= SLOTS)
        return -1;
    else if (strcmp(verb, "new") == 0 && sscanf(line, "%*s %*u %127[ -~]", text) == 1)
        change_slot(slot, make_note(text, ""));
    else if (strcmp(verb, "add") == 0 && sscanf(line, "%*s %*u %127[ -~]", text) == 1)
        return add(slot, text);
    else if (strcmp(verb, "copy") == 0 && other < SLOTS && slots[slot])
        change_slot(other, hold(slots[slot]));
    else if (strcmp(verb, "clear") == 0 && slots[slot])
        change_slot(slot, NULL);
    else if (strcmp(verb, "paste") == 0 && clipboard)
        change_slot(slot, hold(clipboard));
    else if (strcmp(verb, "yank") == 0 && slots[slot]) {
        release(clipboard);
        clipboard = hold(slots[slot]);
    } else
        return -1;
    return 0;
}

int main(void)
{
    char line[LINE_ROOM];

    while (fgets(line, sizeof line, stdin))
        if (obey(line) != 0)
            puts("?");
    reset();
    return 0;
}
