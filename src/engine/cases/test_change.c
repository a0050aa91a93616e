/* A case goes to another service, place or team, and back. */
#include "engine/cases/case_change.h"
#include "engine/cases/case_transfer.h"
#include "engine/cases/locate.h"
#include "engine/cases/projection.h"
#include "engine/test_support.h"

#define CASE "FROM cases WHERE id = %lld"

static void act_as(struct world *world, enum role role, enum scope_kind kind, const char *scope)
{
    world->ctx.actor = test_staff(world, role, kind, scope);
}

static enum rc transfer(struct world *world, int64_t case_id, const char *service)
{
    return case_transfer(&world->ctx, case_id, 0,
                         &(struct transfer){.service = str_of(service), .reason = S("It is one.")});
}

static int64_t count_events(struct world *world, const char *kind)
{
    struct str sql = str_fmt(
        world->ctx.arena, "SELECT count(*) FROM event WHERE kind = '%s' AND cases = %%lld", kind);

    return test_i64(world, str_z(world->ctx.arena, sql), 1);
}

static struct str payload_of(struct world *world, const char *kind)
{
    struct str sql = str_fmt(world->ctx.arena,
                             "SELECT p.payload FROM event e JOIN event_payload p ON p.event = e.id "
                             "WHERE e.kind = '%s' AND e.cases = %%lld ORDER BY e.id DESC LIMIT 1",
                             kind);

    return test_text(world, str_z(world->ctx.arena, sql), 1);
}

/* ---- Another service */

static void a_transfer_keeps_number_and_history(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.description = "Hollow",
                                                                .email = "pat@example.com",
                                                                .answers = {"size", "tire"}});

    act_as(world, ROLE_AGENT, SCOPE_CITY, NULL);
    test_ok(&world->ctx, transfer(world, filed.case_id, "sidewalk"));
    assert_str(test_text(world, "SELECT number " CASE, 1), str_z(world->ctx.arena, filed.number));
    assert_str(test_text(world,
                         "SELECT s.code FROM cases c JOIN service s ON s.id = c.service "
                         "WHERE c.id = %lld",
                         1),
               "sidewalk");
    /* The answers that the new service has no field for are in the history. */
    assert_str(test_text(world, "SELECT answers " CASE, 1), "{}");
    assert_true(str_find(payload_of(world, "case.transferred"), S("tire")) > 0);
    assert_true(str_find(payload_of(world, "case.transferred"), S("It is one.")) > 0);
    assert_int_equal(count_events(world, "case.opened"), 1);
    /* Filed on Thursday, July 2; the third is a holiday: 3 and 60 workdays from then on. */
    assert_int_equal(test_i64(world, "SELECT due " CASE, 1),
                     test_i64(world, "SELECT max(due) FROM clock WHERE cases = %lld", 1));
    assert_int_equal(
        test_i64(world, "SELECT due FROM clock WHERE kind = 'respond' AND cases = %lld", 1),
        test_time("2026-07-09 00:00").us_utc);
    assert_int_equal(test_i64(world, "SELECT lock_version " CASE, 1), 2);
    test_projections(world);
}

static struct str told(struct world *world, const char *column, const char *email)
{
    struct str sql = str_fmt(world->ctx.arena,
                             "SELECT coalesce(max(%s), '-') FROM message WHERE notice = "
                             "'transferred' AND address = '%s' AND %%lld = 1",
                             column, email);

    return test_text(world, str_z(world->ctx.arena, sql), 1);
}

