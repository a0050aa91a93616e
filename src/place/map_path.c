#include "place/map_path.h"

#include <math.h>

#define MARGIN    24  /* half pixels drawn beyond the edge, so that strokes end out of sight */
#define TOLERANCE 1.1 /* half pixels by which simplifying may move a line */
#define AREA_MIN  10  /* square half pixels of a ring worth drawing */

struct spot {
    double x, y; /* half pixels */
};

struct spots {
    struct spot *of;
    size_t n;
};

static struct spots spots_new(struct map_path *path, size_t room)
{
    return (struct spots){ARENA_ARRAY(path->scratch, room, struct spot), 0};
}

static struct spots projected(struct map_path *path, struct line line)
{
    struct spots spots = spots_new(path, line.n);

    for (size_t i = 0; spots.of && i < line.n; i++) {
        struct map_pixel pixel = map_pixel_of(path->view, line.points[i]);

        spots.of[spots.n++] = (struct spot){pixel.x * 2, pixel.y * 2};
    }
    return spots;
}

static double square_off(struct spot p, struct spot a, struct spot b)
{
    double x = b.x - a.x, y = b.y - a.y;
    double square = x * x + y * y;
    double t = square > 0 ? ((p.x - a.x) * x + (p.y - a.y) * y) / square : 0;

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    x = a.x + t * x - p.x;
    y = a.y + t * y - p.y;
    return x * x + y * y;
}

/* Douglas and Peucker's algorithm with its own stack: the longest shape has thousands of corners.
 */
static struct spots simplified(struct map_path *path, struct spots from)
{
    bool *keeps = arena_alloc(path->scratch, from.n);
    size_t *stack = ARENA_ARRAY(path->scratch, 2 * from.n, size_t);
    struct spots to = spots_new(path, from.n);
    size_t depth = 0;

    if (!keeps || !stack || !to.of || from.n == 0)
        return to;
    keeps[0] = keeps[from.n / 2] = keeps[from.n - 1] = true;
    stack[depth++] = 0;
    stack[depth++] = from.n / 2;
    stack[depth++] = from.n / 2;
    stack[depth++] = from.n - 1;
    while (depth > 0) {
        size_t last = stack[--depth], first = stack[--depth], at = 0;
        double far = TOLERANCE * TOLERANCE;

        for (size_t i = first + 1; i < last; i++) {
            double off = square_off(from.of[i], from.of[first], from.of[last]);

            if (off > far) {
                far = off;
                at = i;
            }
        }
        if (at == 0)
            continue;
        keeps[at] = true;
        stack[depth++] = first;
        stack[depth++] = at;
        stack[depth++] = at;
        stack[depth++] = last;
    }
    for (size_t i = 0; i < from.n; i++) {
        if (keeps[i])
            to.of[to.n++] = from.of[i];
    }
    return to;
}

static void number_add(struct map_path *path, int32_t number, bool is_first)
{
    if (!is_first && number >= 0)
        buf_add_byte(path->out, ' ');
    buf_add_i64(path->out, number);
}

/* Moves are relative (after "m" all that follows is); equal neighbours after rounding are
 * skipped. */
static void spots_write(struct map_path *path, struct spots spots, bool is_closed)
{
    bool is_open = false;

    for (size_t i = 0; i < spots.n; i++) {
        int32_t x = (int32_t)lround(spots.of[i].x), y = (int32_t)lround(spots.of[i].y);
        bool continues = i == 0 && path->has_begun && !is_closed && x == path->x && y == path->y;

        if (i > 0 && x == path->x && y == path->y)
            continue;
        if (!continues) {
            if (i == 0)
                buf_add_byte(path->out, 'm');
            number_add(path, x - path->x, i == 0);
            number_add(path, y - path->y, false);
        }
        is_open = true;
        path->x = x;
        path->y = y;
        path->has_begun = true;
    }
    if (is_closed && is_open) {
        buf_add_byte(path->out, 'z');
        path->x = (int32_t)lround(spots.of[0].x);
        path->y = (int32_t)lround(spots.of[0].y);
    }
}

struct frame {
    double left, top, right, bottom;
};

