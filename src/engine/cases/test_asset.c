/* Things of the city's map as answers: theirs is the layer, and they are at the place. */
#include "engine/cases/asset.h"

#include "engine/cases/case_change.h"
#include "engine/cases/case_transfer.h"
#include "engine/cases/draft_form.h"
#include "engine/definition/show.h"
#include "engine/test_support.h"

/* 48-12 is by 60 Banks St, and LB-1 somewhere else; both are of the demonstration's layers. */
#define BY_48_12 "60 Banks St"

static const struct definition *lights(void)
{
    return city_service(test_city, S("street-light-out"));
}

static enum rc try_asset(struct world *world, const char *place, const char *lamp)
{
    struct filing filing = test_filing(
        &world->ctx, &(struct test_filing){.service = "street-light-out",
                                           .place = place,
                                           .answers = {"trouble", "dark", "lamp", lamp}});

    return filing_check(&world->ctx, &filing);
}

static void an_asset_is_of_its_layer_and_at_the_place(void **state)
{
    struct world *world = *state;
    struct ctx *ctx = &world->ctx;

    test_ok(ctx, try_asset(world, BY_48_12, "48-12"));
    test_ok(ctx, try_asset(world, BY_48_12, " 48-12 "));
    test_ok(ctx, try_asset(world, BY_48_12, ""));
    assert_error(ctx, try_asset(world, "30 Cedar St", "48-12"), ERR_ASSET_FAR, "lamp");
    assert_error(ctx, try_asset(world, BY_48_12, "LB-1"), ERR_ASSET_UNKNOWN, "lamp");
    assert_error(ctx, try_asset(world, BY_48_12, "MY NEIGHBOUR is a thief"), ERR_ASSET_UNKNOWN,
                 "lamp");
    assert_error(ctx, try_asset(world, BY_48_12, "'; DROP TABLE cases; --"), ERR_ASSET_UNKNOWN,
                 "lamp");
}

static void how_far_it_is_is_told(void **state)
{
    struct world *world = *state;

    assert_int_equal(try_asset(world, "30 Cedar St", "48-12"), RC_INVALID);
    assert_true(str_ends_with(world->ctx.err.arg, S(" ft")) ||
                str_ends_with(world->ctx.err.arg, S(" mi")));
    ctx_clear_error(&world->ctx);
}

/* The field's own distance counts, not another. */
static void within_is_the_fields_own(void **state)
{
    struct world *world = *state;
    struct field field = *definition_field(lights(), S("lamp"));
    const struct answer lamp = {true, cel_string(S("48-12"))};
    struct place place = {.has_point = true};

    assert_true(point_of(42.368949, -71.114637 + 0.00043, &place.point)); /* 35 m east */
    test_ok(&world->ctx, asset_check(&world->ctx, &field, &lamp, &place));
    field.within_m = 30;
    assert_error(&world->ctx, asset_check(&world->ctx, &field, &lamp, &place), ERR_ASSET_FAR,
                 "lamp");
    field.within_m = 36;
    test_ok(&world->ctx, asset_check(&world->ctx, &field, &lamp, &place));
}

/* Without a place or its point nothing can be measured; the layer is asked all the same. */
static void without_a_point_the_layer_alone_decides(void **state)
{
    struct world *world = *state;
    const struct field *field = definition_field(lights(), S("lamp"));
    const struct place unplaced = {.label = S("behind the school")};
    struct answer lamp = {true, cel_string(S("48-12"))};

    test_ok(&world->ctx, asset_check(&world->ctx, field, &lamp, NULL));
    test_ok(&world->ctx, asset_check(&world->ctx, field, &lamp, &unplaced));
    lamp.value = cel_string(S("48-122222"));
    assert_error(&world->ctx, asset_check(&world->ctx, field, &lamp, NULL), ERR_ASSET_UNKNOWN,
                 "lamp");
}

