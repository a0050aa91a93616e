#include "engine/work/job.h"

#include <pthread.h>

#include "engine/test_town.h"
#include "engine/work/job_desk.h"

static int runs;
static enum rc outcome;
static char last_argument[40];
static const struct job_order *added_meanwhile; /* by a transaction while the job runs */

static enum rc add_tx(struct ctx *ctx, void *arg)
{
    return job_add(ctx, arg);
}

static void add(struct test_town *town, struct job_order order)
{
    test_ok(&town->ctx, db_tx(&town->ctx, add_tx, &order));
}

static enum rc count_run(struct ctx *ctx, const struct job *job)
{
    runs++;
    assert_true(job->argument.n < sizeof last_argument);
    memcpy(last_argument, job->argument.p, job->argument.n);
    last_argument[job->argument.n] = '\0';
    if (added_meanwhile) {
        struct job_order order = *added_meanwhile;

        test_ok(ctx, db_tx(ctx, add_tx, &order));
    }
    if (outcome == RC_OK)
        return RC_OK;
    return FAIL(ctx, ERR_OUTSIDE, .detail = S("the relay is away"));
}

static const struct job_kind kinds[] = {{"test.count", count_run}, {.kind = NULL}};
static const struct job_kind *const tables[] = {kinds, NULL};
static const struct job_runner runner = {tables, STR_NONE};

static int set_up(void **state)
{
    runs = 0;
    outcome = RC_OK;
    added_meanwhile = NULL;
    return test_town_open(state);
}

/* True when a job was there. */
static bool run(struct test_town *town)
{
    bool was_there;
    enum rc rc = job_run_next(&town->ctx, &runner, &was_there);

    assert_int_equal(rc, was_there ? outcome : RC_OK);
    ctx_clear_error(&town->ctx);
    return was_there;
}

static struct job_order order(struct test_town *town, const char *argument, const char *once)
{
    return (struct job_order){"test.count", str_of(argument), str_of(once), town->ctx.now};
}

static void test_runs_once_when_due(void **state)
{
    struct test_town *town = *state;
    struct job_order later = order(town, "a", "");

    later.due = instant_plus_us(town->ctx.now, US_PER_S);
    add(town, later);
    assert_false(run(town));
    town->ctx.now = later.due;
    assert_true(run(town));
    assert_false(run(town));
    assert_int_equal(runs, 1);
    assert_string_equal(last_argument, "a");
}

static void test_oldest_first(void **state)
{
    struct test_town *town = *state;
    struct job_order early = order(town, "early", "");

    add(town, order(town, "late", ""));
    early.due = instant_plus_us(early.due, -US_PER_S);
    add(town, early);
    assert_true(run(town));
    assert_string_equal(last_argument, "early");
    assert_true(run(town));
    assert_string_equal(last_argument, "late");
}

static void test_key_waits_once(void **state)
{
    struct test_town *town = *state;

    add(town, order(town, "first", "key"));
    add(town, order(town, "second", "key"));
    add(town, order(town, "other", ""));
    add(town, order(town, "other", ""));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job"), 3);
    assert_true(run(town));
    assert_string_equal(last_argument, "second");
    add(town, order(town, "third", "key"));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE done IS NULL"), 3);
}

/* Asked for again while it runs: it runs again. */
static void test_nothing_asked_for_is_lost(void **state)
{
    struct test_town *town = *state;
    struct job_order again = order(town, "again", "key");

    add(town, order(town, "first", "key"));
    added_meanwhile = &again;
    assert_true(run(town));
    added_meanwhile = NULL;
    assert_true(run(town));
    assert_string_equal(last_argument, "again");
    assert_false(run(town));
    assert_int_equal(runs, 2);
}

static void test_nothing_is_added_when_undone(void **state)
{
    struct test_town *town = *state;
    struct job_order wrong = order(town, "a", "");

    wrong.once = str_fmt(town->ctx.arena, "%0200d", 1);
    assert_int_not_equal(db_tx(&town->ctx, add_tx, &wrong), RC_OK);
    ctx_clear_error(&town->ctx);
    assert_false(run(town));
}

static void test_failure_is_tried_eight_times(void **state)
{
    static const int64_t pauses_min[] = {1, 4, 9, 16, 25, 36, 49};
    struct test_town *town = *state;

    add(town, order(town, "a", "key"));
    outcome = RC_UNAVAILABLE;
    for (size_t i = 0; i < 7; i++) {
        assert_true(run(town));
        town->ctx.now = instant_plus_us(town->ctx.now, pauses_min[i] * US_PER_MIN - 1);
        assert_false(run(town));
        town->ctx.now = instant_plus_us(town->ctx.now, 1);
    }
    assert_true(run(town));
    town->ctx.now = instant_plus_us(town->ctx.now, 30 * US_PER_DAY);
    assert_false(run(town));
    assert_int_equal(runs, JOB_TRIES);
    assert_string_equal(str_z(town->ctx.arena, test_town_text(town, "SELECT trouble FROM job")),
                        "OUTSIDE: the relay is away");
    outcome = RC_OK;
    add(town, order(town, "b", "key"));
    assert_true(run(town));
    assert_string_equal(last_argument, "b");
}

