/* What the program does by itself: timers, mail, webhooks, sweeps, signs of life, jobs. */
#include <stdio.h>

#include "engine/cases/daily_sweep.h"
#include "engine/cases/draft.h"
#include "engine/cases/keep_job.h"
#include "engine/cases/names_job.h"
#include "engine/cases/photo.h"
#include "engine/cases/timer.h"
#include "engine/cases/words_job.h"
#include "engine/engine.h"
#include "engine/message/mail_settings.h"
#include "engine/message/outbox.h"
#include "engine/message/webhook.h"
#include "engine/work/job_desk.h"
#include "engine/work/sign.h"
#include "paths.h"
#include "people/api_key.h"

#define BASE S("https://city.example")

static int64_t case_id, hook_id;
static int64_t hours; /* that have gone by, so that what was put back is due again */

/* Runs the job that is due; a failure of its own is written to its row and comes back later. */
static enum rc run_job(struct ctx *ctx, const struct job_kind *table)
{
    const struct job_kind *const tables[] = {table, NULL};
    const struct job_runner runner = {tables, BASE};
    bool was_there;

    ctx->now = instant_plus_us(ctx->now, ++hours * US_PER_H);
    return job_run_next(ctx, &runner, &was_there);
}

/* The one job that is due is of this kind. */
static void only_job(struct test_town *town, const char *kind)
{
    test_town_set(town,
                  str_z(town->ctx.arena,
                        str_fmt(town->ctx.arena, "DELETE FROM job WHERE kind <> '%s'", kind)));
    test_town_set(town, "UPDATE job SET due = 1");
}

/* ---- Timers */

static void waiting_case(struct test_town *town, int64_t n)
{
    test_town_set(town, "DELETE FROM job");
    case_id = paths_file(town, n);
    paths_step(town, case_id, "ask");
    only_job(town, "case.timer");
}

static enum rc run_timer_early(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    hours = 0;
    return run_job(ctx, timer_jobs);
}

static enum rc run_timer(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->now = instant_plus_us(ctx->now, 20 * US_PER_DAY);
    return run_job(ctx, timer_jobs);
}

static void is_given_up(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    if (is_done)
        assert_int_equal(paths_count(town,
                                     "SELECT count(*) FROM cases WHERE id = %lld "
                                     "AND outcome = 'no-answer'",
                                     case_id),
                         1);
    assert_in_range(paths_count(town,
                                "SELECT count(*) FROM event WHERE cases = %lld "
                                "AND kind = 'case.step'",
                                case_id),
                    1, 2);
}

static void late_case(struct test_town *town, int64_t n)
{
    struct filed filed;

    (void)n;
    test_town_set(town, "DELETE FROM job");
    filed = test_town_file(town);
    case_id = filed.case_id;
    only_job(town, "case.clocks");
}

static void is_told_once(struct test_town *town, int64_t n, bool is_done)
{
    int64_t told = paths_count(
        town, "SELECT count(*) FROM event WHERE cases = %lld AND kind = 'clock.missed'", case_id);

    (void)n;
    assert_in_range(told, is_done ? 2 : 0, 2);
}

/* ---- Mail and webhooks */

static struct outbox *outbox;

static void one_mail(struct test_town *town, int64_t n)
{
    const struct mail_change change = {MAIL_RELAY, S("smtp://127.0.0.1:1")};

    test_ok(&town->ctx, mail_settings_change(&town->ctx, &change, 1, STR_NONE));
    test_town_set(town, "DELETE FROM message");
    case_id = paths_file(town, n);
}

/* Nobody answers there: the mail is taken, tried and put back for later. */
static enum rc send_mail(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct outbox_result result;
    enum rc rc = outbox_new(ctx, town->folder, &outbox);

    (void)n;
    if (!rc)
        rc = outbox_send_next(ctx, outbox, &result);
    outbox_free(outbox);
    outbox = NULL;
    return rc;
}

