/* The town's case: respond by November 17, resolve by Monday the 23rd, a warning from Friday the
 * 20th on. Thanksgiving is November 26. A local day ends at 06:00 UTC. */
#include "engine/cases/timer.h"

#include "engine/test_town.h"

static const char missed[] = "SELECT count(*) FROM event WHERE kind = 'clock.missed'";
static const char warned[] = "SELECT count(*) FROM event WHERE kind = 'clock.warn'";
static const char mailed[] = "SELECT count(*) FROM message WHERE notice LIKE 'clock.%'";
static const char waiting[] = "SELECT count(*) FROM job WHERE done IS NULL";
static const char state[] = "SELECT state FROM cases";

static void assert_text(struct test_town *town, const char *sql, const char *expected)
{
    assert_string_equal(str_z(town->ctx.arena, test_town_text(town, sql)), expected);
}

static void test_one_job_a_filing(void **state_of)
{
    struct test_town *town = *state_of;

    test_town_file(town);
    assert_int_equal(test_town_count(town, waiting), 1);
    assert_text(town, "SELECT kind || ' ' || due FROM job", "case.clocks 1794981600000000");
    assert_int_equal(test_town_run_jobs(town), 0);
}

/* A job that looks too late, or is not there, is found by who checks; one that looks before there
 * is something to tell is none. */
static void test_alarm_is_proven(void **state_of)
{
    struct test_town *town = *state_of;
    struct filed filed = test_town_file(town);

    assert_int_equal(test_town_differences(town), 0);
    test_town_set(town, "UPDATE job SET due = due + 1");
    assert_int_equal(test_town_differences(town), 1);
    test_town_set(town, "UPDATE job SET due = due - 2");
    assert_int_equal(test_town_differences(town), 0);
    test_town_set(town, "DELETE FROM job");
    assert_int_equal(test_town_differences(town), 1);
    test_town_step(town, filed.case_id, "start");
    assert_int_equal(test_town_differences(town), 0);
    test_town_set(town, "DELETE FROM job");
    assert_int_equal(test_town_differences(town), 1);
    test_town_step(town, filed.case_id, "resolve");
    assert_int_equal(test_town_differences(town), 0);
}

static void test_missed_is_told_once(void **state_of)
{
    struct test_town *town = *state_of;
    struct filed filed = test_town_file(town);

    assert_int_equal(test_town_run_jobs_at(town, "2026-11-18T05:59:59Z"), 0);
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-18T06:00:00Z"), 1);
    assert_int_equal(test_town_count(town, missed), 1);
    assert_text(town, "SELECT group_concat(address) FROM message WHERE notice = 'clock.missed'",
                "streets-west@portazalea.example");
    assert_text(town, "SELECT missed FROM clock WHERE kind = 'respond'", "1794981600000000");
    assert_text(town, "SELECT actor_kind || audience FROM event WHERE kind = 'clock.missed'",
                "system2");
    assert_int_equal(test_town_run_jobs(town), 0);

    test_town_at(town, "2026-11-18T15:00:00Z");
    test_town_step(town, filed.case_id, "start");
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-20T06:00:00Z"), 1);
    assert_int_equal(test_town_count(town, warned), 1);
    assert_int_equal(test_town_count(town, mailed), 2);

    assert_int_equal(test_town_run_jobs_at(town, "2026-11-24T06:00:00Z"), 1);
    assert_int_equal(test_town_count(town, missed), 2);
    assert_text(town,
                "SELECT group_concat(address) FROM message WHERE notice = 'clock.missed' AND "
                "body LIKE '%Resolution%'",
                "streets-west@portazalea.example,works@portazalea.example");
    assert_int_equal(test_town_count(town, waiting), 0);
    assert_int_equal(test_town_count(town, warned), 1);
    assert_int_equal(test_town_run_jobs_at(town, "2027-01-01T00:00:00Z"), 0);
}

static void test_what_the_team_reads(void **state_of)
{
    struct test_town *town = *state_of;
    struct filed filed = test_town_file(town);
    struct ctx *ctx = &town->ctx;

    test_town_run_jobs_at(town, "2026-11-18T06:00:00Z");
    assert_text(town, "SELECT subject FROM message WHERE notice = 'clock.missed'",
                str_z(ctx->arena,
                      str_fmt(ctx->arena, "%.*s is overdue: Broken bench", STR_ARG(filed.number))));
    assert_text(
        town, "SELECT body FROM message WHERE notice = 'clock.missed'",
        str_z(ctx->arena, str_fmt(ctx->arena,
                                  "The deadline \"First response\" of %.*s has passed: Tuesday, "
                                  "November 17, 2026\n\nService: Broken bench\nPlace: -\n"
                                  "Team: Streets West\n\nhttps://city.example/staff/cases/%.*s",
                                  STR_ARG(filed.number), STR_ARG(filed.number))));
}

