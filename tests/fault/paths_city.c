/* What a city is: its definition, map, closed days, history, settings, record; and its data folder,
 * made, published into and restored. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/once.h"
#include "api/witness.h"
#include "app/backup.h"
#include "app/home.h"
#include "base/file.h"
#include "engine/cases/case_import.h"
#include "engine/cases/case_migrate.h"
#include "engine/clock/closure.h"
#include "engine/message/mail_settings.h"
#include "engine/publish/layer_import.h"
#include "engine/record/record_keys.h"
#include "engine/record/record_tree.h"
#include "paths.h"

#define BASE S("https://city.example")

static int64_t case_id;

static const char everywhere[] =
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"id\":\"9\","
    "\"properties\":{\"name\":\"Nine\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
    "[[[-89,30],[-88,30],[-88,31],[-89,31],[-89,30]]]}}]}";

/* The city is loaded anew by a publication; what the program gave it is not in its folder. */
static void publish(struct test_town *town)
{
    const char *files = town->city->files_folder;
    struct image_client *pictures = town->city->pictures;
    struct arena *arena = town->ctx.arena;

    town->ctx.arena = arena_new((size_t)64 << 20); /* a hundred of them fill the town's */
    assert_non_null(town->ctx.arena);
    test_town_publish(town);
    arena_free(town->ctx.arena);
    town->ctx.arena = arena;
    town->city->files_folder = files;
    town->city->pictures = pictures;
    town->city->is_demonstration = true;
}

static enum rc import_layer(struct ctx *ctx, struct test_town *town, int64_t n)
{
    const struct layer_import import = {.name = S("district"), .text = str_of(everywhere)};
    struct city *city = NULL;
    enum rc rc = layer_import(ctx, &import, &city);

    (void)town;
    (void)n;
    if (!rc)
        city_free(city);
    return rc;
}

/* A case whose deadlines the day would have counted for, and no other: a change that grows with
 * every case filed for it would have a call more to fail each time, without end. */
static void case_with_clocks(struct test_town *town, int64_t n)
{
    (void)n;
    test_town_set(town, "DELETE FROM closure");
    test_town_set(town, "UPDATE clock SET met = started WHERE met IS NULL");
    case_id = test_town_file(town).case_id;
}

static enum rc close_a_day(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct closure_effect effect;
    struct date date;

    (void)town;
    (void)n;
    assert_true(date_parse(S("2026-11-18"), &date));
    ctx->actor = paths_boss();
    return closure_add(ctx, date, S("A storm"), false, &effect);
}

static void load_again(struct test_town *town)
{
    city_free(town->city);
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, city_load(&town->ctx, &town->city));
    db_reader_release(&town->ctx);
    town->ctx.city = town->city;
}

static void case_with_closed_day(struct test_town *town, int64_t n)
{
    struct closure_effect effect;
    struct date date;

    case_with_clocks(town, n);
    load_again(town);
    assert_true(date_parse(S("2026-11-18"), &date));
    test_ok(&town->ctx, closure_add(&town->ctx, date, S("A storm"), false, &effect));
    load_again(town);
}

static enum rc open_a_day(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct closure_effect effect;
    struct date date;

    (void)town;
    (void)n;
    assert_true(date_parse(S("2026-11-18"), &date));
    ctx->actor = paths_boss();
    return closure_remove(ctx, date, S("Mistyped"), false, &effect);
}

/* A case of a version before the newest. */
static void case_of_before(struct test_town *town, int64_t n)
{
    const char *path =
        str_z(town->ctx.arena, str_fmt(town->ctx.arena, "%s/services/hole.yaml", town->folder));
    struct str text;

    case_id = paths_file(town, n);
    test_ok(&town->ctx, file_read(&town->ctx, path, 100000, &text));
    text = str_fmt(town->ctx.arena, "%.*s# %lld\n", STR_ARG(text), (long long)n);
    test_ok(&town->ctx, file_write(&town->ctx, path, text, 0600));
    publish(town);
}

/* Each case is moved by a transaction of its own. */
static enum rc migrate(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct buf report = buf_in(ctx->arena, 100000);
    struct case_migrated moved;

    (void)n;
    ctx->actor = paths_boss();
    return case_migrate(
        ctx,
        &(struct case_migration){.to = city_service(town->city, S("hole")), .reason = S("New")},
        &report, &moved);
}

