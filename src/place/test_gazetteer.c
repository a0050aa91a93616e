#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "place/gazetteer.h"

struct fixture {
    struct ctx ctx;
    struct layers *layers;
    struct gazetteer *gazetteer;
};

static const struct gazetteer_city city = {STR("Port Azalea"), STR("Alabama"), STR("AL")};

static int group_set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    const char *root = getenv("CITYHALL_ROOT");
    const char *folder;

    assert_non_null(fixture);
    assert_non_null(root);
    fixture->ctx.arena = arena_new(64u << 20);
    folder = str_z(fixture->ctx.arena,
                   str_fmt(fixture->ctx.arena, "%s/cities/port-azalea/layers", root));
    assert_int_equal(layers_load(&fixture->ctx, folder, &fixture->layers), RC_OK);
    assert_int_equal(gazetteer_new(&fixture->ctx, fixture->layers, city, &fixture->gazetteer),
                     RC_OK);
    *state = fixture;
    return 0;
}

static int group_tear_down(void **state)
{
    struct fixture *fixture = *state;

    gazetteer_free(fixture->gazetteer);
    layers_free(fixture->layers);
    arena_free(fixture->ctx.arena);
    free(fixture);
    return 0;
}

static int clear(void **state)
{
    struct fixture *fixture = *state;

    ctx_clear_error(&fixture->ctx);
    return 0;
}

static struct place_choices found(struct fixture *fixture, struct str text)
{
    struct place_choices choices;

    assert_int_equal(gazetteer_find(&fixture->ctx, fixture->gazetteer, text, &choices), RC_OK);
    return choices;
}

static struct place_choice first(struct fixture *fixture, const char *text)
{
    struct place_choices choices = found(fixture, str_of(text));

    if (choices.n == 0)
        fail_msg("nothing found for \"%s\"", text);
    return choices.of[0];
}

#define assert_text(actual, expected) assert_string_equal_str((actual), S(expected))
static void assert_string_equal_str(struct str actual, struct str expected)
{
    if (!str_eq(actual, expected))
        fail_msg("\"%.*s\" is not \"%.*s\"", STR_ARG(actual), STR_ARG(expected));
}

static void an_address_is_complete(void **state)
{
    struct place_choice hall = first(*state, "795 mass ave apt 3b, port azalea al 36939");

    assert_int_equal(hall.kind, PLACE_ADDRESS);
    assert_text(hall.id, "a/massachusetts-ave/795");
    assert_text(hall.label, "795 Massachusetts Ave #3B");
    assert_text(hall.street, "Massachusetts Ave");
    assert_text(hall.unit, "3B");
    assert_int_equal(hall.number, 795);
    assert_false(hall.is_estimated);
    assert_true(hall.score > 90);
}

/* Two buildings face each other across the street: each address is nearer to its own. */
static void numbers_are_interpolated_on_their_side(void **state)
{
    struct fixture *fixture = *state;
    struct point odd = first(fixture, "795 Massachusetts Ave").point;
    struct point even = first(fixture, "806 Massachusetts Ave").point;
    struct point hall = first(fixture, "City Hall").point;
    struct point center = first(fixture, "Senior Center").point;

    assert_true(point_distance_m(odd, hall) < 60);
    assert_true(point_distance_m(even, center) < 60);
    assert_true(point_distance_m(odd, hall) + 10 < point_distance_m(even, hall));
    assert_true(point_distance_m(even, center) + 5 < point_distance_m(odd, center));
}

static void addresses_of_landmarks_are_near_them(void **state)
{
    struct fixture *fixture = *state;
    const struct layer *stations = layers_find(fixture->layers, S("fire-station"));

    for (size_t i = 0; i < stations->feature_count; i++) {
        const struct layer_feature *station = &stations->features[i];
        struct place_choices choices = found(fixture, layer_property(station, S("address")));

        assert_true(choices.n > 0);
        assert_int_equal(choices.of[0].kind, PLACE_ADDRESS);
        if (point_distance_m(choices.of[0].point, layer_label_point(station)) > 120)
            fail_msg("%.*s is far from its address", STR_ARG(station->label));
    }
}

static void choices_are_ranked_and_few(void **state)
{
    struct place_choices choices = found(*state, S("12 lincoln"));

    assert_true(choices.n >= 2 && choices.n <= PLACE_CHOICES_MAX);
    for (size_t i = 1; i < choices.n; i++) {
        assert_true(choices.of[i - 1].score >= choices.of[i].score);
        for (size_t k = 0; k < i; k++)
            assert_false(str_eq(choices.of[i].id, choices.of[k].id));
    }
}

