/* All layers of a city, loaded together from its folder.
 *
 * A file `layers/district.geojson` (or .topojson) is the layer "district". The set is immutable;
 * a city that changes a file loads a new set. Layer names with a meaning to the program:
 *   boundary      areas: where the city is; without it every point is inside
 *   street        lines: "name", "alias", "class" (1 highway, 2 main street), house number ranges
 *                 "lf", "lt" on the left in the line's direction and "rf", "rt" on the right
 *   intersection  points: "name" is the crossing streets' names joined by " & "
 *   park, playground, library, building, fire-station, neighborhood: named places
 *   water, park, rail: drawn on maps
 * Layer: place. Immutable after loading: any thread.
 */
#ifndef PLACE_LAYERS_H
#define PLACE_LAYERS_H

#include "place/layer.h"

struct layers {
    struct arena *arena;               /* owns the layers */
    const struct layer *const *layers; /* sorted by name */
    size_t count;
    struct str version; /* names the content of all: 16 hex digits of SHA-256 */
};

/* Loads every *.geojson and *.topojson of a folder. Errors as layer_load and file_read; one
 * layer in two files is ERR_CONFIG. A folder without layers gives an empty set. Owned:
 * layers_free. */
enum rc layers_load(struct ctx *ctx, const char *folder, struct layers **ret) MUST_CHECK;
void layers_free(struct layers *layers);

/* The same from texts that are in memory, as a database keeps them. */
struct layer_text {
    struct str name; /* "district" */
    struct str text;
};
enum rc layers_of_texts(struct ctx *ctx, const struct layer_text *files, size_t n,
                        struct layers **ret) MUST_CHECK;

/* The layer of that name, or NULL. */
const struct layer *layers_find(const struct layers *layers, struct str name);

/* The id of the area of a layer that contains the point: layers_value(.., "district", ..) is
 * "3". Empty when no area does, or there is no such layer. */
struct str layers_value(const struct layers *layers, struct str name, struct point at);

/* How far the point is from the city; 0 inside, and in a city without a boundary. */
double layers_outside_m(const struct layers *layers, struct point at);

/* Whether the point is in the city. RC_INVALID (ERR_PLACE_OUTSIDE) when not. */
enum rc layers_check_inside(struct ctx *ctx, const struct layers *layers,
                            struct point at) MUST_CHECK;

#endif