/* The program was off over both the warning and the deadline. */
static void test_late_look_tells_the_worse_alone(void **state_of)
{
    struct test_town *town = *state_of;
    struct filed filed = test_town_file(town);

    test_town_step(town, filed.case_id, "start");
    test_town_run_jobs_at(town, "2026-12-10T12:00:00Z");
    assert_int_equal(test_town_count(town, missed), 1);
    assert_int_equal(test_town_count(town, warned), 0);
}

static void test_met_is_not_told(void **state_of)
{
    struct test_town *town = *state_of;
    struct filed filed = test_town_file(town);

    test_town_at(town, "2026-11-17T16:00:00Z");
    test_town_step(town, filed.case_id, "resolve");
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-30T16:00:00Z"), 1);
    assert_int_equal(test_town_count(town, mailed), 0);
    assert_int_equal(test_town_count(town, waiting), 0);

    test_town_step(town, filed.case_id, "reopen");
    assert_int_equal(test_town_run_jobs(town), 1);
    assert_int_equal(test_town_count(town, missed), 1);
    assert_int_equal(test_town_run_jobs(town), 0);
}

static void test_pause_moves_warning_and_deadline(void **state_of)
{
    struct test_town *town = *state_of;
    struct filed filed = test_town_file(town);

    test_town_step(town, filed.case_id, "ask");
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-18T17:00:00Z"), 1);
    assert_int_equal(test_town_count(town, mailed), 0);
    test_town_step(town, filed.case_id, "answer");
    assert_text(town, "SELECT due || ' ' || warn FROM clock WHERE kind = 'resolve'",
                "1795672800000000 1795500000000000");
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-24T05:59:59Z"), 0);
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-24T06:00:00Z"), 1);
    assert_int_equal(test_town_count(town, warned), 1);
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-26T05:59:59Z"), 0);
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-26T06:00:00Z"), 1);
    assert_int_equal(test_town_count(town, missed), 1);
    test_town_at(town, "2026-12-02T06:00:00Z");
    assert_int_equal(test_town_run_jobs(town), 1); /* giving up, long answered */
    assert_text(town, state, "in-progress");
}

/* Asked on November 16: ten workdays, with Thanksgiving not counted, end on December 1. */
static void test_waiting_case_closes_itself(void **state_of)
{
    struct test_town *town = *state_of;
    struct filed filed = test_town_file(town);

    test_town_step(town, filed.case_id, "ask");
    test_town_run_jobs_at(town, "2026-12-02T05:59:59Z");
    assert_text(town, state, "waiting");
    test_town_restart(town);
    assert_int_equal(test_town_run_jobs_at(town, "2026-12-02T06:00:00Z"), 1);
    assert_text(town, state, "resolved");
    assert_text(town, "SELECT outcome FROM cases", "no-answer");
    assert_text(town, "SELECT actor_kind FROM event ORDER BY id DESC LIMIT 1", "system");
    assert_int_equal(test_town_count(town,
                                     "SELECT count(*) FROM message WHERE notice = 'resolved' AND "
                                     "body LIKE '%No answer to our question%'"),
                     1);
    assert_int_equal(test_town_count(town, waiting), 0);
    assert_int_equal(test_town_count(town, mailed), 0);
}

/* Asked again: the first question's timer must not end the wait for the second. */
static void test_timer_of_an_earlier_wait(void **state_of)
{
    struct test_town *town = *state_of;
    struct filed filed = test_town_file(town);

    test_town_step(town, filed.case_id, "ask");
    test_town_at(town, "2026-11-18T17:00:00Z");
    test_town_step(town, filed.case_id, "answer");
    test_town_step(town, filed.case_id, "ask");
    test_town_run_jobs_at(town, "2026-12-02T06:00:00Z");
    assert_text(town, state, "waiting");
    test_town_run_jobs_at(town, "2026-12-04T06:00:00Z");
    assert_text(town, state, "resolved");
}

static void test_closure_moves_the_timer(void **state_of)
{
    static const struct calendar_day storm[] = {{{0}, {{STR("Storm")}}}};
    struct calendar_day days[] = {storm[0]};
    struct test_town *town = *state_of;
    struct filed filed = test_town_file(town);

    test_town_step(town, filed.case_id, "ask");
    assert_true(date_parse(S("2026-11-18"), &days[0].date));
    town->city->calendar.closures = days;
    town->city->calendar.closures_n = 1;
    test_town_run_jobs_at(town, "2026-12-02T06:00:00Z");
    assert_text(town, state, "waiting");
    assert_int_equal(test_town_count(town, waiting), 1);
    assert_int_equal(test_town_run_jobs_at(town, "2026-12-03T05:59:59Z"), 0);
    assert_int_equal(test_town_run_jobs_at(town, "2026-12-03T06:00:00Z"), 1);
    assert_text(town, state, "resolved");
}

