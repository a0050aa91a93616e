/* The daily erasing of answers: in pieces, going on where it was stopped, whoever cannot be done.
 */
#include <stdio.h>

#include "engine/cases/case_import.h"
#include "engine/cases/case_migrate.h"
#include "engine/cases/keep_job.h"
#include "engine/test_town.h"

#define NAMES(text) "{en: " text ", es: " text ", vi: " text "}"

#define BENCH(fields)                                                            \
    "service: bench\nname: " NAMES(                                              \
        "Bench") "\ndepartment: public-works\n"                                  \
                 "workflow: request\nplace: {required: false}\nfields:\n" fields \
                 "route: [{team: streets-west}]\nexamples:\n"                    \
                 "  - {filed: 2026-07-06 09:00, expect: {team: streets-west}}\n" \
                 "  - {filed: 2026-07-06 10:00, expect: {team: streets-west}}\n" \
                 "  - {filed: 2026-07-06 11:00, expect: {team: streets-west}}\n"
#define FIELD(id, type, more) \
    "  - {id: " id ", type: " type ", required: false, " more "text: " NAMES("Which?") "}\n"

static const char both[] = BENCH(FIELD("plate", "text", "keep: 30 days, personal: sensitive, ")
                                     FIELD("seats", "number", "keep: 90 d, indexed: true, "));
static const char a_day[] =
    BENCH(FIELD("plate", "text", "keep: 1 d, ") FIELD("seats", "number", ""));
static const char seats_for_ever[] = BENCH(FIELD("seats", "number", ""));

static void publish(struct test_town *town, const char *service)
{
    test_town_put(town, "services/bench.yaml", service);
    test_town_publish(town);
}

static int open_town(void **state)
{
    int opened = test_town_open(state);

    publish(*state, both);
    return opened;
}

static int64_t file_bench(struct test_town *town)
{
    static const char *const typed[] = {"KLM 742", "3"};

    return test_town_file_as(town, "bench", typed, 2).case_id;
}

static const struct job_kind *const tables[] = {keep_jobs, NULL};
static const struct job_runner runner = {tables, STR_NONE};

/* Runs what is due; how many jobs there were. A failure of theirs is written to their rows. */
static int run_jobs(struct test_town *town)
{
    bool was_there = true;
    int n = 0;

    test_town_set(town, "DELETE FROM job WHERE kind NOT IN ('answers.erase', 'case.erase')");
    while (was_there && n < 50) {
        if (job_run_next(&town->ctx, &runner, &was_there))
            ctx_clear_error(&town->ctx);
        n += was_there;
        test_town_set(town, "DELETE FROM job WHERE kind = 'words.forget'");
    }
    return n;
}

static int64_t with(struct test_town *town, const char *word)
{
    return test_town_count(
        town, str_z(town->ctx.arena,
                    str_fmt(town->ctx.arena,
                            "SELECT count(*) FROM cases WHERE answers LIKE '%%%s%%'", word)));
}

static void each_answer_has_its_own_time(void **state)
{
    struct test_town *town = *state;
    int64_t closed = file_bench(town), open = file_bench(town);

    test_town_step(town, closed, "resolve");
    test_ok(&town->ctx, jobs_begin(&town->ctx, &runner));
    assert_int_equal(run_jobs(town), 1);
    assert_int_equal(with(town, "KLM"), 2);
    town->ctx.now = instant_plus_us(town->ctx.now, 30 * US_PER_DAY);
    assert_int_equal(run_jobs(town), 1);
    assert_int_equal(with(town, "KLM"), 1);
    assert_int_equal(with(town, "seats"), 2);
    assert_int_equal(test_town_differences(town), 0);
    town->ctx.now = instant_plus_us(town->ctx.now, 59 * US_PER_DAY);
    assert_int_equal(run_jobs(town), 1);
    assert_int_equal(with(town, "seats"), 2);
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_DAY);
    assert_int_equal(run_jobs(town), 1);
    assert_int_equal(with(town, "seats"), 1);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event WHERE kind = "
                                           "'answers.expired'"),
                     2);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM case_index"), 1);
    assert_int_equal(with(town, "KLM"), 1);
    assert_int_equal(test_town_count(town, "SELECT max(id) FROM cases"), open);
    assert_int_equal(test_town_differences(town), 0);
}

/* The shortest that a service can say, to the instant. */
static void a_day_is_a_day(void **state)
{
    struct test_town *town = *state;
    int64_t id;

    publish(town, a_day);
    id = file_bench(town);
    test_town_step(town, id, "resolve");
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_DAY - 1);
    test_ok(&town->ctx, keep_erase(&town->ctx, id));
    assert_int_equal(with(town, "KLM"), 1);
    town->ctx.now = instant_plus_us(town->ctx.now, 1);
    test_ok(&town->ctx, keep_erase(&town->ctx, id));
    assert_int_equal(with(town, "KLM"), 0);
    assert_int_equal(with(town, "seats"), 1);
    assert_int_equal(test_town_differences(town), 0);
}

