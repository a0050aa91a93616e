#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/test_temporary.h"
#include "place/layers.h"

struct fixture {
    struct ctx ctx;
    struct arena *home;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    assert_non_null(fixture);
    fixture->ctx.arena = arena_new(64u << 20);
    fixture->home = arena_new(64u << 20);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    arena_free(fixture->home);
    arena_free(fixture->ctx.arena);
    free(fixture);
    return 0;
}

static const struct layer *loaded(struct fixture *fixture, struct str text)
{
    const struct layer *layer = NULL;

    if (layer_load(&fixture->ctx, fixture->home, S("test"), text, &layer) != RC_OK)
        fail_msg("%.*s", STR_ARG(fixture->ctx.err.detail));
    return layer;
}

static const struct str squares = STR(
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"1\",\"name\":\"West\",\"n\":3,\"x\":1.5,"
    "\"yes\":true,\"none\":null,\"list\":[1]},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},"
    "{\"type\":\"Feature\",\"id\":7,\"properties\":null,\"geometry\":{\"type\":\"MultiPolygon\","
    "\"coordinates\":[[[[1,0],[2,0],[2,1],[1,1],[1,0]],"
    "[[1.4,0.4],[1.6,0.4],[1.6,0.6],[1.4,0.6],[1.4,0.4]]],"
    "[[[5,5],[6,5],[6,6],[5,6],[5,5]]]]}},"
    "{\"type\":\"Feature\",\"properties\":{},\"geometry\":null}]}");

static struct point at(double lat, double lon)
{
    struct point point;

    assert_true(point_of(lat, lon, &point));
    return point;
}

static void areas_are_found_with_holes_and_parts(void **state)
{
    const struct layer *layer = loaded(*state, squares);

    assert_int_equal(layer->kind, LAYER_AREAS);
    assert_int_equal(layer->feature_count, 2);
    assert_int_equal(layer->version.n, 16);
    assert_ptr_equal(layer_at(layer, at(0.5, 0.5)), &layer->features[0]);
    assert_ptr_equal(layer_at(layer, at(0.2, 1.5)), &layer->features[1]);
    assert_null(layer_at(layer, at(0.5, 1.5)));
    assert_ptr_equal(layer_at(layer, at(5.5, 5.5)), &layer->features[1]);
    assert_null(layer_at(layer, at(3, 3)));
    assert_null(layer_at(layer, at(-50, 170)));
}

static void properties_are_text(void **state)
{
    const struct layer *layer = loaded(*state, squares);
    const struct layer_feature *west = &layer->features[0];

    assert_true(str_eq(west->id, S("1")));
    assert_true(str_eq(west->label, S("West")));
    assert_true(str_eq(layer_property(west, S("n")), S("3")));
    assert_true(str_eq(layer_property(west, S("x")), S("1.5")));
    assert_true(str_eq(layer_property(west, S("yes")), S("true")));
    assert_true(str_is_empty(layer_property(west, S("none"))));
    assert_true(str_is_empty(layer_property(west, S("list"))));
    assert_true(str_eq(layer->features[1].id, S("7")));
    assert_true(str_eq(layer->features[1].label, S("7")));
    assert_ptr_equal(layer_by_id(layer, S("7")), &layer->features[1]);
    assert_null(layer_by_id(layer, S("8")));
}

static void versions_name_the_content(void **state)
{
    struct fixture *fixture = *state;
    const struct layer *first = loaded(fixture, squares);
    const struct layer *again = loaded(fixture, squares);
    const struct layer *other =
        loaded(fixture, str_fmt(fixture->ctx.arena, "%.*s ", STR_ARG(squares)));

    assert_true(str_eq(first->version, again->version));
    assert_false(str_eq(first->version, other->version));
}

