#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "place/landmarks.h"
#include "place/streets.h"

/* A small city at the equator, where 0.001 degree is 111 m in both directions: Main St runs north
 * in two blocks, Oak Ave crosses it twice (a loop), Ring Rd has mixed numbers, New Way none. */
static const struct str street_file = STR(
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Main St\",\"lf\":1,\"lt\":19,\"rf\":2,"
    "\"rt\":20,\"alias\":\"Calle Mayor\"},\"geometry\":{\"type\":\"LineString\","
    "\"coordinates\":[[0,0],[0,0.001]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Main St\",\"lf\":101,\"lt\":119,\"rf\":120,"
    "\"rt\":102},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[0,0.001],[0,0.002]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Oak Ave\",\"lf\":5,\"lt\":5},\"geometry\":"
    "{\"type\":\"LineString\",\"coordinates\":[[-0.001,0.001],[0.001,0.001]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Oak St\"},\"geometry\":"
    "{\"type\":\"LineString\",\"coordinates\":[[0.01,0],[0.02,0]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Ring Rd\",\"lf\":1,\"lt\":12},\"geometry\":"
    "{\"type\":\"LineString\",\"coordinates\":[[0.005,0],[0.005,0.001]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"New Way\"},\"geometry\":"
    "{\"type\":\"LineString\",\"coordinates\":[[0.007,0],[0.007,0.001]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"name\":\"Mt Monsignor Smith Blvd\",\"rf\":4,"
    "\"rt\":8},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[0.009,0],[0.009,0.001]]}}"
    "]}");

static const struct str node_file =
    STR("{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"n1\",\"name\":\"Main St & Oak Ave\"},"
        "\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0.001]}},"
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"n2\",\"name\":\"Main St & Oak Ave\"},"
        "\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.0001,0.001]}},"
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"n3\",\"name\":\"Main St & Oak Ave\"},"
        "\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0.005]}},"
        "{\"type\":\"Feature\",\"properties\":{\"id\":\"n4\",\"name\":\"New Way & Nowhere St\"},"
        "\"geometry\":{\"type\":\"Point\",\"coordinates\":[0.007,0]}}]}");

static const struct str park_file = STR(
    "{\"type\":\"FeatureCollection\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"small\",\"name\":\"Elm Park\"},\"geometry\":"
    "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"large\",\"name\":\"Elm Park\"},\"geometry\":"
    "{\"type\":\"Polygon\",\"coordinates\":[[[5,5],[9,5],[9,9],[5,9],[5,5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"rose\",\"name\":\"The Rose Memorial Field\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[2,2],[3,2],[3,3],[2,2]]]}}]}");

struct fixture {
    struct ctx ctx;
    struct arena *home;
    const struct layer *of[3];
    struct layers layers;
    struct streets streets;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct ctx *ctx = &fixture->ctx;