/* The worker that had begun is gone: what it did stays done, and another does the rest. */
static void it_goes_on_where_it_was_stopped(void **state)
{
    struct test_town *town = *state;

    for (int i = 0; i < KEEP_ENDS + 7; i++)
        test_town_step(town, file_bench(town), "withdraw");
    town->ctx.now = instant_plus_us(town->ctx.now, 30 * US_PER_DAY);
    test_ok(&town->ctx, keep_erase(&town->ctx, 1));
    test_ok(&town->ctx, jobs_begin(&town->ctx, &runner));
    test_town_set(town, "UPDATE job SET claimed = 1, attempts = 1 WHERE kind = 'answers.erase'");
    test_town_restart(town);
    assert_int_equal(run_jobs(town), 2);
    assert_int_equal(with(town, "KLM"), 0);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event WHERE kind = "
                                           "'answers.expired'"),
                     KEEP_ENDS + 7);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM job WHERE done IS NULL AND argument = ''"), 1);
    assert_int_equal(test_town_differences(town), 0);
}

static void one_that_cannot_be_done_holds_up_no_other(void **state)
{
    struct test_town *town = *state;
    int64_t first = file_bench(town), second = file_bench(town);

    test_town_step(town, first, "resolve");
    test_town_step(town, second, "resolve");
    test_town_set(town, "UPDATE cases SET answers = '{\"seats\":\"many\"}' WHERE id = 1");
    town->ctx.now = instant_plus_us(town->ctx.now, 30 * US_PER_DAY);
    test_ok(&town->ctx, jobs_begin(&town->ctx, &runner));
    assert_int_equal(run_jobs(town), 2);
    assert_int_equal(with(town, "KLM"), 0);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE kind = 'case.erase' AND "
                                           "argument = '1' AND attempts = 1 AND trouble <> ''"),
                     1);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM case_kept WHERE cases = 1"), 2);
}

/* The newest version says how long, once the case is on it; what it has no field for ends by the
 * version that had. */
static void a_newer_version_has_other_times(void **state)
{
    struct test_town *town = *state;
    struct buf report = buf_in(town->ctx.arena, 10000);
    struct case_migration how = {.reason = S("A shorter form")};
    struct case_migrated done;
    int64_t id = file_bench(town);

    publish(town, seats_for_ever);
    how.to = city_service(town->city, S("bench"));
    test_ok(&town->ctx, case_migrate(&town->ctx, &how, &report, &done));
    assert_int_equal(done.moved, 1);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM case_kept"), 1);
    assert_int_equal(test_town_differences(town), 0);
    test_town_step(town, id, "resolve");
    town->ctx.now = instant_plus_us(town->ctx.now, 400 * US_PER_DAY);
    test_ok(&town->ctx, jobs_begin(&town->ctx, &runner));
    assert_int_equal(run_jobs(town), 1);
    assert_int_equal(with(town, "seats"), 1);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM event_payload WHERE payload LIKE '%KLM%'"), 0);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM case_kept"), 0);
    assert_int_equal(test_town_differences(town), 0);
}

/* It was closed long ago, elsewhere. */
static void an_imported_case_has_its_end_already(void **state)
{
    struct test_town *town = *state;
    struct ctx *ctx = &town->ctx;
    struct case_history history = {
        .definition = city_service(town->city, S("bench")),
        .external_id = S("old-1"),
        .opened = instant_plus_us(ctx->now, -90 * US_PER_DAY),
        .updated = instant_plus_us(ctx->now, -45 * US_PER_DAY),
        .closed = instant_plus_us(ctx->now, -45 * US_PER_DAY),
        .lang = LANG_EN,
    };
    struct case_import_group group = {S("old"), &history, 1};
    struct case_import_counts counts;
    struct case_import_plan *plan;
    struct str plate = S("KLM 742"), seats = S("3");

    history.state = &history.definition->workflow
                         ->states[workflow_state(history.definition->workflow, S("resolved"))];
    test_ok(ctx, answers_new(ctx, history.definition, &history.answers));
    test_ok(ctx,
            answer_read(ctx, &history.definition->fields[0], &plate, 1, &history.answers.of[0]));
    test_ok(ctx,
            answer_read(ctx, &history.definition->fields[1], &seats, 1, &history.answers.of[1]));
    test_ok(ctx, case_import_plan(ctx, &group, &plan));
    test_ok(ctx, case_import(ctx, plan, &counts));
    assert_int_equal(test_town_differences(town), 0);
    test_ok(ctx, jobs_begin(ctx, &runner));
    assert_int_equal(run_jobs(town), 1);
    assert_int_equal(with(town, "KLM"), 0);
    assert_int_equal(with(town, "seats"), 1);
    assert_int_equal(test_town_differences(town), 0);
}

static void bad_arguments_are_told(void **state)
{
    static const char *const arguments[] = {"x", "1", "1 x", "x 1", "1 2 3"};
    struct test_town *town = *state;
    const struct job job = {.kind = S("answers.erase")};

    for (size_t i = 0; i < COUNT(arguments); i++) {
        struct job wrong = job;

        wrong.argument = str_of(arguments[i]);
        assert_int_equal(keep_jobs[0].run(&town->ctx, &wrong), RC_INVALID);
        ctx_clear_error(&town->ctx);
    }
    assert_int_equal(keep_jobs[1].run(&town->ctx, &job), RC_INVALID);
    ctx_clear_error(&town->ctx);
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, open_town, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(each_answer_has_its_own_time),    TOWN(a_day_is_a_day),
        TOWN(it_goes_on_where_it_was_stopped), TOWN(one_that_cannot_be_done_holds_up_no_other),
        TOWN(a_newer_version_has_other_times), TOWN(an_imported_case_has_its_end_already),
        TOWN(bad_arguments_are_told),
    };

    return cmocka_run_group_tests_name("keep_job", tests, NULL, NULL);
}
