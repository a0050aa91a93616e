#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "reduce.h"

void die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("reduce-layers: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

void *must(void *p)
{
    if (!p)
        die("out of memory");
    return p;
}

static const char *const renamed[][2] = {
    {"Area 2/MIT", "University"},
    {"Cambridge Highlands", "The Highlands"},
    {"Cambridgeport", "Azaleaport"},
    {"East Cambridge", "East Azalea"},
    {"Mid-Cambridge", "Midtown"},
    {"North Cambridge", "North Azalea"},
    {"West Cambridge", "West Azalea"},
    {"02138", "36938"},
    {"02139", "36939"},
    {"02140", "36940"},
    {"02141", "36941"},
    {"02142", "36942"},
    {"Cambridge Public Library", "Main Library"},
    {"Cambridge Golf Course Garage", "Golf Course Garage"},
    {"Cambridge Golf Couse - Clubhouse", "Golf Course Clubhouse"},
    {"Cambridge Senior Center", "Senior Center"},
    {"Cambridge VFW Hall", "VFW Hall"},
    {"Cambridge Water Department", "Water Department"},
    {"North Cambridge Senior Center", "North Azalea Senior Center"},
    {"Department of Public Works Adminstration Building", "Public Works Building"},
    {"Emeregency Communications", "Emergency Communications Center"},
    {"East Cambridge Garage", "First Street Garage"},
    {"Public Health Dept.", "Public Health Department"},
    {"Central Sq. Parking Garage", "Central Square Parking Garage"},
    {"Multi Service Center/ Community Learning", "Community Learning Center"},
    {"Cambridge Cemetery", "City Cemetery"},
    {"Cambridge Common", "The Common"},
    {"Cambridge Rindge & Latin School", "Rindge & Latin School"},
    {"Cambridgeport School", "Azaleaport School"},
    {"North Cambridge Catholic Cemetery", "Catholic Cemetery"},
    {"Watertown-Cambridge Greenway", "Greenway"},
    {"87-101 Cambridgepark Dr Multi-use Path", "Cambridgepark Dr Path"},
    {"Green Street Neighbhorhood Garden", "Green Street Neighborhood Garden"},
    {"Charles River", "Azalea River"},
    {"Charles River Basin", "Azalea River Basin"},
    {"Gannet/Warren Pals Park", "Gannett/Warren Pals Park"},
    {"Veterans of Foreign Wars Memorial Park", "Veterans Memorial Park"},
    {"Dewolfe St", "DeWolfe St"},
    {"Alewife T Station Access Rd", "Alewife Station Access Rd"},
};

const char *name_of(const char *name)
{
    for (size_t i = 0; i < COUNT(renamed); i++) {
        if (strcmp(name, renamed[i][0]) == 0)
            return renamed[i][1];
    }
    return name;
}

/* Without spaces at its ends; NULL for the source's ways to say nothing. */
const char *text_of(const json_t *properties, const char *key)
{
    static char text[256];
    const json_t *value = json_object_get(properties, key);
    size_t n;

    if (json_is_number(value)) {
        snprintf(text, sizeof text, "%.0f", json_number_value(value));
        return text;
    }
    if (!json_is_string(value))
        return NULL;
    snprintf(text, sizeof text, "%s", json_string_value(value));
    n = strlen(text);
    while (n > 0 && text[n - 1] == ' ')
        text[--n] = '\0';
    return n == 0 || strcmp(text, "<Null>") == 0 ? NULL : text;
}

static struct point point_of(const json_t *position)
{
    return (struct point){
        llround(json_number_value(json_array_get(position, 0)) * 1e6),
        llround(json_number_value(json_array_get(position, 1)) * 1e6),
    };
}

bool is_same(struct point a, struct point b)
{
    return a.lon_e6 == b.lon_e6 && a.lat_e6 == b.lat_e6;
}

/* Metres from p to the line a-b, flat enough for one city. */
static double off_m(struct point p, struct point a, struct point b)
{
    double kx = 0.0824, ky = 0.1111; /* metres of 1e-6 degree at 42.4 degrees north */
    double bx = (double)(b.lon_e6 - a.lon_e6) * kx, by = (double)(b.lat_e6 - a.lat_e6) * ky;
    double px = (double)(p.lon_e6 - a.lon_e6) * kx, py = (double)(p.lat_e6 - a.lat_e6) * ky;
    double length = hypot(bx, by);

    return length > 0 ? fabs(px * by - py * bx) / length : hypot(px, py);
}

/* Marks what Douglas and Peucker's algorithm keeps between two kept points. */
static void keep_between(const struct line *line, size_t from, size_t to, double m, bool *keeps)
{
    double far = m;
    size_t at = 0;

    for (size_t i = from + 1; i < to; i++) {
        double off = off_m(line->points[i], line->points[from], line->points[to]);

        if (off > far) {
            far = off;
            at = i;
        }
    }
    if (at == 0)
        return;
    keeps[at] = true;
    keep_between(line, from, at, m, keeps);
    keep_between(line, at, to, m, keeps);
}

void simplify(struct line *line, double m)
{
    bool *keeps = must(calloc(line->n, 1));
    size_t middle = line->n - 1, n = 0;

    /* A ring has no chord to measure from: its middle point is kept as well. */
    if (is_same(line->points[0], line->points[line->n - 1]))
        middle = line->n / 2;
    keeps[0] = keeps[middle] = keeps[line->n - 1] = true;
    keep_between(line, 0, middle, m, keeps);
    keep_between(line, middle, line->n - 1, m, keeps);
    for (size_t i = 0; i < line->n; i++) {
        if (keeps[i])
            line->points[n++] = line->points[i];
    }
    line->n = n;
    free(keeps);
}

struct line line_of(const json_t *positions, double simplify_m)
{
    struct line line = {must(calloc(json_array_size(positions) + 1, sizeof(struct point))), 0};

    for (size_t i = 0; i < json_array_size(positions); i++) {
        struct point at = point_of(json_array_get(positions, i));

        if (line.n == 0 || !is_same(at, line.points[line.n - 1]))
            line.points[line.n++] = at;
    }
    if (simplify_m > 0 && line.n > 4)
        simplify(&line, simplify_m);
    return line;
}

static void degrees_write(FILE *out, int64_t e6)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%.6f", (double)e6 / 1e6);

    while (text[n - 1] == '0')
        n--;
    fprintf(out, "%.*s", n, text);
}