static void is_of_newest(struct test_town *town, int64_t n, bool is_done)
{
    (void)n;
    if (is_done)
        assert_int_equal(paths_count(town,
                                     "SELECT max(v.id) = c.service_version FROM service_version v "
                                     "JOIN cases c ON c.service = v.service WHERE c.id = %lld",
                                     case_id),
                         1);
}

static enum rc import_cases(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct case_history histories[2] = {{.definition = city_service(town->city, S("hole"))}};
    struct case_import_group group = {S("the old system"), histories, 2};
    struct case_import_plan *plan;
    struct case_import_counts counts;
    enum rc rc = answers_new(ctx, histories[0].definition, &histories[0].answers);

    if (rc)
        return rc;
    histories[0].state = &histories[0].definition->workflow->states[0];
    histories[0].description = S("It is deep.");
    histories[0].opened = histories[0].updated = instant_plus_us(ctx->now, -US_PER_DAY);
    histories[1] = histories[0];
    histories[0].external_id = str_fmt(ctx->arena, "a-%lld", (long long)n);
    histories[1].external_id = str_fmt(ctx->arena, "b-%lld", (long long)n);
    rc = case_import_plan(ctx, &group, &plan);
    return rc ? rc : case_import(ctx, plan, &counts);
}

static enum rc change_settings(struct ctx *ctx, struct test_town *town, int64_t n)
{
    const struct mail_change changes[] = {
        {MAIL_SENDER, str_fmt(ctx->arena, "City <c%lld@city.example>", (long long)n)},
        {MAIL_USER, str_fmt(ctx->arena, "clerk %lld", (long long)n)},
        {MAIL_PASSWORD, str_fmt(ctx->arena, "hidden %lld", (long long)n)},
    };

    (void)town;
    return mail_settings_change(ctx, changes, 3, S("As asked."));
}

static void unsigned_event(struct test_town *town, int64_t n)
{
    case_id = paths_file(town, n);
}

static enum rc sign(struct ctx *ctx, struct test_town *town, int64_t n)
{
    (void)town;
    (void)n;
    return record_sign_head(ctx, scenario_keys(), NULL);
}

static void with_witness(struct test_town *town, int64_t n)
{
    const struct mail_change change = {MAIL_WITNESSES, paths_text(town, "w%lld@example.org", n)};

    unsigned_event(town, n);
    test_ok(&town->ctx, record_sign_head(&town->ctx, scenario_keys(), NULL));
    test_ok(&town->ctx, mail_settings_change(&town->ctx, &change, 1, STR_NONE));
    test_town_set(town, "DELETE FROM job");
}

/* The job's own failure is written to its row. */
static enum rc witness(struct ctx *ctx, struct test_town *town, int64_t n)
{
    const struct job job = {.base_url = BASE};

    (void)town;
    (void)n;
    return witness_jobs[0].run(ctx, &job);
}

/* ---- What programs asked */

/* Two programs' notes: one that counts no more, and one that still does. */
static void old_note(struct test_town *town, int64_t n)
{
    (void)n;
    test_town_set(town, "DELETE FROM api_call");
    if (!test_town_count(town, "SELECT count(*) FROM api_key"))
        test_town_set(town, "INSERT INTO api_key (id, prefix, key_hash, name, burst, per_minute, "
                            "created, expires) VALUES (77, 'p', x'00', 'A program', 1, 1, 0, 0)");
    test_town_set(town,
                  "INSERT INTO api_call (api_key, idempotency, request_hash, begun, status, "
                  "location, etag) SELECT min(id), 'old', x'00', 0, 201, '', '' FROM api_key");
    test_town_set(town,
                  "INSERT INTO api_call (api_key, idempotency, request_hash, begun, status, "
                  "location, etag) SELECT min(id), 'new', x'00', 9000000000000000, 201, '', '' "
                  "FROM api_key");
    test_town_set(town, "DELETE FROM job");
}

static enum rc sweep_notes(struct ctx *ctx, struct test_town *town, int64_t n)
{
    const struct job job = {0};

    (void)town;
    (void)n;
    return api_once_jobs[0].run(ctx, &job);
}

