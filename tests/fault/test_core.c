/* The n-th fallible call fails, for every n, in what a city lives from: a filing, a step, a
 * publication, a backup; only in builds with -Dfaults=true. Whatever fails says why and leaves
 * everything as it was, and done once more it succeeds. The count of fault points may not fall:
 * fewer mean that a wrapper no longer asks. */
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "app/backup.h"
#include "base/fault.h"
#include "base/file.h"
#include "disk_vfs.h"
#include "engine/publish/publish.h"
#include "engine/record/record_tree.h"
#include "engine/test_town.h"

#define TABLES_MAX 100

struct scenario {
    const char *name;
    int64_t points_min;
    void (*prepare)(struct test_town *town, int64_t n); /* unarmed, before each run; or NULL */
    enum rc (*act)(struct ctx *ctx, struct test_town *town, int64_t n);
    void (*check)(struct test_town *town, int64_t n, bool is_done); /* or NULL */
    /* The disk fails instead of a call: with SQLite's code, told as this error. 0: a call. */
    int disk_code;
    enum err_id disk_error;
};

struct rows {
    int64_t of[TABLES_MAX];
};

static struct rows count_rows(struct test_town *town)
{
    struct raw *raw = raw_open(town->place.location);
    struct rows rows = {0};
    struct str text;
    char sql[100];

    assert_true(db_schema.table_count <= TABLES_MAX);
    for (size_t i = 0; i < db_schema.table_count; i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", db_schema.tables[i].name);
        assert_true(raw_ask(raw, sql, town->ctx.arena, &text));
        assert_true(str_to_i64(text, &rows.of[i]));
    }
    raw_close(raw);
    return rows;
}

static void assert_same(const struct rows *before, const struct rows *after)
{
    for (size_t i = 0; i < db_schema.table_count; i++)
        if (before->of[i] != after->of[i])
            fail_msg("%s had %lld rows and has %lld", db_schema.tables[i].name,
                     (long long)before->of[i], (long long)after->of[i]);
}

/* One run in a context of its own, as a request has one. */
static enum rc act(const struct scenario *scenario, struct test_town *town, int64_t n,
                   int64_t failing, int64_t *ret_points)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20),
                      .now = town->ctx.now,
                      .db = town->db,
                      .city = town->city};
    enum rc rc;

    assert_non_null(ctx.arena);
    if (scenario->disk_code)
        disk_fail_after(failing, scenario->disk_code);
    else
        fault_arm(failing);
    rc = scenario->act(&ctx, town, n);
    *ret_points = scenario->disk_code ? disk_operations() : fault_count();
    disk_fail_after(0, 0);
    fault_arm(0);
    if (rc != RC_OK && scenario->disk_code)
        assert_int_equal(ctx.err.id, scenario->disk_error);
    assert_true(rc == RC_OK || ctx.err.id != ERR_NONE);
    assert_null(ctx.conn);
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return rc;
}

static void fail_each(struct test_town *town, const struct scenario *scenario)
{
    int64_t points = 1, last = 0, failures = 0, ignored;

    for (int64_t n = 1; n <= points; n++) {
        struct rows before, after;
        enum rc rc;

        if (scenario->prepare)
            scenario->prepare(town, n);
        before = count_rows(town);
        rc = act(scenario, town, n, n, &points);
        after = count_rows(town);
        failures += rc != RC_OK;
        if (rc != RC_OK)
            assert_same(&before, &after);
        if (scenario->check)
            scenario->check(town, n, rc == RC_OK);
        if (rc != RC_OK)
            assert_int_equal(act(scenario, town, n, 0, &ignored), RC_OK);
        if (rc == RC_OK && points < n)
            break;
        last = n;
        /* A run that failed early has not come to all of its calls. */
        points = points < n + 1 ? n + 1 : points;
    }
    print_message("# %s: %lld fault points, %lld of them fail it\n", scenario->name,
                  (long long)last, (long long)failures);
    assert_true(last >= scenario->points_min);
}

static struct record_sequencer *sequencer;

