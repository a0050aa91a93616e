/* What the parts of reduce-layers share: names, geometry, and writing features. A tool that is run
 * by hand: it ends the program when something is wrong. */
#ifndef TOOLS_REDUCE_H
#define TOOLS_REDUCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct point {
    int64_t lon_e6, lat_e6;
};

struct line {
    struct point *points;
    size_t n;
};

/* Says why and ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

/* The pointer, which must not be NULL. */
void *must(void *p);

/* Port Azalea's name for what the source names so; the same when it has none. */
const char *name_of(const char *name);

/* A property as text without spaces at its ends; NULL for the source's ways to say nothing. Valid
 * until the next call. */
const char *text_of(const json_t *properties, const char *key);

bool is_same(struct point a, struct point b);

/* Leaves out points that are within so many metres of the line without them. */
void simplify(struct line *line, double m);

/* Positions rounded, without repetitions; the caller frees the points. */
struct line line_of(const json_t *positions, double simplify_m);

/* One feature on a line of its own; takes `properties`. Lines and rings that rounding made flat
 * are left out, and so is the feature when nothing is left. */
void feature_write(FILE *out, json_t *properties, const json_t *geometry, double simplify_m);

json_t *features_read(const char *folder, const char *file);
FILE *file_open(const char *folder, const char *file);
FILE *layer_open(const char *folder, const char *layer);
void layer_close(FILE *out);

/* reduce_streets.c: centre lines with their number ranges, and the crossings' names. */
void street_layer(const char *from, const char *to);
void intersection_layer(const char *from, const char *to);

#endif
