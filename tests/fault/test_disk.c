/* Power cuts and full disks: what db_tx said was done is there, and nothing is there by half.
 * CITYHALL_CUTS is the number of power cuts (200). */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "db/test_queries.h"
#include "db/test_support.h"
#include "disk_vfs.h"

#define THREADS        4
#define FILING_ROW     3   /* rows of one filing in `record` */
#define CUTS_PER_STORE 200 /* what a cut costs grows with the store */

struct filing {
    struct str name;
};

/* A team and three rows of the record: all of them or none. */
static enum rc file_one(struct ctx *ctx, void *arg)
{
    const struct filing *filing = arg;
    enum rc rc = team_add(ctx, filing->name, NULL);

    for (int i = 0; rc == RC_OK && i < FILING_ROW; i++)
        rc = record_add(ctx, filing->name, S("0123456789abcdef"), NULL);
    return rc;
}

struct resident {
    pthread_t thread;
    struct db *db;
    int number, round;
    int acknowledged; /* filings 0 to n - 1 of this round */
};

static struct str name_of(struct ctx *ctx, const struct resident *resident, int filing)
{
    return str_fmt(ctx->arena, "%d/%d/%d", resident->round, resident->number, filing);
}

/* Files until the power is gone. */
static void *file_on(void *arg)
{
    struct resident *resident = arg;
    struct ctx ctx = test_ctx(resident->db);

    for (;;) {
        struct filing filing = {name_of(&ctx, resident, resident->acknowledged)};

        if (db_tx(&ctx, file_one, &filing) != RC_OK)
            break;
        resident->acknowledged++;
        arena_reset(ctx.arena);
    }
    test_ctx_done(&ctx);
    return NULL;
}

static int count_lost(struct ctx *ctx, const struct resident *resident)
{
    struct team_find_row row;
    bool was_found;
    int lost = 0;

    for (int i = 0; i < resident->acknowledged; i++) {
        test_ok(ctx, team_find(ctx, name_of(ctx, resident, i), &was_found, &row));
        lost += !was_found;
    }
    return lost;
}

/* Every team has its three rows: a filing is never half there. */
static void check_whole(struct ctx *ctx)
{
    struct team_count_row teams;
    struct record_count_row records;

    test_ok(ctx, team_count(ctx, &teams));
    test_ok(ctx, record_count(ctx, &records));
    assert_int_equal(records.total, teams.total * FILING_ROW);
}

static void check_pages(const struct test_store *store)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_open_v2(store->location, &db, SQLITE_OPEN_READWRITE, DISK_VFS),
                     SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

struct outcome {
    int cuts, acknowledged, lost;
};

/* One life of the server, ended by a cut; then what the next start finds. */
static void one_cut(const struct test_store *store, enum db_durability durability, int round,
                    struct outcome *outcome)
{
    struct db_options options = test_options(store);
    struct resident residents[THREADS];
    struct ctx ctx = test_ctx(NULL);