static struct frame frame_of(const struct map_view *view)
{
    return (struct frame){-MARGIN, -MARGIN, view->width_px * 2 + MARGIN,
                          view->height_px * 2 + MARGIN};
}

/* Liang and Barsky: the part of a-b inside the frame. False when there is none. */
static bool stretch_clip(const struct frame *frame, struct spot *a, struct spot *b)
{
    double dx = b->x - a->x, dy = b->y - a->y, from = 0, to = 1;
    const double toward[4] = {-dx, dx, -dy, dy};
    const double room[4] = {a->x - frame->left, frame->right - a->x, a->y - frame->top,
                            frame->bottom - a->y};
    struct spot start = *a;

    for (int i = 0; i < 4; i++) {
        double t;

        if (toward[i] > -1e-9 && toward[i] < 1e-9) {
            if (room[i] < 0)
                return false;
            continue;
        }
        t = room[i] / toward[i];
        if (toward[i] < 0 && t > from)
            from = t;
        if (toward[i] > 0 && t < to)
            to = t;
    }
    if (from > to)
        return false;
    *a = (struct spot){start.x + from * dx, start.y + from * dy};
    *b = (struct spot){start.x + to * dx, start.y + to * dy};
    return true;
}

static bool is_near(struct spot a, struct spot b)
{
    return fabs(a.x - b.x) < 1e-6 && fabs(a.y - b.y) < 1e-6;
}

void map_path_line(struct map_path *path, struct line line)
{
    struct frame frame = frame_of(path->view);
    struct spots all = projected(path, line);
    struct spots run = spots_new(path, line.n + 1);

    if (!all.of || !run.of)
        return; /* the arena is full, and so is the buffer that uses it */
    for (size_t i = 1; i < all.n; i++) {
        struct spot a = all.of[i - 1], b = all.of[i];

        if (!stretch_clip(&frame, &a, &b))
            continue;
        if (run.n > 0 && !is_near(run.of[run.n - 1], a)) {
            spots_write(path, simplified(path, run), false);
            run.n = 0;
        }
        if (run.n == 0)
            run.of[run.n++] = a;
        run.of[run.n++] = b;
    }
    if (run.n > 1)
        spots_write(path, simplified(path, run), false);
    arena_reset(path->scratch);
}

/* How far inside one edge of the frame a spot lies; negative outside. */
static double inside(const struct frame *frame, int edge, struct spot at)
{
    switch (edge) {
    case 0: return at.x - frame->left;
    case 1: return frame->right - at.x;
    case 2: return at.y - frame->top;
    default: return frame->bottom - at.y;
    }
}

/* Sutherland and Hodgman: one edge after the other. */
static struct spots ring_clip(struct map_path *path, struct spots ring)
{
    struct frame frame = frame_of(path->view);

    for (int edge = 0; edge < 4 && ring.n > 0; edge++) {
        struct spots cut = spots_new(path, 2 * ring.n);

        for (size_t i = 0; cut.of && i < ring.n; i++) {
            struct spot a = ring.of[i], b = ring.of[(i + 1) % ring.n];
            double a_in = inside(&frame, edge, a), b_in = inside(&frame, edge, b);
            double t = a_in / (a_in - b_in);

            if (a_in >= 0)
                cut.of[cut.n++] = a;
            if ((a_in >= 0) != (b_in >= 0))
                cut.of[cut.n++] = (struct spot){a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
        }
        ring = cut;
    }
    return ring;
}

static double area_of(struct spots ring)
{
    double sum = 0;

    for (size_t i = 0; i < ring.n; i++) {
        struct spot a = ring.of[i], b = ring.of[(i + 1) % ring.n];

        sum += a.x * b.y - b.x * a.y;
    }
    return fabs(sum) / 2;
}

void map_path_ring(struct map_path *path, struct line ring)
{
    struct spots spots = projected(path, ring);

    if (spots.n > 1)
        spots.n--;
    spots = ring_clip(path, spots);
    if (spots.n >= 3 && area_of(spots) >= AREA_MIN)
        spots_write(path, simplified(path, spots), true);
    arena_reset(path->scratch);
}
