/* A layer: one kind of thing on the city's map, loaded from a GeoJSON or TopoJSON file.
 *
 * Points (street lights), lines (streets) or areas (council districts), each feature with an id,
 * a label and its properties as text. Rules ask `layer("district")` and get the id of the area a
 * place lies in; assets are found as the nearest point. A layer is immutable and carries a version
 * that names its content, so that a case can say by which map it was routed. Formats: RFC 7946;
 * TopoJSON 1.0. Layer: place. Immutable after loading: any thread.
 */
#ifndef PLACE_LAYER_H
#define PLACE_LAYER_H

#include "base/ctx.h"
#include "place/geometry.h"
#include "place/grid.h"

#define LAYER_FILE_MAX_BYTES (64u << 20)

enum layer_kind { LAYER_EMPTY, LAYER_POINTS, LAYER_LINES, LAYER_AREAS };

struct layer_property {
    struct str name, value;
};

struct layer_feature {
    struct str id;    /* the member or property "id", else its place in the file: "1", "2" */
    struct str label; /* the property "name", else the id */
    const struct layer_property *properties; /* without "id" and "name" */
    const struct line *parts;                /* a point; one or more lines; the rings of an area */
    uint32_t property_count, part_count;
    struct box box;
};

struct layer {
    struct str name;    /* "district" */
    struct str version; /* the first 16 hex digits of the file's SHA-256 */
    enum layer_kind kind;
    const struct layer_feature *features;
    size_t feature_count;
    struct box box;
    struct grid grid;
};

/* Reads a layer from the text of a file; it lives in `home`, which may outlive ctx->arena (used
 * for what is needed while reading). Features without geometry or extent are left out; of the
 * properties those that are text, numbers or booleans are kept. RC_INVALID (ERR_FORMAT) when the
 * text is neither format, mixes kinds, has rings that are not closed, positions that are not
 * numbers on earth, or arcs that do not exist: the detail names the layer and the feature. */
enum rc layer_load(struct ctx *ctx, struct arena *home, struct str name, struct str text,
                   const struct layer **ret) MUST_CHECK;

/* The value of a property, empty when the feature has none of that name. */
struct str layer_property(const struct layer_feature *feature, struct str name);

/* The area that contains the point; the first in the file when several do; NULL when none does
 * or the layer holds no areas. */
const struct layer_feature *layer_at(const struct layer *layer, struct point at);

/* The nearest point or line within so many metres; feature is NULL when there is none. Areas are
 * near by their border, and at distance 0 from a point inside. */
struct layer_near {
    const struct layer_feature *feature;
    const struct line *part;
    struct foot foot;
};
struct layer_near layer_nearest(const struct layer *layer, struct point at, double within_m);

/* All features within so many metres: how many there are; the first `max` of them, nearest first,
 * in *ret. Looks at each feature. */
size_t layer_around(const struct layer *layer, struct point at, double within_m,
                    struct layer_near *ret, size_t max);

/* The feature with that id, the nearest where several have it; feature is NULL when none has. Looks
 * at each feature. */
struct layer_near layer_near_id(const struct layer *layer, struct str id, struct point at);

/* The first feature with that id, or NULL. Looks at each feature. */
const struct layer_feature *layer_by_id(const struct layer *layer, struct str id);

/* Where a pin or a label for the feature goes: the point itself, the middle of the longest line,
 * a point well inside the area. */
struct point layer_label_point(const struct layer_feature *feature);

#endif