static void the_number_decides_between_like_names(void **state)
{
    /* Bay St and Day St differ in one letter; Bay St has no number 9. */
    assert_text(first(*state, "9 Daay st").label, "9 Day St");
    assert_int_equal(first(*state, "9 bay st").number, 9);
    assert_text(first(*state, "15 bay st").label, "15 Bay St");
    assert_text(first(*state, "bay st").label, "Bay St");
}

static void a_number_that_is_not_there_is_estimated_or_dropped(void **state)
{
    struct place_choice gap = first(*state, "793 massachusetts ave");
    struct place_choice beyond = first(*state, "99999 massachusetts ave");

    assert_int_equal(gap.kind, PLACE_ADDRESS);
    assert_int_equal(beyond.kind, PLACE_STREET);
    assert_text(beyond.label, "Massachusetts Ave");
    assert_int_equal(beyond.number, 0);
    assert_true(beyond.score < gap.score);
}

static void another_city_is_not_ours_silently(void **state)
{
    struct place_choices choices = found(*state, S("795 mass ave, Boston"));

    assert_true(choices.n > 0);
    assert_text(choices.ignored, "Boston");
    assert_true(choices.of[0].score < 100);
    choices = found(*state, S("795 mass ave, Port Azalea"));
    assert_true(str_is_empty(choices.ignored));
}

static void nothing_is_like_nonsense(void **state)
{
    assert_int_equal(found(*state, S("")).n, 0);
    assert_int_equal(found(*state, S("   ")).n, 0);
    assert_int_equal(found(*state, S("qqqqqqqq wwwwwww")).n, 0);
    assert_int_equal(found(*state, S("795")).n, 0);
    assert_int_equal(found(*state, S("&&&,,,##")).n, 0);
}

static void ids_lead_back(void **state)
{
    static const char *const queries[] = {
        "795 mass ave", "prospect & hampshire",   "city hall", "riverside",
        "broadway",     "larchwood & meadow way", "dana park",
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT(queries); i++) {
        struct place_choice typed = first(fixture, queries[i]), back;

        assert_int_equal(gazetteer_by_id(&fixture->ctx, fixture->gazetteer, typed.id, &back),
                         RC_OK);
        assert_string_equal_str(back.label, typed.label);
        assert_int_equal(back.kind, typed.kind);
        assert_memory_equal(&back.point, &typed.point, sizeof back.point);
    }
}

static void wrong_ids_are_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "/",
        "a",
        "a/",
        "a//",
        "a/massachusetts-ave",
        "a/massachusetts-ave/",
        "a/massachusetts-ave/0",
        "a/massachusetts-ave/-5",
        "a/massachusetts-ave/795x",
        "a/massachusetts-ave/9999999999999999999",
        "a/no-such-street/1",
        "i/",
        "i/prospect-st",
        "i/prospect-st+nowhere",
        "f/park/no",
        "f/nothing/1",
        "s/no",
        "s/broadway/1",
        "z/1",
        "../../etc/passwd",
        "\xff\xfe/\x01",
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct place_choice place;

        ctx_clear_error(&fixture->ctx);
        if (gazetteer_by_id(&fixture->ctx, fixture->gazetteer, str_of(wrong[i]), &place) !=
            RC_INVALID)
            fail_msg("taken: %s", wrong[i]);
        assert_int_equal(fixture->ctx.err.id, ERR_PLACE_UNKNOWN);
    }
}

static void streets_that_meet_twice_are_told_apart(void **state)
{
    struct place_choices choices = found(*state, S("Fresh Pond Ln & Larchwood Dr"));

    assert_true(choices.n >= 2);
    assert_int_equal(choices.of[0].kind, PLACE_INTERSECTION);
    assert_int_equal(choices.of[1].kind, PLACE_INTERSECTION);
    assert_false(str_eq(choices.of[0].label, choices.of[1].label));
    assert_false(str_eq(choices.of[0].id, choices.of[1].id));
}

