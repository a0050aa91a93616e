/* Places of the demonstration city as a case keeps them: found, held against layers, stored. */
#include "engine/cases/locate.h"
#include "engine/test_support.h"
#include "place/gazetteer.h"
#include "place/layers.h"

static struct place located(struct world *world, const char *text)
{
    struct place place;

    test_ok(&world->ctx, locate_sure(&world->ctx, test_city, str_of(text), &place));
    return place;
}

static void a_place_has_the_layers_that_cover_it(void **state)
{
    struct world *world = *state;
    struct place place = located(world, "795 mass ave");

    assert_str(place.label, "795 Massachusetts Ave");
    assert_int_equal(place.kind, PLACE_ADDRESS);
    assert_true(place.has_point && place.address.n > 0);
    assert_int_equal(place.zip.n, 5);
    assert_true(place_layer(&place, S("district")).n > 0);
    assert_true(place_layer(&place, S("boundary")).n > 0);
    assert_int_equal(place_layer(&place, S("no such layer")).n, 0);
    for (size_t i = 0; i < place.layer_n; i++) {
        const struct layer *layer = layers_find(test_city->layers, place.layers[i].layer);

        assert_non_null(layer);
        assert_true(str_eq(place.layers[i].version, layer->version));
    }
}

static void a_bare_point_is_a_place(void **state)
{
    struct world *world = *state;
    struct place address = located(world, "795 Massachusetts Ave");
    struct str text =
        str_fmt(world->ctx.arena, "%.7f, %.7f", point_lat(address.point), point_lon(address.point));
    struct place point = located(world, str_z(world->ctx.arena, text));

    assert_int_equal(point.kind, PLACE_POINT);
    assert_int_equal(point.address.n, 0);
    assert_true(str_eq(place_layer(&point, S("district")), place_layer(&address, S("district"))));
}

static void what_is_no_place_is_said(void **state)
{
    static const char *const nowhere[] = {"",   "12 Nowhere Blvd",        "zzzz", "91,200",
                                          "{}", "'; DROP TABLE place; --"};
    struct world *world = *state;
    struct place place;

    for (size_t i = 0; i < COUNT(nowhere); i++)
        assert_error(&world->ctx, locate_sure(&world->ctx, test_city, str_of(nowhere[i]), &place),
                     ERR_PLACE_UNKNOWN, "place");
}

/* No other spelling would help there, and no map is shown. */
static void a_city_without_streets_says_that_it_has_no_names(void **state)
{
    struct layers no_layers = {.count = 0};
    struct world *world = *state;
    struct city bare = *test_city;
    struct place place;

    bare.gazetteer = NULL;
    bare.layers = &no_layers;
    assert_error(&world->ctx, locate_sure(&world->ctx, &bare, S("795 Massachusetts Ave"), &place),
                 ERR_PLACE_NAMELESS, "place");
    test_ok(&world->ctx, locate_sure(&world->ctx, &bare, S("30.65, -88.02"), &place));
    assert_int_equal(place.kind, PLACE_POINT);
}

static struct located read_text(struct world *world, const char *text)
{
    struct located located = {.is_sure = false};

    test_ok(&world->ctx, locate_text(&world->ctx, test_city, str_of(text), &located));
    return located;
}

/* What may be taken unasked, and what is asked about. */
static void only_what_is_clear_is_sure(void **state)
{
    static const struct {
        const char *typed, *label;
        bool is_sure;
    } texts[] = {
        {"795 Massachusetts Ave", "795 Massachusetts Ave", true},
        {"795 mass ave", "795 Massachusetts Ave", true},
        {"50 bishop allen", "50 Bishop Allen Dr", true}, /* no type */
        {"14 Garden St", "14 Garden St", true},          /* no such number */
        {"Harvard & Prospect", "Harvard St & Prospect St", true},
        {"12 garden", "12 Garden St", false},                     /* or another Garden */
        {"22 berkley st", "22 Berkeley St", false},               /* a typing error */
        {"9 bay st", "9 Jay St", false},                          /* or May, or Day */
        {"795 mass ave, Boston", "795 Massachusetts Ave", false}, /* another city? */
    };
    struct world *world = *state;

    for (size_t i = 0; i < COUNT(texts); i++) {
        struct located located = read_text(world, texts[i].typed);

        assert_int_equal(located.is_sure, texts[i].is_sure);
        assert_str(located.is_sure ? located.place.label : located.choices.of[0].label,
                   texts[i].label);
        assert_int_equal(located.is_sure, located.choices.n == 0);
        for (size_t j = 0; j < located.choices.n; j++)
            assert_false(place_kind_is_wide(located.choices.of[j].kind));
    }
}