    ctx->arena = arena_new(16u << 20);
    fixture->home = arena_new(16u << 20);
    assert_int_equal(layer_load(ctx, fixture->home, S("intersection"), node_file, &fixture->of[0]),
                     RC_OK);
    assert_int_equal(layer_load(ctx, fixture->home, S("park"), park_file, &fixture->of[1]), RC_OK);
    assert_int_equal(layer_load(ctx, fixture->home, S("street"), street_file, &fixture->of[2]),
                     RC_OK);
    fixture->layers = (struct layers){fixture->home, fixture->of, 3, S("v")};
    assert_int_equal(streets_build(ctx, fixture->home, &fixture->layers, &fixture->streets), RC_OK);
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

static const struct street *street_of(struct fixture *fixture, const char *slug)
{
    const struct street *street = streets_by_slug(&fixture->streets, str_of(slug));

    assert_non_null(street);
    return street;
}

static void numbers_follow_side_and_parity(void **state)
{
    const struct street *main_st = street_of(*state, "main-st");

    assert_int_equal(main_st->number_count, 40);
    assert_int_equal(main_st->number_min, 1);
    assert_int_equal(main_st->number_max, 120);
    assert_true(street_range_of(main_st, 7)->is_left);
    assert_false(street_range_of(main_st, 8)->is_left);
    assert_non_null(street_range_of(main_st, 102));
    assert_non_null(street_range_of(main_st, 120));
    assert_null(street_range_of(main_st, 21));
    assert_null(street_range_of(main_st, 0));
    assert_null(street_range_of(main_st, -7));
    assert_null(street_range_of(main_st, 121));
    assert_null(street_range_of(street_of(*state, "new-way"), 1));
}

static void a_mixed_side_has_every_number(void **state)
{
    const struct street *ring = street_of(*state, "ring-rd");

    for (int32_t number = 1; number <= 12; number++)
        assert_non_null(street_range_of(ring, number));
    assert_int_equal(ring->number_count, 12);
}

/* Left of a line to the north is west: 9 m or 809e-7 degrees. */
static void houses_stand_beside_the_line(void **state)
{
    const struct street *main_st = street_of(*state, "main-st");
    struct point odd = street_range_point(street_range_of(main_st, 1), 1);
    struct point even = street_range_point(street_range_of(main_st, 2), 2);
    struct point last = street_range_point(street_range_of(main_st, 19), 19);
    struct point turned = street_range_point(street_range_of(main_st, 120), 120);

    assert_int_equal(odd.lon_e7 / 10, -80);
    assert_int_equal(even.lon_e7 / 10, 80);
    assert_true(odd.lat_e7 > 400 && odd.lat_e7 < 700);
    assert_true(last.lat_e7 > 9300 && last.lat_e7 < 9600);
    assert_true(turned.lat_e7 > 10400 && turned.lat_e7 < 10700);
}

static void a_single_number_stands_in_the_middle(void **state)
{
    const struct street *oak = street_of(*state, "oak-ave");
    struct point five = street_range_point(street_range_of(oak, 5), 5);

    assert_true(abs(five.lon_e7) < 5);
}

static void near_numbers_keep_their_side(void **state)
{
    const struct street *main_st = street_of(*state, "main-st");
    int32_t number = 0;

    assert_non_null(street_range_near(main_st, 23, &number));
    assert_int_equal(number, 19);
    assert_non_null(street_range_near(main_st, 100, &number));
    assert_int_equal(number, 102);
    assert_non_null(street_range_near(main_st, 999, &number));
    assert_int_equal(number, 119);
    number = 7;
    assert_null(street_range_near(street_of(*state, "new-way"), 1, &number));
    assert_int_equal(number, 7);
}

static void a_house_leads_back_to_its_number(void **state)
{
    const struct street *main_st = street_of(*state, "main-st");

    for (int32_t number = 1; number <= 120; number++) {
        const struct street_range *range = street_range_of(main_st, number);
        int32_t back = 0;

        if (!range)
            continue;
        assert_ptr_equal(street_number_at(main_st, street_range_point(range, number), &back),
                         range);
        assert_int_equal(back, number);
    }
    assert_null(street_number_at(main_st, (struct point){50000, 50000}, &(int32_t){0}));
}

static struct street_hits typed(struct fixture *fixture, const char *text)
{
    struct words words = words_of(fixture->ctx.arena, str_of(text));