static void points_are_named(void **state)
{
    struct fixture *fixture = *state;
    struct place_choice hall = first(fixture, "795 Massachusetts Ave"), near;
    struct place_choice crossing = first(fixture, "prospect & hampshire");
    struct point river = {423550000, -710850000};

    assert_int_equal(gazetteer_near(&fixture->ctx, fixture->gazetteer, hall.point, &near), RC_OK);
    assert_text(near.street, "Massachusetts Ave");
    assert_true(near.is_estimated);
    assert_true(abs(near.number - 795) <= 4);
    assert_int_equal(near.number % 2, 1);
    assert_int_equal(
        gazetteer_near(&fixture->ctx, fixture->gazetteer, point_moved(crossing.point, 5, 5), &near),
        RC_OK);
    assert_text(near.label, "Hampshire St & Prospect St");
    assert_int_equal(
        gazetteer_near(&fixture->ctx, fixture->gazetteer, point_moved(river, -30000, 0), &near),
        RC_INVALID);
    assert_int_equal(fixture->ctx.err.id, ERR_PLACE_UNKNOWN);
}

struct round_trip {
    struct fixture *fixture;
    size_t asked, same_street, near_number;
};

static bool round_trip_visit(void *arg, const struct place_choice *place)
{
    struct round_trip *trip = arg;
    struct arena *arena = arena_new(1u << 20);
    struct ctx ctx = {.arena = arena};
    struct place_block block;

    if (place->kind == PLACE_ADDRESS && place->number % 7 == 0) {
        trip->asked++;
        assert_int_equal(gazetteer_block_of(&ctx, trip->fixture->gazetteer, place, &block), RC_OK);
        assert_string_equal_str(block.street, place->street);
        assert_int_equal(block.hundred, place->number / 100 * 100);
        if (gazetteer_block(&ctx, trip->fixture->gazetteer, place->point, &block) == RC_OK &&
            str_eq(block.street, place->street)) {
            trip->same_street++;
            trip->near_number += abs(block.hundred - place->number / 100 * 100) == 0;
        }
    }
    arena_free(arena);
    return true;
}

/* At corners the street nearest to a point may be the other one; elsewhere a house leads back to
 * its block, and an address always. */
static void houses_lead_back_to_their_block(void **state)
{
    struct round_trip trip = {.fixture = *state};

    gazetteer_each(&trip.fixture->ctx, trip.fixture->gazetteer, round_trip_visit, &trip);
    assert_true(trip.asked > 3000);
    if (trip.same_street < trip.asked * 85 / 100 || trip.near_number < trip.same_street * 97 / 100)
        fail_msg("%zu asked, %zu on their street, %zu in their block", trip.asked, trip.same_street,
                 trip.near_number);
}

static void a_block_hides_the_house(void **state)
{
    struct fixture *fixture = *state;
    struct place_choice place = first(fixture, "727 Massachusetts Ave");
    struct place_block one, other;

    assert_int_equal(gazetteer_block_of(&fixture->ctx, fixture->gazetteer, &place, &one), RC_OK);
    place = first(fixture, "750 Massachusetts Ave");
    assert_int_equal(gazetteer_block_of(&fixture->ctx, fixture->gazetteer, &place, &other), RC_OK);
    assert_text(one.label, "700 block of Massachusetts Ave");
    assert_int_equal(one.hundred, 700);
    assert_string_equal_str(one.label, other.label);
    assert_memory_equal(&one.point, &other.point, sizeof one.point);
    place = first(fixture, "15 Bay St");
    assert_int_equal(gazetteer_block_of(&fixture->ctx, fixture->gazetteer, &place, &one), RC_OK);
    assert_text(one.label, "1 to 99 block of Bay St");
}

static void any_bytes_may_be_typed(void **state)
{
    struct fixture *fixture = *state;
    char *text = arena_alloc(fixture->ctx.arena, 10240);
    uint32_t random = 3;

    for (int turn = 0; turn < 300; turn++) {
        struct arena *arena = arena_new(4u << 20);
        struct ctx ctx = {.arena = arena};
        struct place_choices choices;
        size_t n = turn < 10 ? 10240 : (size_t)turn;

        for (size_t i = 0; i < n; i++) {
            random = random * 1664525 + 1013904223;
            text[i] = turn % 2 ? (char)(random >> 24)
                               : "ab st ave & , # 12 -.'\xc3\xa9\0@/(\n"[(random >> 20) % 30];
        }
        assert_int_equal(gazetteer_find(&ctx, fixture->gazetteer, (struct str){text, n}, &choices),
                         RC_OK);
        assert_true(choices.n <= PLACE_CHOICES_MAX);
        arena_free(arena);
    }
}

