/* Moving cases to a newer version: previewed, logged, and never losing an answer in silence. */
#include <stdio.h>

#include "engine/cases/case_migrate.h"
#include "engine/clock/clock_trace.h"
#include "engine/clock/turn.h"
#include "engine/test_town.h"

#define NAMES(text)     "{en: " text ", es: " text ", vi: " text "}"
#define STATE(id, type) "  " id ": {type: " type ", name: " NAMES("x") "}\n"
#define STEP(id, from, to) \
    "  " id ": {name: " NAMES("x") ", from: [" from "], to: " to ", by: [staff]}\n"

static const char mend[] =
    "workflow: mend\nname: " NAMES("Mend") "\nstart: new\nstates:\n" STATE("new", "open")
        STATE("begun", "open") STATE("done", "closed") "steps:\n" STEP("begin", "new", "begun")
            STEP("close", "begun", "done");

/* The state "begun" is gone. */
static const char mend_shorter[] =
    "workflow: mend\nname: " NAMES("Mend") "\nstart: new\nstates:\n" STATE("new", "open")
        STATE("done", "closed") "steps:\n" STEP("close", "new", "done");

/* After so long the state "begun" ends by itself. */
#define MEND_BY_TIMER(after)                                                                    \
    "workflow: mend\nname: " NAMES("Mend") "\nstart: new\nstates:\n" STATE("new", "open")       \
        STATE("begun", "open") STATE("done", "closed") "steps:\n" STEP("begin", "new", "begun") \
            STEP("close", "begun", "done") "  end: {name: " NAMES(                              \
                "x") ", from: [begun], to: done, by: [timer], after: " after "}\n"

static const char mend_2_days[] = MEND_BY_TIMER("2 d");
static const char mend_5_days[] = MEND_BY_TIMER("5 d");

/* The step by timer leaves from another state. */
static const char mend_new_ends[] =
    "workflow: mend\nname: " NAMES("Mend") "\nstart: new\nstates:\n" STATE("new", "open")
        STATE("begun", "open") STATE("done", "closed") "steps:\n" STEP("begin", "new", "begun")
            STEP("close", "begun", "done") "  end: {name: " NAMES(
                "x") ", from: [new], to: done, by: [timer], after: 2 d}\n";

/* Two clocks, one of that name. */
#define MEND_CLOCKS(kind)                                                                          \
    "workflow: mend\nname: " NAMES("Mend") "\nstart: new\nstates:\n" STATE("new", "open")          \
        STATE("begun", "open") STATE(                                                              \
            "done", "closed") "clocks:\n  " kind                                                   \
                              ": {name: " NAMES("x") ", stops: [done]}\n  resolve: {name: " NAMES( \
                                  "x") ", stops: [done]}\nsteps:\n" STEP("begin", "new", "begun")  \
                                  STEP("close", "begun", "done")

#define BENCH(fields, answer)                                                              \
    "service: bench\nname: " NAMES("Bench") "\ndepartment: public-works\nworkflow: mend\n" \
                                            "place: {required: false}\nfields:\n" fields   \
                                            "route: [{team: streets-west}]\nexamples:\n"   \
                                            "  - {filed: 2026-07-06 09:00, " answer        \
                                            "expect: {team: streets-west}}\n"              \
                                            "  - {filed: 2026-07-06 10:00, " answer        \
                                            "expect: {team: streets-west}}\n"              \
                                            "  - {filed: 2026-07-06 11:00, " answer        \
                                            "expect: {team: streets-west}}\n"
#define SEATS  "  - {id: seats, type: number, required: false, text: " NAMES("Seats") "}\n"
#define COLOUR "  - {id: colour, type: text, required: false, text: " NAMES("Colour") "}\n"
#define SURE   "  - {id: sure, type: yes-no, text: " NAMES("Sure?") "}\n"

/* The town's own service with longer deadlines. */
#define BROKEN_BENCH                                                                  \
    "service: broken-bench\nname: " NAMES(                                            \
        "Bench") "\ndepartment: public-works\nworkflow: "                             \
                 "request\nplace: {required: false}\nroute: [{team: streets-west}]\n" \
                 "clocks: {respond: 3 workdays, resolve: 20 workdays}\nexamples:\n"   \
                 "  - {filed: 2026-07-06 09:00, expect: {team: streets-west}}\n"      \
                 "  - {filed: 2026-07-06 10:00, expect: {team: streets-west}}\n"      \
                 "  - {filed: 2026-07-06 11:00, expect: {team: streets-west}}\n"
