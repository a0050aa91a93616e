#include "place/layer.h"

#include <math.h>
#include <sodium.h>

#include "place/layer_build.h"

static struct str version_of(struct arena *home, struct str text)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[17];

    crypto_hash_sha256(hash, (const unsigned char *)text.p, text.n);
    sodium_bin2hex(hex, sizeof hex, hash, 8);
    return str_copy(home, str_of(hex));
}

/* A JSON value as the text that rules and pages see; false for what has none. */
static bool text_of(struct arena *home, const json_t *value, struct str *ret)
{
    if (json_is_string(value))
        *ret = str_copy(home, (struct str){json_string_value(value), json_string_length(value)});
    else if (json_is_integer(value))
        *ret = str_fmt(home, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        *ret = str_fmt(home, "%.15g", json_real_value(value));
    else if (json_is_boolean(value))
        *ret = json_is_true(value) ? S("true") : S("false");
    else
        return false;
    return true;
}

/* Property names repeat on every feature: each is kept once. */
struct names {
    struct str of[64];
    size_t n;
};

static struct str name_once(struct arena *home, struct names *names, const char *name)
{
    struct str wanted = str_of(name);

    for (size_t i = 0; i < names->n; i++) {
        if (str_eq(names->of[i], wanted))
            return names->of[i];
    }
    wanted = str_copy(home, wanted);
    if (names->n < COUNT(names->of))
        names->of[names->n++] = wanted;
    return wanted;
}

static enum rc properties_copy(struct ctx *ctx, struct arena *home, struct names *names,
                               json_t *from, struct layer_feature *feature)
{
    size_t n = json_object_size(from);
    struct layer_property *properties = n ? ARENA_ARRAY(home, n, struct layer_property) : NULL;
    const char *name;
    const json_t *value;

    if (n && !properties)
        return FAIL(ctx, ERR_MEMORY);
    feature->properties = properties;
    json_object_foreach(from, name, value)
    {
        struct str text;

        if (!text_of(home, value, &text))
            continue;
        if (str_eq(str_of(name), S("id")))
            feature->id = text;
        else if (str_eq(str_of(name), S("name")))
            feature->label = text;
        else
            properties[feature->property_count++] =
                (struct layer_property){name_once(home, names, name), text};
    }
    return RC_OK;
}

static enum rc feature_copy(struct ctx *ctx, struct arena *home, struct names *names,
                            const struct layer_draft_feature *from, struct layer_feature *to)
{
    enum rc rc = properties_copy(ctx, home, names, from->properties, to);

    if (rc)
        return rc;
    if (str_is_empty(to->id) && (!from->id || !text_of(home, from->id, &to->id)))
        to->id = STR_NONE;
    return RC_OK;
}

/* Points, parts and features in their final place and exact size; texts are still missing. */
static enum rc shapes_copy(const struct layer_draft *draft, struct arena *home,
                           struct layer_feature **ret)
{
    struct point *points = ARENA_ARRAY(home, draft->point_count, struct point);
    struct line *parts = ARENA_ARRAY(home, draft->part_count, struct line);
    struct layer_feature *features = ARENA_ARRAY(home, draft->feature_count, struct layer_feature);

    if (!points || !parts || !features)
        return FAIL(draft->ctx, ERR_MEMORY);
    if (draft->point_count)
        memcpy(points, draft->points, draft->point_count * sizeof *points);
    for (size_t i = 0; i < draft->part_count; i++)
        parts[i] = (struct line){points + draft->parts[i].first_point, draft->parts[i].point_count};
    for (size_t i = 0; i < draft->feature_count; i++) {
        struct layer_feature *feature = &features[i];

        feature->parts = parts + draft->features[i].first_part;
        feature->part_count = draft->features[i].part_count;
        feature->box = BOX_NONE;
        for (size_t part = 0; part < feature->part_count; part++) {
            for (size_t k = 0; k < feature->parts[part].n; k++)
                box_add(&feature->box, feature->parts[part].points[k]);
        }
    }
    *ret = features;
    return RC_OK;
}

static enum rc texts_copy(const struct layer_draft *draft, struct arena *home,
                          struct layer_feature *features)
{
    struct names names = {.n = 0};
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < draft->feature_count; i++) {
        rc = feature_copy(draft->ctx, home, &names, &draft->features[i], &features[i]);
        if (str_is_empty(features[i].id))
            features[i].id = str_fmt(home, "%zu", i + 1);
        if (str_is_empty(features[i].label))
            features[i].label = features[i].id;
    }
    return rc;
}

