#include "place/geometry.h"

#include <math.h>
#include <stdlib.h>

/* Metres of one degree of latitude on a sphere of the earth's mean radius, 6,371,008.8 m. */
#define M_PER_DEGREE 111195.08

__extension__ typedef __int128 wide;

bool point_of(double lat_degrees, double lon_degrees, struct point *ret)
{
    if (!(lat_degrees >= -90 && lat_degrees <= 90 && lon_degrees >= -180 && lon_degrees <= 180))
        return false;
    *ret = (struct point){(int32_t)lround(lat_degrees * E7), (int32_t)lround(lon_degrees * E7)};
    return true;
}

/* A decimal number of the usual form; no exponent, no locale. */
static bool degrees_parse(struct str s, double *ret)
{
    double value = 0, unit = 1;
    bool is_negative = s.n > 0 && s.p[0] == '-';
    size_t digits = 0;
    bool is_fraction = false;

    for (size_t i = is_negative ? 1 : 0; i < s.n; i++) {
        if (s.p[i] == '.' && !is_fraction) {
            is_fraction = true;
            continue;
        }
        if (s.p[i] < '0' || s.p[i] > '9' || ++digits > 18)
            return false;
        value = value * 10 + (s.p[i] - '0');
        if (is_fraction)
            unit *= 10;
    }
    if (digits == 0)
        return false;
    *ret = (is_negative ? -value : value) / unit;
    return true;
}

bool point_parse(struct str s, struct point *ret)
{
    ptrdiff_t comma = str_find_byte(s, ',');
    double lat, lon;

    if (comma < 0)
        return false;
    return degrees_parse(str_trim(str_slice(s, 0, (size_t)comma)), &lat) &&
           degrees_parse(str_trim(str_slice(s, (size_t)comma + 1, s.n)), &lon) &&
           point_of(lat, lon, ret);
}

struct plane plane_at(struct point origin)
{
    double unit = M_PER_DEGREE / E7;

    return (struct plane){origin, unit, unit * cos(point_lat(origin) * M_PI / 180)};
}

struct metres plane_metres(const struct plane *plane, struct point at)
{
    return (struct metres){
        ((double)at.lon_e7 - plane->origin.lon_e7) * plane->m_per_lon_e7,
        ((double)at.lat_e7 - plane->origin.lat_e7) * plane->m_per_lat_e7,
    };
}

static int32_t clamped(double value, int32_t limit)
{
    return value > limit ? limit : value < -limit ? -limit : (int32_t)lround(value);
}

struct point plane_point(const struct plane *plane, struct metres at)
{
    double lon_unit = plane->m_per_lon_e7 > 1e-9 ? plane->m_per_lon_e7 : 1e-9;

    return (struct point){
        clamped(plane->origin.lat_e7 + at.y / plane->m_per_lat_e7, 90 * E7),
        clamped(plane->origin.lon_e7 + at.x / lon_unit, 180 * E7),
    };
}

double point_distance_m(struct point a, struct point b)
{
    struct point middle = {a.lat_e7 / 2 + b.lat_e7 / 2, a.lon_e7};
    struct plane plane = plane_at(middle);
    struct metres from = plane_metres(&plane, a), to = plane_metres(&plane, b);

    return hypot(to.x - from.x, to.y - from.y);
}

struct point point_moved(struct point from, double north_m, double east_m)
{
    struct plane plane = plane_at(from);

    return plane_point(&plane, (struct metres){east_m, north_m});
}

void box_add(struct box *box, struct point at)
{
    if (at.lat_e7 < box->min.lat_e7)
        box->min.lat_e7 = at.lat_e7;
    if (at.lon_e7 < box->min.lon_e7)
        box->min.lon_e7 = at.lon_e7;
    if (at.lat_e7 > box->max.lat_e7)
        box->max.lat_e7 = at.lat_e7;
    if (at.lon_e7 > box->max.lon_e7)
        box->max.lon_e7 = at.lon_e7;
}

bool box_contains(struct box box, struct point at)
{
    return at.lat_e7 >= box.min.lat_e7 && at.lat_e7 <= box.max.lat_e7 &&
           at.lon_e7 >= box.min.lon_e7 && at.lon_e7 <= box.max.lon_e7;
}

bool box_overlaps(struct box a, struct box b)
{
    return a.min.lat_e7 <= b.max.lat_e7 && b.min.lat_e7 <= a.max.lat_e7 &&
           a.min.lon_e7 <= b.max.lon_e7 && b.min.lon_e7 <= a.max.lon_e7;
}

struct box box_around(struct point at, double metres)
{
    return (struct box){point_moved(at, -metres, -metres), point_moved(at, metres, metres)};
}

double line_length_m(struct line line)
{
    double length = 0;

    for (size_t i = 1; i < line.n; i++)
        length += point_distance_m(line.points[i - 1], line.points[i]);
    return length;
}

/* The foot of the origin's perpendicular on the stretch a-b. */
static struct metres stretch_nearest(struct metres a, struct metres b)
{
    double x = b.x - a.x, y = b.y - a.y;
    double square = x * x + y * y;
    double t = square > 0 ? -(a.x * x + a.y * y) / square : 0;

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return (struct metres){a.x + t * x, a.y + t * y};
}