static void people_are_told_of_a_transfer(void **state)
{
    struct world *world = *state;
    struct transfer to = {
        .service = S("sidewalk"), .reason = S("A curb."), .base_url = S("https://city.example")};
    struct filed filed =
        test_file(world, &(struct test_filing){.email = "pat@example.com", .lang = LANG_ES});
    struct str body;

    test_exec(world, "INSERT INTO follower (cases, email, lang, token_hash, created, confirmed) "
                     "VALUES (1, 'neighbor@example.com', 'vi', randomblob(32), 1, 2)");
    act_as(world, ROLE_AGENT, SCOPE_CITY, NULL);
    test_ok(&world->ctx, case_transfer(&world->ctx, filed.case_id, 0, &to));
    assert_int_equal(
        test_i64(world,
                 "SELECT count(*) FROM message WHERE notice = 'transferred' AND cases = %lld", 1),
        2);
    body = told(world, "body", "pat@example.com");
    assert_true(str_find(told(world, "subject", "pat@example.com"), filed.number) == 0);
    assert_true(str_find(body, S("Acera")) > 0);
    assert_true(str_find(body, S("Esperamos terminarla")) > 0);
    assert_true(str_find(body, S("https://city.example/follow/")) > 0);
    assert_true(str_find(body, S("A curb.")) < 0); /* the reason is for staff */
    body = told(world, "body", "neighbor@example.com");
    assert_true(str_find(body, S("https://city.example/vi/cases/")) > 0);
}

static void a_transfer_back_undoes_it(void **state)
{
    struct world *world = *state;
    struct filed filed =
        test_file(world, &(struct test_filing){.answers = {"size", "tire", "lane", "true"}});
    int64_t due = test_i64(world, "SELECT due " CASE, 1);
    int64_t team = test_i64(world, "SELECT team " CASE, 1);
    struct str answers = test_text(world, "SELECT answers " CASE, 1);

    act_as(world, ROLE_AGENT, SCOPE_CITY, NULL);
    world->ctx.now = test_time("2026-07-06 11:00");
    test_ok(&world->ctx, transfer(world, filed.case_id, "sidewalk"));
    assert_int_not_equal(test_i64(world, "SELECT due " CASE, 1), due);
    test_look_again(world);
    world->ctx.now = test_time("2026-07-07 11:00");
    test_ok(&world->ctx, transfer(world, filed.case_id, "pothole"));
    assert_int_equal(test_i64(world, "SELECT due " CASE, 1), due);
    assert_int_equal(test_i64(world, "SELECT team " CASE, 1), team);
    assert_str(test_text(world, "SELECT answers " CASE, 1), str_z(world->ctx.arena, answers));
    assert_int_equal(test_i64(world, "SELECT count(*) FROM clock WHERE cases = %lld", 1), 2);
    test_projections(world);
}

static void a_clock_that_stood_still_stays_later(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){0});
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    int64_t due;

    /* Asked on Monday, answered on Wednesday: two workdays later. */
    world->ctx.now = test_time("2026-07-06 11:00");
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("ask"), .message = S("How deep?")}));
    world->ctx.now = test_time("2026-07-08 11:00");
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("answer"), .message = S("Deep.")}));
    due = test_i64(world, "SELECT due " CASE, 1);
    world->ctx.actor = agent;
    test_look_again(world);
    test_ok(&world->ctx, transfer(world, filed.case_id, "sidewalk"));
    assert_true(test_i64(world, "SELECT due " CASE, 1) > due);
    /* What was answered stays answered. */
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM clock WHERE kind = 'respond' AND met IS NOT "
                              "NULL AND cases = %lld",
                              1),
                     1);
    test_look_again(world);
    test_ok(&world->ctx, transfer(world, filed.case_id, "pothole"));
    assert_int_equal(test_i64(world, "SELECT due " CASE, 1), due);
}

static void a_case_that_waits_goes_on_waiting(void **state)
{
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);

    test_file(world, &(struct test_filing){0});
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("ask"), .message = S("How deep?")}));
    world->ctx.actor = agent;
    test_look_again(world);
    test_ok(&world->ctx, transfer(world, 1, "sidewalk"));
    assert_str(test_text(world, "SELECT state " CASE, 1), "waiting");
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM clock WHERE paused IS NOT NULL AND kind = "
                              "'resolve' AND cases = %lld",
                              1),
                     1);
    test_projections(world);
}

