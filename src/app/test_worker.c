#include "app/worker.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/crypto.h"
#include "engine/engine.h"
#include "engine/test_town.h"

#define WAIT_MS 10000

static atomic_int runs;
static atomic_bool is_held;

static enum rc count_run(struct ctx *ctx, const struct job *job)
{
    runs++;
    while (is_held)
        usleep(1000);
    if (str_eq(job->argument, S("fail")))
        return FAIL(ctx, ERR_OUTSIDE, .detail = S("as the test wants it"));
    return RC_OK;
}

static const struct job_kind kinds[] = {{"test.count", count_run}, {.kind = NULL}};
static const struct job_kind *const tables[] = {kinds, NULL};
static const struct module module = {.name = "test", .jobs = tables};
static const struct module silent = {.name = "silent"};
static const struct module *const all[] = {&silent, &engine_module, &module, NULL};

static struct home home;
static struct worker *running; /* a test that fails leaves it so */

static struct worker *start_with(struct test_town *town, int64_t stuck_ms, int64_t pause_ms)
{
    runs = 0;
    is_held = false;
    home = (struct home){
        .folder = town->folder, .db = town->db, .city = town->city, .keys = crypto_sign_new_keys()};
    test_ok(&town->ctx, worker_start(&town->ctx,
                                     &(struct worker_options){.home = &home,
                                                              .base_url = S("https://city.example"),
                                                              .modules = all,
                                                              .stuck_ms = stuck_ms,
                                                              .pause_ms = pause_ms},
                                     &running));
    return running;
}

static void stop(void)
{
    is_held = false;
    worker_stop(running);
    running = NULL;
}

static int close_town(void **state)
{
    stop();
    return test_town_close(state);
}

static struct worker *start(struct test_town *town)
{
    return start_with(town, 0, 0);
}

/* Waits until the question's answer is as expected; fails when it never is. */
static void await(struct test_town *town, const char *sql, int64_t expected)
{
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS;

    while (test_town_count(town, sql) != expected) {
        assert_true(clock_monotonic_ms() < until_ms);
        usleep(20000);
    }
}

/* Waits until it has ended so many rounds. */
static void await_rounds(const struct worker *worker, int64_t wanted)
{
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS;

    while (worker_state(worker).rounds < wanted) {
        assert_true(clock_monotonic_ms() < until_ms);
        usleep(20000);
    }
}

static void add_job(struct test_town *town, const char *argument)
{
    test_town_set(town, str_z(town->ctx.arena,
                              str_fmt(town->ctx.arena,
                                      "INSERT INTO job (kind, argument, due, attempts, trouble) "
                                      "VALUES ('test.count', '%s', 0, 0, '')",
                                      argument)));
}

static void test_does_everything(void **state)
{
    struct test_town *town = *state;
    struct worker *worker;

    town->ctx.now = instant_plus_us(clock_now(), -60 * US_PER_DAY);
    test_town_file(town);
    test_town_set(town, "INSERT INTO setting (name, value) VALUES ('smtp', 'smtp://127.0.0.1:1')");
    add_job(town, "");
    worker = start(town);
    await(town, "SELECT count(*) FROM event WHERE kind = 'clock.missed'", 2);
    await(town, "SELECT count(*) FROM job WHERE kind = 'test.count' AND done IS NOT NULL", 1);
    await(town, "SELECT count(*) FROM job WHERE kind = 'daily.sweep' AND done IS NULL", 1);
    await(town, "SELECT count(*) FROM message WHERE attempts = 1", 1);
    await(town, "SELECT count(*) FROM tree_head", 1);
    assert_int_equal(runs, 1);
    await_rounds(worker, 1);
    /* Nobody answers at the relay: the other mails are not tried one after the other. */
    assert_int_equal(worker_state(worker).messages, 1);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM message WHERE attempts = 0"), 3);
    assert_false(worker_state(worker).is_stuck);
    assert_false(worker_state(worker).is_store_away);
    stop();
}

/* Both threads would rest for an hour more. */
static void test_a_stop_ends_the_rest(void **state)
{
    struct test_town *town = *state;
    struct worker *worker = start_with(town, 0, 3600000);

    await_rounds(worker, 1);
    stop();
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM worker"), 0);
}

static void test_a_failed_job_does_not_stop_it(void **state)
{
    struct test_town *town = *state;
    struct worker *worker;

    add_job(town, "fail");
    add_job(town, "");
    worker = start(town);
    await(town, "SELECT count(*) FROM job WHERE kind = 'test.count' AND done IS NOT NULL", 1);
    await(town, "SELECT count(*) FROM job WHERE trouble LIKE 'OUTSIDE%'", 1);
    assert_int_equal(worker_state(worker).failures, 1);
    stop();
}

/* A store that does not answer is said once, and work goes on when it is back. */
static void test_store_is_away(void **state)
{
    struct test_town *town = *state;
    struct worker *worker = start(town);

    await(town, "SELECT count(*) FROM tree_head", 1);
    test_town_set(town, "ALTER TABLE job RENAME TO job_away");
    await_rounds(worker, worker_state(worker).rounds + 3); /* one may have begun before */
    assert_int_equal(worker_state(worker).failures, 1);
    test_town_set(town, "ALTER TABLE job_away RENAME TO job");
    add_job(town, "");
    await(town, "SELECT count(*) FROM job WHERE kind = 'test.count' AND done IS NOT NULL", 1);
    stop();
}

/* For as long as a job is at work it moves no more, and then again. */
static void test_a_halt_is_seen(void **state)
{
    struct test_town *town = *state;
    struct worker *worker = start(town);
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS, jobs, idle_ms;

    is_held = true;
    add_job(town, "");
    while (!runs && clock_monotonic_ms() < until_ms)
        usleep(20000);
    assert_int_equal(runs, 1);
    jobs = worker_state(worker).jobs;
    idle_ms = worker_state(worker).idle_ms;
    usleep(50000);
    assert_true(worker_state(worker).idle_ms >= idle_ms + 50);
    assert_int_equal(worker_state(worker).jobs, jobs);
    idle_ms = worker_state(worker).idle_ms;
    is_held = false;
    while (worker_state(worker).idle_ms >= idle_ms && clock_monotonic_ms() < until_ms)
        usleep(1000);
    assert_true(clock_monotonic_ms() < until_ms);
    assert_true(worker_state(worker).jobs > jobs);
    stop();
}

/* The watcher says it once, however long it lasts. */
static void test_a_hanging_worker_is_told(void **state)
{
    struct test_town *town = *state;
    struct worker *worker = start_with(town, 1500, 0);
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS;

    await(town, "SELECT count(*) FROM worker", 1);
    is_held = true;
    add_job(town, "");
    while (!worker_state(worker).halts && clock_monotonic_ms() < until_ms)
        usleep(20000);
    assert_true(worker_state(worker).is_stuck);
    usleep(1200000);
    assert_int_equal(worker_state(worker).halts, 1);
    is_held = false;
    await(town, "SELECT count(*) FROM job WHERE kind = 'test.count' AND done IS NOT NULL", 1);
    stop();
    /* It ended by intention: nobody waits for its sign. */
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM worker"), 0);
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, test_town_open, close_town)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(test_does_everything),
        TOWN(test_a_stop_ends_the_rest),
        TOWN(test_a_failed_job_does_not_stop_it),
        TOWN(test_store_is_away),
        TOWN(test_a_halt_is_seen),
        TOWN(test_a_hanging_worker_is_told),
    };

    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