static enum rc grid_add(struct ctx *ctx, struct arena *home, struct layer *layer)
{
    struct box *boxes = ARENA_ARRAY(ctx->arena, layer->feature_count, struct box);

    if (!boxes)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < layer->feature_count; i++)
        boxes[i] = layer->features[i].box;
    if (!grid_build(home, boxes, layer->feature_count, &layer->grid))
        return FAIL(ctx, ERR_MEMORY);
    layer->box = layer->grid.box;
    return RC_OK;
}

static enum rc layer_make(struct layer_draft *draft, const json_t *root, struct arena *home,
                          struct str text, struct layer *layer)
{
    struct str type = str_of(json_string_value(json_object_get(root, "type")));
    struct layer_feature *features = NULL;
    enum rc rc =
        str_eq(type, S("Topology")) ? topojson_read(draft, root) : geojson_read(draft, root);

    if (!rc)
        rc = shapes_copy(draft, home, &features);
    if (!rc)
        rc = texts_copy(draft, home, features);
    layer->features = features;
    layer->feature_count = features ? draft->feature_count : 0;
    if (!rc)
        rc = grid_add(draft->ctx, home, layer);
    layer->kind = draft->kind;
    layer->name = str_copy(home, draft->name);
    layer->version = version_of(home, text);
    if (!rc && (arena_has_failed(home) || arena_has_failed(draft->ctx->arena)))
        rc = FAIL(draft->ctx, ERR_MEMORY);
    return rc;
}

enum rc layer_load(struct ctx *ctx, struct arena *home, struct str name, struct str text,
                   const struct layer **ret)
{
    struct layer_draft draft = {.ctx = ctx, .name = name};
    struct layer *layer = ARENA_NEW(home, struct layer);
    json_error_t error;
    json_t *root;
    enum rc rc;

    if (!layer)
        return FAIL(ctx, ERR_MEMORY);
    root = json_loadb(text.p ? text.p : "", text.n, 0, &error);
    if (!root)
        return FAIL(ctx, ERR_FORMAT,
                    .detail = str_fmt(ctx->arena, "layer %.*s: line %d, column %d: %s",
                                      STR_ARG(name), error.line, error.column, error.text));
    rc = layer_make(&draft, root, home, text, layer);
    json_decref(root);
    if (!rc)
        *ret = layer;
    return rc;
}

struct str layer_property(const struct layer_feature *feature, struct str name)
{
    for (size_t i = 0; i < feature->property_count; i++) {
        if (str_eq(feature->properties[i].name, name))
            return feature->properties[i].value;
    }
    return STR_NONE;
}

const struct layer_feature *layer_at(const struct layer *layer, struct point at)
{
    struct grid_range range = grid_range(&layer->grid, (struct box){at, at});
    struct grid_cell cell;

    if (layer->kind != LAYER_AREAS || range.is_empty)
        return NULL;
    cell = grid_cell(&layer->grid, range.row_from, range.column_from);
    for (size_t i = 0; i < cell.n; i++) {
        const struct layer_feature *feature = &layer->features[cell.items[i]];

        if (box_contains(feature->box, at) &&
            rings_contain(feature->parts, feature->part_count, at))
            return feature;
    }
    return NULL;
}

static void nearer(const struct layer *layer, const struct layer_feature *feature, struct point at,
                   struct layer_near *best)
{
    for (size_t part = 0; part < feature->part_count; part++) {
        struct foot foot = line_nearest(feature->parts[part], at);

        if (!best->feature || foot.distance_m < best->foot.distance_m)
            *best = (struct layer_near){feature, &feature->parts[part], foot};
    }
    if (layer->kind == LAYER_AREAS && best->feature == feature && best->foot.distance_m > 0 &&
        rings_contain(feature->parts, feature->part_count, at))
        best->foot = (struct foot){.at = at};
}

