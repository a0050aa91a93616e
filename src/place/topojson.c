#include "place/layer_build.h"

#define COLLECTION_DEPTH_MAX 4

/* Lines that several shapes share are stored once, as arcs; a shape names them by number, the
 * complement (~n) meaning backwards. Coordinates may be whole numbers on a grid ("transform"), in
 * arcs each counted from the one before. */
struct topology {
    struct layer_draft *draft;
    double scale[2], translate[2]; /* longitude, latitude */
    bool is_quantized;
    struct point *points;
    uint32_t *starts; /* of each arc, and the end of the last */
    size_t arc_count;
};

static enum rc pair_read(struct layer_draft *draft, const json_t *pair, double ret[2])
{
    for (size_t i = 0; i < 2; i++) {
        const json_t *number = json_array_get(pair, i);

        if (!json_is_number(number))
            return layer_draft_fail(draft,
                                    "two numbers are expected in the transform or a position");
        ret[i] = json_number_value(number);
    }
    return RC_OK;
}

static enum rc place_on_earth(const struct topology *topology, const double grid[2],
                              struct point *ret)
{
    double lon = topology->translate[0] + topology->scale[0] * grid[0];
    double lat = topology->translate[1] + topology->scale[1] * grid[1];

    if (!point_of(lat, lon, ret))
        return layer_draft_fail(topology->draft, "a position lies outside the earth's coordinates");
    return RC_OK;
}

static enum rc arc_decode(const struct topology *topology, const json_t *arc, struct point *to)
{
    double at[2] = {0, 0};
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < json_array_size(arc); i++) {
        double step[2];

        rc = pair_read(topology->draft, json_array_get(arc, i), step);
        if (rc)
            break;
        for (size_t k = 0; k < 2; k++)
            at[k] = topology->is_quantized ? at[k] + step[k] : step[k];
        rc = place_on_earth(topology, at, &to[i]);
    }
    return rc;
}

static enum rc arcs_decode(struct topology *topology, const json_t *arcs)
{
    struct ctx *ctx = topology->draft->ctx;
    size_t total = 0;
    enum rc rc = RC_OK;

    if (!json_is_array(arcs))
        return layer_draft_fail(topology->draft, "the Topology has no array of arcs");
    topology->arc_count = json_array_size(arcs);
    for (size_t i = 0; i < topology->arc_count; i++)
        total += json_array_size(json_array_get(arcs, i));
    topology->points = ARENA_ARRAY(ctx->arena, total, struct point);
    topology->starts = ARENA_ARRAY(ctx->arena, topology->arc_count + 1, uint32_t);
    if (!topology->points || !topology->starts || total > UINT32_MAX)
        return FAIL(ctx, ERR_MEMORY);
    total = 0;
    for (size_t i = 0; !rc && i < topology->arc_count; i++) {
        const json_t *arc = json_array_get(arcs, i);

        topology->starts[i] = (uint32_t)total;
        rc = arc_decode(topology, arc, topology->points + total);
        total += json_array_size(arc);
        topology->starts[i + 1] = (uint32_t)total;
    }
    return rc;
}

/* Appends an arc to the part under way; its first point was the end of the arc before. */
static enum rc arc_append(const struct topology *topology, json_int_t number, bool is_first)
{
    bool is_reversed = number < 0;
    size_t arc = (size_t)(is_reversed ? -(number + 1) : number);
    size_t n;
    enum rc rc = RC_OK;

    if (arc >= topology->arc_count)
        return layer_draft_fail(topology->draft, "it uses an arc that does not exist");
    n = topology->starts[arc + 1] - topology->starts[arc];
    for (size_t i = is_first ? 0 : 1; !rc && i < n; i++) {
        size_t at = is_reversed ? n - 1 - i : i;

        rc = layer_draft_point(topology->draft, topology->points[topology->starts[arc] + at]);
    }
    return rc;
}

static enum rc part_read(const struct topology *topology, const json_t *numbers,
                         enum layer_kind kind)
{
    enum rc rc = layer_draft_part(topology->draft, kind);

