#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "place/geometry.h"
#include "place/grid.h"

static void assert_near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%f is not within %f of %f", actual, tolerance, expected);
}

static void point_of_refuses_what_is_not_on_earth(void **state)
{
    struct point at = {7, 7};

    (void)state;
    assert_true(point_of(42.3736, -71.1097, &at));
    assert_int_equal(at.lat_e7, 423736000);
    assert_int_equal(at.lon_e7, -711097000);
    at = (struct point){7, 7};
    assert_false(point_of(NAN, 0, &at));
    assert_false(point_of(0, INFINITY, &at));
    assert_false(point_of(90.0000001, 0, &at));
    assert_false(point_of(0, -180.1, &at));
    assert_int_equal(at.lat_e7, 7);
    assert_true(point_of(-90, 180, &at));
}

static void point_parse_reads_latitude_first(void **state)
{
    static const char *const wrong[] = {
        "",      "42.3",    "42.3,",      ",-71",   "42.3,-71,0", "42.3;-71",
        "a,b",   "1e3,0",   "4 2,1",      "--1,2",  "1.2.3,4",    "91,0",
        "0,181", "nan,nan", "42.3,-71 ,", "0x10,0", "+1,2",       "1111111111111111111,2",
    };
    struct point at = {7, 7};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        if (point_parse(str_of(wrong[i]), &at))
            fail_msg("%s was taken", wrong[i]);
    }
    assert_int_equal(at.lat_e7, 7);
    assert_true(point_parse(S(" 42.373612 , -71.10971 "), &at));
    assert_int_equal(at.lat_e7, 423736120);
    assert_int_equal(at.lon_e7, -711097100);
    assert_true(point_parse(S("-0.5,7"), &at));
    assert_int_equal(at.lat_e7, -5000000);
}

/* Vincenty's formula on the sphere gives 8,327.9 m between these two. */
static void distances_are_right_for_a_city(void **state)
{
    struct point a = {423736000, -711097000}, b = {423000000, -710900000};

    (void)state;
    assert_near(point_distance_m(a, b), 8343, 10);
    assert_near(point_distance_m(a, a), 0, 1e-9);
    assert_near(point_distance_m(a, point_moved(a, 300, 400)), 500, 0.1);
    assert_near(point_distance_m(point_moved(a, -250, 0), a), 250, 0.1);
}

static void boxes_contain_their_edges(void **state)
{
    struct box box = BOX_NONE, other;

    (void)state;
    assert_false(box_contains(box, (struct point){0, 0}));
    box_add(&box, (struct point){10, 20});
    box_add(&box, (struct point){-10, 40});
    assert_true(box_contains(box, (struct point){-10, 20}));
    assert_true(box_contains(box, (struct point){10, 40}));
    assert_false(box_contains(box, (struct point){11, 30}));
    other = (struct box){{10, 40}, {20, 50}};
    assert_true(box_overlaps(box, other));
    other.min.lat_e7 = 11;
    assert_false(box_overlaps(box, other));
}

/* A street of 200 m to the north with a bend of 100 m to the east. */
static const struct point start = {423700000, -711000000};

static struct line bent(struct point points[3])
{
    points[0] = start;
    points[1] = point_moved(start, 200, 0);
    points[2] = point_moved(points[1], 0, 100);
    return (struct line){points, 3};
}

static void foot_says_how_far_along_and_on_which_side(void **state)
{
    struct point points[3];
    struct line line = bent(points);
    struct foot foot = line_nearest(line, point_moved(start, 50, -12));

    (void)state;
    assert_near(line_length_m(line), 300, 0.1);
    assert_near(foot.distance_m, 12, 0.05);
    assert_near(foot.along_m, 50, 0.05);
    assert_true(foot.is_left);
    foot = line_nearest(line, point_moved(start, 180, 60));
    assert_false(foot.is_left);
    assert_near(foot.distance_m, 20, 0.05);
    assert_near(foot.along_m, 260, 0.1);
    foot = line_nearest(line, point_moved(start, -30, 40));
    assert_near(foot.distance_m, 50, 0.05);
    assert_near(foot.along_m, 0, 1e-9);
}

static void a_line_of_one_point_or_no_length_is_harmless(void **state)
{
    struct point twice[2] = {start, start};
    struct foot foot = line_nearest((struct line){&start, 1}, point_moved(start, 3, 4));

    (void)state;
    assert_near(foot.distance_m, 5, 0.01);
    foot = line_nearest((struct line){twice, 2}, point_moved(start, 3, 4));
    assert_near(foot.distance_m, 5, 0.01);
    assert_near(point_distance_m(line_point((struct line){twice, 2}, 10, 5), start), 0, 0.01);
}

static void line_point_goes_along_and_aside(void **state)
{
    struct point points[3];
    struct line line = bent(points);

    (void)state;
    assert_near(point_distance_m(line_point(line, 50, 9), point_moved(start, 50, -9)), 0, 0.05);
    assert_near(point_distance_m(line_point(line, 250, -9), point_moved(start, 191, 50)), 0, 0.05);
    assert_near(point_distance_m(line_point(line, 900, 0), points[2]), 0, 0.05);
    assert_near(point_distance_m(line_point(line, -5, 0), points[0]), 0, 0.05);
}

