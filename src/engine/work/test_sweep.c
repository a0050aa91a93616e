#include "engine/work/sweep.h"

#include "engine/test_town.h"

static const struct job_kind *const tables[] = {sweep_jobs, NULL};
static const struct job_runner runner = {tables, STR_NONE};

static void run(struct test_town *town)
{
    bool was_there;

    test_ok(&town->ctx, job_run_next(&town->ctx, &runner, &was_there));
    assert_true(was_there);
}

/* More drafts than one transaction takes; half of them expired, some with files. */
static void test_expired_goes_the_rest_stays(void **state)
{
    struct test_town *town = *state;

    test_town_set(
        town, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
              "i < 2400) INSERT INTO draft (token_hash, service_version, channel, lang, "
              "answers, created, updated, expires) SELECT unhex('00' || (100000 + i)), 1, 'web', "
              "'en', '{}', 0, 0, CASE i % 2 WHEN 0 THEN 1 ELSE 100000000000000000 END FROM n");
    test_town_set(town, "INSERT INTO file (sha256, bytes, media, name, class, width, height, "
                        "created) VALUES (unhex('00'), 1, 'image/png', 'a', 'photo', 1, 1, 0)");
    test_town_set(town,
                  "INSERT INTO draft_file (draft, file) SELECT id, 1 FROM draft WHERE id < 9");
    test_town_set(
        town,
        "INSERT INTO session (token_hash, created, seen, expires, address, agent) "
        "VALUES (unhex('01'), 0, 0, 1, '', ''), (unhex('02'), 0, 0, 100000000000000000, '', '')");
    test_town_set(town, "INSERT INTO job (kind, argument, due, attempts, done, trouble) VALUES "
                        "('old', '', 0, 1, 1, ''), ('new', '', 0, 1, 100000000000000000, ''), "
                        "('broken', '', 0, 8, NULL, 'x')");
    test_ok(&town->ctx, sweep_begin(&town->ctx));
    run(town);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM draft"), 1200);
    assert_int_equal(test_town_count(town, "SELECT min(expires) > 1 FROM draft"), 1);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM draft_file"), 4);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM session"), 1);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE kind = 'old'"), 0);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM job WHERE kind IN ('new', 'broken')"), 2);
}

static void test_comes_again_tomorrow(void **state)
{
    struct test_town *town = *state;
    bool was_there;

    test_ok(&town->ctx, sweep_begin(&town->ctx));
    test_ok(&town->ctx, sweep_begin(&town->ctx));
    run(town);
    test_ok(&town->ctx, job_run_next(&town->ctx, &runner, &was_there));
    assert_false(was_there);
    town->ctx.now = instant_plus_us(town->ctx.now, US_PER_DAY);
    run(town);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE done IS NULL"), 1);
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, test_town_open, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(test_expired_goes_the_rest_stays),
        TOWN(test_comes_again_tomorrow),
    };

    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