    if (!rc && !json_is_array(numbers))
        rc = layer_draft_fail(topology->draft, "its arcs are not an array");
    for (size_t i = 0; !rc && i < json_array_size(numbers); i++) {
        const json_t *number = json_array_get(numbers, i);

        if (!json_is_integer(number))
            return layer_draft_fail(topology->draft, "an arc is named by a whole number");
        rc = arc_append(topology, json_integer_value(number), i == 0);
    }
    return rc ? rc : layer_draft_part_end(topology->draft, kind);
}

static enum rc parts_read(const struct topology *topology, const json_t *arcs, int depth,
                          enum layer_kind kind)
{
    enum rc rc = RC_OK;

    if (depth == 0)
        return part_read(topology, arcs, kind);
    if (!json_is_array(arcs))
        return layer_draft_fail(topology->draft, "its arcs are not an array");
    for (size_t i = 0; !rc && i < json_array_size(arcs); i++)
        rc = parts_read(topology, json_array_get(arcs, i), depth - 1, kind);
    return rc;
}

static enum rc point_read(const struct topology *topology, const json_t *position)
{
    double grid[2];
    struct point at;
    enum rc rc = pair_read(topology->draft, position, grid);

    if (!rc)
        rc = place_on_earth(topology, grid, &at);
    if (!rc)
        rc = layer_draft_part(topology->draft, LAYER_POINTS);
    return rc ? rc : layer_draft_point(topology->draft, at);
}

static enum rc geometry_read(const struct topology *topology, const json_t *object, struct str type)
{
    static const struct {
        struct str type;
        int depth;
        enum layer_kind kind;
    } types[] = {
        {STR("LineString"), 0, LAYER_LINES},
        {STR("MultiLineString"), 1, LAYER_LINES},
        {STR("Polygon"), 1, LAYER_AREAS},
        {STR("MultiPolygon"), 2, LAYER_AREAS},
    };

    if (str_eq(type, S("Point")))
        return point_read(topology, json_object_get(object, "coordinates"));
    for (size_t i = 0; i < COUNT(types); i++) {
        if (str_eq(type, types[i].type))
            return parts_read(topology, json_object_get(object, "arcs"), types[i].depth,
                              types[i].kind);
    }
    return layer_draft_fail(topology->draft,
                            "a geometry is a Point, LineString or Polygon, or several of a kind");
}

static enum rc object_read(const struct topology *topology, const json_t *object, int depth)
{
    struct layer_draft *draft = topology->draft;
    const json_t *type = json_object_get(object, "type");
    const json_t *inner = json_object_get(object, "geometries");
    enum rc rc = RC_OK;

    if (json_is_null(type))
        return RC_OK;
    if (str_eq(str_of(json_string_value(type)), S("GeometryCollection"))) {
        if (depth > COLLECTION_DEPTH_MAX)
            return layer_draft_fail(draft, "collections are nested too deeply");
        for (size_t i = 0; !rc && i < json_array_size(inner); i++)
            rc = object_read(topology, json_array_get(inner, i), depth + 1);
        return rc;
    }
    rc = layer_draft_feature(draft, json_object_get(object, "id"),
                             json_object_get(object, "properties"));
    if (!rc)
        rc = geometry_read(topology, object, str_of(json_string_value(type)));
    if (!rc)
        layer_draft_feature_end(draft);
    return rc;
}

enum rc topojson_read(struct layer_draft *draft, const json_t *root)
{
    struct topology topology = {.draft = draft, .scale = {1, 1}};
    const json_t *transform = json_object_get(root, "transform");
    json_t *objects = json_object_get(root, "objects");
    const char *unused;
    const json_t *object;
    enum rc rc = RC_OK;

    if (transform) {
        topology.is_quantized = true;
        rc = pair_read(draft, json_object_get(transform, "scale"), topology.scale);
        if (!rc)
            rc = pair_read(draft, json_object_get(transform, "translate"), topology.translate);
    }
    if (!rc)
        rc = arcs_decode(&topology, json_object_get(root, "arcs"));
    if (!rc && !json_is_object(objects))
        rc = layer_draft_fail(draft, "the Topology has no objects");
    if (rc)
        return rc;
    json_object_foreach(objects, unused, object)
    {
        rc = object_read(&topology, object, 0);
        if (rc)
            break;
    }
    return rc;
}
