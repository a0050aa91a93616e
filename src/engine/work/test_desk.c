#include "base/test_support.h"
#include "engine/test_town.h"
#include "engine/work/job.h"
#include "engine/work/job_desk.h"
#include "engine/work/sign.h"

static void put(struct test_town *town, const char *values)
{
    test_town_set(town,
                  str_z(town->ctx.arena,
                        str_fmt(town->ctx.arena,
                                "INSERT INTO job (id, kind, argument, due, claimed, attempts, "
                                "done, trouble) VALUES %s",
                                values)));
}

/* One in each state, as of now. */
static void fill(struct test_town *town)
{
    long long now = (long long)town->ctx.now.us_utc;

    put(town, str_z(town->ctx.arena,
                    str_fmt(town->ctx.arena,
                            "(101, 'test.a', 'one', %lld, NULL, 0, NULL, ''),"
                            "(102, 'test.a', 'two', %lld, %lld, 1, NULL, ''),"
                            "(103, 'test.b', 'three', %lld, NULL, 2, NULL, 'OUTSIDE: away'),"
                            "(104, 'test.b', 'four', %lld, NULL, 8, NULL, 'OUTSIDE: away'),"
                            "(105, 'test.c', 'five', %lld, NULL, 1, %lld, '')",
                            now + 1000000, now, now, now, now, now, now)));
}

static struct job_lines lines(struct test_town *town, enum job_state state)
{
    struct job_lines found;

    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, job_list(&town->ctx, state, 100, &found));
    db_reader_release(&town->ctx);
    return found;
}

static void test_each_state_is_listed(void **state)
{
    struct test_town *town = *state;
    int64_t counts[JOB__N];

    test_town_set(town, "DELETE FROM job");
    fill(town);
    for (int i = 0; i < JOB__N; i++) {
        struct job_lines found = lines(town, (enum job_state)i);
        enum job_state same;

        assert_int_equal(found.n, 1);
        assert_int_equal(found.items[0].id, 101 + i);
        assert_false(found.items[0].is_lost);
        assert_true(job_state_of(job_state_word((enum job_state)i), &same));
        assert_int_equal(same, i);
    }
    assert_str(lines(town, JOB_TROUBLED).items[0].trouble, "OUTSIDE: away");
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, job_counts(&town->ctx, counts));
    db_reader_release(&town->ctx);
    for (int i = 0; i < JOB__N; i++)
        assert_int_equal(counts[i], 1);
    town->ctx.now = instant_plus_us(town->ctx.now, (JOB_STUCK_S + 1) * US_PER_S);
    assert_true(lines(town, JOB_RUNNING).items[0].is_lost);
}

static void refused(struct test_town *town, enum rc rc, enum err_id id)
{
    assert_int_not_equal(rc, RC_OK);
    assert_int_equal(town->ctx.err.id, id);
    ctx_clear_error(&town->ctx);
}

static void test_retry(void **state)
{
    struct test_town *town = *state;

    test_town_set(town, "DELETE FROM job");
    fill(town);
    test_ok(&town->ctx, job_retry(&town->ctx, 104, S("the relay is back")));
    assert_int_equal(lines(town, JOB_GIVEN_UP).n, 0);
    assert_int_equal(lines(town, JOB_WAITING).n, 2);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM event JOIN event_payload p ON p.event = id "
                              "WHERE kind = 'job.retried' AND payload LIKE '%relay is back%'"),
        1);
    refused(town, job_retry(&town->ctx, 102, STR_NONE), ERR_STALE);
    refused(town, job_retry(&town->ctx, 105, STR_NONE), ERR_NOT_FOUND);
    refused(town, job_retry(&town->ctx, 999, STR_NONE), ERR_NOT_FOUND);
    refused(town, job_retry(&town->ctx, 103, str_fmt(town->ctx.arena, "%301s", "")), ERR_TOO_LONG);
    refused(town, job_retry(&town->ctx, 103, S("\x01")), ERR_NOT_UTF8);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event WHERE kind LIKE 'job.%'"),
                     1);
    /* One whose worker is gone is taken from it. */
    town->ctx.now = instant_plus_us(town->ctx.now, (JOB_STUCK_S + 1) * US_PER_S);
    test_ok(&town->ctx, job_retry(&town->ctx, 102, STR_NONE));
    assert_int_equal(lines(town, JOB_RUNNING).n, 0);
}

static void test_drop(void **state)
{
    struct test_town *town = *state;

    test_town_set(town, "DELETE FROM job");
    fill(town);
    test_ok(&town->ctx, job_drop(&town->ctx, 103, S("the case is gone")));
    assert_int_equal(lines(town, JOB_TROUBLED).n, 0);
    assert_int_equal(lines(town, JOB_ENDED).n, 2);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM job WHERE id = 103 AND done IS NOT NULL AND "
                              "trouble = 'dropped: the case is gone'"),
        1);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM event WHERE kind = 'job.dropped'"),
                     1);
    refused(town, job_drop(&town->ctx, 103, STR_NONE), ERR_NOT_FOUND);
    refused(town, job_drop(&town->ctx, 102, STR_NONE), ERR_STALE);
}

static struct signs signs(struct test_town *town)
{
    struct signs found;

    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, sign_list(&town->ctx, &found));
    db_reader_release(&town->ctx);
    return found;
}

static void test_signs_of_life(void **state)
{
    struct test_town *town = *state;
    struct instant began = town->ctx.now;
    struct signs found;

    assert_int_equal(signs(town).n, 0);
    test_ok(&town->ctx, sign_put(&town->ctx, S("one:1"), began));
    town->ctx.now = instant_plus_us(began, SIGN_EVERY_S * US_PER_S);
    test_ok(&town->ctx, sign_put(&town->ctx, S("two:2"), town->ctx.now));
    test_ok(&town->ctx, sign_put(&town->ctx, S("two:2"), town->ctx.now));
    found = signs(town);
    assert_int_equal(found.n, 2);
    assert_str(found.items[0].name, "two:2");
    assert_false(found.items[1].is_late);
    town->ctx.now = instant_plus_us(began, (SIGN_LATE_S + 1) * US_PER_S);
    found = signs(town);
    assert_false(found.items[0].is_late);
    assert_true(found.items[1].is_late);
    test_ok(&town->ctx, sign_end(&town->ctx, S("two:2")));
    assert_int_equal(signs(town).n, 1);
    town->ctx.now = instant_plus_us(began, 8 * US_PER_DAY);
    test_ok(&town->ctx, sign_put(&town->ctx, S("three:3"), town->ctx.now));
    found = signs(town);
    assert_int_equal(found.n, 1);
    assert_str(found.items[0].name, "three:3");
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, test_town_open, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(test_each_state_is_listed),
        TOWN(test_retry),
        TOWN(test_drop),
        TOWN(test_signs_of_life),
    };

    return cmocka_run_group_tests_name("engine/desk", tests, NULL, NULL);
}
