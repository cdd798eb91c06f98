/* A pen on a canvas, driven by commands on stdin:
 *
 *   canvas WIDTH HEIGHT     first line, 1..60 each
 *   ink CHARACTER           what the pen draws with
 *   turn left | turn right  the pen starts in the middle, facing east
 *   walk STEPS              0..999, without drawing
 *   draw STEPS              0..999, one mark per step
 *   show                    prints the canvas
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct canvas {
    int width, height;
    char *cells;
};

struct pen {
    int x, y;
    int heading; /* 0 east, 1 south, 2 west, 3 north */
    char ink;
};

static const int step_x[4] = {1, 0, -1, 0};
static const int step_y[4] = {0, 1, 0, -1};

static int open_canvas(struct canvas *canvas, struct pen *pen, const char *line)
{
    if (sscanf(line, "canvas %3d %3d", &canvas->width, &canvas->height) != 2)
        return -1;
    if (canvas->width < 1 || canvas->width > 60 || canvas->height < 1 || canvas->height > 60)
        return -1;
    size_t size = (size_t)canvas->width * (size_t)canvas->height;
    canvas->cells = malloc(size);
    if (!canvas->cells)
        return -1;
    memset(canvas->cells, '.', size);
    pen->x = canvas->width / 2;
    pen->y = canvas->height / 2;
    pen->heading = 0;
    pen->ink = '#';
    return 0;
}

/* Moves the pen one cell, unless the border is in the way. */
static int advance(const struct canvas *canvas, struct pen *pen)
{
    int x = pen->x + step_x[pen->heading];
    int y = pen->y + step_y[pen->heading];

    if (x >= canvas->width || y >= canvas->height || x < 0 || y < 0)
        return 0;
    pen->x = x;
    pen->y = y;
    return 1;
}

static void go(struct canvas *canvas, struct pen *pen, int steps, int mark)
{
    for (int i = 0; i < steps; i++) {
        if (mark)
            canvas->cells[pen->y * canvas->width + pen->x] = pen->ink;
        if (!advance(canvas, pen))
            return;
    }
}

static void show(const struct canvas *canvas)
{
    for (int y = 0; y < canvas->height; y++)
        printf("%.*s\n", canvas->width, canvas->cells + y * canvas->width);
}

static int obey(struct canvas *canvas, struct pen *pen, const char *line)
{
    int steps;
    char ink;

    if (sscanf(line, "walk %3d", &steps) == 1 && steps >= 0)
        go(canvas, pen, steps, 0);
    else if (sscanf(line, "draw %3d", &steps) == 1 && steps >= 0)
        go(canvas, pen, steps, 1);
    else if (strcmp(line, "turn left\n") == 0)
        pen->heading = (pen->heading + 3) % 4;
    else if (strcmp(line, "turn right\n") == 0)
        pen->heading = (pen->heading + 1) % 4;
    else if (sscanf(line, "ink %c", &ink) == 1 && ink > ' ' && ink <= '~')
        pen->ink = ink;
    else if (strcmp(line, "show\n") == 0)
        show(canvas);
    else
        return -1;
    return 0;
}

int main(void)
{
    struct canvas canvas = {0};
    struct pen pen = {0};
    char line[64];
    int status = -1;

    if (fgets(line, sizeof line, stdin))
        status = open_canvas(&canvas, &pen, line);
    while (status == 0 && fgets(line, sizeof line, stdin))
        status = obey(&canvas, &pen, line);
    free(canvas.cells);
    if (status != 0)
        fputs("plotter: bad command\n", stderr);
    return status != 0;
}
