/* Places of the demonstration city as a case keeps them: found, held against layers, stored. */
#include "engine/cases/locate.h"
#include "engine/test_support.h"
#include "place/gazetteer.h"
#include "place/layers.h"

static struct place located(struct world *world, const char *text)
{
    struct place place;

    test_ok(&world->ctx, locate_text(&world->ctx, test_city, str_of(text), &place));
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
        assert_error(&world->ctx, locate_text(&world->ctx, test_city, str_of(nowhere[i]), &place),
                     ERR_PLACE_UNKNOWN, "place");
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
        TEST(layers_are_stored_and_read_back),
        TEST(nearly_every_address_is_in_the_city),
    };

    return RUN_TESTS("place", tests);
}
