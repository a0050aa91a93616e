/* Layers from other systems' files: ids and names found, what is odd seen. */
#include "place/import_layer.h"

#include "base/test_support.h"
#include "base/yaml.h"

#define SQUARE(x, y, props)                                                                   \
    "{\"type\":\"Feature\",\"properties\":" props ",\"geometry\":{\"type\":\"Polygon\","      \
    "\"coordinates\":[[[" x "," y "],[" x "1," y "],[" x "1," y "1],[" x "," y "1],[" x "," y \
    "]]]}}"
#define FILE_OF(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

static const struct import_layer_map by_property = {
    .layer = STR("district"), .id = STR("DIST"), .name = STR("LABEL")};

static const struct layer *load(struct ctx *ctx, struct str text)
{
    const struct layer *layer;

    assert_int_equal(layer_load(ctx, ctx->arena, S("district"), text, &layer), RC_OK);
    return layer;
}

static void ids_and_names_come_from_the_map(void **state)
{
    static const struct str keep[] = {STR("AREA")};
    static const char text[] =
        "{\"type\":\"FeatureCollection\",\"crs\":{\"x\":1},\"features\":["
        "{\"type\":\"Feature\",\"id\":\"old\",\"properties\":{\"DIST\":7,\"LABEL\":\"West\","
        "\"AREA\":3.5,\"SECRET\":\"s\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":"
        "[-71.1234567,42.7654321]}}]}";
    struct import_layer_map map = by_property;
    struct ctx *ctx = *state;
    const struct layer *layer;
    struct str out;
    bool is_topology;

    map.keep = keep;
    map.keep_n = 1;
    assert_int_equal(import_layer_rewrite(ctx, &map, str_of(text), &out, &is_topology), RC_OK);
    assert_false(is_topology);
    assert_true(str_find(out, S("SECRET")) < 0 && str_find(out, S("crs")) < 0);
    layer = load(ctx, out);
    assert_int_equal(layer->feature_count, 1);
    assert_str(layer->features[0].id, "7");
    assert_str(layer->features[0].label, "West");
    assert_str(layer_property(&layer->features[0], S("AREA")), "3.5");
    assert_int_equal(layer->features[0].parts[0].points[0].lat_e7, 427654321);
    assert_int_equal(layer->features[0].parts[0].points[0].lon_e7, -711234567);
}

static void a_topology_stays_one(void **state)
{
    static const char text[] =
        "{\"type\":\"Topology\",\"arcs\":[[[0,0],[1,0],[1,1],[0,0]]],\"objects\":{\"d\":{\"type\":"
        "\"GeometryCollection\",\"geometries\":[{\"type\":\"Polygon\",\"arcs\":[[0]],"
        "\"properties\":{\"DIST\":\"A\",\"LABEL\":\"Alpha\"}}]}}}";
    struct ctx *ctx = *state;
    const struct layer *layer;
    struct str out;
    bool is_topology;

    assert_int_equal(import_layer_rewrite(ctx, &by_property, str_of(text), &out, &is_topology),
                     RC_OK);
    assert_true(is_topology);
    layer = load(ctx, out);
    assert_str(layer->features[0].id, "A");
    assert_str(layer->features[0].label, "Alpha");
}

static void what_is_no_layer_is_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", ""},
        {"[]", "neither"},
        {"{\"type\":\"Feature\"}", "neither"},
        {"{\"type\":\"FeatureCollection\"}", "list"},
        {"{\"type\":\"FeatureCollection\",\"features\":[]}", "no features"},
        {"{\"type\":\"FeatureCollection\",\"features\":[1]}", "no object"},
        {"{\"type\":\"FeatureCollection\",\"features\":{\"a\":1}}", "list"},
        {FILE_OF(SQUARE("1", "1", "{}")), "has no id"},
        {FILE_OF(SQUARE("1", "1", "null")), "has no id"},
        {FILE_OF(SQUARE("1", "1", "{\"DIST\":{}}")), "has no id"},
        {FILE_OF(SQUARE("1", "1", "{\"DIST\":\"\"}")), "has no id"},
        {FILE_OF(SQUARE("1", "1", "{\"DIST\":1}") "," SQUARE("2", "2", "{\"DIST\":\"1\"}")),
         "feature 2 has the id of another one"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", ""},
    };
    struct ctx *ctx = *state;
    bool is_topology;
    struct str out;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(
            import_layer_rewrite(ctx, &by_property, str_of(wrong[i].text), &out, &is_topology),
            RC_INVALID);
        if (str_find(ctx->err.detail, str_of(wrong[i].says)) < 0)
            fail_msg("%s: %.*s", wrong[i].text, STR_ARG(ctx->err.detail));
        ctx_clear_error(ctx);
    }
}

