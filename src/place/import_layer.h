/* A map layer from another system's file: its ids and names put where this program looks for them,
 * and looked over before anybody relies on it. Layer: place. Any thread.
 */
#ifndef PLACE_IMPORT_LAYER_H
#define PLACE_IMPORT_LAYER_H

#include "base/problem.h"
#include "place/layer.h"

/* Which properties of the file mean what. */
struct import_layer_map {
    struct str layer;       /* what it is called here: "district" */
    struct str id;          /* a property; empty: the feature's own member "id" */
    struct str name;        /* a property; empty: none, the id is shown */
    const struct str *keep; /* properties that are kept under their own names */
    size_t keep_n;
};

/* Reads a map: layer, id, name, keep. RC_INVALID (ERR_FORMAT) when it has errors. */
struct yaml_node;
enum rc import_layer_map_read(struct ctx *ctx, const struct yaml_node *root,
                              struct problems *problems, struct import_layer_map *ret) MUST_CHECK;

/* The file as this program keeps it, in the format that it has (GeoJSON, or TopoJSON:
 * *ret_is_topology): every feature has an "id", a "name" and what is kept. RC_INVALID (ERR_FORMAT)
 * for anything else, and when a feature lacks its id or two have the same. In the arena. */
enum rc import_layer_rewrite(struct ctx *ctx, const struct import_layer_map *map, struct str text,
                             struct str *ret, bool *ret_is_topology) MUST_CHECK;

/* How areas cover the city: points of an even grid within the boundary (within the layer's own box
 * where there is none), and how many of them lie in no area or in more than one. */
struct import_layer_cover {
    int64_t points, uncovered, doubled;
};
struct import_layer_cover import_layer_cover(const struct layer *layer,
                                             const struct layer *boundary);

/* Notes what is odd about a layer: areas whose border crosses itself. */
void import_layer_look_over(const struct layer *layer, struct str file, struct problems *problems);

#endif
