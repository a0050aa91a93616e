/* Collects the features of a layer while a file is read (geojson.c, topojson.c), for layer.c.
 *
 * Everything grows in ctx->arena; layer_load copies the result to its home in exact size.
 * Layer: place, internal.
 */
#ifndef PLACE_LAYER_BUILD_H
#define PLACE_LAYER_BUILD_H

#include <jansson.h>

#include "place/layer.h"

struct layer_draft_part {
    uint32_t first_point, point_count;
};

struct layer_draft_feature {
    json_t *id;         /* a member of the feature, or NULL */
    json_t *properties; /* an object, or NULL */
    uint32_t first_part, part_count;
};

struct layer_draft {
    struct ctx *ctx;
    struct str name; /* for messages */
    enum layer_kind kind;
    struct point *points;
    struct layer_draft_part *parts;
    struct layer_draft_feature *features;
    size_t point_count, point_room, part_count, part_room, feature_count, feature_room;
};

/* A FeatureCollection, a Feature or a bare geometry. */
enum rc geojson_read(struct layer_draft *draft, const json_t *root) MUST_CHECK;

/* All objects of a Topology. */
enum rc topojson_read(struct layer_draft *draft, const json_t *root) MUST_CHECK;

/* ERR_FORMAT with "layer street: feature 12: " before the sentence. */
enum rc layer_draft_fail(struct layer_draft *draft, const char *sentence);

/* Begins a feature; parts added from now on are its own. */
enum rc layer_draft_feature(struct layer_draft *draft, json_t *id, json_t *properties) MUST_CHECK;

/* Ends the feature: one that has no parts is taken back. */
void layer_draft_feature_end(struct layer_draft *draft);

/* Begins a line, ring or point of the current feature; the kind must be that of the layer. */
enum rc layer_draft_part(struct layer_draft *draft, enum layer_kind kind) MUST_CHECK;
enum rc layer_draft_point(struct layer_draft *draft, struct point at) MUST_CHECK;

/* Ends the part. A ring must end where it begins. A line of one position and a ring of fewer than
 * four, which real files contain, have no extent and are taken back. */
enum rc layer_draft_part_end(struct layer_draft *draft, enum layer_kind kind) MUST_CHECK;

/* A JSON position as a point, longitude first. */
enum rc layer_draft_position(struct layer_draft *draft, const json_t *position,
                             struct point *ret) MUST_CHECK;

#endif