/* A worker that dies after its work was stored leaves the job as it was: it is done again. */
static void test_second_run_changes_nothing(void **state_of)
{
    struct test_town *town = *state_of;
    struct filed filed = test_town_file(town);

    test_town_step(town, filed.case_id, "ask");
    test_town_set(town, "INSERT INTO job (kind, argument, due, attempts, trouble) "
                        "SELECT kind, argument, due, 0, '' FROM job");
    test_town_file(town);
    test_town_set(town, "INSERT INTO job (kind, argument, due, attempts, trouble) "
                        "SELECT kind, argument, due, 0, '' FROM job WHERE argument = '2'");
    test_town_at(town, "2026-12-02T06:00:00Z");
    test_town_restart(town);
    assert_int_equal(test_town_run_jobs(town), 6);
    assert_int_equal(test_town_count(town, missed), 2);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event WHERE kind = 'case.step'"),
                     2);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM message WHERE notice = 'resolved'"), 1);
}

/* It is told in the transaction that notes it: when the one fails, so does the other. */
static void test_failure_leaves_nothing_half(void **state_of)
{
    static const struct job_kind *const tables[] = {timer_jobs, NULL};
    const struct job_runner runner = {tables, S("https://city.example")};
    struct test_town *town = *state_of;
    bool was_there;

    test_town_file(town);
    test_town_at(town, "2026-11-18T06:00:00Z");
    test_town_set(town, raw_is_postgres()
                            ? "CREATE FUNCTION no_mail() RETURNS trigger LANGUAGE plpgsql AS "
                              "$$ BEGIN RAISE EXCEPTION 'no mail'; END $$;"
                              "CREATE TRIGGER no_mail BEFORE INSERT ON message FOR EACH ROW "
                              "EXECUTE FUNCTION no_mail()"
                            : "CREATE TRIGGER no_mail BEFORE INSERT ON message BEGIN "
                              "SELECT RAISE(ABORT, 'no mail'); END");
    assert_int_not_equal(job_run_next(&town->ctx, &runner, &was_there), RC_OK);
    assert_true(was_there);
    ctx_clear_error(&town->ctx);
    assert_int_equal(test_town_count(town, missed), 0);
    assert_text(town, "SELECT missed FROM clock WHERE kind = 'respond'", "NULL");
    test_town_set(town,
                  raw_is_postgres() ? "DROP TRIGGER no_mail ON message" : "DROP TRIGGER no_mail");
    assert_int_equal(test_town_run_jobs_at(town, "2026-11-18T06:01:00Z"), 1);
    assert_int_equal(test_town_count(town, missed), 1);
    assert_int_equal(test_town_count(town, mailed), 1);
}

static void test_broken_arguments(void **state_of)
{
    static const char *const arguments[] = {"", "x", "1", "1 2", "1 x give-up", "1 2 "};
    static const struct job_kind *const tables[] = {timer_jobs, NULL};
    const struct job_runner runner = {tables, STR_NONE};
    struct test_town *town = *state_of;

    for (size_t i = 0; i < COUNT(arguments); i++) {
        bool was_there;

        test_town_set(
            town, str_z(town->ctx.arena, str_fmt(town->ctx.arena,
                                                 "INSERT INTO job (kind, argument, due, attempts, "
                                                 "trouble) VALUES ('case.timer', '%s', 0, 0, '')",
                                                 arguments[i])));
        assert_int_equal(job_run_next(&town->ctx, &runner, &was_there), RC_INVALID);
        assert_int_equal(town->ctx.err.id, ERR_FORMAT);
        ctx_clear_error(&town->ctx);
    }
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, test_town_open, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(test_one_job_a_filing),
        TOWN(test_alarm_is_proven),
        TOWN(test_missed_is_told_once),
        TOWN(test_what_the_team_reads),
        TOWN(test_late_look_tells_the_worse_alone),
        TOWN(test_met_is_not_told),
        TOWN(test_pause_moves_warning_and_deadline),
        TOWN(test_waiting_case_closes_itself),
        TOWN(test_timer_of_an_earlier_wait),
        TOWN(test_closure_moves_the_timer),
        TOWN(test_second_run_changes_nothing),
        TOWN(test_failure_leaves_nothing_half),
        TOWN(test_broken_arguments),
    };

    return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