static void a_city_without_the_layer_knows_none(void **state)
{
    struct world *world = *state;
    struct field field = *definition_field(lights(), S("lamp"));
    const struct answer lamp = {true, cel_string(S("48-12"))};

    field.layer = S("fountain");
    assert_error(&world->ctx, asset_check(&world->ctx, &field, &lamp, NULL), ERR_ASSET_UNKNOWN,
                 "lamp");
}

/* An answer of former days, of another system or of another field may be anybody's words. */
static void the_public_sees_things_of_the_map_alone(void **state)
{
    struct world *world = *state;
    struct field field = *definition_field(lights(), S("lamp"));
    struct answer answer = {true, cel_string(S("48-12"))};
    struct city without = *world->ctx.city;

    assert_false(answer_is_public(world->ctx.city, &field, &answer));
    field.open = OPEN_PUBLIC;
    assert_true(answer_is_public(world->ctx.city, &field, &answer));
    answer.value = cel_string(S("LB-1"));
    assert_false(answer_is_public(world->ctx.city, &field, &answer));
    answer.value = cel_string(S("my neighbour is a thief"));
    assert_false(answer_is_public(world->ctx.city, &field, &answer));
    answer.value = cel_string(S("48-12"));
    without.layers = NULL;
    assert_false(answer_is_public(&without, &field, &answer));
}

static void what_is_near_comes_nearest_first(void **state)
{
    struct world *world = *state;
    const struct field *field = definition_field(lights(), S("lamp"));
    struct field wide = *field;
    struct assets_near near;
    struct place place;

    test_place(&world->ctx, BY_48_12, &place);
    assets_near(test_city, field, &place, &near);
    assert_true(near.n > 0 && near.count == near.n);
    for (size_t i = 0; i < near.n; i++) {
        assert_true(near.of[i].foot.distance_m <= 40);
        assert_true(i == 0 || near.of[i - 1].foot.distance_m <= near.of[i].foot.distance_m);
    }
    wide.within_m = 2000;
    assets_near(test_city, &wide, &place, &near);
    assert_true(near.count > ASSETS_NEAR_MAX && near.n == ASSETS_NEAR_MAX);
    for (size_t i = 1; i < near.n; i++)
        assert_true(near.of[i - 1].foot.distance_m <= near.of[i].foot.distance_m);
    assert_false(asset_is_none_near(test_city, field, &place));
    wide.within_m = 0;
    assert_true(asset_is_none_near(test_city, &wide, &place));
    assert_false(asset_is_none_near(test_city, field, NULL));
}

/* ---- In a draft */

static void begin(struct world *world, struct draft *draft, const char *place)
{
    test_ok(&world->ctx, draft_new(&world->ctx, lights(), draft));
    test_place(&world->ctx, place, &draft->place);
    draft->has_place = true;
}

/* Where the city knows of no light the question would have no answer. */
static void it_is_asked_where_there_are_some(void **state)
{
    struct world *world = *state;
    struct form_at steps[20];
    struct draft draft;
    size_t with, without;

    begin(world, &draft, BY_48_12);
    test_ok(&world->ctx, draft_form_steps(&world->ctx, &draft, steps, COUNT(steps), &with));
    assert_true(point_of(42.41, -71.05, &draft.place.point));
    test_ok(&world->ctx, draft_form_steps(&world->ctx, &draft, steps, COUNT(steps), &without));
    assert_int_equal(with, without + 1);
}

static void at_another_place_it_is_asked_again(void **state)
{
    struct world *world = *state;
    struct draft draft;

    begin(world, &draft, BY_48_12);
    draft.passed = S("lamp trouble ");
    draft.answers.of[0] = (struct answer){true, cel_string(S("48-12"))};
    draft_form_moved(&world->ctx, &draft);
    assert_true(draft.answers.of[0].is_given);
    assert_str(draft.passed, "lamp trouble ");
    test_place(&world->ctx, "30 Cedar St", &draft.place);
    draft_form_moved(&world->ctx, &draft);
    assert_int_equal(world->ctx.err.id, ERR_NONE);
    assert_false(draft.answers.of[0].is_given);
    assert_str(draft.passed, "trouble ");
}

