/* A layer taken into a city at work, and what it means for the cases at hand. */
#include "engine/publish/layer_import.h"

#include "engine/cases/layer_effect.h"
#include "engine/test_support.h"
#include "place/layers.h"

/* One district over all, with the id that sends a pothole to the other team. */
static const char everywhere[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":\"9\","
    "\"properties\":{\"name\":\"Nine\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
    "[[[-72,42],[-70,42],[-70,43],[-72,43],[-72,42]]]}}]}";

static struct layer_import import_of(bool is_dry)
{
    return (struct layer_import){
        .name = S("district"), .text = str_of(everywhere), .is_dry = is_dry};
}

static struct city *city_now(struct world *world)
{
    struct city *city;

    test_look_again(world);
    test_ok(&world->ctx, city_load(&world->ctx, &city));
    world->ctx.city = test_city;
    return city;
}

static void a_layer_takes_the_place_of_the_old(void **state)
{
    struct world *world = *state;
    const struct layer_import import = import_of(false);
    struct city *after, *now;
    struct str stamp;

    stamp = test_text(world, "SELECT coalesce(max(value), '') FROM setting WHERE 1 = %lld", 1);
    test_ok(&world->ctx, layer_import(&world->ctx, &import, &after));
    assert_ptr_equal(world->ctx.city, test_city);
    now = city_now(world);
    assert_int_equal(layers_find(after->layers, S("district"))->feature_count, 1);
    assert_int_equal(layers_find(now->layers, S("district"))->feature_count, 1);
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM event WHERE kind = 'layer.imported' "
                              "AND audience = %lld",
                              0),
                     1);
    assert_false(str_eq(
        stamp, test_text(world, "SELECT coalesce(max(value), '') FROM setting WHERE 1 = %lld", 1)));
    city_free(after);
    city_free(now);
}

static void a_dry_run_changes_nothing(void **state)
{
    struct world *world = *state;
    const struct layer_import import = import_of(true);
    struct test_counts before;
    struct city *after, *now;

    test_counts(world, &before);
    test_ok(&world->ctx, layer_import(&world->ctx, &import, &after));
    assert_int_equal(layers_find(after->layers, S("district"))->feature_count, 1);
    city_free(after);
    assert_grown(world, &before, NULL);
    now = city_now(world);
    assert_true(layers_find(now->layers, S("district"))->feature_count > 5);
    city_free(now);
}

static void a_layer_the_city_cannot_read_is_refused(void **state)
{
    struct world *world = *state;
    struct layer_import import = import_of(false);
    struct test_counts before;
    struct city *after = NULL;

    import.text = S("{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                    "\"properties\":{},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
                    "[[[0,0],[1,0],[1,1],[0,1]]]}}]}");
    test_counts(world, &before);
    assert_int_equal(layer_import(&world->ctx, &import, &after), RC_INVALID);
    ctx_clear_error(&world->ctx);
    assert_null(after);
    assert_grown(world, &before, NULL);
}

static void the_effect_on_open_cases_is_counted(void **state)
{
    struct world *world = *state;
    const struct layer_import import = import_of(true);
    const struct step_input resolve = {.step = S("resolve"), .outcome = S("done")};
    struct layer_effect effect;
    struct filed closed;
    struct city *after;

    test_file(world, &(struct test_filing){.place = "795 Massachusetts Ave"});
    test_file(world, &(struct test_filing){.service = "street-light-out",
                                           .place = "795 Massachusetts Ave",
                                           .answers = {"trouble", "dark"}});
    closed = test_file(world, &(struct test_filing){.place = "20 Garden St"});
    test_ok(&world->ctx, test_step(world, test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL),
                                   closed.case_id, &resolve));
    test_ok(&world->ctx, layer_import(&world->ctx, &import, &after));
    test_look_again(world);
    test_ok(&world->ctx, layer_effect(&world->ctx, test_city, after, S("district"), &effect));
    assert_int_equal(effect.open, 2);
    assert_int_equal(effect.elsewhere, 2);
    assert_int_equal(effect.rerouted, 1);
    assert_int_equal(effect.move_n, 1);
    assert_str(effect.moves[0].from->id, "streets-east");
    assert_str(effect.moves[0].to->id, "streets-west");
    test_ok(&world->ctx, layer_effect(&world->ctx, test_city, test_city, S("district"), &effect));
    assert_int_equal(effect.elsewhere, 0);
    city_free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_layer_takes_the_place_of_the_old),
        TEST(a_dry_run_changes_nothing),
        TEST(a_layer_the_city_cannot_read_is_refused),
        TEST(the_effect_on_open_cases_is_counted),
    };

    return RUN_TESTS("engine/layer_import", tests);
}