static void the_nearest_point_is_within_reach(void **state)
{
    const struct layer *layer = loaded(
        *state, S("{\"type\":\"FeatureCollection\",\"features\":["
                  "{\"type\":\"Feature\",\"properties\":{\"id\":\"a\"},\"geometry\":"
                  "{\"type\":\"Point\",\"coordinates\":[-71.1,42.37]}},"
                  "{\"type\":\"Feature\",\"properties\":{\"id\":\"b\"},\"geometry\":"
                  "{\"type\":\"MultiPoint\",\"coordinates\":[[-71.2,42.37],[-71.101,42.37]]}}]}"));
    struct point here = point_moved(at(42.37, -71.1), 0, -20);
    struct layer_near near = layer_nearest(layer, here, 30);

    assert_ptr_equal(near.feature, &layer->features[0]);
    assert_true(near.foot.distance_m > 19.9 && near.foot.distance_m < 20.1);
    assert_null(layer_nearest(layer, here, 19).feature);
    near = layer_nearest(layer, at(42.37, -71.199), 5000);
    assert_ptr_equal(near.feature, &layer->features[1]);
    near = layer_nearest(layer, at(41, -70), 1e6);
    assert_ptr_equal(near.feature, &layer->features[0]);
    assert_null(layer_nearest(layer, at(-41, 100), 1000).feature);
}

static void areas_are_near_by_their_border(void **state)
{
    const struct layer *layer = loaded(*state, squares);
    struct layer_near near = layer_nearest(layer, at(0.5, -0.1), 20000);

    assert_ptr_equal(near.feature, &layer->features[0]);
    assert_true(near.foot.distance_m > 11000 && near.foot.distance_m < 11200);
    near = layer_nearest(layer, at(0.5, 0.5), 10);
    assert_ptr_equal(near.feature, &layer->features[0]);
    assert_true(near.foot.distance_m < 1e-9);
}

/* Two squares on a grid of 0.1 degree that share arc 0, which the second runs backwards. */
static void topologies_share_arcs(void **state)
{
    const struct layer *layer =
        loaded(*state,
               S("{\"type\":\"Topology\",\"transform\":{\"scale\":[0.1,0.1],\"translate\":[10,20]},"
                 "\"objects\":{\"o\":{\"type\":\"GeometryCollection\",\"geometries\":["
                 "{\"type\":\"Polygon\",\"arcs\":[[0,1]],\"id\":\"w\"},"
                 "{\"type\":\"Polygon\",\"arcs\":[[-1,2]],\"properties\":{\"id\":\"e\"}},"
                 "{\"type\":null}]}},"
                 "\"arcs\":[[[10,0],[0,10]],[[10,10],[-10,0],[0,-10],[10,0]],"
                 "[[10,0],[10,0],[0,10],[-10,0]]]}"));

    assert_int_equal(layer->feature_count, 2);
    assert_true(str_eq(layer_at(layer, at(20.5, 10.5))->id, S("w")));
    assert_true(str_eq(layer_at(layer, at(20.5, 11.5))->id, S("e")));
    assert_null(layer_at(layer, at(21.5, 10.5)));
}

static void shapes_without_extent_are_left_out(void **state)
{
    const struct layer *layer = loaded(
        *state, S("{\"type\":\"FeatureCollection\",\"features\":["
                  "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\","
                  "\"coordinates\":[[[0,0],[1,1],[0,0]]]}},"
                  "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\","
                  "\"coordinates\":[]}},"
                  "{\"type\":\"Feature\",\"properties\":{\"id\":\"kept\"},\"geometry\":"
                  "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}}]}"));

    assert_int_equal(layer->feature_count, 1);
    assert_true(str_eq(layer->features[0].id, S("kept")));
}