/* A worker that died at it: its claim holds for five minutes. */
static void test_stuck_job_is_taken_again(void **state)
{
    struct test_town *town = *state;
    struct instant start = town->ctx.now;

    add(town, order(town, "a", ""));
    test_town_set(town,
                  str_z(town->ctx.arena,
                        str_fmt(town->ctx.arena, "UPDATE job SET claimed = %lld, attempts = 1",
                                (long long)start.us_utc)));
    test_town_restart(town);
    town->ctx.now = instant_plus_us(start, JOB_STUCK_S * US_PER_S - 1);
    assert_false(run(town));
    town->ctx.now = instant_plus_us(start, JOB_STUCK_S * US_PER_S);
    assert_true(run(town));
    assert_false(run(town));
    assert_int_equal(test_town_count(town, "SELECT attempts FROM job"), 2);
}

/* A daily one comes back a day after it ran; one that failed is tried again as any other is. */
static void test_daily_comes_again(void **state)
{
    static const struct job_kind daily[] = {{"test.count", count_run, JOB_DAILY}, {.kind = NULL}};
    static const struct job_kind *const only[] = {daily, NULL};
    static const struct job_runner every_day = {only, STR_NONE};
    struct test_town *town = *state;
    bool was_there;

    test_town_set(town, "DELETE FROM job");
    test_ok(&town->ctx, jobs_begin(&town->ctx, &runner)); /* nothing that begins by itself */
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job"), 0);
    test_ok(&town->ctx, jobs_begin(&town->ctx, &every_day));
    test_ok(&town->ctx, jobs_begin(&town->ctx, &every_day));
    outcome = RC_UNAVAILABLE;
    assert_int_equal(job_run_next(&town->ctx, &every_day, &was_there), outcome);
    ctx_clear_error(&town->ctx);
    outcome = RC_OK;
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_MIN);
    test_ok(&town->ctx, job_run_next(&town->ctx, &every_day, &was_there));
    assert_true(was_there);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE done IS NULL AND "
                                           "attempts = 0 AND claimed IS NULL AND trouble = ''"),
                     1);
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_DAY - 1);
    test_ok(&town->ctx, job_run_next(&town->ctx, &every_day, &was_there));
    assert_false(was_there);
    town->ctx.now = instant_plus_us(town->ctx.now, 1);
    test_ok(&town->ctx, job_run_next(&town->ctx, &every_day, &was_there));
    assert_true(was_there);
    assert_int_equal(runs, 3);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job"), 1);
}

/* What it sets itself to do yet comes first, and the day after it its beginning. */
static void test_daily_goes_on(void **state)
{
    static const struct job_kind daily[] = {{"test.count", count_run, JOB_DAILY}, {.kind = NULL}};
    static const struct job_kind *const only[] = {daily, NULL};
    static const struct job_runner every_day = {only, STR_NONE};
    struct test_town *town = *state;
    struct job_order rest = order(town, "the rest", "test.count");
    bool was_there;

    test_town_set(town, "DELETE FROM job");
    test_ok(&town->ctx, jobs_begin(&town->ctx, &every_day));
    added_meanwhile = &rest;
    test_ok(&town->ctx, job_run_next(&town->ctx, &every_day, &was_there));
    assert_string_equal(last_argument, "");
    added_meanwhile = NULL;
    test_ok(&town->ctx, job_run_next(&town->ctx, &every_day, &was_there));
    assert_string_equal(last_argument, "the rest");
    test_ok(&town->ctx, job_run_next(&town->ctx, &every_day, &was_there));
    assert_false(was_there);
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_DAY);
    test_ok(&town->ctx, job_run_next(&town->ctx, &every_day, &was_there));
    assert_string_equal(last_argument, "");
    assert_int_equal(runs, 3);
}