static void mail_is_not_lost(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    (void)is_done;
    assert_in_range(paths_count(town,
                                "SELECT count(*) FROM message WHERE cases = %lld "
                                "AND state IN ('queued', 'sending')",
                                case_id),
                    1, 2);
}

static void mail_under_way(struct test_town *town, int64_t n)
{
    one_mail(town, n);
    test_town_set(town, "UPDATE message SET state = 'sending'");
}

static enum rc find_lost(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->now = instant_plus_us(ctx->now, US_PER_DAY);
    return outbox_find_lost(ctx);
}

static void lost_is_told(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    assert_int_equal(
        paths_count(town,
                    "SELECT count(*) = 0 FROM message WHERE cases = %lld AND state = 'sending'",
                    case_id),
        is_done);
}

static enum rc add_hook(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct str prefix = test_town_text(town, "SELECT prefix FROM api_key ORDER BY id DESC LIMIT 1");
    struct str secret;

    (void)n;
    return webhook_add(
        ctx, &(struct webhook_new){.url = S("http://localhost:1029/hook"), .key_prefix = prefix},
        &secret, &hook_id);
}

static void one_key(struct test_town *town, int64_t n)
{
    static const struct api_scope scope = {API_RIGHT_READ, SCOPE_CITY, STR("")};
    struct str key;

    (void)n;
    test_town_set(town, "DELETE FROM webhook_delivery");
    test_town_set(town, "DELETE FROM webhook");
    test_ok(&town->ctx,
            api_key_add(&town->ctx,
                        &(struct api_key_new){
                            .name = S("A program"), .scopes = &scope, .scope_n = 1, .days = 30},
                        &key, NULL));
}

static void one_hook(struct test_town *town, int64_t n)
{
    one_key(town, n);
    test_ok(&town->ctx, add_hook(&town->ctx, town, n));
}

static enum rc remove_hook(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return webhook_remove(ctx, hook_id);
}

static void one_delivery(struct test_town *town, int64_t n)
{
    one_hook(town, n);
    case_id = paths_file(town, n);
    assert_in_range(test_town_count(town, "SELECT count(*) FROM webhook_delivery"), 1, 9);
}

static enum rc deliver(struct ctx *ctx, struct test_town *town, int64_t n)
{
    const struct webhook_sender sender = {.base_url = BASE};
    struct webhook_result result;

    (void)town;
    (void)n;
    return webhook_send_next(ctx, &sender, &result);
}

static void delivery_is_kept(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    (void)is_done;
    assert_in_range(test_town_count(town, "SELECT count(*) FROM webhook_delivery"), 1, 9);
}

static enum rc tidy(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return webhook_tidy(ctx);
}

/* ---- The daily sweep */

/* All that begins with a worker, in one transaction. */
static enum rc begin_jobs(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return jobs_begin(ctx, &(struct job_runner){.tables = engine_module.jobs});
}

/* One was dropped, and one given up a day ago. */
static void daily_left_off(struct test_town *town, int64_t n)
{
    test_ok(&town->ctx, begin_jobs(&town->ctx, town, n));
    test_town_set(town, "DELETE FROM job WHERE kind = 'daily.sweep'");
    test_town_set(town, "UPDATE job SET attempts = 8, due = 1 WHERE kind = 'answers.erase'");
}

static enum rc keep_daily(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return jobs_keep_daily(ctx, &(struct job_runner){.tables = engine_module.jobs});
}

static void what_has_expired(struct test_town *town, int64_t n)
{
    const struct photo_upload upload = {paths_photo(town), S("photo.jpg")};
    struct ctx *ctx = &town->ctx;
    struct draft draft;
    struct str token;

    test_ok(ctx, draft_new(ctx, city_service(town->city, S("hole")), &draft));
    test_ok(ctx, draft_save(ctx, &draft, &token));
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, draft_load(ctx, token, &draft));
    if (n % 8 == 0)
        test_ok(ctx, photo_add(ctx, draft.id, draft.definition, &upload));
    db_reader_release(ctx);
    test_town_set(town, "UPDATE draft SET expires = 1");
    test_town_set(town, "DELETE FROM job");
    test_ok(ctx, begin_jobs(ctx, town, n));
    only_job(town, "daily.sweep");
}

