/* Points, boxes, lines and areas on the ground, exact where it matters.
 *
 * A coordinate is an integer number of 1e-7 degrees (about 1 cm), WGS 84, as GeoJSON (RFC 7946)
 * gives it; integers make "is it inside" an exact question, so that a point on the border that
 * two districts share is in exactly one of them. Metres come from a plane that touches the earth
 * near the place asked about (equirectangular), good to 0.1 % over the 50 km of a city. Areas
 * that cross the date line are not supported. Layer: place. Any thread; nothing is allocated.
 */
#ifndef PLACE_GEOMETRY_H
#define PLACE_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define E7 10000000

struct point {
    int32_t lat_e7, lon_e7;
};

/* Degrees to a point. False, *ret untouched, when a number is not finite or out of range. */
bool point_of(double lat_degrees, double lon_degrees, struct point *ret);

/* "42.3736,-71.1097", latitude first, as forms and Open311 send it; spaces around the comma are
 * allowed. False, *ret untouched, for anything else. */
bool point_parse(struct str s, struct point *ret);

static inline double point_lat(struct point at)
{
    return at.lat_e7 / (double)E7;
}

static inline double point_lon(struct point at)
{
    return at.lon_e7 / (double)E7;
}

double point_distance_m(struct point a, struct point b);

/* Where one comes to by going so many metres north and east. */
struct point point_moved(struct point from, double north_m, double east_m);

/* A rectangle with both edges included. BOX_NONE contains nothing and grows by box_add. */
struct box {
    struct point min, max;
};

#define BOX_NONE ((struct box){{INT32_MAX, INT32_MAX}, {INT32_MIN, INT32_MIN}})

void box_add(struct box *box, struct point at);
bool box_contains(struct box box, struct point at);
bool box_overlaps(struct box a, struct box b);

/* The box whose edges are that far from the point. */
struct box box_around(struct point at, double metres);

/* A flat map in metres around an origin, x to the east, y to the north. */
struct plane {
    struct point origin;
    double m_per_lat_e7, m_per_lon_e7;
};

struct metres {
    double x, y;
};

struct plane plane_at(struct point origin);
struct metres plane_metres(const struct plane *plane, struct point at);
struct point plane_point(const struct plane *plane, struct metres at);

/* A run of points: a line, or a ring whose last point equals its first. Borrowed. */
struct line {
    const struct point *points;
    size_t n;
};

/* Where on a line something is. */
struct foot {
    struct point at;
    double distance_m; /* from the point asked about to `at` */
    double along_m;    /* from the line's beginning to `at` */
    bool is_left;      /* the point asked about lies left of the line's direction */
};

double line_length_m(struct line line);

/* The line's point nearest to `from`; a line has at least one point. */
struct foot line_nearest(struct line line, struct point from);

/* The point that lies `along_m` from the beginning (kept within the line) and `left_m` to the
 * left of the line's direction there; to the right when it is negative. */
struct point line_point(struct line line, double along_m, double left_m);

/* True when the point is inside an odd number of the rings: outer rings and holes of one or
 * several polygons together. A border belongs to one of the two sides that share it. */
bool rings_contain(const struct line *rings, size_t count, struct point at);

/* Twice the signed area in square 1e-7 degrees; positive when the ring runs counter-clockwise. */
double ring_area2(struct line ring);

/* A point inside the rings and far from their border for a label or a pin: the best of the
 * middles of scan lines. The rings have a positive area. */
struct point rings_label_point(const struct line *rings, size_t count);

#endif
