#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libxml/parser.h>
#include <math.h>
#include <stdlib.h>

#include "place/map.h"

struct fixture {
    struct ctx ctx;
    struct layers *layers;
};

static const struct point hall = {423671200, -711056600};

static int group_set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    const char *root = getenv("CITYHALL_ROOT");

    assert_non_null(fixture);
    assert_non_null(root);
    fixture->ctx.arena = arena_new(64u << 20);
    assert_int_equal(
        layers_load(&fixture->ctx,
                    str_z(fixture->ctx.arena,
                          str_fmt(fixture->ctx.arena, "%s/cities/port-azalea/layers", root)),
                    &fixture->layers),
        RC_OK);
    *state = fixture;
    return 0;
}

static int group_tear_down(void **state)
{
    struct fixture *fixture = *state;

    layers_free(fixture->layers);
    arena_free(fixture->ctx.arena);
    free(fixture);
    xmlCleanupParser();
    return 0;
}

static struct str drawn(struct fixture *fixture, struct map_view view,
                        const struct map_marker *markers, size_t count)
{
    struct buf out = buf_in(fixture->ctx.arena, MAP_MAX_BYTES);
    struct map_picture picture = {view, S("Requests <near> \"City Hall\" & \x01more"), markers,
                                  count};

    map_draw(fixture->layers, &picture, &out);
    assert_false(buf_has_failed(&out));
    return buf_str(&out);
}

static void assert_well_formed(struct str svg)
{
    xmlDocPtr document =
        xmlReadMemory(svg.p, (int)svg.n, "map.svg", NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);

    assert_non_null(document);
    xmlFreeDoc(document);
}

static void assert_has(struct str svg, const char *text)
{
    if (str_find(svg, str_of(text)) < 0)
        fail_msg("no %s in the map", text);
}

static struct map_view whole(const struct fixture *fixture, int width_px, int height_px)
{
    return map_view_of(layers_find(fixture->layers, S("boundary"))->box, width_px, height_px);
}

static void pixels_and_places_agree(void **state)
{
    struct map_view view = map_view_around(hall, 600, 600, 400);

    (void)state;
    for (int x = -10; x <= 610; x += 31) {
        for (int y = -10; y <= 410; y += 29) {
            struct map_pixel back =
                map_pixel_of(&view, map_point_at(&view, (struct map_pixel){x, y}));

            assert_true(fabs(back.x - x) < 0.02 && fabs(back.y - y) < 0.02);
        }
    }
    assert_true(fabs(map_pixel_of(&view, hall).x - 300) < 1e-6);
    assert_true(map_pixel_of(&view, point_moved(hall, 100, 0)).y < 101);
    assert_true(map_pixel_of(&view, point_moved(hall, 0, 100)).x > 399);
}

static void a_box_fits_its_view(void **state)
{
    struct fixture *fixture = *state;
    struct box box = layers_find(fixture->layers, S("boundary"))->box;
    static const int sizes[][2] = {{800, 600}, {360, 640}, {1000, 100}, {50, 2000}};

    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct map_view view = map_view_of(box, sizes[i][0], sizes[i][1]);
        struct map_pixel low = map_pixel_of(&view, box.min), high = map_pixel_of(&view, box.max);

        assert_true(low.x > 0 && high.y > 0 && high.x < sizes[i][0] && low.y < sizes[i][1]);
    }
    assert_true(map_view_of((struct box){hall, hall}, 400, 400).m_per_px == 0.5);
}

static void maps_are_small_and_well_formed(void **state)
{
    struct fixture *fixture = *state;
    struct str city = drawn(fixture, whole(fixture, 800, 600), NULL, 0);
    struct str phone = drawn(fixture, whole(fixture, 360, 480), NULL, 0);
    struct str street = drawn(fixture, map_view_around(hall, 600, 800, 600), NULL, 0);

    assert_well_formed(city);
    assert_well_formed(phone);
    assert_well_formed(street);
    assert_true(city.n < 60000);
    assert_true(drawn(fixture, whole(fixture, 1024, 768), NULL, 0).n < 60000);
    assert_true(phone.n < 60000);
    assert_true(street.n < 25000);
    assert_has(city, "class=\"map-water\"");
    assert_has(city, "class=\"map-outside\"");
    assert_has(street, ">Massachusetts Ave</text>");
}

static void every_street_corner_can_be_drawn_small(void **state)
{
    struct fixture *fixture = *state;
    const struct layer *nodes = layers_find(fixture->layers, S("intersection"));

    for (size_t i = 0; i < nodes->feature_count; i += 60) {
        struct map_view view =
            map_view_around(nodes->features[i].parts[0].points[0], 600, 800, 600);
        struct str map = drawn(fixture, view, NULL, 0);

        assert_well_formed(map);
        assert_true(map.n < 25000);
    }
}