static void point_write(FILE *out, struct point at)
{
    fputc('[', out);
    degrees_write(out, at.lon_e6);
    fputc(',', out);
    degrees_write(out, at.lat_e6);
    fputc(']', out);
}

static bool is_flat(const json_t *positions, double simplify_m, bool is_area)
{
    struct line line = line_of(positions, simplify_m);

    free(line.points);
    return line.n < (is_area ? 4 : 2);
}

/* Coordinates `depth` brackets above a line of positions; depth 0 is a line. A ring that rounding
 * made flat is left out. */
static void coordinates_write(FILE *out, const json_t *coordinates, int depth, double simplify_m,
                              bool is_area)
{
    bool is_first = true;

    fputc('[', out);
    if (depth == 0) {
        struct line line = line_of(coordinates, simplify_m);

        for (size_t i = 0; i < line.n; i++) {
            fputs(i ? "," : "", out);
            point_write(out, line.points[i]);
        }
        free(line.points);
    }
    for (size_t i = 0; depth > 0 && i < json_array_size(coordinates); i++) {
        const json_t *inner = json_array_get(coordinates, i);

        if (depth == 1 && is_flat(inner, simplify_m, is_area))
            continue;
        fputs(is_first ? "" : ",", out);
        is_first = false;
        coordinates_write(out, inner, depth - 1, simplify_m, is_area);
    }
    fputc(']', out);
}

static void geometry_write(FILE *out, const json_t *geometry, double simplify_m)
{
    static const struct {
        const char *type;
        int depth;
    } types[] = {{"LineString", 0}, {"Polygon", 1}, {"MultiLineString", 1}, {"MultiPolygon", 2}};
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *coordinates = json_object_get(geometry, "coordinates");

    fprintf(out, "{\"type\":\"%s\",\"coordinates\":", type);
    if (strcmp(type, "Point") == 0)
        point_write(out, point_of(coordinates));
    for (size_t i = 0; i < COUNT(types); i++) {
        if (strcmp(type, types[i].type) == 0)
            coordinates_write(out, coordinates, types[i].depth, simplify_m,
                              strstr(type, "Polygon") != NULL);
    }
    fputc('}', out);
}

void feature_write(FILE *out, json_t *properties, const json_t *geometry, double simplify_m)
{
    const char *type = json_string_value(json_object_get(geometry, "type"));
    char *text;

    if (strcmp(type, "LineString") == 0 &&
        is_flat(json_object_get(geometry, "coordinates"), simplify_m, false)) {
        json_decref(properties);
        return;
    }
    text = must(json_dumps(properties, JSON_COMPACT));
    fprintf(out, "%s{\"type\":\"Feature\",\"properties\":%s,\"geometry\":",
            ftell(out) > 64 ? ",\n" : "\n", text);
    geometry_write(out, geometry, simplify_m);
    fputc('}', out);
    free(text);
    json_decref(properties);
}

json_t *features_read(const char *folder, const char *file)
{
    char path[4096];
    json_error_t error;
    json_t *root;

    snprintf(path, sizeof path, "%s/%s", folder, file);
    root = json_load_file(path, 0, &error);
    if (!root)
        die("%s: %s", path, error.text);
    return root;
}

FILE *file_open(const char *folder, const char *file)
{
    char path[4096];
    FILE *out;

    snprintf(path, sizeof path, "%s/%s", folder, file);
    out = fopen(path, "w");
    if (!out)
        die("cannot write %s", path);
    return out;
}

FILE *layer_open(const char *folder, const char *layer)
{
    char file[64];
    FILE *out;

    snprintf(file, sizeof file, "%s.geojson", layer);
    out = file_open(folder, file);
    fputs("{\"type\":\"FeatureCollection\",\"features\":[", out);
    return out;
}

void layer_close(FILE *out)
{
    fputs("\n]}\n", out);
    if (fclose(out) != 0)
        die("cannot write");
}