#define POST(layer)                             \
    "  - {id: post, type: asset, layer: " layer \
    ", within: 40 m, required: false, text: " NAMES("Post") "}\n"

static const char first[] = BENCH(SEATS COLOUR, "");
static const char second[] = BENCH(SEATS, "");
static const char third[] = BENCH(SEATS SURE, "sure: true, ");

static void publish(struct test_town *town, const char *workflow, const char *service)
{
    test_town_put(town, "workflows/mend.yaml", workflow);
    test_town_put(town, "services/bench.yaml", service);
    test_town_publish(town);
}

static int open_town(void **state)
{
    int opened = test_town_open(state);

    publish(*state, mend, first);
    return opened;
}

static void file_bench(struct test_town *town, const char *seats, const char *colour)
{
    test_town_file_as(town, "bench", (const char *const[]){seats, colour}, *colour ? 2 : 1);
}

static struct str migrate(struct test_town *town, bool is_dry, struct case_migrated *ret)
{
    struct buf report = buf_in(town->ctx.arena, 10000);
    struct case_migration how = {
        .to = city_service(town->city, S("bench")),
        .reason = S("The new form is shorter"),
        .is_dry = is_dry,
    };

    test_ok(&town->ctx, case_migrate(&town->ctx, &how, &report, ret));
    return buf_str(&report);
}

static void assert_says(struct str said, const char *part)
{
    if (str_find(said, str_of(part)) < 0)
        fail_msg("\"%s\" is not in: %.*s", part, STR_ARG(said));
}

static void a_look_changes_nothing(void **state)
{
    struct test_town *town = *state;
    struct case_migrated done;
    int64_t events;

    file_bench(town, "2", "green");
    file_bench(town, "3", "");
    publish(town, mend, second);
    events = test_town_count(town, "SELECT count(*) FROM event");
    assert_says(migrate(town, true, &done), "without a place in the new version: "
                                            "{\"colour\":\"green\"}");
    assert_int_equal(done.moved, 2);
    assert_int_equal(done.stay, 0);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event"), events);
    assert_int_equal(test_town_count(town, "SELECT count(DISTINCT service_version) FROM cases"), 1);
}

/* A clock that the new version has no rule for would never be met: it ends with the old one. */
static void a_clock_without_a_rule_is_dropped(void **state)
{
    struct test_town *town = *state;
    struct case_migrated done;
    struct str due;

    publish(town, MEND_CLOCKS("answer"),
            BENCH(SEATS, "") "clocks: {answer: 90 workdays, resolve: 5 workdays}\n");
    file_bench(town, "2", "");
    due = test_town_text(town, "SELECT due FROM clock WHERE kind = 'resolve'");
    publish(town, MEND_CLOCKS("first"),
            BENCH(SEATS, "") "clocks: {first: 90 workdays, resolve: 5 workdays}\n");
    migrate(town, false, &done);
    assert_int_equal(done.moved, 1);
    test_town_says(town, "SELECT kind FROM clock", "resolve");
    test_town_says(town, "SELECT due FROM clock", str_z(town->ctx.arena, due));
    test_town_says(town, "SELECT due FROM cases", str_z(town->ctx.arena, due));
    assert_int_equal(test_town_differences(town), 0);
    test_town_step(town, 1, "begin");
    test_town_step(town, 1, "close");
    test_town_says(town, "SELECT due FROM cases", "NULL");
}

#define LONG(id) "  - {id: " id ", type: text, max: 4000, required: false, text: " NAMES("x") "}\n"

/* Ten answers of so many letters of three bytes each, past what a filing takes. */
static void store_long(struct test_town *town, int case_id, int letters)
{
    struct buf out = buf_in(town->ctx.arena, 500000);

    BUF_ADD(&out, "UPDATE cases SET answers = '{");
    for (char id = 'a'; id <= 'j'; id++) {
        buf_add_fmt(&out, "%s\"%c\":\"", id == 'a' ? "" : ",", id);
        for (int i = 0; i < letters; i++)
            BUF_ADD(&out, "\xe1\xbb\x87");
        BUF_ADD(&out, "\"");
    }
    buf_add_fmt(&out, "}' WHERE id = %d", case_id);
    test_town_set(town, str_z(town->ctx.arena, buf_str(&out)));
}

