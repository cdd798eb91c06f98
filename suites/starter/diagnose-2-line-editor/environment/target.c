/* A line editor. Commands on stdin, one a line:
 *   a TEXT   adds a line after the current one, which becomes current
 *   u, n     goes one line up, down
 *   d        deletes the current line
 *   m        marks the current line
 *   j        jumps to the marked line
 *   s        swaps the current line with the one below
 *   p        prints all lines, the current one with '>', the marked one with '*'
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
    struct line *up, *down;
    char *text;
};

struct editor {
    struct line *top;
    struct line *current;
    struct line *mark;
};

static int add_line(struct editor *editor, const char *text)
{
    struct line *line = calloc(1, sizeof *line);

    if (!line)
        return -1;
    line->text = strdup(text);
    if (editor->current) {
        line->up = editor->current;
        line->down = editor->current->down;
        if (line->down)
            line->down->up = line;
        editor->current->down = line;
    } else {
        editor->top = line;
    }
    editor->current = line;
    return 0;
}

static void release(struct line *line)
{
    free(line->text);
    free(line);
}

static struct line *take_out(struct editor *editor, struct line *line)
{
    struct line *neighbour = line->down ? line->down : line->up;

    if (line->up)
        line->up->down = line->down;
    else
        editor->top = line->down;
    if (line->down)
        line->down->up = line->up;
    return neighbour;
}

static int delete_line(struct editor *editor)
{
    struct line *line = editor->current;

    if (!line)
        return -1;
    editor->current = take_out(editor, line);
    if (editor->mark == line && line->down)
        editor->mark = line->down;
    release(line);
    return 0;
}

static int swap_down(struct editor *editor)
{
    struct line *line = editor->current;

    if (!line || !line->down)
        return -1;
    char *text = line->text;
    line->text = line->down->text;
    line->down->text = text;
    if (editor->mark == line)
        editor->mark = line->down;
    else if (editor->mark == line->down)
        editor->mark = line;
    return 0;
}

static int move(struct editor *editor, struct line *to)
{
    if (!to)
        return -1;
    editor->current = to;
    return 0;
}

static void print_lines(const struct editor *editor)
{
    for (const struct line *line = editor->top; line; line = line->down)
        printf("%c%c%s\n", line == editor->current ? '>' : ' ',
               line == editor->mark ? '*' : ' ', line->text);
}

static int obey(struct editor *editor, const char *command)
{
    struct line *current = editor->current;

    switch (command[0]) {
    case 'a':
        return add_line(editor, command[1] == ' ' ? command + 2 : command + 1);
    case 'u':
        return move(editor, current ? current->up : NULL);
    case 'n':
        return move(editor, current ? current->down : NULL);
    case 'd':
        return delete_line(editor);
    case 'm':
        editor->mark = current;
        return 0;
    case 'j':
        return move(editor, editor->mark);
    case 's':
        return swap_down(editor);
    case 'p':
        print_lines(editor);
        return 0;
    default:
        return -1;
    }
}

int main(void)
{
    struct editor editor = {0};
    char command[256];

    while (fgets(command, sizeof command, stdin)) {
        command[strcspn(command, "\n")] = '\0';
        if (obey(&editor, command) != 0)
            puts("?");
    }
    while (editor.top) {
        struct line *line = editor.top;
        editor.top = line->down;
        release(line);
    }
    return 0;
}