static enum rc sweep(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return run_job(ctx, daily_sweep_jobs);
}

static void is_swept(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    if (is_done) {
        assert_int_equal(test_town_count(town, "SELECT count(*) FROM draft"), 0);
        assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE done IS NULL"), 1);
    }
}

/* ---- Answers whose time is over */

static void closed_long_ago(struct test_town *town, int64_t n)
{
    case_id = paths_file(town, n);
    paths_step(town, case_id, "resolve");
    test_town_set(town, "UPDATE cases SET closed = 1");
    test_town_set(town, "UPDATE case_kept SET until = 1");
}

static void erasing_due(struct test_town *town, int64_t n)
{
    closed_long_ago(town, n);
    test_ok(&town->ctx, begin_jobs(&town->ctx, town, n));
    only_job(town, "answers.erase");
}

/* More than the field takes: the case cannot be read. */
static void broken_and_due(struct test_town *town, int64_t n)
{
    erasing_due(town, n);
    test_town_set(town, "UPDATE cases SET answers = '{\"size\":\"' || hex(zeroblob(300)) || '\"}'");
}

static enum rc erase(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return keep_erase(ctx, case_id);
}

static enum rc erase_all(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return run_job(ctx, keep_jobs);
}

static const char *about_case(struct test_town *town, const char *pattern)
{
    return str_z(town->ctx.arena, paths_text(town, pattern, case_id));
}

static void is_erased(struct test_town *town, int64_t n, bool is_done)
{
    int64_t left = test_town_count(
        town, about_case(town, "SELECT count(*) FROM case_kept WHERE cases = %lld"));

    (void)n;
    assert_int_equal(
        test_town_count(town, about_case(town, "SELECT count(*) FROM event WHERE kind = "
                                               "'answers.expired' AND cases = %lld")),
        1 - left);
    if (is_done && left)
        assert_in_range(test_town_count(town, "SELECT count(*) FROM job WHERE done IS NULL AND "
                                              "kind IN ('case.erase', 'answers.erase')"),
                        1, 9);
}

/* As many ends as a run looks at: there may be more. */
static void many_ends_due(struct test_town *town, int64_t n)
{
    erasing_due(town, n);
    test_town_set(town, "INSERT INTO case_kept (cases, field, service_version, until) "
                        "WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i "
                        "WHERE n < 99) "
                        "SELECT cases, 'field-' || n, service_version, until FROM case_kept, i");
}

static void goes_on(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    if (is_done)
        assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE done IS NULL AND "
                                               "kind = 'answers.erase' AND argument <> ''"),
                         1);
}

/* ---- Words for search, in the background */

static void words_to_make(struct test_town *town, int64_t n)
{
    case_id = paths_file(town, n);
    test_town_set(town, "DELETE FROM job");
    test_town_set(town, "INSERT INTO job (kind, argument, once, due, attempts, trouble) "
                        "VALUES ('words.everybody', '0', 'words.everybody', 1, 0, '')");
}

static enum rc make_words(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return run_job(ctx, words_jobs);
}

static enum rc catch_up(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return words_catch_up(ctx);
}

static void nothing_waits(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    if (is_done)
        assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE done IS NULL "
                                               "AND kind = 'words.everybody'"),
                         0);
}

/* ---- Names of an older version */

static void names_to_fold(struct test_town *town, int64_t n)
{
    case_id = paths_file(town, n);
    test_town_set(town, "UPDATE party SET name = 'Ana', folded = NULL");
    test_town_set(town, "DELETE FROM job");
    test_town_set(town, "INSERT INTO job (kind, argument, once, due, attempts, trouble) "
                        "VALUES ('names.fold', '', 'names.fold', 1, 0, '')");
}