/* Two squares side by side, and one that lies over both. */
static void cover_counts_gaps_and_overlaps(void **state)
{
    struct ctx *ctx = *state;
    struct import_layer_cover cover;
    struct str out;
    bool is_topology;

    assert_int_equal(import_layer_rewrite(ctx, &by_property,
                                          S(FILE_OF(SQUARE("1", "1", "{\"DIST\":1}") "," SQUARE(
                                              "1", "1", "{\"DIST\":2}"))),
                                          &out, &is_topology),
                     RC_OK);
    cover = import_layer_cover(load(ctx, out), NULL);
    assert_int_equal(cover.points, 14400);
    assert_int_equal(cover.doubled, 14400);
    assert_int_equal(cover.uncovered, 0);
    assert_int_equal(
        import_layer_rewrite(ctx, &by_property,
                             S(FILE_OF("{\"type\":\"Feature\",\"properties\":{\"DIST\":1},"
                                       "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
                                       "[[[0,0],[2,0],[0,2],[0,0]]]}}")),
                             &out, &is_topology),
        RC_OK);
    cover = import_layer_cover(load(ctx, out), NULL);
    assert_int_equal(cover.doubled, 0);
    assert_in_range(cover.uncovered, 7000, 7400);
}

static int notes_of(struct ctx *ctx, const char *ring)
{
    struct problems problems = problems_in(ctx->arena);
    struct str text = str_fmt(ctx->arena,
                              "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                              "\"id\":\"1\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\","
                              "\"coordinates\":[%s]}}]}",
                              ring);

    import_layer_look_over(load(ctx, text), S("file"), &problems);
    return problems.note_count;
}

static void borders_that_cross_are_seen(void **state)
{
    assert_int_equal(notes_of(*state, "[[0,0],[2,2],[2,0],[0,1],[0,0]]"), 1);
    assert_int_equal(notes_of(*state, "[[0,0],[2,0],[2,2],[0,2],[0,0]]"), 0);
    assert_int_equal(notes_of(*state, "[[0,0],[2,0],[1,1],[2,2],[0,2],[1,1],[0,0]]"), 0);
}

static void a_map_names_a_layer(void **state)
{
    static const struct {
        const char *text;
        bool is_good;
    } maps[] = {
        {"layer: district\nid: DIST\nname: LABEL\nkeep: [AREA]\n", true},
        {"layer: zip\n", true},
        {"id: DIST\n", false},
        {"layer: district\nids: DIST\n", false},
        {"layer: Not A Name\n", false},
        {"layer: district\nkeep: AREA\n", false},
        {"- district\n", false},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(maps); i++) {
        struct problems problems = problems_in(ctx->arena);
        const struct yaml_node *root;
        struct import_layer_map map;

        assert_int_equal(yaml_parse(ctx, S("map"), str_of(maps[i].text), &problems, &root), RC_OK);
        if ((import_layer_map_read(ctx, root, &problems, &map) == RC_OK) != maps[i].is_good)
            fail_msg("%s", maps[i].text);
        ctx_clear_error(ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ids_and_names_come_from_the_map), TEST(a_topology_stays_one),
        TEST(what_is_no_layer_is_refused),     TEST(cover_counts_gaps_and_overlaps),
        TEST(borders_that_cross_are_seen),     TEST(a_map_names_a_layer),
    };

    return cmocka_run_group_tests_name("place/import_layer", tests, NULL, NULL);
}