/* ---- Of a case */

static struct filed file_lamp(struct world *world)
{
    return test_file(world, &(struct test_filing){.service = "street-light-out",
                                                  .place = BY_48_12,
                                                  .answers = {"lamp", "48-12", "trouble", "dark"}});
}

static void a_move_says_that_it_is_not_there(void **state)
{
    struct world *world = *state;
    struct filed filed = file_lamp(world);
    struct place_plan plan;
    struct place place;

    world->ctx.actor = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    test_place(&world->ctx, "30 Cedar St", &place);
    test_ok(&world->ctx, case_move_plan(&world->ctx, filed.case_id, &place, &plan));
    assert_non_null(plan.not_there);
    assert_str(plan.not_there->id, "lamp");
    assert_str(plan.not_there_id, "48-12");
    test_place(&world->ctx, BY_48_12, &place);
    test_ok(&world->ctx, case_move_plan(&world->ctx, filed.case_id, &place, &plan));
    assert_null(plan.not_there);
}

/* What staff give to the new service's question is held against the map as anybody's. */
static void a_transfer_takes_no_asset_from_elsewhere(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.place = "30 Cedar St"});
    struct transfer transfer = {.service = S("street-light-out"), .reason = S("A lamp")};
    struct transfer_plan plan;
    struct answers given;

    world->ctx.actor = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    test_ok(&world->ctx, answers_new(&world->ctx, lights(), &given));
    given.of[0] = (struct answer){true, cel_string(S("48-12"))};
    given.of[1] = (struct answer){true, cel_string(S("dark"))};
    transfer.given = &given;
    assert_error(&world->ctx, case_transfer_plan(&world->ctx, filed.case_id, &transfer, &plan),
                 ERR_ASSET_FAR, "lamp");
    given.of[0].is_given = false;
    test_ok(&world->ctx, case_transfer_plan(&world->ctx, filed.case_id, &transfer, &plan));
}

/* ---- Distances */

static void distances_are_told_in_the_citys_units(void **state)
{
    static const struct {
        double metres;
        enum lang lang;
        const char *us, *metric;
    } told[] = {
        {3, LANG_EN, "10 ft", "3 m"},        {28, LANG_EN, "92 ft", "28 m"},
        {37, LANG_ES, "120 pies", "37 m"},   {267, LANG_EN, "880 ft", "270 m"},
        {320, LANG_EN, "0.2 mi", "320 m"},   {760, LANG_ES, "0.5 mi", "760 m"},
        {760, LANG_VI, "0.5 dặm", "760 m"},  {2450, LANG_VI, "1.5 dặm", "2.5 km"},
        {2450, LANG_EN, "1.5 mi", "2.5 km"}, {40000, LANG_EN, "25 mi", "40 km"},
    };
    struct world *world = *state;
    struct city metric = *test_city;

    assert_true(test_city->is_in_feet);
    metric.is_in_feet = false;
    for (size_t i = 0; i < COUNT(told); i++) {
        world->ctx.lang = told[i].lang;
        assert_str(show_distance(&world->ctx, told[i].metres), told[i].us);
        world->ctx.city = &metric;
        assert_str(show_distance(&world->ctx, told[i].metres), told[i].metric);
        world->ctx.city = test_city;
    }
    world->ctx.lang = LANG_EN;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_asset_is_of_its_layer_and_at_the_place),
        TEST(how_far_it_is_is_told),
        TEST(within_is_the_fields_own),
        TEST(without_a_point_the_layer_alone_decides),
        TEST(a_city_without_the_layer_knows_none),
        TEST(the_public_sees_things_of_the_map_alone),
        TEST(what_is_near_comes_nearest_first),
        TEST(it_is_asked_where_there_are_some),
        TEST(at_another_place_it_is_asked_again),
        TEST(a_move_says_that_it_is_not_there),
        TEST(a_transfer_takes_no_asset_from_elsewhere),
        TEST(distances_are_told_in_the_citys_units),
    };

    return RUN_TESTS("assets", tests);
}