static int set_up(void **state)
{
    struct test_town *town;
    int code = test_town_open(state);

    town = *state;
    test_town_restart(town);
    sequencer = record_sequencer_new();
    assert_non_null(sequencer);
    db_set_group_hook(town->db, record_sequence, sequencer);
    return code;
}

/* The same on a disk that can fail. */
static int set_up_disk(void **state)
{
    sqlite3_vfs_register(sqlite3_vfs_find(DISK_VFS), 1);
    return set_up(state);
}

/* Whatever failed, the record is dense and whole, and signs. */
static void check_record(struct test_town *town)
{
    struct crypto_keypair keys = crypto_sign_new_keys();
    struct record_checks checks = {
        .public_key = {(const char *)keys.public_key, sizeof keys.public_key}};
    struct record_audit audit;

    test_ok(&town->ctx, record_sign_head(&town->ctx, &keys, NULL));
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, record_verify(&town->ctx, &checks, &audit));
    db_reader_release(&town->ctx);
    if (!audit.is_good)
        fail_msg("%.*s", STR_ARG(audit.trouble));
}

static int tear_down(void **state)
{
    int code = test_town_close(state);

    record_sequencer_free(sequencer);
    return code;
}

static int tear_down_disk(void **state)
{
    int code = tear_down(state);

    disk_forget();
    sqlite3_vfs_register(sqlite3_vfs_find("unix"), 1);
    return code;
}

/* ---- A filing */

static enum rc file_case(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct filing filing = {
        .definition = city_service(town->city, S("broken-bench")),
        .description = S("It has no seat."),
        .contact = {.name = S("Minh"), .email = S("minh@example.org")},
        .channel = S("web"),
        .base_url = S("https://city.example"),
        .submission = str_fmt(ctx->arena, "submission %lld", (long long)n),
    };
    struct filed filed;
    enum rc rc = answers_new(ctx, filing.definition, &filing.answers);

    return rc ? rc : case_file(ctx, &filing, &filed);
}

static void test_filing(void **state)
{
    static const struct scenario filing = {"a filing", 26, NULL, file_case, NULL};
    struct test_town *town = *state;

    fail_each(town, &filing);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM cases"),
                     test_town_count(town, "SELECT count(DISTINCT submission) FROM cases"));
    check_record(town);
}

/* ---- A step */

static int64_t open_case;

static void open_one(struct test_town *town, int64_t n)
{
    (void)n;
    open_case = test_town_file(town).case_id;
}

static enum rc resolve(struct ctx *ctx, struct test_town *town, int64_t n)
{
    static const struct grant grant = {ROLE_SUPERVISOR, SCOPE_CITY, STR("")};
    const struct actor staff = {.kind = ACTOR_STAFF, .id = 1, .grants = &grant, .grant_n = 1};
    const struct step_input input = {.step = S("resolve"),
                                     .outcome = S("done"),
                                     .message = S("It has one again."),
                                     .base_url = S("https://city.example")};

    (void)town;
    (void)n;
    ctx->actor = &staff;
    return case_step(ctx, open_case, &input);
}

static void is_resolved(struct test_town *town, int64_t n, bool is_done)
{
    struct str sql =
        str_fmt(town->ctx.arena, "SELECT count(*) FROM cases WHERE id = %lld AND state_type = 2",
                (long long)open_case);

    (void)n;
    assert_int_equal(test_town_count(town, str_z(town->ctx.arena, sql)), is_done);
}

static void test_step(void **state)
{
    static const struct scenario step = {"a step", 30, open_one, resolve, is_resolved};
    struct test_town *town = *state;

    fail_each(town, &step);
    check_record(town);
}

/* ---- A disk that is full, broken or read-only from the n-th write on */

static int64_t disk_number;

static enum rc file_on_disk(struct ctx *ctx, struct test_town *town, int64_t n)
{
    return file_case(ctx, town, 1000 * (disk_number + 1) + n);
}