    options.vfs = DISK_VFS;
    options.durability = durability;
    test_ok(&ctx, db_open(&ctx, &options, &ctx.db));
    disk_cut_after(3 + round * 7919 % 211);
    for (int i = 0; i < THREADS; i++) {
        residents[i] = (struct resident){.db = ctx.db, .number = i, .round = round};
        pthread_create(&residents[i].thread, NULL, file_on, &residents[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(residents[i].thread, NULL);
    assert_true(disk_is_cut());
    db_close(ctx.db);
    disk_restart((uint64_t)round * 0x9e3779b9 + 1);
    test_ok(&ctx, db_open(&ctx, &options, &ctx.db));
    test_ok(&ctx, db_reader_acquire(&ctx));
    check_whole(&ctx);
    for (int i = 0; i < THREADS; i++) {
        outcome->acknowledged += residents[i].acknowledged;
        outcome->lost += count_lost(&ctx, &residents[i]);
    }
    db_reader_release(&ctx);
    db_close(ctx.db);
    outcome->cuts++;
    test_ctx_done(&ctx);
}

/* Lives of one store, which grows with each. */
static void cut_store(enum db_durability durability, int first, int last, struct outcome *outcome)
{
    struct test_store store;
    struct db_options options;
    struct ctx ctx = test_ctx(NULL);
    struct db *db;

    test_folder_make(&store);
    options = test_options(&store);
    options.vfs = DISK_VFS;
    test_ok(&ctx, db_open(&ctx, &options, &db));
    test_ok(&ctx, db_migrate(&ctx, db, NULL));
    db_close(db);
    for (int round = first; round <= last; round++) {
        one_cut(&store, durability, round, outcome);
        if (round % 20 == 0)
            check_pages(&store);
    }
    test_ctx_done(&ctx);
    disk_forget();
    test_temporary_remove(store.folder);
}

static struct outcome cut_often(enum db_durability durability, int cuts)
{
    struct outcome outcome = {0};

    for (int first = 1; first <= cuts; first += CUTS_PER_STORE) {
        int last = first + CUTS_PER_STORE - 1;

        cut_store(durability, first, last < cuts ? last : cuts, &outcome);
        if (last % 10000 == 0)
            print_message("# %d cuts so far, %d filings acknowledged, %d of them lost\n",
                          outcome.cuts, outcome.acknowledged, outcome.lost);
    }
    print_message("# %d cuts, %d filings acknowledged, %d of them lost\n", outcome.cuts,
                  outcome.acknowledged, outcome.lost);
    return outcome;
}

static void test_full_sync_loses_nothing(void **state)
{
    const char *text = getenv("CITYHALL_CUTS");
    int64_t cuts = 200;
    struct outcome outcome;

    (void)state;
    if (text)
        assert_true(str_to_i64(str_of(text), &cuts));
    outcome = cut_often(DB_FULL, (int)cuts);
    assert_int_equal(outcome.lost, 0);
    assert_true(outcome.acknowledged > outcome.cuts);
}

/* The disk of this test can lose, or the test above would prove nothing. */
static void test_normal_sync_loses(void **state)
{
    struct outcome outcome;

    (void)state;
    outcome = cut_often(DB_NORMAL, 20);
    assert_true(outcome.lost > 0);
}

struct failing_disk {
    int code;
    enum err_id expected;
};

static bool is_stored(struct ctx *ctx, struct str name)
{
    struct team_find_row row;
    bool was_found;

    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, team_find(ctx, name, &was_found, &row));
    check_whole(ctx);
    db_reader_release(ctx);
    return was_found;
}

/* The disk fails at the n-th operation of a filing, for every n, and recovers afterwards. */
static void fail_everywhere(struct failing_disk disk)
{
    struct test_store store;
    struct db_options options;
    struct ctx ctx = test_ctx(NULL);
    bool was_reached = true;
    int refused = 0;

    test_folder_make(&store);
    options = test_options(&store);
    options.vfs = DISK_VFS;
    test_ok(&ctx, db_open(&ctx, &options, &ctx.db));
    test_ok(&ctx, db_migrate(&ctx, ctx.db, NULL));
    for (int n = 1; was_reached; n++) {
        struct filing filing = {str_fmt(ctx.arena, "%d", n)};
        enum rc rc;

        disk_fail_after(n, disk.code);
        rc = db_tx(&ctx, file_one, &filing);
        was_reached = disk_operations() >= n;
        disk_fail_after(0, 0);
        if (rc != RC_OK) {
            assert_int_equal(ctx.err.id, disk.expected);
            refused++;
        }
        ctx_clear_error(&ctx);
        assert_int_equal(is_stored(&ctx, filing.name), rc == RC_OK);
    }
    assert_true(refused > 3);
    db_close(ctx.db);
    test_ctx_done(&ctx);
    disk_forget();
    test_temporary_remove(store.folder);
}

static void test_full_disk(void **state)
{
    (void)state;
    fail_everywhere((struct failing_disk){SQLITE_FULL, ERR_DISK_FULL});
}

static void test_broken_disk(void **state)
{
    (void)state;
    fail_everywhere((struct failing_disk){SQLITE_IOERR_WRITE, ERR_UNAVAILABLE});
}

static void test_readonly_disk(void **state)
{
    (void)state;
    fail_everywhere((struct failing_disk){SQLITE_READONLY, ERR_DISK_READONLY});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_sync_loses_nothing),
        cmocka_unit_test(test_normal_sync_loses),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_broken_disk),
        cmocka_unit_test(test_readonly_disk),
    };

    disk_vfs_register();
    return cmocka_run_group_tests_name("fault/disk", tests, NULL, NULL);
}