/* One case that cannot be moved is named, and keeps nobody behind it: not one whose answers are
 * longer than those of any filing. */
static void too_long_answers_stop_nobody_else(void **state)
{
    struct test_town *town = *state;
    struct case_migrated done;

    publish(town, mend,
            BENCH(SEATS LONG("a") LONG("b") LONG("c") LONG("d") LONG("e") LONG("f") LONG("g")
                      LONG("h") LONG("i") LONG("j"),
                  ""));
    file_bench(town, "2", "");
    file_bench(town, "3", "");
    store_long(town, 1, 14000);
    store_long(town, 2, 4000);
    publish(town, mend, second);
    for (int is_dry = 1; is_dry >= 0; is_dry--) {
        assert_says(migrate(town, is_dry, &done), ": stays: its answers are too long");
        assert_int_equal(done.moved, 1);
        assert_int_equal(done.stay, 1);
    }
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event WHERE kind = "
                                           "'case.migrated' AND cases = 2"),
                     1);
}

/* A stricter version closes the case off; a laxer one opens none that was filed in confidence. */
static void the_stricter_audience_holds(void **state)
{
    static const struct {
        const char *audience, *confidentiality;
    } versions[] = {{"audience: parties\n", "1"}, {"", "1"}, {"audience: staff\n", "2"}, {"", "2"}};
    struct test_town *town = *state;
    struct case_migrated done;

    file_bench(town, "2", "");
    for (size_t i = 0; i < COUNT(versions); i++) {
        const char *service =
            str_z(town->ctx.arena, str_fmt(town->ctx.arena, "%s%s", second, versions[i].audience));

        publish(town, mend, service);
        migrate(town, false, &done);
        assert_int_equal(done.moved, 1);
        test_town_says(town, "SELECT confidentiality FROM cases", versions[i].confidentiality);
    }
    assert_int_equal(test_town_differences(town), 0);
}

static void what_is_left_behind_is_in_the_record(void **state)
{
    struct test_town *town = *state;
    struct case_migrated done;

    file_bench(town, "2", "green");
    publish(town, mend, second);
    migrate(town, false, &done);
    assert_int_equal(done.moved, 1);
    test_town_says(town, "SELECT json(answers) FROM cases WHERE id = 1", "{\"seats\":2}");
    test_town_says(town,
                   "SELECT version FROM service_version v JOIN cases c ON c.service_version = v.id",
                   "2");
    test_town_says(town,
                   "SELECT audience || payload FROM event e JOIN event_payload p ON p.event = e.id "
                   "WHERE kind = 'case.migrated'",
                   "2{\"from\":1,\"to\":2,\"reason\":\"The new form is shorter\",\"left\":"
                   "{\"colour\":\"green\"}}");
    /* The search finds it no longer by what it no longer says. */
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM case_text WHERE words LIKE '%green%'"), 0);
}

/* The deadline is the one that the first version gave, and is told so. */
static void a_deadline_is_of_the_version_that_gave_it(void **state)
{
    struct test_town *town = *state;
    struct clocks_of_rows clocks;
    struct clock_trace trace;
    struct case_migrated done;
    struct filed filed = test_town_file(town);
    struct case_migration how = {.reason = S("It is named anew")};
    struct buf report = buf_in(town->ctx.arena, 10000);

    test_town_put(town, "services/broken-bench.yaml", BROKEN_BENCH);
    test_town_publish(town);
    how.to = city_service(town->city, S("broken-bench"));
    assert_int_equal(how.to->version, 2);
    test_ok(&town->ctx, case_migrate(&town->ctx, &how, &report, &done));
    assert_int_equal(done.moved, 1);
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, clocks_read(&town->ctx, filed.case_id, &clocks));
    assert_int_equal(clocks.n, 2);
    for (size_t i = 0; i < clocks.n; i++) {
        test_ok(&town->ctx,
                clock_trace_read(&town->ctx, clocks.rows[i].trace, clocks.rows[i].moves, &trace));
        assert_int_equal(trace.version, 1);
        assert_int_equal(trace.move_n, 1);
        assert_int_equal(trace.moves[0].why, CLOCK_MOVED_MIGRATION);
        assert_int_equal(trace.moves[0].to.us_utc, clocks.rows[i].due.us_utc);
    }
    db_reader_release(&town->ctx);
}