static void what_the_new_service_asks_is_answered_by_staff(void **state)
{
    struct world *world = *state;
    const struct definition *tree = city_service(test_city, S("tree-limb"));
    struct transfer to_tree = {.service = S("tree-limb"), .reason = S("A limb.")};
    struct transfer_plan plan;
    struct answers given;
    struct str hangs = S("hangs");
    struct test_counts before;

    test_file(world, &(struct test_filing){0});
    act_as(world, ROLE_AGENT, SCOPE_CITY, NULL);
    test_look_again(world);
    test_ok(&world->ctx, case_transfer_plan(&world->ctx, 1, &to_tree, &plan));
    assert_int_equal(plan.missing_n, 1);
    assert_str(plan.missing[0]->id, "trouble");
    test_counts(world, &before);
    assert_error(&world->ctx, case_transfer(&world->ctx, 1, 0, &to_tree), ERR_REQUIRED, "trouble");
    assert_grown(world, &before, NULL);
    test_ok(&world->ctx, answers_new(&world->ctx, tree, &given));
    test_ok(&world->ctx, answer_read(&world->ctx, &tree->fields[0], &hangs, 1, &given.of[0]));
    to_tree.given = &given;
    test_ok(&world->ctx, case_transfer_plan(&world->ctx, 1, &to_tree, &plan));
    assert_int_equal(plan.missing_n, 0);
    assert_str(plan.team->id, "forestry");
    assert_int_equal(plan.deadlines[1].due.us_utc, test_time("2026-07-11 00:00").us_utc);
    test_ok(&world->ctx, case_transfer(&world->ctx, 1, 0, &to_tree));
    assert_str(test_text(world, "SELECT answers " CASE, 1),
               raw_is_postgres() ? "{\"trouble\": \"hangs\"}" : "{\"trouble\":\"hangs\"}");
    assert_str(test_text(world,
                         "SELECT t.code FROM cases c JOIN team t ON t.id = c.team WHERE "
                         "c.id = %lld",
                         1),
               "forestry");
    test_projections(world);
}

static void what_is_no_transfer_is_refused(void **state)
{
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    struct test_counts before;

    test_file(world, &(struct test_filing){0});
    test_counts(world, &before);
    world->ctx.actor = agent;
    assert_error(&world->ctx, transfer(world, 1, "pothole"), ERR_NOT_A_CHOICE, "service");
    assert_error(&world->ctx, transfer(world, 1, "nothing'; --"), ERR_NOT_A_CHOICE, "service");
    assert_error(&world->ctx,
                 case_transfer(&world->ctx, 1, 0, &(struct transfer){.service = S("sidewalk")}),
                 ERR_REQUIRED, "reason");
    assert_error(&world->ctx,
                 case_transfer(&world->ctx, 1, 7,
                               &(struct transfer){.service = S("sidewalk"), .reason = S("x")}),
                 ERR_STALE, NULL);
    assert_error(&world->ctx, transfer(world, 99, "sidewalk"), ERR_NOT_FOUND, NULL);
    act_as(world, ROLE_AUDITOR, SCOPE_CITY, NULL);
    assert_error(&world->ctx, transfer(world, 1, "sidewalk"), ERR_DENIED, NULL);
    act_as(world, ROLE_AGENT, SCOPE_TEAM, "forestry");
    assert_error(&world->ctx, transfer(world, 1, "sidewalk"), ERR_DENIED, NULL);
    world->ctx.actor = NULL;
    assert_error(&world->ctx, transfer(world, 1, "sidewalk"), ERR_DENIED, NULL);
    assert_grown(world, &before, NULL);
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("resolve"), .outcome = S("done")}));
    world->ctx.actor = agent;
    assert_error(&world->ctx, transfer(world, 1, "sidewalk"), ERR_CASE_CLOSED, NULL);
}

/* ---- Another place, another team */