static struct layer_near nearest_in(const struct layer *layer, struct point at, struct box box)
{
    struct grid_range range = grid_range(&layer->grid, box);
    struct layer_near best = {.feature = NULL};

    for (uint32_t row = range.row_from; !range.is_empty && row <= range.row_to; row++) {
        for (uint32_t column = range.column_from; column <= range.column_to; column++) {
            struct grid_cell cell = grid_cell(&layer->grid, row, column);

            for (size_t i = 0; i < cell.n; i++) {
                const struct layer_feature *feature = &layer->features[cell.items[i]];

                if (box_overlaps(feature->box, box))
                    nearer(layer, feature, at, &best);
            }
        }
    }
    return best;
}

/* The box grows until what was found lies nearer than its edge. */
struct layer_near layer_nearest(const struct layer *layer, struct point at, double within_m)
{
    const struct layer_near none = {.feature = NULL};
    const struct layer_feature *around = layer_at(layer, at);

    if (around)
        return (struct layer_near){around, around->parts, {.at = at}};
    for (double radius_m = within_m < 50 ? within_m : 50;; radius_m *= 2) {
        struct layer_near best;

        if (radius_m > within_m)
            radius_m = within_m;
        best = nearest_in(layer, at, box_around(at, radius_m));
        if (best.feature && best.foot.distance_m <= radius_m)
            return best;
        if (!(radius_m < within_m))
            return none;
    }
}

/* Into its place among those that are nearest so far. */
static void rank(struct layer_near *nearest, size_t n, size_t max, struct layer_near one)
{
    size_t to = n < max ? n : max;

    while (to > 0 && nearest[to - 1].foot.distance_m > one.foot.distance_m) {
        if (to < max)
            nearest[to] = nearest[to - 1];
        to--;
    }
    if (to < max)
        nearest[to] = one;
}

size_t layer_around(const struct layer *layer, struct point at, double within_m,
                    struct layer_near *ret, size_t max)
{
    struct box box = box_around(at, within_m);
    size_t n = 0;

    for (size_t i = 0; i < layer->feature_count; i++) {
        struct layer_near one = {.feature = NULL};

        if (!box_overlaps(layer->features[i].box, box))
            continue;
        nearer(layer, &layer->features[i], at, &one);
        if (one.foot.distance_m <= within_m)
            rank(ret, n++, max, one);
    }
    return n;
}

struct layer_near layer_near_id(const struct layer *layer, struct str id, struct point at)
{
    struct layer_near best = {.feature = NULL};

    for (size_t i = 0; i < layer->feature_count; i++)
        if (str_eq(layer->features[i].id, id))
            nearer(layer, &layer->features[i], at, &best);
    return best;
}

const struct layer_feature *layer_by_id(const struct layer *layer, struct str id)
{
    for (size_t i = 0; i < layer->feature_count; i++) {
        if (str_eq(layer->features[i].id, id))
            return &layer->features[i];
    }
    return NULL;
}

static struct point line_middle(const struct layer_feature *feature)
{
    const struct line *longest = &feature->parts[0];
    double longest_m = -1;

    for (size_t i = 0; i < feature->part_count; i++) {
        double length_m = line_length_m(feature->parts[i]);

        if (length_m > longest_m) {
            longest_m = length_m;
            longest = &feature->parts[i];
        }
    }
    return line_point(*longest, longest_m / 2, 0);
}

/* Lines and areas are told apart by the ends of their first part; a closed line counts as an
 * area, whose middle serves as well. */
struct point layer_label_point(const struct layer_feature *feature)
{
    struct line first = feature->parts[0];

    if (first.n == 1)
        return first.points[0];
    if (first.points[0].lat_e7 == first.points[first.n - 1].lat_e7 &&
        first.points[0].lon_e7 == first.points[first.n - 1].lon_e7 && first.n >= 4)
        return rings_label_point(feature->parts, feature->part_count);
    return line_middle(feature);
}
