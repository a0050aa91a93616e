#include "place/import_layer.h"

#include "base/json.h"
#include "base/yaml.h"

#define COORDINATE_DIGITS 12   /* three before the point, and more after it than 1e-7 degrees */
#define GRID              120  /* points to a side */
#define MAX_CROSSING      4000 /* points of a ring that is looked over */
#define MAX_TEXT          LAYER_FILE_MAX_BYTES

enum rc import_layer_map_read(struct ctx *ctx, const struct yaml_node *root,
                              struct problems *problems, struct import_layer_map *ret)
{
    static const struct str keys[] = {STR("layer"), STR("id"), STR("name"), STR("keep")};
    const struct yaml_node *keep = yaml_get(root, "keep");
    struct import_layer_map map = {.keep_n = 0};
    struct str *kept = ARENA_ARRAY(ctx->arena, keep ? keep->n + 1 : 1, struct str);

    if (!kept)
        return FAIL(ctx, ERR_MEMORY);
    if (yaml_expect_map(problems, root, keys, 4)) {
        if (yaml_get(root, "layer"))
            map.layer = yaml_expect_id(problems, yaml_get(root, "layer"), "the layer's name");
        else
            problem_add(problems, PROBLEM_ERROR, yaml_at(root), "the map needs \"layer\"");
        if (yaml_get(root, "id"))
            map.id = yaml_expect_text(problems, yaml_get(root, "id"), "the property of the id");
        if (yaml_get(root, "name"))
            map.name =
                yaml_expect_text(problems, yaml_get(root, "name"), "the property of the name");
    }
    if (keep && yaml_expect_list(problems, keep, "the properties that are kept"))
        for (; map.keep_n < keep->n; map.keep_n++)
            kept[map.keep_n] = yaml_expect_text(problems, &keep->items[map.keep_n], "a property");
    map.keep = kept;
    if (problems->error_count)
        return FAIL(ctx, ERR_FORMAT, .detail = S("the map has errors"));
    *ret = map;
    return RC_OK;
}

/* ---- Rewriting */

struct rewriting {
    struct ctx *ctx;
    const struct import_layer_map *map;
    json_t *seen; /* the ids so far, as keys */
    size_t n;     /* features so far */
};

static enum rc wrong(struct rewriting *rewriting, const char *sentence)
{
    return FAIL(rewriting->ctx, ERR_FORMAT,
                .detail = str_fmt(rewriting->ctx->arena, "feature %zu %s", rewriting->n, sentence));
}

static json_t *property(const struct rewriting *rewriting, const json_t *properties,
                        struct str name)
{
    return name.n ? json_object_get(properties, str_z(rewriting->ctx->arena, name)) : NULL;
}

/* Text, or a number as text; NULL for anything else. */
static const char *word_of(const struct rewriting *rewriting, const json_t *value)
{
    if (json_is_string(value))
        return json_string_value(value);
    if (json_is_integer(value))
        return str_z(rewriting->ctx->arena,
                     str_fmt(rewriting->ctx->arena, "%lld", (long long)json_integer_value(value)));
    return NULL;
}

/* `feature` is GeoJSON's feature or TopoJSON's geometry: both have "id" and "properties". */
static enum rc rewrite_feature(struct rewriting *rewriting, json_t *feature)
{
    const struct import_layer_map *map = rewriting->map;
    json_t *properties = json_object_get(feature, "properties"), *fresh = json_object();
    const char *id = word_of(rewriting, map->id.n ? property(rewriting, properties, map->id)
                                                  : json_object_get(feature, "id"));
    const char *name = word_of(rewriting, property(rewriting, properties, map->name));
    bool is_kept = fresh != NULL;

    rewriting->n++;
    if (!id || !*id) {
        json_decref(fresh);
        return wrong(rewriting, "has no id: look at the map's \"id\"");
    }
    if (json_object_get(rewriting->seen, id)) {
        json_decref(fresh);
        return wrong(rewriting, "has the id of another one");
    }
    for (size_t i = 0; is_kept && i < map->keep_n; i++) {
        json_t *value = property(rewriting, properties, map->keep[i]);

        if (value)
            is_kept = !json_object_set(fresh, str_z(rewriting->ctx->arena, map->keep[i]), value);
    }
    is_kept = is_kept && !json_object_set_new(rewriting->seen, id, json_true()) &&
              (!name || !json_object_set_new(fresh, "name", json_string(name))) &&
              !json_object_set_new(feature, "id", json_string(id)) &&
              !json_object_set(feature, "properties", fresh);
    json_decref(fresh);
    return is_kept ? RC_OK : FAIL(rewriting->ctx, ERR_MEMORY);
}

static enum rc rewrite_list(struct rewriting *rewriting, json_t *features)
{
    json_t *feature;
    size_t i;
    enum rc rc = json_is_array(features) ? RC_OK : wrong(rewriting, "is not in a list");