static void a_move_routes_again_and_leaves_the_clocks(void **state)
{
    struct world *world = *state;
    struct place west, east;
    struct place_plan plan;
    int64_t due;

    test_file(world, &(struct test_filing){.place = "795 Massachusetts Ave"});
    due = test_i64(world, "SELECT due " CASE, 1);
    test_place(&world->ctx, "Sherman St & Rindge Ave", &west);
    test_place(&world->ctx, "795 Massachusetts Ave", &east);
    act_as(world, ROLE_CREW, SCOPE_CITY, NULL);
    world->ctx.now = test_time("2026-07-07 11:00");
    test_look_again(world);
    test_ok(&world->ctx, case_move_plan(&world->ctx, 1, &west, &plan));
    assert_str(plan.team_from->id, "streets-east");
    assert_str(plan.team->id, "streets-west");
    test_ok(&world->ctx, case_move(&world->ctx, 1, 1, &west));
    assert_int_equal(test_i64(world, "SELECT due " CASE, 1), due);
    assert_str(test_text(world,
                         "SELECT t.code FROM cases c JOIN team t ON t.id = c.team WHERE c.id = "
                         "%lld",
                         1),
               "streets-west");
    assert_str(test_text(world, "SELECT district " CASE, 1),
               str_z(world->ctx.arena, place_layer(&west, S("district"))));
    assert_true(str_find(payload_of(world, "case.moved"), S("795 Massachusetts Ave")) > 0);
    test_projections(world);
    assert_error(&world->ctx, case_move(&world->ctx, 1, 1, &east), ERR_STALE, NULL);
    test_ok(&world->ctx, case_move(&world->ctx, 1, 2, &east));
    assert_str(test_text(world,
                         "SELECT t.code FROM cases c JOIN team t ON t.id = c.team WHERE c.id = "
                         "%lld",
                         1),
               "streets-east");
    act_as(world, ROLE_AGENT, SCOPE_SERVICE, "graffiti");
    assert_error(&world->ctx, case_move(&world->ctx, 1, 0, &west), ERR_DENIED, NULL);
}

static void a_place_outside_the_city_or_a_whole_street_is_refused(void **state)
{
    struct world *world = *state;
    struct place far, street;

    test_file(world, &(struct test_filing){0});
    test_place(&world->ctx, "30.0,-70.0", &far);
    test_place(&world->ctx, "Massachusetts Ave", &street);
    act_as(world, ROLE_AGENT, SCOPE_CITY, NULL);
    assert_error(&world->ctx, case_move(&world->ctx, 1, 0, &street), ERR_PLACE_WIDE, "place");
    assert_error(&world->ctx, case_move(&world->ctx, 1, 0, &far), ERR_PLACE_OUTSIDE, "place");
    assert_int_equal(count_events(world, "case.moved"), 0);
}

static void a_supervisor_gives_it_to_another_team(void **state)
{
    struct world *world = *state;
    struct team_change change = {.team = S("forestry"), .reason = S("Roots")};

    test_file(world, &(struct test_filing){0});
    act_as(world, ROLE_AGENT, SCOPE_CITY, NULL);
    assert_error(&world->ctx, case_give_team(&world->ctx, 1, 0, &change), ERR_DENIED, NULL);
    act_as(world, ROLE_SUPERVISOR, SCOPE_TEAM, "forestry");
    assert_error(&world->ctx, case_give_team(&world->ctx, 1, 0, &change), ERR_DENIED, NULL);
    act_as(world, ROLE_SUPERVISOR, SCOPE_DEPARTMENT, "public-works");
    test_ok(&world->ctx, case_give_team(&world->ctx, 1, 1, &change));
    assert_true(str_find(payload_of(world, "case.team"), S("Roots")) > 0);
    assert_error(&world->ctx, case_give_team(&world->ctx, 1, 1, &change), ERR_STALE, NULL);
    assert_error(&world->ctx, case_give_team(&world->ctx, 1, 2, &change), ERR_NOT_A_CHOICE, "team");
    change.team = S("nobody");
    assert_error(&world->ctx, case_give_team(&world->ctx, 1, 2, &change), ERR_NOT_A_CHOICE, "team");
    change = (struct team_change){.team = S("streets-west"), .reason = S(" \n")};
    assert_error(&world->ctx, case_give_team(&world->ctx, 1, 2, &change), ERR_REQUIRED, "reason");
    assert_int_equal(count_events(world, "case.team"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_transfer_keeps_number_and_history),
        TEST(people_are_told_of_a_transfer),
        TEST(a_transfer_back_undoes_it),
        TEST(a_clock_that_stood_still_stays_later),
        TEST(a_case_that_waits_goes_on_waiting),
        TEST(what_the_new_service_asks_is_answered_by_staff),
        TEST(what_is_no_transfer_is_refused),
        TEST(a_move_routes_again_and_leaves_the_clocks),
        TEST(a_place_outside_the_city_or_a_whole_street_is_refused),
        TEST(a_supervisor_gives_it_to_another_team),
    };

    return RUN_TESTS("change", tests);
}