static void moved_twice_is_moved_once(void **state)
{
    struct test_town *town = *state;
    struct case_migrated done;
    int64_t events;

    file_bench(town, "2", "");
    publish(town, mend, second);
    migrate(town, false, &done);
    events = test_town_count(town, "SELECT count(*) FROM event");
    migrate(town, false, &done);
    assert_int_equal(done.moved, 0);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event"), events);
}

static void a_case_stays_where_it_would_be_lost(void **state)
{
    struct test_town *town = *state;
    struct case_migrated done;

    file_bench(town, "2", "");
    file_bench(town, "3", "");
    test_town_step(town, 1, "begin");
    publish(town, mend_shorter, second);
    assert_says(migrate(town, false, &done), "stays: the new workflow has no state \"begun\"");
    assert_int_equal(done.moved, 1);
    assert_int_equal(done.stay, 1);
    publish(town, mend, third);
    assert_says(migrate(town, false, &done),
                "stays: there is no answer to \"sure\", which the new version needs");
    assert_int_equal(done.moved, 0);
    assert_int_equal(done.stay, 2);
}

/* Closed cases stay what they were; and a reason is needed. */
static void only_open_cases_and_with_a_reason(void **state)
{
    struct test_town *town = *state;
    struct buf report = buf_in(town->ctx.arena, 1000);
    struct case_migrated done;
    struct case_migration how;

    file_bench(town, "2", "");
    test_town_step(town, 1, "begin");
    test_town_step(town, 1, "close");
    publish(town, mend, second);
    migrate(town, false, &done);
    assert_int_equal(done.moved + done.stay, 0);
    how = (struct case_migration){.to = city_service(town->city, S("bench")), .reason = S("  ")};
    assert_int_equal(case_migrate(&town->ctx, &how, &report, &done), RC_INVALID);
    assert_int_equal(town->ctx.err.id, ERR_REQUIRED);
    ctx_clear_error(&town->ctx);
    how.reason = S("why");
    how.number = S("26-99999-9");
    assert_int_equal(case_migrate(&town->ctx, &how, &report, &done), RC_NOT_FOUND);
    ctx_clear_error(&town->ctx);
}

/* ---- Steps by timer */

static const char state_now[] = "SELECT state FROM cases WHERE id = 1";

/* A case in the state "begun" since November 16, 16:00 UTC, on a version with that workflow; then
 * the other workflow is published. */
static void begun_under(struct test_town *town, const char *before, const char *after)
{
    struct case_migrated done;

    publish(town, before, first);
    file_bench(town, "2", "");
    test_town_step(town, 1, "begin");
    publish(town, after, second);
    test_town_at(town, "2026-11-17T16:00:00Z");
    migrate(town, false, &done);
    assert_int_equal(done.moved, 1);
}

static void assert_done_after_two_days(struct test_town *town)
{
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-18T15:59:59Z"), 0);
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-18T16:00:00Z"), 1);
    test_town_says(town, state_now, "done");
}

static void a_new_timer_counts_from_when_the_state_began(void **state_of)
{
    begun_under(*state_of, mend, mend_2_days);
    assert_done_after_two_days(*state_of);
}

static void a_changed_timer_takes_the_new_time(void **state_of)
{
    begun_under(*state_of, mend_5_days, mend_2_days);
    assert_done_after_two_days(*state_of);
}

/* What the new version does not do is no trouble for staff to look at. */
static void assert_ends_quietly(struct test_town *town)
{
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-18T16:00:00Z"), 1);
    test_town_says(town, state_now, "begun");
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE done IS NULL"), 0);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE trouble <> ''"), 0);
}

static void a_timer_that_is_gone_ends_quietly(void **state_of)
{
    begun_under(*state_of, mend_2_days, mend);
    assert_ends_quietly(*state_of);
}

static void a_timer_of_another_state_ends_quietly(void **state_of)
{
    begun_under(*state_of, mend_2_days, mend_new_ends);
    assert_ends_quietly(*state_of);
}

/* ---- Things of the map */

#define THING(id, lon)                                                       \
    "{\"type\":\"Feature\",\"properties\":{\"id\":\"" id "\"},\"geometry\":" \
    "{\"type\":\"Point\",\"coordinates\":[" lon ",30.5]}}"