    if (rc)
        return rc;
    json_array_foreach(features, i, feature)
    {
        rc = json_is_object(feature) ? rewrite_feature(rewriting, feature)
                                     : wrong(rewriting, "is no object");
        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc rewrite_topology(struct rewriting *rewriting, json_t *objects)
{
    const char *name;
    json_t *object;

    json_object_foreach(objects, name, object)
    {
        json_t *geometries = json_object_get(object, "geometries");
        enum rc rc =
            geometries ? rewrite_list(rewriting, geometries) : rewrite_feature(rewriting, object);

        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc rewrite(struct rewriting *rewriting, json_t *root, bool is_topology)
{
    enum rc rc = is_topology ? rewrite_topology(rewriting, json_object_get(root, "objects"))
                             : rewrite_list(rewriting, json_object_get(root, "features"));

    if (!rc && !rewriting->n)
        rc = FAIL(rewriting->ctx, ERR_FORMAT, .detail = S("the file has no features"));
    return rc;
}

/* A bounding box or coordinate system of the whole is not needed and may not fit any more. */
static enum rc write_out(struct ctx *ctx, json_t *root, struct str *ret)
{
    char *text;

    json_object_del(root, "crs");
    json_object_del(root, "bbox");
    text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(COORDINATE_DIGITS));
    if (!text)
        return FAIL(ctx, ERR_MEMORY);
    *ret = str_copy(ctx->arena, str_of(text));
    free(text);
    return ret->n ? RC_OK : FAIL(ctx, ERR_MEMORY);
}

enum rc import_layer_rewrite(struct ctx *ctx, const struct import_layer_map *map, struct str text,
                             struct str *ret, bool *ret_is_topology)
{
    struct rewriting rewriting = {.ctx = ctx, .map = map};
    bool is_topology;
    json_t *root;
    struct str type;
    enum rc rc = json_parse(ctx, text, MAX_TEXT, &root);

    if (rc)
        return rc;
    type = str_of(json_string_value(json_object_get(root, "type")));
    is_topology = str_eq(type, S("Topology"));
    if (!is_topology && !str_eq(type, S("FeatureCollection")))
        return FAIL(ctx, ERR_FORMAT,
                    .detail = S("the file is neither a GeoJSON FeatureCollection nor a TopoJSON "
                                "Topology"));
    rewriting.seen = json_object();
    if (!rewriting.seen)
        return FAIL(ctx, ERR_MEMORY);
    rc = rewrite(&rewriting, root, is_topology);
    json_decref(rewriting.seen);
    if (!rc)
        rc = write_out(ctx, root, ret);
    if (!rc)
        *ret_is_topology = is_topology;
    return rc;
}

/* ---- Looking over */

static int areas_at(const struct layer *layer, struct point at)
{
    int n = 0;

    for (size_t i = 0; i < layer->feature_count && n < 2; i++) {
        const struct layer_feature *feature = &layer->features[i];

        n += box_contains(feature->box, at) &&
             rings_contain(feature->parts, feature->part_count, at);
    }
    return n;
}

struct import_layer_cover import_layer_cover(const struct layer *layer,
                                             const struct layer *boundary)
{
    struct import_layer_cover cover = {0};
    struct box box = boundary ? boundary->box : layer->box;
    int64_t height = (int64_t)box.max.lat_e7 - box.min.lat_e7;
    int64_t width = (int64_t)box.max.lon_e7 - box.min.lon_e7;

    if (layer->kind != LAYER_AREAS)
        return cover;
    for (int64_t i = 0; i < (int64_t)GRID * GRID; i++) {
        struct point at = {
            (int32_t)(box.min.lat_e7 + height * (2 * (i / GRID) + 1) / (2 * GRID)),
            (int32_t)(box.min.lon_e7 + width * (2 * (i % GRID) + 1) / (2 * GRID)),
        };
        int n;

        if (boundary && !layer_at(boundary, at))
            continue;
        n = areas_at(layer, at);
        cover.points++;
        cover.uncovered += n == 0;
        cover.doubled += n > 1;
    }
    return cover;
}

/* Which side of the line from a to b: the sign of twice the triangle's area. */
static int side(struct point a, struct point b, struct point c)
{
    __int128 twice = (__int128)((int64_t)b.lon_e7 - a.lon_e7) * ((int64_t)c.lat_e7 - a.lat_e7) -
                     (__int128)((int64_t)b.lat_e7 - a.lat_e7) * ((int64_t)c.lon_e7 - a.lon_e7);

    return (twice > 0) - (twice < 0);
}

/* Whether the pieces cross in their midst; touching is no crossing. */
static bool do_cross(const struct point *a, const struct point *b)
{
    return side(a[0], a[1], b[0]) * side(a[0], a[1], b[1]) < 0 &&
           side(b[0], b[1], a[0]) * side(b[0], b[1], a[1]) < 0;
}

static bool crosses_itself(struct line ring)
{
    for (size_t i = 0; i + 1 < ring.n; i++) {
        struct box box = BOX_NONE;

        box_add(&box, ring.points[i]);
        box_add(&box, ring.points[i + 1]);
        for (size_t k = i + 2; k + 1 < ring.n; k++) {
            struct box other = BOX_NONE;

            box_add(&other, ring.points[k]);
            box_add(&other, ring.points[k + 1]);
            if (box_overlaps(box, other) && do_cross(&ring.points[i], &ring.points[k]))
                return true;
        }
    }
    return false;
}

void import_layer_look_over(const struct layer *layer, struct str file, struct problems *problems)
{
    if (layer->kind != LAYER_AREAS)
        return;
    for (size_t i = 0; i < layer->feature_count; i++) {
        const struct layer_feature *feature = &layer->features[i];

        for (uint32_t k = 0; k < feature->part_count; k++)
            if (feature->parts[k].n <= MAX_CROSSING && crosses_itself(feature->parts[k]))
                problem_add(problems, PROBLEM_NOTE, (struct problem_at){file, 0, 0},
                            "the border of \"%.*s\" crosses itself", STR_ARG(feature->id));
    }
}