static void a_full_arena_is_reported(void **state)
{
    struct fixture *fixture = *state;
    struct arena *arena = arena_new(400);
    struct ctx ctx = {.arena = arena};
    struct place_choices choices;

    assert_int_equal(gazetteer_find(&ctx, fixture->gazetteer, S("795 mass ave"), &choices),
                     RC_LIMIT);
    arena_free(arena);
}

static void a_city_without_streets_knows_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct layers none = {.arena = NULL};
    struct gazetteer *gazetteer;
    struct place_choices choices;
    struct place_choice place;

    assert_int_equal(gazetteer_new(&fixture->ctx, &none, city, &gazetteer), RC_OK);
    assert_int_equal(gazetteer_find(&fixture->ctx, gazetteer, S("1 main st & x"), &choices), RC_OK);
    assert_int_equal(choices.n, 0);
    assert_int_equal(gazetteer_near(&fixture->ctx, gazetteer, (struct point){0, 0}, &place),
                     RC_INVALID);
    gazetteer_free(gazetteer);
}

/* Names and ranges that a city's file may hold but should not. */
static void odd_street_files_are_harmless(void **state)
{
    struct fixture *fixture = *state;
    struct arena *home = arena_new(8u << 20);
    const struct layer *street, *crossing, *both[2];
    struct layers layers = {home, both, 2, S("x")};
    struct gazetteer *gazetteer;
    struct place_choices choices;

    assert_int_equal(
        layer_load(&fixture->ctx, home, S("street"),
                   S("{\"type\":\"FeatureCollection\",\"features\":["
                     "{\"type\":\"Feature\",\"properties\":{\"name\":\"\"},\"geometry\":"
                     "{\"type\":\"LineString\",\"coordinates\":[[0,0],[0,0]]}},"
                     "{\"type\":\"Feature\",\"properties\":{\"name\":\"&\",\"lf\":1,\"lt\":99999},"
                     "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[0,0],[0,1]]}},"
                     "{\"type\":\"Feature\",\"properties\":{\"name\":\"St\",\"lf\":-5,\"lt\":\"x\","
                     "\"rf\":9,\"rt\":2,\"alias\":\",,,\",\"class\":99},\"geometry\":"
                     "{\"type\":\"LineString\",\"coordinates\":[[0,0],[0.001,0]]}}]}"),
                   &street),
        RC_OK);
    assert_int_equal(layer_load(&fixture->ctx, home, S("intersection"),
                                S("{\"type\":\"FeatureCollection\",\"features\":["
                                  "{\"type\":\"Feature\",\"properties\":{\"name\":\"& & St & St\"},"
                                  "\"geometry\":{\"type\":\"Point\",\"coordinates\":[0,0]}}]}"),
                                &crossing),
                     RC_OK);
    both[0] = crossing;
    both[1] = street;
    assert_int_equal(gazetteer_new(&fixture->ctx, &layers, city, &gazetteer), RC_OK);
    assert_int_equal(gazetteer_find(&fixture->ctx, gazetteer, S("5 st"), &choices), RC_OK);
    assert_true(choices.n > 0);
    assert_text(choices.of[0].label, "5 St");
    assert_int_equal(gazetteer_find(&fixture->ctx, gazetteer, S("st & st"), &choices), RC_OK);
    gazetteer_free(gazetteer);
    arena_free(home);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, clear)
    const struct CMUnitTest tests[] = {
        TEST(an_address_is_complete),
        TEST(numbers_are_interpolated_on_their_side),
        TEST(addresses_of_landmarks_are_near_them),
        TEST(choices_are_ranked_and_few),
        TEST(the_number_decides_between_like_names),
        TEST(a_number_that_is_not_there_is_estimated_or_dropped),
        TEST(another_city_is_not_ours_silently),
        TEST(nothing_is_like_nonsense),
        TEST(ids_lead_back),
        TEST(wrong_ids_are_refused),
        TEST(streets_that_meet_twice_are_told_apart),
        TEST(points_are_named),
        TEST(houses_lead_back_to_their_block),
        TEST(a_block_hides_the_house),
        TEST(any_bytes_may_be_typed),
        TEST(a_full_arena_is_reported),
        TEST(a_city_without_streets_knows_nothing),
        TEST(odd_street_files_are_harmless),
    };

    return cmocka_run_group_tests_name("place/gazetteer", tests, group_set_up, group_tear_down);
}