/* SP-2 is a kilometer from SP-1. */
static const char posts[] = "{\"type\":\"FeatureCollection\",\"features\":[" THING(
    "SP-1", "-87.5") "," THING("SP-2", "-87.49") "]}";
static const char bins[] =
    "{\"type\":\"FeatureCollection\",\"features\":[" THING("LB-1", "-87.5") "]}";

static const char by_post[] = BENCH(POST("sign-post"), "");
static const char by_post_with_colour[] = BENCH(POST("sign-post") COLOUR, "");
static const char by_bin[] = BENCH(POST("bin"), "");

/* At SP-1, or nowhere. */
static void file_by_post(struct test_town *town, const char *typed, bool is_placed)
{
    struct ctx *ctx = &town->ctx;
    struct place place = {.kind = PLACE_POINT, .label = S("near the river"), .has_point = true};
    struct filing filing = {.definition = city_service(town->city, S("bench")),
                            .place = is_placed ? &place : NULL,
                            .channel = S("web"),
                            .base_url = S("https://city.example")};
    struct str text = str_of(typed);
    struct filed filed;

    assert_true(point_of(30.5, -87.5, &place.point));
    test_ok(ctx, answers_new(ctx, filing.definition, &filing.answers));
    test_ok(ctx, answer_read(ctx, &filing.definition->fields[0], &text, 1, &filing.answers.of[0]));
    test_ok(ctx, case_file(ctx, &filing, &filed));
}

static void file_four(struct test_town *town)
{
    test_town_put(town, "layers/sign-post.geojson", posts);
    test_town_put(town, "layers/bin.geojson", bins);
    publish(town, mend, by_post);
    for (int i = 0; i < 3; i++)
        file_by_post(town, "SP-1", true);
    file_by_post(town, "SP-2", false);
    /* As versions left it that asked no layer. */
    test_town_set(town, "UPDATE cases SET answers = '{\"post\":\"My neighbor\"}' WHERE id = 2");
    test_town_set(town, "UPDATE cases SET answers = '{\"post\":\"SP-2\"}' WHERE id = 3");
}

static void assert_post(struct test_town *town, int64_t id, const char *post)
{
    struct str sql = str_fmt(
        town->ctx.arena,
        raw_is_postgres() ? "SELECT coalesce(answers->>'post', '') FROM cases WHERE id = %lld"
                          : "SELECT coalesce(answers->>'$.post', '') FROM cases WHERE id = "
                            "%lld",
        (long long)id);

    test_town_says(town, str_z(town->ctx.arena, sql), post);
}

/* Neither words of former days nor a post at another place go to the new version. */
static void an_asset_goes_along_where_it_is_one(void **state)
{
    struct test_town *town = *state;
    struct case_migrated done;
    struct str said;

    file_four(town);
    publish(town, mend, by_post_with_colour);
    said = migrate(town, true, &done);
    assert_says(said, "{\"post\":\"My neighbor\"}");
    assert_says(said, "{\"post\":\"SP-2\"}");
    migrate(town, false, &done);
    assert_int_equal(done.moved, 4);
    assert_post(town, 1, "SP-1");
    assert_post(town, 2, "");
    assert_post(town, 3, "");
    assert_post(town, 4, "SP-2");
    assert_says(test_town_text(town, "SELECT payload FROM event e JOIN event_payload p ON p.event "
                                     "= e.id WHERE kind = 'case.migrated' AND e.cases = 2"),
                "\"left\":{\"post\":\"My neighbor\"}");
    /* And none to a field of another layer. */
    publish(town, mend, by_bin);
    migrate(town, false, &done);
    assert_post(town, 1, "");
    assert_post(town, 4, "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_town, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_look_changes_nothing),
        TEST(a_clock_without_a_rule_is_dropped),
        TEST(the_stricter_audience_holds),
        TEST(too_long_answers_stop_nobody_else),
        TEST(what_is_left_behind_is_in_the_record),
        TEST(a_deadline_is_of_the_version_that_gave_it),
        TEST(moved_twice_is_moved_once),
        TEST(a_case_stays_where_it_would_be_lost),
        TEST(only_open_cases_and_with_a_reason),
        TEST(a_new_timer_counts_from_when_the_state_began),
        TEST(a_changed_timer_takes_the_new_time),
        TEST(a_timer_that_is_gone_ends_quietly),
        TEST(a_timer_of_another_state_ends_quietly),
        TEST(an_asset_goes_along_where_it_is_one),
    };

    return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