static void wrong_files_are_refused_with_the_place(void **state)
{
#define FEATURE(geometry)                                                  \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\"," \
    "\"properties\":{},\"geometry\":" geometry "}]}"
    static const char *const wrong[] = {
        "",
        "{",
        "[]",
        "7",
        "null",
        "{}",
        "\xff\xfe",
        "{\"type\":\"FeatureCollection\"}",
        "{\"type\":\"FeatureCollection\",\"features\":{}}",
        "{\"type\":\"FeatureCollection\",\"features\":[7]}",
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Point\"}]}",
        FEATURE("7"),
        FEATURE("{\"type\":\"Circle\",\"coordinates\":[1,2]}"),
        FEATURE("{\"type\":\"GeometryCollection\",\"geometries\":[]}"),
        FEATURE("{\"type\":\"Point\"}"),
        FEATURE("{\"type\":\"Point\",\"coordinates\":[1]}"),
        FEATURE("{\"type\":\"Point\",\"coordinates\":[\"1\",\"2\"]}"),
        FEATURE("{\"type\":\"Point\",\"coordinates\":[null,2]}"),
        FEATURE("{\"type\":\"Point\",\"coordinates\":[NaN,2]}"),
        FEATURE("{\"type\":\"Point\",\"coordinates\":[1e400,2]}"),
        FEATURE("{\"type\":\"Point\",\"coordinates\":[1e300,2]}"),
        FEATURE("{\"type\":\"Point\",\"coordinates\":[42,-71.5,[]]}{"),
        FEATURE("{\"type\":\"Point\",\"coordinates\":[0,91]}"),
        FEATURE("{\"type\":\"LineString\",\"coordinates\":[0,1]}"),
        FEATURE("{\"type\":\"LineString\",\"coordinates\":7}"),
        FEATURE("{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1]]]}"),
        FEATURE("{\"type\":\"Polygon\",\"coordinates\":[[0,0],[1,0]]}"),
        FEATURE("{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0]]]]}"),
        "{\"type\":\"Topology\"}",
        "{\"type\":\"Topology\",\"arcs\":[],\"objects\":7}",
        "{\"type\":\"Topology\",\"arcs\":[[7]],\"objects\":{}}",
        "{\"type\":\"Topology\",\"arcs\":[[[900,0],[1,1]]],\"objects\":{}}",
        "{\"type\":\"Topology\",\"transform\":{},\"arcs\":[],\"objects\":{}}",
        "{\"type\":\"Topology\",\"arcs\":[],\"objects\":{\"a\":{\"type\":\"LineString\","
        "\"arcs\":[0]}}}",
        "{\"type\":\"Topology\",\"arcs\":[],\"objects\":{\"a\":{\"type\":\"LineString\","
        "\"arcs\":[-9223372036854775808]}}}",
        "{\"type\":\"Topology\",\"arcs\":[],\"objects\":{\"a\":{\"type\":\"LineString\","
        "\"arcs\":[\"0\"]}}}",
        "{\"type\":\"Topology\",\"arcs\":[],\"objects\":{\"a\":{\"type\":\"Polygon\","
        "\"arcs\":7}}}",
        "{\"type\":\"Topology\",\"arcs\":[],\"objects\":{\"a\":{\"type\":\"Sphere\"}}}",
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        const struct layer *layer = NULL;

        ctx_clear_error(&fixture->ctx);
        if (layer_load(&fixture->ctx, fixture->home, S("test"), str_of(wrong[i]), &layer) !=
            RC_INVALID)
            fail_msg("taken: %s", wrong[i]);
        assert_null(layer);
        assert_int_equal(fixture->ctx.err.id, ERR_FORMAT);
        assert_true(str_starts_with(fixture->ctx.err.detail, S("layer test: ")));
    }
}

static void kinds_do_not_mix(void **state)
{
    struct fixture *fixture = *state;
    const struct layer *layer = NULL;

    assert_int_equal(
        layer_load(
            &fixture->ctx, fixture->home, S("test"),
            S("{\"type\":\"FeatureCollection\",\"features\":["
              "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]}},"
              "{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\","
              "\"coordinates\":[[1,2],[3,4]]}}]}"),
            &layer),
        RC_INVALID);
    assert_true(str_find(fixture->ctx.err.detail, S("feature 2")) > 0);
}

static void deep_nesting_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct buf text = buf_in(fixture->ctx.arena, 1u << 20);
    const struct layer *layer = NULL;

    for (int i = 0; i < 100000; i++)
        BUF_ADD(&text, "[");
    assert_int_equal(layer_load(&fixture->ctx, fixture->home, S("test"), buf_str(&text), &layer),
                     RC_INVALID);
    ctx_clear_error(&fixture->ctx);
    text.n = 0;
    BUF_ADD(&text, "{\"type\":\"Topology\",\"arcs\":[],\"objects\":{\"a\":");
    for (int i = 0; i < 900; i++)
        BUF_ADD(&text, "{\"type\":\"GeometryCollection\",\"geometries\":[");
    for (int i = 0; i < 900; i++)
        BUF_ADD(&text, "]}");
    BUF_ADD(&text, "}}");
    assert_int_equal(layer_load(&fixture->ctx, fixture->home, S("test"), buf_str(&text), &layer),
                     RC_INVALID);
}