    return streets_match(fixture->ctx.arena, &fixture->streets, &words, 0, words.n);
}

static void assert_best(struct fixture *fixture, const char *text, const char *name, int32_t from,
                        int32_t to)
{
    struct street_hits hits = typed(fixture, text);

    if (hits.n == 0 || !str_eq(fixture->streets.of[hits.of[0].street].name, str_of(name)))
        fail_msg("\"%s\" is not %s", text, name);
    if (hits.of[0].cost < from || hits.of[0].cost >= to)
        fail_msg("\"%s\" costs %d", text, (int)hits.of[0].cost);
}

static void spellings_have_their_price(void **state)
{
    assert_best(*state, "Main St", "Main St", 0, 10);
    assert_best(*state, "main street", "Main St", 0, 10);
    assert_best(*state, "calle mayor", "Main St", 10, 20);
    assert_best(*state, "main", "Main St", 30, 40);
    assert_best(*state, "main ave", "Main St", 80, 100);
    assert_best(*state, "mian st", "Main St", 100, 110);
    assert_best(*state, "man street", "Main St", 100, 110);
    assert_best(*state, "oak st", "Oak St", 0, 10);
    assert_best(*state, "oak avenue", "Oak Ave", 0, 10);
    assert_best(*state, "mount monsignor smith boulevard", "Mt Monsignor Smith Blvd", 0, 10);
    assert_best(*state, "mt msgr smith", "Mt Monsignor Smith Blvd", 30, 40);
    assert_best(*state, "monsignor smith blvd", "Mt Monsignor Smith Blvd", 70, 80);
    assert_best(*state, "mt monsig", "Mt Monsignor Smith Blvd", 120, 150);
    assert_int_equal(typed(*state, "zzzz").n, 0);
    assert_int_equal(typed(*state, "").n, 0);
    assert_int_equal(typed(*state, ", &").n, 0);
}

static void crossings_near_each_other_are_one(void **state)
{
    struct fixture *fixture = *state;
    const struct crossing *crossings = fixture->streets.crossings;

    assert_int_equal(fixture->streets.crossing_count, 4);
    assert_false(crossings[0].is_repeated);
    assert_true(crossings[1].is_repeated);
    assert_int_equal(crossings[1].repeats, 0);
    assert_false(crossings[2].is_repeated);
    assert_true(str_eq(crossings[0].mark, S("S")));
    assert_true(str_eq(crossings[2].mark, S("N")));
    assert_int_equal(crossings[3].street_count, 1);
    assert_true(str_is_empty(crossings[3].mark));
    assert_int_equal(street_of(fixture, "main-st")->crossing_count, 3);
}

static void landmarks_of_one_name_are_the_largest(void **state)
{
    struct fixture *fixture = *state;
    struct landmarks landmarks;

    assert_int_equal(landmarks_build(&fixture->ctx, fixture->home, &fixture->layers, &landmarks),
                     RC_OK);
    assert_int_equal(landmarks.count, 2);
    assert_true(str_eq(landmarks.of[0].feature->id, S("large")));
    assert_int_equal(landmarks.of[0].point.lat_e7 / 10000000, 7);
}

static int32_t landmark_cost_of(struct fixture *fixture, const char *text, const char *id)
{
    struct words words = words_of(fixture->ctx.arena, str_of(text));
    struct landmarks landmarks;
    struct landmark_hits hits;

    assert_int_equal(landmarks_build(&fixture->ctx, fixture->home, &fixture->layers, &landmarks),
                     RC_OK);
    hits = landmarks_match(fixture->ctx.arena, &landmarks, &words);
    for (size_t i = 0; i < hits.n; i++) {
        if (str_eq(hits.of[i].landmark->feature->id, str_of(id)))
            return hits.of[i].cost;
    }
    return -1;
}

static void landmarks_are_known_by_their_telling_words(void **state)
{
    assert_int_equal(landmark_cost_of(*state, "elm park", "large"), 0);
    assert_int_equal(landmark_cost_of(*state, "elmpark", "large"), 0);
    assert_int_equal(landmark_cost_of(*state, "elm", "large"), 8);
    assert_int_equal(landmark_cost_of(*state, "the rose memorial field", "rose"), 0);
    assert_int_equal(landmark_cost_of(*state, "rose field", "rose"), 8);
    assert_int_equal(landmark_cost_of(*state, "rsoe field", "rose"), 108);
    assert_int_equal(landmark_cost_of(*state, "rose garden", "rose"), 96);
    assert_true(landmark_cost_of(*state, "memorial", "rose") >= 80);
    assert_int_equal(landmark_cost_of(*state, "tulip field", "rose"), -1);
    assert_int_equal(landmark_cost_of(*state, "the of", "rose"), -1);
}

static void a_full_home_fails_the_build(void **state)
{
    struct fixture *fixture = *state;
    struct arena *large = arena_new(1u << 20);
    struct streets streets;
    size_t needed;

    assert_int_equal(streets_build(&fixture->ctx, large, &fixture->layers, &streets), RC_OK);
    needed = arena_used_bytes(large);
    arena_free(large);
    for (size_t part = 1; part < 20; part++) {
        struct arena *small = arena_new(needed * part / 20);

        ctx_clear_error(&fixture->ctx);
        assert_int_equal(streets_build(&fixture->ctx, small, &fixture->layers, &streets), RC_LIMIT);
        arena_free(small);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(numbers_follow_side_and_parity),
        TEST(a_mixed_side_has_every_number),
        TEST(houses_stand_beside_the_line),
        TEST(a_single_number_stands_in_the_middle),
        TEST(near_numbers_keep_their_side),
        TEST(a_house_leads_back_to_its_number),
        TEST(spellings_have_their_price),
        TEST(crossings_near_each_other_are_one),
        TEST(landmarks_of_one_name_are_the_largest),
        TEST(landmarks_are_known_by_their_telling_words),
        TEST(a_full_home_fails_the_build),
    };

    return cmocka_run_group_tests_name("place/streets", tests, NULL, NULL);
}