static void the_picture_keeps_a_strict_page_policy(void **state)
{
    struct fixture *fixture = *state;
    struct map_marker marker = {hall, S("x\" onload=\"alert(1)"), S("<script>")};
    struct str map = drawn(fixture, map_view_around(hall, 600, 800, 600), &marker, 1);

    assert_well_formed(map);
    assert_true(str_find(map, S("style")) < 0);
    assert_true(str_find(map, S("<script")) < 0);
    assert_true(str_find(map, S("onload=\"")) < 0);
    assert_true(str_find(map, S(" id=")) < 0);
    assert_has(map, "role=\"img\"");
    assert_has(map, "<title>Requests &lt;near&gt; &quot;City Hall&quot; &amp;  more</title>");
    assert_has(map, "map-pin-xonloadalert1\"");
    assert_has(map, "&lt;script&gt;");
}

static void markers_outside_the_view_are_left_out(void **state)
{
    struct fixture *fixture = *state;
    struct map_marker markers[] = {{hall, S("a"), S("1")},
                                   {point_moved(hall, 1000, 0), S("b"), S("2")},
                                   {{900000000, 1800000000}, S("c"), S("3")}};
    struct str map = drawn(fixture, map_view_around(hall, 600, 800, 600), markers, 3);

    assert_has(map, "map-pin-a");
    assert_true(str_find(map, S("map-pin-b")) < 0);
    assert_true(str_find(map, S("map-pin-c")) < 0);
    assert_has(map, "translate(800 600)");
}

/* The next number of path data. */
static int32_t next_number(struct str *path)
{
    size_t from = 0, to;
    int64_t number;

    while (from < path->n && (path->p[from] == 'm' || path->p[from] == ' '))
        from++;
    to = from + 1;
    while (to < path->n && path->p[to] >= '0' && path->p[to] <= '9')
        to++;
    assert_true(str_to_i64(str_slice(*path, from, to), &number));
    *path = str_slice(*path, to, path->n);
    return (int32_t)number;
}

/* Numbers beyond the margin would be what a clip left over. */
static void shapes_are_clipped(void **state)
{
    struct str map = drawn(*state, map_view_around(hall, 250, 300, 200), NULL, 0);
    ptrdiff_t from = str_find(map, S("class=\"map-street\" d=\""));
    int32_t x = 0, y = 0;
    size_t pairs = 0;
    struct str path;

    assert_true(from > 0);
    path = str_slice(map, (size_t)from + 22, map.n);
    for (path.n = (size_t)str_find_byte(path, '"'); path.n > 0; pairs++) {
        x += next_number(&path);
        y += next_number(&path);
        assert_true(x >= -25 && x <= 625 && y >= -25 && y <= 425);
    }
    assert_true(pairs > 4);
}

static void a_city_without_layers_has_an_empty_map(void **state)
{
    struct fixture *fixture = *state;
    struct layers none = {.arena = NULL};
    struct map_picture picture = {map_view_around(hall, 600, 300, 200), S("x"), NULL, 0};
    struct buf out = buf_in(fixture->ctx.arena, MAP_MAX_BYTES);

    map_draw(&none, &picture, &out);
    assert_well_formed(buf_str(&out));
    assert_true(str_find(buf_str(&out), S("<path")) < 0);
}

static void a_small_buffer_fails_and_stays_failed(void **state)
{
    struct fixture *fixture = *state;
    struct map_picture picture = {whole(fixture, 800, 600), S("x"), NULL, 0};
    struct buf out = buf_in(fixture->ctx.arena, 1000);

    map_draw(fixture->layers, &picture, &out);
    assert_true(buf_has_failed(&out));
    assert_true(out.n <= 1000);
}

static void far_away_places_draw_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct str map = drawn(
        fixture, map_view_around((struct point){-890000000, 1790000000}, 1000, 300, 200), NULL, 0);

    assert_well_formed(map);
    assert_true(map.n < 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_and_places_agree),
        cmocka_unit_test(a_box_fits_its_view),
        cmocka_unit_test(maps_are_small_and_well_formed),
        cmocka_unit_test(every_street_corner_can_be_drawn_small),
        cmocka_unit_test(the_picture_keeps_a_strict_page_policy),
        cmocka_unit_test(markers_outside_the_view_are_left_out),
        cmocka_unit_test(shapes_are_clipped),
        cmocka_unit_test(a_city_without_layers_has_an_empty_map),
        cmocka_unit_test(a_small_buffer_fails_and_stays_failed),
        cmocka_unit_test(far_away_places_draw_nothing),
    };

    return cmocka_run_group_tests_name("place/map", tests, group_set_up, group_tear_down);
}