static void a_full_home_is_reported(void **state)
{
    struct fixture *fixture = *state;
    struct arena *small = arena_new(600);
    const struct layer *layer = NULL;

    assert_int_equal(layer_load(&fixture->ctx, small, S("test"), squares, &layer), RC_LIMIT);
    assert_null(layer);
    arena_free(small);
}

/* Every cut and every changed byte of a good file either loads or is refused, nothing else. */
static void damaged_files_do_no_harm(void **state)
{
    struct fixture *fixture = *state;
    char *copy = arena_alloc(fixture->ctx.arena, squares.n);
    uint32_t random = 7;

    for (size_t turn = 0; turn < 3000; turn++) {
        struct arena *arena = arena_new(4u << 20);
        struct ctx ctx = {.arena = arena};
        const struct layer *layer;
        size_t n = turn < squares.n ? turn : squares.n;

        memcpy(copy, squares.p, squares.n);
        for (int i = 0; turn >= squares.n && i < 3; i++) {
            random = random * 1664525 + 1013904223;
            copy[(random >> 8) % squares.n] = "0123456789[]{},:\"-.e \0"[(random >> 3) % 22];
        }
        if (layer_load(&ctx, arena, S("test"), (struct str){copy, n}, &layer) == RC_OK)
            (void)layer_at(layer, at(0.5, 0.5));
        arena_free(arena);
    }
}

/* The demonstration city, loaded once for the tests that ask it. */
static struct layers *demo;
static struct arena *demo_arena;

static int demo_load(void **state)
{
    const char *root = getenv("CITYHALL_ROOT");
    struct ctx ctx = {.arena = demo_arena = arena_new(16u << 20)};

    (void)state;
    assert_non_null(root);
    assert_int_equal(
        layers_load(&ctx,
                    str_z(ctx.arena, str_fmt(ctx.arena, "%s/cities/port-azalea/layers", root)),
                    &demo),
        RC_OK);
    return 0;
}

static int demo_free(void **state)
{
    (void)state;
    layers_free(demo);
    arena_free(demo_arena);
    return 0;
}

static void port_azalea_knows_where_city_hall_is(void **state)
{
    struct point hall = at(42.36712, -71.10566);

    (void)state;
    assert_int_equal(demo->count, 22);
    assert_true(arena_used_bytes(demo->arena) < 10u << 20);
    assert_int_equal(demo->version.n, 16);
    assert_true(str_eq(layers_value(demo, S("district"), hall), S("3")));
    assert_true(str_eq(layers_value(demo, S("neighborhood"), hall), S("Midtown")));
    assert_true(str_eq(layers_value(demo, S("zip"), hall), S("36939")));
    assert_true(str_is_empty(layers_value(demo, S("flood"), hall)));
    assert_true(str_is_empty(layers_value(demo, S("nowhere"), hall)));
    assert_true(str_is_empty(layers_value(demo, S("street"), hall)));
    assert_null(layers_find(demo, S("nowhere")));
    assert_non_null(layer_nearest(layers_find(demo, S("street-light")), hall, 60).feature);
}

static void every_place_in_town_has_one_district(void **state)
{
    struct fixture *fixture = *state;
    const struct layer *lights = layers_find(demo, S("street-light"));
    size_t without = 0;

    for (size_t i = 0; i < lights->feature_count; i++) {
        struct point here = lights->features[i].parts[0].points[0];

        if (layers_check_inside(&fixture->ctx, demo, here) == RC_OK)
            without += str_is_empty(layers_value(demo, S("district"), here));
        ctx_clear_error(&fixture->ctx);
    }
    assert_true(without <= lights->feature_count / 500);
}