struct foot line_nearest(struct line line, struct point from)
{
    struct plane plane = plane_at(from);
    struct metres a = plane_metres(&plane, line.points[0]);
    struct foot best = {line.points[0], hypot(a.x, a.y), 0, false};
    double before_m = 0;

    for (size_t i = 1; i < line.n; i++) {
        struct metres b = plane_metres(&plane, line.points[i]);
        struct metres foot = stretch_nearest(a, b);
        double distance_m = hypot(foot.x, foot.y);

        if (distance_m < best.distance_m || i == 1) {
            best.at = plane_point(&plane, foot);
            best.distance_m = distance_m;
            best.along_m = before_m + hypot(foot.x - a.x, foot.y - a.y);
            best.is_left = (b.x - a.x) * -a.y - (b.y - a.y) * -a.x > 0;
        }
        before_m += hypot(b.x - a.x, b.y - a.y);
        a = b;
    }
    return best;
}

struct point line_point(struct line line, double along_m, double left_m)
{
    struct plane plane = plane_at(line.points[0]);
    struct metres a = {0, 0}, at = {0, 0}, direction = {0, 0};

    if (along_m < 0)
        along_m = 0;
    for (size_t i = 1; i < line.n; i++) {
        struct metres b = plane_metres(&plane, line.points[i]);
        double length_m = hypot(b.x - a.x, b.y - a.y);
        double part;

        if (length_m <= 0)
            continue;
        part = along_m < length_m ? along_m / length_m : 1;
        direction = (struct metres){(b.x - a.x) / length_m, (b.y - a.y) / length_m};
        at = (struct metres){a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)};
        if (along_m <= length_m)
            break;
        along_m -= length_m;
        a = b;
    }
    at.x -= direction.y * left_m;
    at.y += direction.x * left_m;
    return plane_point(&plane, at);
}

/* Whether the ray from the point to the east crosses the stretch. Upper ends do not count, so a
 * corner counts once; exact, so that a stretch shared by two areas answers the same for both. */
static bool is_crossed(struct point a, struct point b, struct point at)
{
    wide side;

    if ((a.lat_e7 > at.lat_e7) == (b.lat_e7 > at.lat_e7))
        return false;
    side = (wide)(at.lon_e7 - (int64_t)a.lon_e7) * (b.lat_e7 - (int64_t)a.lat_e7) -
           (wide)(b.lon_e7 - (int64_t)a.lon_e7) * (at.lat_e7 - (int64_t)a.lat_e7);
    return b.lat_e7 > a.lat_e7 ? side < 0 : side > 0;
}

bool rings_contain(const struct line *rings, size_t count, struct point at)
{
    bool is_inside = false;

    for (size_t r = 0; r < count; r++) {
        const struct line *ring = &rings[r];

        for (size_t i = 1; i < ring->n; i++)
            is_inside ^= is_crossed(ring->points[i - 1], ring->points[i], at);
    }
    return is_inside;
}

double ring_area2(struct line ring)
{
    double sum = 0;

    for (size_t i = 1; i < ring.n; i++) {
        double ax = (double)ring.points[i - 1].lon_e7 - ring.points[0].lon_e7;
        double ay = (double)ring.points[i - 1].lat_e7 - ring.points[0].lat_e7;
        double bx = (double)ring.points[i].lon_e7 - ring.points[0].lon_e7;
        double by = (double)ring.points[i].lat_e7 - ring.points[0].lat_e7;

        sum += ax * by - bx * ay;
    }
    return sum;
}

#define CROSSINGS_MAX 64

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Longitudes where the parallel `lat` crosses the rings, from west to east. */
static size_t crossings(const struct line *rings, size_t count, double lat,
                        double ret[CROSSINGS_MAX])
{
    size_t n = 0;

    for (size_t r = 0; r < count; r++) {
        for (size_t i = 1; i < rings[r].n; i++) {
            struct point a = rings[r].points[i - 1], b = rings[r].points[i];

            if ((a.lat_e7 > lat) == (b.lat_e7 > lat) || n == CROSSINGS_MAX)
                continue;
            ret[n++] = a.lon_e7 + (lat - a.lat_e7) / ((double)b.lat_e7 - a.lat_e7) *
                                      ((double)b.lon_e7 - a.lon_e7);
        }
    }
    qsort(ret, n, sizeof *ret, by_value);
    return n;
}

/* Nine parallels are tried; the middle one is preferred unless another is clearly wider. */
struct point rings_label_point(const struct line *rings, size_t count)
{
    struct box box = BOX_NONE;
    struct point best = {0, 0};
    double widest = -1;

    for (size_t r = 0; r < count; r++) {
        for (size_t i = 0; i < rings[r].n; i++)
            box_add(&box, rings[r].points[i]);
    }
    for (int step = 0; step < 9; step++) {
        static const double parts[] = {0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82};
        double lat = box.min.lat_e7 + parts[step] * ((double)box.max.lat_e7 - box.min.lat_e7);
        double lons[CROSSINGS_MAX];
        size_t n = crossings(rings, count, lat, lons);

        for (size_t i = 1; i < n; i += 2) {
            double width = (lons[i] - lons[i - 1]) * (1 - 0.06 * step);

            if (width > widest) {
                widest = width;
                best = (struct point){(int32_t)lat, (int32_t)((lons[i] + lons[i - 1]) / 2)};
            }
        }
    }
    return best;
}
