#include "app/worker.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/crypto.h"
#include "engine/test_town.h"

#define WAIT_MS 10000
#define BUSY_MS 2000 /* a second, on a machine that has other things to do */

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
static const struct module module = {.name = "test", .jobs = kinds};
static const struct module silent = {.name = "silent"};
static const struct module *const all[] = {&silent, &module, NULL};

static struct home home;

static struct worker *start_watched(struct test_town *town, int64_t stuck_ms)
{
    struct worker *worker;

    runs = 0;
    is_held = false;
    home = (struct home){
        .folder = town->folder, .db = town->db, .city = town->city, .keys = crypto_sign_new_keys()};
    test_ok(&town->ctx, worker_start(&town->ctx,
                                     &(struct worker_options){
                                         &home, NULL, S("https://city.example"), all, stuck_ms},
                                     &worker));
    return worker;
}

static struct worker *start(struct test_town *town)
{
    return start_watched(town, 0);
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
    assert_true(worker_state(worker).rounds >= 1);
    /* Nobody answers at the relay: the other mails are not tried one after the other. */
    assert_int_equal(worker_state(worker).messages, 1);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM message WHERE attempts = 0"), 3);
    assert_false(worker_state(worker).is_stuck);
    assert_false(worker_state(worker).is_store_away);
    worker_stop(worker);
}

static void test_stops_within_a_second(void **state)
{
    struct test_town *town = *state;
    struct worker *worker = start(town);
    int64_t before_ms;

    await(town, "SELECT count(*) FROM tree_head", 1);
    usleep(100000);
    before_ms = clock_monotonic_ms();
    worker_stop(worker);
    assert_in_range(clock_monotonic_ms() - before_ms, 0, BUSY_MS);
    worker_stop(NULL);
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
    worker_stop(worker);
}

/* A store that does not answer is said once, and work goes on when it is back. */
static void test_store_is_away(void **state)
{
    struct test_town *town = *state;
    struct worker *worker = start(town);

    await(town, "SELECT count(*) FROM tree_head", 1);
    test_town_set(town, "ALTER TABLE job RENAME TO job_away");
    usleep(2500000);
    assert_int_equal(worker_state(worker).failures, 1);
    test_town_set(town, "ALTER TABLE job_away RENAME TO job");
    add_job(town, "");
    await(town, "SELECT count(*) FROM job WHERE kind = 'test.count' AND done IS NOT NULL", 1);
    worker_stop(worker);
}

static void test_a_halt_is_seen(void **state)
{
    struct test_town *town = *state;
    struct worker *worker = start(town);
    int64_t until_ms = clock_monotonic_ms() + WAIT_MS;

    is_held = true;
    add_job(town, "");
    while (worker_state(worker).idle_ms < 1500 && clock_monotonic_ms() < until_ms)
        usleep(20000);
    assert_true(worker_state(worker).idle_ms >= 1500);
    is_held = false;
    await(town, "SELECT count(*) FROM job WHERE kind = 'test.count' AND done IS NOT NULL", 1);
    while (worker_state(worker).idle_ms > 1200 && clock_monotonic_ms() < until_ms)
        usleep(20000);
    assert_true(worker_state(worker).idle_ms <= 1200);
    worker_stop(worker);
}

/* The watcher says it once, however long it lasts. */
static void test_a_hanging_worker_is_told(void **state)
{
    struct test_town *town = *state;
    struct worker *worker = start_watched(town, 1500);
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
    worker_stop(worker);
    /* It ended by intention: nobody waits for its sign. */
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM worker"), 0);
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, test_town_open, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(test_does_everything),
        TOWN(test_stops_within_a_second),
        TOWN(test_a_failed_job_does_not_stop_it),
        TOWN(test_store_is_away),
        TOWN(test_a_halt_is_seen),
        TOWN(test_a_hanging_worker_is_told),
    };

    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
