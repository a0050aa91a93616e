#include "place/layer_build.h"

static enum rc points_read(struct layer_draft *draft, const json_t *positions, enum layer_kind kind)
{
    enum rc rc = layer_draft_part(draft, kind);

    if (!rc && !json_is_array(positions))
        rc = layer_draft_fail(draft, "coordinates are not an array");
    for (size_t i = 0; !rc && i < json_array_size(positions); i++) {
        struct point at;

        rc = layer_draft_position(draft, json_array_get(positions, i), &at);
        if (!rc)
            rc = layer_draft_point(draft, at);
    }
    return rc ? rc : layer_draft_part_end(draft, kind);
}

static enum rc point_read(struct layer_draft *draft, const json_t *position)
{
    struct point at;
    enum rc rc = layer_draft_position(draft, position, &at);

    if (!rc)
        rc = layer_draft_part(draft, LAYER_POINTS);
    return rc ? rc : layer_draft_point(draft, at);
}

/* `depth` arrays around what one part is made of. */
static enum rc parts_read(struct layer_draft *draft, const json_t *coordinates, int depth,
                          enum layer_kind kind)
{
    enum rc rc = RC_OK;

    if (depth == 0)
        return kind == LAYER_POINTS ? point_read(draft, coordinates)
                                    : points_read(draft, coordinates, kind);
    if (!json_is_array(coordinates))
        return layer_draft_fail(draft, "coordinates are not an array");
    for (size_t i = 0; !rc && i < json_array_size(coordinates); i++)
        rc = parts_read(draft, json_array_get(coordinates, i), depth - 1, kind);
    return rc;
}

static enum rc geometry_read(struct layer_draft *draft, const json_t *geometry)
{
    static const struct {
        struct str type;
        int depth;
        enum layer_kind kind;
    } types[] = {
        {STR("Point"), 0, LAYER_POINTS},     {STR("MultiPoint"), 1, LAYER_POINTS},
        {STR("LineString"), 0, LAYER_LINES}, {STR("MultiLineString"), 1, LAYER_LINES},
        {STR("Polygon"), 1, LAYER_AREAS},    {STR("MultiPolygon"), 2, LAYER_AREAS},
    };
    struct str type = str_of(json_string_value(json_object_get(geometry, "type")));

    for (size_t i = 0; i < COUNT(types); i++) {
        if (str_eq(type, types[i].type))
            return parts_read(draft, json_object_get(geometry, "coordinates"), types[i].depth,
                              types[i].kind);
    }
    return layer_draft_fail(draft,
                            "a geometry is a Point, LineString or Polygon, or several of a kind");
}

static enum rc feature_read(struct layer_draft *draft, const json_t *feature)
{
    const json_t *geometry = json_object_get(feature, "geometry");
    enum rc rc = layer_draft_feature(draft, json_object_get(feature, "id"),
                                     json_object_get(feature, "properties"));

    if (rc)
        return rc;
    if (!str_eq(str_of(json_string_value(json_object_get(feature, "type"))), S("Feature")))
        return layer_draft_fail(draft, "its type is not Feature");
    if (!json_is_null(geometry))
        rc = geometry_read(draft, geometry);
    if (!rc)
        layer_draft_feature_end(draft);
    return rc;
}

enum rc geojson_read(struct layer_draft *draft, const json_t *root)
{
    const json_t *features = json_object_get(root, "features");
    struct str type = str_of(json_string_value(json_object_get(root, "type")));
    enum rc rc = RC_OK;

    if (str_eq(type, S("Feature")))
        return feature_read(draft, root);
    if (!str_eq(type, S("FeatureCollection"))) {
        rc = layer_draft_feature(draft, NULL, NULL);
        if (!rc)
            rc = geometry_read(draft, root);
        if (!rc)
            layer_draft_feature_end(draft);
        return rc;
    }
    if (!json_is_array(features))
        return layer_draft_fail(draft, "the FeatureCollection has no array of features");
    for (size_t i = 0; !rc && i < json_array_size(features); i++)
        rc = feature_read(draft, json_array_get(features, i));
    return rc;
}
