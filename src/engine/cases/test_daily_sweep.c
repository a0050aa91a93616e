#include "engine/cases/daily_sweep.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "engine/test_town.h"

static const struct job_kind *const tables[] = {daily_sweep_jobs, NULL};
static const struct job_runner runner = {tables, STR_NONE};

static void run(struct test_town *town)
{
    bool was_there;

    test_ok(&town->ctx, job_run_next(&town->ctx, &runner, &was_there));
    assert_true(was_there);
}

/* One that a draft has which goes on, and one that was left behind long ago. */
static const char used[] = "00", unused[] = "01";

static const char *in_files(struct test_town *town, const char *prefix)
{
    return str_z(town->ctx.arena, str_fmt(town->ctx.arena, "%s/%s/%062d", town->folder, prefix, 0));
}

static void make_files(struct test_town *town)
{
    const char *const prefixes[] = {used, unused};

    for (size_t i = 0; i < 2; i++) {
        const char *path = in_files(town, prefixes[i]);
        const struct timespec long_ago[2] = {{1000000000, 0}, {1000000000, 0}};

        test_ok(&town->ctx,
                file_make_dir(&town->ctx,
                              str_z(town->ctx.arena,
                                    str_fmt(town->ctx.arena, "%s/%s", town->folder, prefixes[i])),
                              0700));
        test_ok(&town->ctx, file_write(&town->ctx, path, S("a photo"), 0600));
        assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
    }
    town->city->files_folder = town->folder;
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
                        "created) VALUES (unhex('00' || "
                        "'00000000000000000000000000000000000000000000000000000000000000'), 1, "
                        "'image/png', 'a', 'photo', 1, 1, 0)");
    test_town_set(town,
                  "INSERT INTO draft_file (draft, file) SELECT id, 1 FROM draft WHERE id < 9");
    test_town_set(
        town,
        "INSERT INTO session (token_hash, created, seen, expires, address, agent) "
        "VALUES (unhex('01'), 0, 0, 1, '', ''), (unhex('02'), 0, 0, 100000000000000000, '', '')");
    test_town_set(town, "INSERT INTO job (kind, argument, due, attempts, done, trouble) VALUES "
                        "('old', '', 0, 1, 1, ''), ('new', '', 0, 1, 100000000000000000, ''), "
                        "('broken', '', 0, 8, NULL, 'x')");
    /* A link without an end, one that ended lately, and one that did so long ago. */
    test_town_set(town, "INSERT INTO link_token (token_hash, purpose, subject, created, expires) "
                        "VALUES (unhex('01'), 'case', '', 0, NULL), (unhex('02'), 'draft', '', 0, "
                        "1794000000000000), (unhex('03'), 'draft', '', 0, 1)");
    test_town_set(town, "INSERT INTO mailbox_day (day, mailbox, mails) VALUES (1, unhex('01'), 1), "
                        "(20772, unhex('01'), 1), (20773, unhex('01'), 1)");
    make_files(town);
    test_ok(&town->ctx, jobs_begin(&town->ctx, &runner));
    run(town);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM link_token"), 2);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM file"), 1);
    assert_true(file_exists(in_files(town, used)));
    assert_false(file_exists(in_files(town, unused)));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM draft"), 1200);
    assert_int_equal(test_town_count(town, "SELECT min(expires) > 1 FROM draft"), 1);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM draft_file"), 4);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM session"), 1);
    assert_int_equal(test_town_count(town, "SELECT min(day) FROM mailbox_day"), 20773);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE kind = 'old'"), 0);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM job WHERE kind IN ('new', 'broken')"), 2);
}

/* Whoever asks what ran last week finds it. */
static void test_ended_jobs_are_kept_a_week(void **state)
{
    struct test_town *town = *state;
    int64_t week_ago_us = instant_plus_us(town->ctx.now, -7 * US_PER_DAY).us_utc;

    test_town_set(town, str_z(town->ctx.arena,
                              str_fmt(town->ctx.arena,
                                      "INSERT INTO job (kind, argument, due, attempts, done, "
                                      "trouble) VALUES ('week', '', 0, 1, %lld, ''), "
                                      "('older', '', 0, 1, %lld, '')",
                                      (long long)week_ago_us, (long long)week_ago_us - 1)));
    test_ok(&town->ctx, jobs_begin(&town->ctx, &runner));
    run(town);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE kind = 'week'"), 1);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE kind = 'older'"), 0);
}

static void test_comes_again_tomorrow(void **state)
{
    struct test_town *town = *state;
    bool was_there;

    test_ok(&town->ctx, jobs_begin(&town->ctx, &runner));
    test_ok(&town->ctx, jobs_begin(&town->ctx, &runner));
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
        TOWN(test_ended_jobs_are_kept_a_week),
        TOWN(test_comes_again_tomorrow),
    };

    return cmocka_run_group_tests_name("sweep", tests, NULL, NULL);
}