static enum rc fold_names(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return run_job(ctx, names_jobs);
}

static enum rc catch_up_names(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return names_catch_up(ctx);
}

static void names_are_folded(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    if (is_done)
        assert_int_equal(test_town_count(town, "SELECT count(*) FROM party WHERE folded IS NULL "
                                               "OR folded <> 'ana'"),
                         0);
}

static void words_to_forget(struct test_town *town, int64_t n)
{
    case_id = paths_file(town, n);
    test_town_set(town, "DELETE FROM job");
    test_town_set(town, "INSERT INTO job (kind, argument, once, due, attempts, trouble) "
                        "VALUES ('words.forget', '', 'words.forget', 1, 0, '')");
}

/* ---- Jobs and signs of life */

static void troubled_job(struct test_town *town, int64_t n)
{
    (void)n;
    test_town_set(town, "DELETE FROM job");
    test_town_set(town, "INSERT INTO job (id, kind, argument, due, attempts, trouble) "
                        "VALUES (7, 'test.a', 'one', 1, 8, 'away')");
}

static enum rc retry(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return job_retry(ctx, 7, S("It is back."));
}

static enum rc drop(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    ctx->actor = paths_boss();
    return job_drop(ctx, 7, S("Not needed."));
}

static enum rc live(struct ctx *ctx, struct test_town *town, int64_t n)
{
    return sign_put(ctx, paths_text(town, "machine:%lld", n), ctx->now);
}

static void alive(struct test_town *town, int64_t n)
{
    test_ok(&town->ctx, live(&town->ctx, town, n));
}

static enum rc end(struct ctx *ctx, struct test_town *town, int64_t n)
{
    return sign_end(ctx, paths_text(town, "machine:%lld", n));
}

const struct scenario paths_work[] = {
    {"a timer too early", 23, waiting_case, run_timer_early, NULL, STEPWISE},
    {"a timer", 36, waiting_case, run_timer, is_given_up, STEPWISE},
    {"a missed deadline", 41, late_case, run_timer, is_told_once, STEPWISE},
    {"a mail", 23, one_mail, send_mail, mail_is_not_lost, STEPWISE},
    {"a mail that was lost", 5, mail_under_way, find_lost, lost_is_told, 0},
    {"a webhook", 15, one_key, add_hook, NULL, 0},
    {"a webhook removed", 14, one_hook, remove_hook, NULL, 0},
    {"a delivery", 22, one_delivery, deliver, delivery_is_kept, STEPWISE},
    {"deliveries tidied", 6, one_delivery, tidy, NULL, 0},
    {"jobs that begin with a worker", 5, NULL, begin_jobs, NULL, 0},
    {"daily jobs kept", 8, daily_left_off, keep_daily, NULL, 0},
    {"a sweep", 56, what_has_expired, sweep, is_swept, STEPWISE},
    {"answers erased", 20, closed_long_ago, erase, NULL, 0},
    {"a day's erasing", 20, erasing_due, erase_all, is_erased, STEPWISE},
    {"a day's erasing that goes on", 20, many_ends_due, erase_all, goes_on, STEPWISE},
    {"an erasing that cannot be", 20, broken_and_due, erase_all, is_erased, STEPWISE},
    {"words made anew", 0, words_to_make, make_words, NULL, STEPWISE},
    {"words made anew at once", 0, words_to_make, catch_up, nothing_waits, STEPWISE},
    {"words forgotten", 0, words_to_forget, make_words, NULL, STEPWISE},
    {"names folded", 20, names_to_fold, fold_names, names_are_folded, STEPWISE},
    {"names folded at once", 15, names_to_fold, catch_up_names, names_are_folded, STEPWISE},
    {"a job tried again", 13, troubled_job, retry, NULL, 0},
    {"a job dropped", 13, troubled_job, drop, NULL, 0},
    {"a sign of life", 6, NULL, live, NULL, 0},
    {"a worker's end", 5, alive, end, NULL, 0},
    {.name = NULL},
};