static void who_cannot_be_asked_is_told_what_it_may_be(void **state)
{
    struct world *world = *state;
    struct place place = {.label = S("untouched")};

    assert_error(&world->ctx, locate_sure(&world->ctx, test_city, S("22 berkley st"), &place),
                 ERR_PLACE_UNSURE, "place");
    assert_str(place.label, "untouched");
    assert_int_equal(locate_sure(&world->ctx, test_city, S("9 bay st"), &place), RC_INVALID);
    assert_str(world->ctx.err.arg, "9 Jay St; 9 May St; 9 Day St");
    ctx_clear_error(&world->ctx);
    assert_error(&world->ctx, locate_sure(&world->ctx, test_city, S("mass ave"), &place),
                 ERR_PLACE_WIDE, "place");
}

/* What a text gave is found again by its id, a bare point's too. */
static void an_id_brings_the_place_back(void **state)
{
    static const char *const texts[] = {"795 mass ave", "Harvard & Prospect", "central library",
                                        "42.3654000, -71.1043001"};
    struct world *world = *state;

    for (size_t i = 0; i < COUNT(texts); i++) {
        struct located located = read_text(world, texts[i]);
        struct place back;

        test_ok(&world->ctx, locate_id(&world->ctx, test_city, located.id, &back));
        assert_true(located.is_sure && str_eq(back.label, located.place.label));
        assert_memory_equal(&back.point, &located.place.point, sizeof back.point);
    }
    assert_error(&world->ctx, locate_id(&world->ctx, test_city, S("a/x/1"), &(struct place){0}),
                 ERR_PLACE_UNKNOWN, "place");
    assert_error(&world->ctx,
                 locate_id(&world->ctx, test_city, S("s/massachusetts-ave"), &(struct place){0}),
                 ERR_PLACE_WIDE, "place");
}

static void a_point_takes_the_name_of_an_address_that_is_there(void **state)
{
    static const struct {
        const char *address, *label;
        enum place_kind kind;
    } sent[] = {
        {"", "near 795 Massachusetts Ave", PLACE_POINT},
        {"795 mass ave", "795 Massachusetts Ave", PLACE_ADDRESS},
        {"22 Berkeley St", "near 795 Massachusetts Ave", PLACE_POINT}, /* over a kilometre away */
        {"mass ave", "near 795 Massachusetts Ave", PLACE_POINT},
        {"call 555-0100 for a good time", "near 795 Massachusetts Ave", PLACE_POINT},
    };
    struct world *world = *state;
    struct point at = located(world, "795 Massachusetts Ave").point;

    for (size_t i = 0; i < COUNT(sent); i++) {
        struct place place;

        test_ok(&world->ctx,
                locate_point(&world->ctx, test_city, at, str_of(sent[i].address), &place));
        assert_str(place.label, sent[i].label);
        assert_int_equal(place.kind, sent[i].kind);
    }
}

static void layers_are_stored_and_read_back(void **state)
{
    struct world *world = *state;
    struct ctx *ctx = &world->ctx;
    struct place place = located(world, "38 Bishop Allen Dr"), back = {0};

    test_ok(ctx, place_layers_parse(ctx, place_layers_json(ctx->arena, &place), &back));
    assert_int_equal(back.layer_n, place.layer_n);
    for (size_t i = 0; i < place.layer_n; i++) {
        const struct place_layer *layer = &place.layers[i];

        assert_true(str_eq(place_layer(&back, layer->layer), layer->value));
    }
    assert_int_not_equal(place_layers_parse(ctx, S("{\"district\": 3}"), &back), RC_OK);
    ctx_clear_error(ctx);
    assert_int_not_equal(place_layers_parse(ctx, S("[1, 2"), &back), RC_OK);
    ctx_clear_error(ctx);
}

struct counting {
    struct world *world;
    int all, outside;
};

static bool count_outside(void *arg, const struct place_choice *choice)
{
    struct counting *counting = arg;

    counting->all++;
    if (layers_check_inside(&counting->world->ctx, test_city->layers, choice->point)) {
        ctx_clear_error(&counting->world->ctx);
        counting->outside++;
    }
    return true;
}

/* The street layer follows some streets a block beyond the border (at most 92 m): those numbers
 * are the neighbours'. Many more would mean that residents are refused. */
static void nearly_every_address_is_in_the_city(void **state)
{
    struct counting counting = {.world = *state};

    gazetteer_each(&counting.world->ctx, test_city->gazetteer, count_outside, &counting);
    print_message("# %d of %d addresses and crossings are outside\n", counting.outside,
                  counting.all);
    assert_true(counting.all > 10000 && counting.outside * 50 < counting.all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_place_has_the_layers_that_cover_it),
        TEST(a_bare_point_is_a_place),
        TEST(what_is_no_place_is_said),
        TEST(a_city_without_streets_says_that_it_has_no_names),
        TEST(only_what_is_clear_is_sure),
        TEST(who_cannot_be_asked_is_told_what_it_may_be),
        TEST(an_id_brings_the_place_back),
        TEST(a_point_takes_the_name_of_an_address_that_is_there),
        TEST(layers_are_stored_and_read_back),
        TEST(nearly_every_address_is_in_the_city),
    };

    return RUN_TESTS("place", tests);
}