static void outside_the_city_is_refused(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(layers_check_inside(&fixture->ctx, demo, at(42.36712, -71.10566)), RC_OK);
    assert_int_equal(layers_check_inside(&fixture->ctx, demo, at(42.3554, -71.0640)), RC_INVALID);
    assert_int_equal(fixture->ctx.err.id, ERR_PLACE_OUTSIDE);
    ctx_clear_error(&fixture->ctx);
    assert_int_equal(layers_check_inside(&fixture->ctx, demo, at(30.69, -88.04)), RC_INVALID);
}

static void texts_in_memory_are_layers_too(void **state)
{
    struct fixture *fixture = *state;
    struct layer_text texts[] = {{S("b"), squares}, {S("a"), squares}, {S("b"), squares}};
    struct layers *layers;

    assert_int_equal(layers_of_texts(&fixture->ctx, texts, 2, &layers), RC_OK);
    assert_int_equal(layers->count, 2);
    assert_true(str_eq(layers->layers[0]->name, S("a")));
    assert_true(str_eq(layers_value(layers, S("b"), at(0.5, 0.5)), S("1")));
    layers_free(layers);
    assert_int_equal(layers_of_texts(&fixture->ctx, texts, 3, &layers), RC_INVALID);
    assert_int_equal(fixture->ctx.err.id, ERR_CONFIG);
    ctx_clear_error(&fixture->ctx);
    texts[1].text = S("{");
    assert_int_equal(layers_of_texts(&fixture->ctx, texts, 2, &layers), RC_INVALID);
    assert_true(str_starts_with(fixture->ctx.err.detail, S("layer a: ")));
}

static void folder_with(struct fixture *fixture, char *folder, const char *first,
                        const char *second)
{
    const char *const files[] = {first, second};

    test_temporary(folder, "layers");
    for (size_t i = 0; i < 2; i++) {
        if (files[i])
            assert_int_equal(
                file_write(&fixture->ctx,
                           str_z(fixture->ctx.arena,
                                 str_fmt(fixture->ctx.arena, "%s/%s", folder, files[i])),
                           squares, 0600),
                RC_OK);
    }
}

static void folders_may_be_empty_but_not_ambiguous(void **state)
{
    struct fixture *fixture = *state;
    char empty[TEST_TEMPORARY_MAX], twice[TEST_TEMPORARY_MAX];
    struct layers *layers;

    folder_with(fixture, empty, NULL, NULL);
    assert_int_equal(layers_load(&fixture->ctx, empty, &layers), RC_OK);
    assert_int_equal(layers->count, 0);
    assert_int_equal(layers_check_inside(&fixture->ctx, layers, at(1, 1)), RC_OK);
    layers_free(layers);
    test_temporary_remove(empty);
    folder_with(fixture, twice, "a.geojson", "a.topojson");
    assert_int_equal(layers_load(&fixture->ctx, twice, &layers), RC_INVALID);
    assert_int_equal(fixture->ctx.err.id, ERR_CONFIG);
    test_temporary_remove(twice);
    ctx_clear_error(&fixture->ctx);
    assert_int_not_equal(layers_load(&fixture->ctx, "/nowhere/at/all", &layers), RC_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(areas_are_found_with_holes_and_parts),
        TEST(properties_are_text),
        TEST(versions_name_the_content),
        TEST(the_nearest_point_is_within_reach),
        TEST(areas_are_near_by_their_border),
        TEST(topologies_share_arcs),
        TEST(shapes_without_extent_are_left_out),
        TEST(wrong_files_are_refused_with_the_place),
        TEST(kinds_do_not_mix),
        TEST(deep_nesting_is_refused),
        TEST(a_full_home_is_reported),
        TEST(damaged_files_do_no_harm),
        TEST(port_azalea_knows_where_city_hall_is),
        TEST(every_place_in_town_has_one_district),
        TEST(outside_the_city_is_refused),
        TEST(texts_in_memory_are_layers_too),
        TEST(folders_may_be_empty_but_not_ambiguous),
    };

    return cmocka_run_group_tests_name("place/layer", tests, demo_load, demo_free);
}
