/* Places as they are stored, and the squares by which near ones are found. */
#include "place/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define MAX_CELLS 4000

static int set_up(void **state)
{
    static struct ctx ctx;

    ctx = (struct ctx){.arena = arena_new((size_t)16 << 20)};
    *state = &ctx;
    return ctx.arena ? 0 : -1;
}

static int tear_down(void **state)
{
    struct ctx *ctx = *state;

    ctx_done(ctx);
    arena_free(ctx->arena);
    return 0;
}

static void kinds_have_words(void **state)
{
    enum place_kind kind;

    (void)state;
    for (int i = PLACE_ADDRESS; i <= PLACE_POINT; i++) {
        assert_true(place_kind_of(place_kind_word((enum place_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(place_kind_of(S("parcel"), &kind));
    assert_false(place_kind_of(S(""), &kind));
}

static void layers_go_to_json_and_back(void **state)
{
    static const struct place_layer layers[] = {
        {STR("district"), STR("3"), STR("ab12")},
        {STR("zip"), STR("02139 \"<\\"), STR("")},
    };
    struct ctx *ctx = *state;
    struct place place = {.layers = layers, .layer_n = 2}, back = {0};
    struct str json = place_layers_json(ctx->arena, &place);

    assert_int_equal(place_layers_parse(ctx, json, &back), RC_OK);
    assert_int_equal(back.layer_n, 2);
    assert_true(str_eq(place_layer(&back, S("district")), S("3")));
    assert_true(str_eq(place_layer(&back, S("zip")), S("02139 \"<\\")));
    assert_int_equal(place_layer(&back, S("ward")).n, 0);
    assert_true(str_eq(place_layers_json(ctx->arena, &(struct place){0}), S("{}")));
}

static void damaged_layers_are_refused(void **state)
{
    static const char *const damaged[] = {"",
                                          "{",
                                          "{\"a\": 1}",
                                          "{\"a\": {\"id\": \"1\"}}",
                                          "{\"a\": {\"id\": 1, \"version\": \"x\"}}",
                                          "nonsense"};
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(damaged); i++) {
        struct place place = {0};

        assert_int_not_equal(place_layers_parse(ctx, str_of(damaged[i]), &place), RC_OK);
        assert_int_equal(place.layer_n, 0);
        ctx_clear_error(ctx);
    }
}

/* Every point within the radius lies in one of the squares, and there are not many more. */
static void a_circle_is_covered_by_its_squares(void **state)
{
    static const struct point centers[] = {
        {423674780, -711056300},  {306900000, -880400000}, {-338500000, 1512000000}, {0, 0},
        {640000000, -1470000000},
    };
    static int64_t cells[MAX_CELLS];

    (void)state;
    for (size_t i = 0; i < COUNT(centers); i++) {
        for (int radius_m = 1; radius_m <= 500; radius_m = radius_m * 3 + 7) {
            size_t n = place_cells_around(centers[i], radius_m, cells, MAX_CELLS);

            assert_true(n >= 1 && n < MAX_CELLS);
            for (int step = 0; step < 64; step++) {
                double north = (step % 8 - 3.5) / 3.5 * 0.7 * radius_m;
                double east = (step / 8 - 3.5) / 3.5 * 0.7 * radius_m;
                int64_t cell = place_cell(point_moved(centers[i], north, east));
                size_t at = 0;

                while (at < n && cells[at] != cell)
                    at++;
                if (at == n)
                    fail_msg("center %zu, radius %d, %f %f", i, radius_m, north, east);
            }
        }
    }
}

static bool is_in_run(const struct cell_run *runs, size_t n, int64_t cell)
{
    for (size_t i = 0; i < n; i++)
        if (cell >= runs[i].from && cell <= runs[i].to)
            return true;
    return false;
}

/* Whatever its size, a box is covered by runs in order, and not much beside it is. */
static void a_box_is_covered_by_runs(void **state)
{
    struct point center = {423674780, -711056300};
    struct cell_run runs[CELL_RUNS_MAX];

    (void)state;
    for (int metres = 1; metres < 1000000; metres = metres * 2 + 30) {
        struct box box = {point_moved(center, -metres, -metres / 3.0),
                          point_moved(center, metres, metres * 2.0)};
        size_t n = place_cells_over(box, runs);

        assert_true(n >= 1 && n <= CELL_RUNS_MAX);
        for (size_t i = 0; i < n; i++)
            assert_true(runs[i].from <= runs[i].to && (!i || runs[i].from > runs[i - 1].to + 1));
        for (int step = 0; step < 64; step++) {
            struct point at = {
                (int32_t)(box.min.lat_e7 +
                          ((int64_t)box.max.lat_e7 - box.min.lat_e7) * (step % 8) / 7),
                (int32_t)(box.min.lon_e7 +
                          ((int64_t)box.max.lon_e7 - box.min.lon_e7) * (step / 8) / 7),
            };

            if (!is_in_run(runs, n, place_cell(at)))
                fail_msg("%d m, step %d", metres, step);
        }
        assert_false(is_in_run(runs, n, place_cell(point_moved(center, 2.0 * metres + 200, 0))));
    }
    assert_true(place_cells_over((struct box){{-900000000, -1800000000}, {900000000, 1800000000}},
                                 runs) <= CELL_RUNS_MAX);
}

static void squares_are_few_and_bounded(void **state)
{
    struct point here = {423674780, -711056300};
    int64_t cells[8];

    (void)state;
    assert_true(place_cells_around(here, 50, cells, 8) <= 8);
    assert_int_equal(place_cells_around(here, 100000, cells, 8), 8);
    assert_int_not_equal(place_cell(here), place_cell(point_moved(here, 100, 0)));
    assert_int_not_equal(place_cell(here), place_cell(point_moved(here, 0, 120)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_have_words),
        cmocka_unit_test(layers_go_to_json_and_back),
        cmocka_unit_test(damaged_layers_are_refused),
        cmocka_unit_test(a_circle_is_covered_by_its_squares),
        cmocka_unit_test(a_box_is_covered_by_runs),
        cmocka_unit_test(squares_are_few_and_bounded),
    };

    return cmocka_run_group_tests_name("place", tests, set_up, tear_down);
}