/* What was forgotten stays so, though the rest failed: the job runs again. */
static void old_note_is_gone(struct test_town *town, int64_t n, bool is_done)
{
    int64_t notes = test_town_count(town, "SELECT count(*) FROM api_call");

    (void)n;
    assert_in_range(notes, 1, is_done ? 1 : 2);
}

/* ---- The data folder */

static const char *folder_of(struct test_town *town, const char *format, int64_t n)
{
    struct str name = paths_text(town, format, n);

    return str_z(town->ctx.arena, str_fmt(town->ctx.arena, "%s/%.*s", town->folder, STR_ARG(name)));
}

static enum rc make_home(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct home_options options = {.folder = folder_of(town, "home-%lld", n),
                                   .city_folder = town->folder};

    ctx->db = NULL;
    ctx->city = NULL;
    return home_make(ctx, &options);
}

/* Whole or not at all. */
static void home_is_there(struct test_town *town, int64_t n, bool is_done)
{
    const char *folder = folder_of(town, "home-%lld", n);
    struct str fresh = str_fmt(town->ctx.arena, "%s.new-%d", folder, (int)getpid());
    struct str store = str_fmt(town->ctx.arena, "%s/cityhall.db", folder);

    assert_int_equal(file_exists(folder), is_done);
    assert_int_equal(file_exists(str_z(town->ctx.arena, store)), is_done);
    assert_false(file_exists(str_z(town->ctx.arena, fresh)));
}

static enum rc open_home(struct ctx *ctx, const char *folder)
{
    struct home home;
    enum rc rc;

    ctx->db = NULL;
    ctx->city = NULL;
    rc = home_open(ctx, folder, DB_NORMAL, &home);
    if (rc)
        return rc;
    rc = home_load(ctx, &home);
    ctx->db = NULL;
    ctx->city = NULL;
    home_close(&home);
    return rc;
}

static void one_backup(struct test_town *town, int64_t n)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20), .now = town->ctx.now};
    struct home_options options = {.folder = folder_of(town, "home-%lld", n),
                                   .city_folder = town->folder};
    struct home home;
    struct backup_done done;

    test_ok(&ctx, home_make(&ctx, &options));
    test_ok(&ctx, home_open(&ctx, options.folder, DB_NORMAL, &home));
    test_ok(&ctx,
            backup_make(&ctx, options.folder, folder_of(town, "backup-%lld", n), NULL, &done));
    ctx.db = NULL;
    home_close(&home);
    ctx_done(&ctx);
    arena_free(ctx.arena);
}

static enum rc restore(struct ctx *ctx, struct test_town *town, int64_t n)
{
    const struct restore_options options = {.backup = folder_of(town, "backup-%lld", n),
                                            .folder = folder_of(town, "restored-%lld", n)};
    struct backup_done done;

    ctx->db = NULL;
    ctx->city = NULL;
    return backup_restore(ctx, &options, NULL, &done);
}

static void is_restored(struct test_town *town, int64_t n, bool is_done)
{
    const char *folder = folder_of(town, "restored-%lld", n);

    assert_int_equal(file_exists(folder), is_done);
    if (is_done) {
        struct ctx ctx = {.arena = arena_new((size_t)64 << 20), .now = town->ctx.now};

        test_ok(&ctx, open_home(&ctx, folder));
        ctx_done(&ctx);
        arena_free(ctx.arena);
    }
}

const struct scenario paths_city[] = {
    {"a layer imported", 53, NULL, import_layer, NULL, 0},
    {"a closed day", 6, case_with_clocks, close_a_day, NULL, 0},
    {"a closed day taken back", 8, case_with_closed_day, open_a_day, NULL, 0},
    {"cases moved to a new version", 18, case_of_before, migrate, is_of_newest, STEPWISE},
    {"cases imported", 26, NULL, import_cases, NULL, 0},
    {"settings of mail", 26, NULL, change_settings, NULL, 0},
    {"a signed head", 12, unsigned_event, sign, NULL, 0},
    {"a witness told", 12, with_witness, witness, NULL, 0},
    {"programs' old notes swept", 8, old_note, sweep_notes, old_note_is_gone, STEPWISE},
    {"a city made", 311, NULL, make_home, home_is_there, 0},
    {"a city restored", 66, one_backup, restore, is_restored, 0},
    {.name = NULL},
};