static void test_disk(void **state)
{
    static const struct {
        int code;
        enum err_id error;
    } disks[] = {{SQLITE_FULL, ERR_DISK_FULL},
                 {SQLITE_IOERR_WRITE, ERR_UNAVAILABLE},
                 {SQLITE_READONLY, ERR_DISK_READONLY}};
    struct test_town *town = *state;

    for (size_t i = 0; i < COUNT(disks); i++) {
        const struct scenario filing = {
            "a filing on a bad disk", 60, NULL, file_on_disk, NULL, disks[i].code, disks[i].error};
        const struct scenario step = {
            "a step on a bad disk", 40, open_one, resolve, is_resolved, disks[i].code,
            disks[i].error};

        disk_number = (int64_t)i;
        fail_each(town, &filing);
        fail_each(town, &step);
    }
    check_record(town);
}

/* ---- A publication */

/* The folder says something new each time. */
static void change_folder(struct test_town *town, int64_t n)
{
    const char *path = str_z(
        town->ctx.arena, str_fmt(town->ctx.arena, "%s/services/broken-bench.yaml", town->folder));
    struct str text;

    test_ok(&town->ctx, file_read(&town->ctx, path, 100000, &text));
    text = str_fmt(town->ctx.arena, "%.*s# %lld\n", STR_ARG(text), (long long)n);
    test_ok(&town->ctx, file_write(&town->ctx, path, text, 0600));
}

static enum rc publish(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct problems problems = problems_in(ctx->arena);
    struct publication done;

    (void)n;
    return city_publish(ctx, town->folder, false, &problems, &done);
}

static void test_publication(void **state)
{
    static const struct scenario publication = {"a publication", 65, change_folder, publish, NULL};
    struct test_town *town = *state;

    fail_each(town, &publication);
    check_record(town);
}

/* ---- A backup */

static const char *backup_name(struct test_town *town, int64_t n)
{
    return str_z(town->ctx.arena,
                 str_fmt(town->ctx.arena, "%s/backup-%lld", town->folder, (long long)n));
}

static enum rc back_up(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct backup_done done;

    return backup_make(ctx, town->folder, backup_name(town, n), NULL, &done);
}

/* The whole of it, or nothing at all. */
static void is_there(struct test_town *town, int64_t n, bool is_done)
{
    const char *name = backup_name(town, n);
    struct str partial = str_fmt(town->ctx.arena, "%s.partial-%d", name, (int)getpid());

    assert_int_equal(file_exists(name), is_done);
    assert_false(file_exists(str_z(town->ctx.arena, partial)));
}

static enum rc export_all(struct ctx *ctx, struct test_town *town, int64_t n)
{
    struct backup_done done;

    return backup_export(ctx, town->folder, backup_name(town, n), NULL, &done);
}

static void make_keys(struct test_town *town)
{
    static const char *const names[] = {"secret.key", "record.key", "record.pub", "files/ab/cd"};

    test_ok(&town->ctx,
            file_make_dir(
                &town->ctx,
                str_z(town->ctx.arena, str_fmt(town->ctx.arena, "%s/files", town->folder)), 0700));
    test_ok(&town->ctx, file_make_dir(&town->ctx,
                                      str_z(town->ctx.arena,
                                            str_fmt(town->ctx.arena, "%s/files/ab", town->folder)),
                                      0700));
    for (size_t i = 0; i < COUNT(names); i++)
        test_ok(&town->ctx, file_write(&town->ctx,
                                       str_z(town->ctx.arena, str_fmt(town->ctx.arena, "%s/%s",
                                                                      town->folder, names[i])),
                                       S("bytes"), 0600));
}

static void test_backup(void **state)
{
    static const struct scenario backup = {"a backup", 20, NULL, back_up, is_there};
    struct test_town *town = *state;

    make_keys(town);
    fail_each(town, &backup);
}

static void test_export(void **state)
{
    static const struct scenario export = {"an export", 220, NULL, export_all, is_there};
    struct test_town *town = *state;

    make_keys(town);
    fail_each(town, &export);
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_disk, set_up_disk, tear_down_disk),
        TOWN(test_filing),
        TOWN(test_step),
        TOWN(test_publication),
        TOWN(test_backup),
        TOWN(test_export),
    };

    disk_vfs_register();
    return cmocka_run_group_tests_name("fault/core", tests, NULL, NULL);
}
