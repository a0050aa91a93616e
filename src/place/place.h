/* A place as a case keeps it: what was meant, where it is, and what the city's layers said there.
 *
 * The layer values are captured with the version of the layer they came from, so that a route or
 * a fee can be explained after the map has changed. Layer: place.
 */
#ifndef PLACE_PLACE_H
#define PLACE_PLACE_H

#include "base/ctx.h"
#include "place/gazetteer.h"

/* "address", "intersection", "street", "landmark", "area", "point". */
struct str place_kind_word(enum place_kind kind);
bool place_kind_of(struct str word, enum place_kind *ret);

/* A whole street or an area: nobody sent there finds one hole in it. */
bool place_kind_is_wide(enum place_kind kind);

struct place_layer {
    struct str layer;   /* "district" */
    struct str value;   /* the feature's id there: "3" */
    struct str version; /* of the layer */
};

struct place {
    enum place_kind kind;
    struct str address; /* the gazetteer's stable id; empty for a bare point */
    struct str label;   /* "795 Massachusetts Ave" */
    struct str unit;
    struct str zip;
    bool has_point;
    struct point point;
    const struct place_layer *layers; /* the polygon layers that cover it */
    size_t layer_n;
};

/* The feature of a layer that covers the place, or the empty string. */
struct str place_layer(const struct place *place, struct str layer);

/* The layers as stored: {"district": {"id": "3", "version": "ab12"}}, and back. */
struct str place_layers_json(struct arena *arena, const struct place *place);
enum rc place_layers_parse(struct ctx *ctx, struct str json, struct place *place) MUST_CHECK;

/* The square of about 80 m in which a point lies: row and column interleaved to one number, so
 * that near things can be found by an ordinary index. */
int64_t place_cell(struct point point);

/* Squares of one block of them, from the first number to the last. */
struct cell_run {
    int64_t from, to;
};

/* Runs of squares that cover a box, and something around it: at most CELL_RUNS_MAX, in order, none
 * touching another; the number of them. */
#define CELL_RUNS_MAX 81
size_t place_cells_over(struct box box, struct cell_run ret_runs[CELL_RUNS_MAX]);

/* The squares that a circle touches, at most `max`; the number of them. */
size_t place_cells_around(struct point center, int32_t radius_m, int64_t *ret_cells, size_t max);

#endif