/* Dropping it, and its failing all day, are for that day alone. */
static void test_daily_goes_on_whatever_happens(void **state)
{
    static const struct job_kind daily[] = {
        {"test.count", count_run, JOB_DAILY}, {"test.start", count_run, JOB_AT_START}, {0}};
    static const struct job_kind *const only[] = {daily, NULL};
    static const struct job_runner every_day = {only, STR_NONE};
    struct test_town *town = *state;
    const struct instant first = town->ctx.now;

    test_town_set(town, "DELETE FROM job");
    test_ok(&town->ctx, jobs_begin(&town->ctx, &every_day));
    test_town_set(town, "UPDATE job SET due = due + 5");
    test_ok(&town->ctx, jobs_keep_daily(&town->ctx, &every_day));
    assert_int_equal(test_town_count(town, "SELECT due FROM job WHERE kind = 'test.count'"),
                     first.us_utc + 5);
    test_ok(&town->ctx,
            job_drop(&town->ctx,
                     test_town_count(town, "SELECT id FROM job WHERE kind = 'test.count'"),
                     S("not today")));
    test_ok(&town->ctx,
            job_drop(&town->ctx,
                     test_town_count(town, "SELECT id FROM job WHERE kind = 'test.start'"),
                     S("never")));
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_MIN);
    test_ok(&town->ctx, jobs_keep_daily(&town->ctx, &every_day));
    test_ok(&town->ctx, jobs_keep_daily(&town->ctx, &every_day));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE done IS NULL"), 1);
    assert_int_equal(test_town_count(town, "SELECT due FROM job WHERE done IS NULL AND once = "
                                           "'test.count' AND kind = once"),
                     instant_plus_us(town->ctx.now, US_PER_DAY).us_utc);

    /* Given up: staff see it for as long as it would have rested, had it gone well. */
    test_town_set(town, "UPDATE job SET attempts = 8, trouble = 'away' WHERE done IS NULL");
    town->ctx.now = instant_plus_us(town->ctx.now, 2 * US_PER_DAY - 1);
    test_ok(&town->ctx, jobs_keep_daily(&town->ctx, &every_day));
    assert_int_equal(test_town_count(town, "SELECT attempts FROM job WHERE done IS NULL"), 8);
    town->ctx.now = instant_plus_us(town->ctx.now, 1);
    test_ok(&town->ctx, jobs_keep_daily(&town->ctx, &every_day));
    assert_int_equal(test_town_count(town, "SELECT attempts FROM job WHERE done IS NULL"), 0);
    assert_int_equal(test_town_count(town, "SELECT due FROM job WHERE done IS NULL"),
                     town->ctx.now.us_utc);
    assert_true(run(town));
}

/* One that kills its worker each time is let be, and says so. */
static void test_deadly_job_is_given_up(void **state)
{
    struct test_town *town = *state;

    add(town, order(town, "a", ""));
    outcome = RC_UNAVAILABLE;
    test_town_set(town, "UPDATE job SET claimed = 1, attempts = 7");
    assert_true(run(town));
    test_town_set(town, "UPDATE job SET claimed = 1, due = 1");
    assert_false(run(town));
    assert_int_equal(runs, 1);
}

static void test_unknown_kind(void **state)
{
    struct test_town *town = *state;
    struct job_order unknown = order(town, "a", "");
    bool was_there;

    unknown.kind = "later.version";
    add(town, unknown);
    assert_int_equal(job_run_next(&town->ctx, &runner, &was_there), RC_INVALID);
    assert_true(was_there);
    assert_string_equal(str_z(town->ctx.arena, test_town_text(town, "SELECT trouble FROM job")),
                        "CONFIG: this version has no job \"later.version\"");
}

#define WORKERS 4
#define EACH    25

static _Atomic int taken;

static enum rc take(struct ctx *ctx, const struct job *job)
{
    (void)ctx;
    (void)job;
    taken++;
    return RC_OK;
}

static void *work(void *arg)
{
    static const struct job_kind kind[] = {{"test.count", take}, {.kind = NULL}};
    static const struct job_kind *const one[] = {kind, NULL};
    const struct job_runner taker = {one, STR_NONE};
    const struct test_town *town = arg;
    struct ctx ctx = {
        .arena = arena_new(1U << 24), .now = town->ctx.now, .db = town->db, .city = town->city};

    for (int tries = 0; tries < 10 * WORKERS * EACH && taken < WORKERS * EACH; tries++) {
        bool was_there;

        ctx.now = clock_now();
        test_ok(&ctx, job_run_next(&ctx, &taker, &was_there));
    }
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return NULL;
}

static void test_workers_share(void **state)
{
    struct test_town *town = *state;
    pthread_t threads[WORKERS];

    taken = 0;
    town->ctx.now = (struct instant){0};
    for (int i = 0; i < WORKERS * EACH; i++)
        add(town, order(town, "x", ""));
    for (int i = 0; i < WORKERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, town), 0);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(taken, WORKERS * EACH);
    assert_int_equal(test_town_count(town, "SELECT sum(attempts) FROM job"), WORKERS * EACH);
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, set_up, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(test_runs_once_when_due),
        TOWN(test_oldest_first),
        TOWN(test_key_waits_once),
        TOWN(test_nothing_asked_for_is_lost),
        TOWN(test_nothing_is_added_when_undone),
        TOWN(test_failure_is_tried_eight_times),
        TOWN(test_stuck_job_is_taken_again),
        TOWN(test_daily_comes_again),
        TOWN(test_daily_goes_on),
        TOWN(test_daily_goes_on_whatever_happens),
        TOWN(test_deadly_job_is_given_up),
        TOWN(test_unknown_kind),
        TOWN(test_workers_share),
    };

    return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