static void rings_share_no_place_and_leave_none_out(void **state)
{
    /* Two squares that share the edge at longitude 100, split by a corner at (50, 100). */
    static const struct point west[] = {{0, 0}, {100, 0}, {100, 100}, {50, 100}, {0, 100}, {0, 0}};
    static const struct point east[] = {{0, 100},   {50, 100}, {100, 100},
                                        {100, 200}, {0, 200},  {0, 100}};
    struct line rings[2] = {{west, 6}, {east, 6}};

    (void)state;
    for (int32_t lat = 0; lat < 100; lat++) {
        for (int32_t lon = 0; lon < 200; lon++) {
            struct point at = {lat, lon};

            assert_int_equal(rings_contain(&rings[0], 1, at) + rings_contain(&rings[1], 1, at), 1);
        }
    }
    assert_false(rings_contain(rings, 2, (struct point){100, 50}));
    assert_false(rings_contain(rings, 2, (struct point){-1, 50}));
}

static void holes_are_outside(void **state)
{
    static const struct point outer[] = {{0, 0}, {0, 100}, {100, 100}, {100, 0}, {0, 0}};
    static const struct point hole[] = {{40, 40}, {60, 40}, {60, 60}, {40, 60}, {40, 40}};
    struct line rings[2] = {{outer, 5}, {hole, 5}};
    struct point label = rings_label_point(rings, 2);

    (void)state;
    assert_true(rings_contain(rings, 2, (struct point){20, 50}));
    assert_false(rings_contain(rings, 2, (struct point){50, 50}));
    assert_true(rings_contain(rings, 2, label));
    assert_near(ring_area2(rings[0]), 20000, 1e-6);
    assert_near(ring_area2(rings[1]), -800, 1e-6);
}

/* Coordinates at the ends of the earth must not overflow. */
static void the_whole_earth_is_a_valid_ring(void **state)
{
    static const struct point all[] = {{-900000000, -1800000000},
                                       {-900000000, 1800000000},
                                       {900000000, 1800000000},
                                       {900000000, -1800000000},
                                       {-900000000, -1800000000}};
    struct line ring = {all, 5};

    (void)state;
    assert_true(rings_contain(&ring, 1, (struct point){1, 1}));
    assert_true(rings_contain(&ring, 1, (struct point){-899999999, 1799999999}));
    assert_true(rings_contain(&ring, 1, rings_label_point(&ring, 1)));
}

static void grid_finds_every_box_that_a_scan_finds(void **state)
{
    enum { COUNT = 500 };
    struct arena *arena = arena_new(1u << 20);
    struct box boxes[COUNT];
    struct grid grid;
    uint32_t random = 1;

    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        int32_t lat = (int32_t)((random = random * 1664525 + 1013904223) >> 12);
        int32_t lon = (int32_t)((random = random * 1664525 + 1013904223) >> 12);
        int32_t size = i % 50 ? 3000 : 400000;

        boxes[i] = (struct box){{lat, lon}, {lat + size, lon + size}};
    }
    assert_true(grid_build(arena, boxes, COUNT, &grid));
    for (size_t i = 0; i < COUNT; i++) {
        struct grid_range range = grid_range(&grid, (struct box){boxes[i].max, boxes[i].max});
        struct grid_cell cell = grid_cell(&grid, range.row_from, range.column_from);
        size_t found = 0;

        for (size_t k = 0; k < cell.n; k++)
            found += cell.items[k] == i;
        assert_int_equal(found, 1);
    }
    assert_true(grid_range(&grid, (struct box){{-9, -9}, {-8, -8}}).is_empty);
    arena_free(arena);
}

static void grid_of_nothing_and_of_large_boxes_stays_small(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct box *boxes = ARENA_ARRAY(arena, 10000, struct box);
    struct grid grid;

    (void)state;
    assert_true(grid_build(arena, NULL, 0, &grid));
    assert_true(grid_range(&grid, (struct box){{0, 0}, {1, 1}}).is_empty);
    for (int32_t i = 0; i < 10000; i++)
        boxes[i] = (struct box){{0, 0}, {100000 + i, 100000 + i}};
    assert_true(grid_build(arena, boxes, 10000, &grid));
    assert_true(grid.starts[grid.rows * grid.columns] <= 80000);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(point_of_refuses_what_is_not_on_earth),
        cmocka_unit_test(point_parse_reads_latitude_first),
        cmocka_unit_test(distances_are_right_for_a_city),
        cmocka_unit_test(boxes_contain_their_edges),
        cmocka_unit_test(foot_says_how_far_along_and_on_which_side),
        cmocka_unit_test(a_line_of_one_point_or_no_length_is_harmless),
        cmocka_unit_test(line_point_goes_along_and_aside),
        cmocka_unit_test(rings_share_no_place_and_leave_none_out),
        cmocka_unit_test(holes_are_outside),
        cmocka_unit_test(the_whole_earth_is_a_valid_ring),
        cmocka_unit_test(grid_finds_every_box_that_a_scan_finds),
        cmocka_unit_test(grid_of_nothing_and_of_large_boxes_stays_small),
    };

    return cmocka_run_group_tests_name("place/geometry", tests, NULL, NULL);
}
