/* The core of what a city lives from with every call and every write failing: a filing, a step, a
 * publication, a backup. The other changes are in paths_*.c. */
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "app/backup.h"
#include "base/file.h"
#include "disk_vfs.h"
#include "engine/cases/external.h"
#include "engine/publish/publish.h"
#include "scenario.h"

static int set_up(void **state)
{
    int code = test_town_open(state);

    test_town_restart(*state);
    scenario_begin(*state);
    return code;
}

/* The same on a disk that can fail. */
static int set_up_disk(void **state)
{
    sqlite3_vfs_register(sqlite3_vfs_find(DISK_VFS), 1);
    return set_up(state);
}

static int tear_down(void **state)
{
    int code = test_town_close(state);

    scenario_end();
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
    const struct external_message message = {.text = S("media_url https://pictures.example/1.jpg"),
                                             .system = S("key a1b2c3d4")};
    struct filing filing = {
        .message = &message,
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
    static const struct scenario filing = {.name = "a filing", .points_min = 30, .act = file_case};
    struct test_town *town = *state;

    scenario_fail_each(town, &filing, NULL);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM cases"),
                     test_town_count(town, "SELECT count(DISTINCT submission) FROM cases"));
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM cases"),
                     test_town_count(town, "SELECT count(DISTINCT cases) FROM external_ref"));
    scenario_check_record(town);
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
    static const struct scenario step = {"a step", 30, open_one, resolve, is_resolved, 0};
    struct test_town *town = *state;

    scenario_fail_each(town, &step, NULL);
    scenario_check_record(town);
}

/* ---- A disk that is full, broken or read-only from the n-th write on */

static void test_disk(void **state)
{
    static const struct scenario filing = {.name = "a filing", .act = file_case};
    static const struct scenario step = {
        .name = "a step", .prepare = open_one, .act = resolve, .check = is_resolved};
    struct test_town *town = *state;

    for (size_t i = 0; i < DISKS; i++) {
        scenario_fail_each(town, &filing, &disks[i]);
        scenario_fail_each(town, &step, &disks[i]);
    }
    scenario_check_record(town);
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
    static const struct scenario publication = {
        .name = "a publication", .points_min = 65, .prepare = change_folder, .act = publish};
    struct test_town *town = *state;

    scenario_fail_each(town, &publication, NULL);
    scenario_check_record(town);
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
    static const struct scenario backup = {
        .name = "a backup", .points_min = 20, .act = back_up, .check = is_there};
    struct test_town *town = *state;

    make_keys(town);
    scenario_fail_each(town, &backup, NULL);
}

static void test_export(void **state)
{
    static const struct scenario export = {
        .name = "an export", .points_min = 220, .act = export_all, .check = is_there};
    struct test_town *town = *state;

    make_keys(town);
    scenario_fail_each(town, &export, NULL);
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
