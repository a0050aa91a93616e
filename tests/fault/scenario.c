#include "scenario.h"

#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "disk_vfs.h"
#include "engine/record/record_tree.h"

#define TABLES_MAX 100
#define BEGUN_MAX  500
#define FNV_BASIS  0xcbf29ce484222325u
#define FNV_PRIME  0x100000001b3u

const struct disk disks[DISKS] = {{SQLITE_FULL, ERR_DISK_FULL},
                                  {SQLITE_IOERR_WRITE, ERR_UNAVAILABLE},
                                  {SQLITE_READONLY, ERR_DISK_READONLY}};

static struct record_sequencer *sequencer;
static int64_t runs; /* of this program */

void scenario_begin(struct test_town *town)
{
    sequencer = record_sequencer_new();
    assert_non_null(sequencer);
    db_set_group_hook(town->db, record_sequence, sequencer);
}

void scenario_end(void)
{
    record_sequencer_free(sequencer);
    sequencer = NULL;
}

const struct crypto_keypair *scenario_keys(void)
{
    static struct crypto_keypair keys;
    static bool are_made;

    if (!are_made)
        keys = crypto_sign_new_keys();
    are_made = true;
    return &keys;
}

void scenario_check_record(struct test_town *town)
{
    const struct crypto_keypair *keys = scenario_keys();
    struct record_checks checks = {
        .public_key = {(const char *)keys->public_key, sizeof keys->public_key}};
    struct record_audit audit;

    test_ok(&town->ctx, record_sign_head(&town->ctx, keys, NULL));
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, record_verify(&town->ctx, &checks, &audit));
    db_reader_release(&town->ctx);
    if (!audit.is_good)
        fail_msg("%.*s", STR_ARG(audit.trouble));
}

/* ---- What the store holds */

struct content {
    uint64_t of[TABLES_MAX]; /* a digest of each table's rows */
};

static uint64_t digest(uint64_t digest, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        digest = (digest ^ ((const unsigned char *)bytes)[i]) * FNV_PRIME;
    return digest;
}

static uint64_t digest_rows(sqlite3 *db, const char *sql)
{
    uint64_t result = FNV_BASIS;
    sqlite3_stmt *stmt;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            const void *bytes = sqlite3_column_blob(stmt, i);
            int n = sqlite3_column_bytes(stmt, i);

            result = digest(result, &n, sizeof n);
            result = bytes ? digest(result, bytes, (size_t)n) : result + 1;
        }
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    return result;
}

/* The tables that are copied, and the words that are searched. */
static const char *const words[] = {"case_text", "case_public_text"};

static const char *table(size_t i)
{
    return i < db_schema.table_count ? db_schema.tables[i].name : words[i - db_schema.table_count];
}

static struct content content_of(struct test_town *town)
{
    struct raw *raw = raw_open(town->place.location);
    struct content content = {0};
    char sql[100];

    assert_true(db_schema.table_count + 2 <= TABLES_MAX);
    for (size_t i = 0; i < db_schema.table_count + 2; i++) {
        snprintf(sql, sizeof sql, "SELECT rowid, * FROM %s ORDER BY 1", table(i));
        content.of[i] = digest_rows(raw_sqlite(raw), sql);
    }
    raw_close(raw);
    return content;
}

static void assert_same(const struct scenario *scenario, const struct content *before,
                        const struct content *after)
{
    for (size_t i = 0; i < db_schema.table_count + 2; i++)
        if (before->of[i] != after->of[i])
            fail_msg("%s failed, and changed %s", scenario->name, table(i));
}

/* ---- One run */

/* Says so, for paths.py, the first time that it is seen. */
static void begun(const char *file, const char *function)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static const char *seen[BEGUN_MAX][2];
    static size_t seen_n;
    size_t i = 0;

    pthread_mutex_lock(&lock);
    while (i < seen_n && (strcmp(seen[i][0], file) != 0 || strcmp(seen[i][1], function) != 0))
        i++;
    assert(i < BEGUN_MAX);
    if (i == seen_n) {
        seen[seen_n][0] = file;
        seen[seen_n++][1] = function;
        print_message("# begins %s %s\n", file, function);
    }
    pthread_mutex_unlock(&lock);
}

struct run {
    int64_t n;
    int64_t failing; /* the call or write; 0: none */
    const struct disk *disk;
    int64_t points; /* as it was found */
};

/* In a context of its own, as a request has one. */
static enum rc act(const struct scenario *scenario, struct test_town *town, struct run *run)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20),
                      .now = town->ctx.now,
                      .db = town->db,
                      .city = town->city};
    enum rc rc;

    assert_non_null(ctx.arena);
    fault_watch(begun);
    if (run->disk)
        disk_fail_after(run->failing, run->disk->code);
    else
        fault_arm(run->failing);
    rc = scenario->how & READING ? db_reader_acquire(&ctx) : RC_OK;
    if (!rc)
        rc = scenario->act(&ctx, town, run->n);
    db_reader_release(&ctx);
    run->points = run->disk ? disk_operations() : fault_count();
    disk_fail_after(0, 0);
    fault_arm(0);
    fault_watch(NULL);
    if (rc && !run->failing)
        test_ok(&ctx, rc);
    if (rc && run->disk && !(scenario->how & REMOTE))
        assert_int_equal(ctx.err.id, run->disk->error);
    assert_true(rc == RC_OK || ctx.err.id != ERR_NONE);
    assert_null(ctx.conn);
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return rc;
}

/* One failure and what must hold after it; whether the change failed. */
static bool fail_one(struct test_town *town, const struct scenario *scenario, struct run *run)
{
    struct content before, after;
    enum rc rc;

    run->n = ++runs;
    if (scenario->prepare)
        scenario->prepare(town, run->n);
    before = content_of(town);
    rc = act(scenario, town, run);
    after = content_of(town);
    if (rc && !(scenario->how & STEPWISE))
        assert_same(scenario, &before, &after);
    if (scenario->check)
        scenario->check(town, run->n, rc == RC_OK);
    if (rc) {
        struct run again = {.n = run->n};

        act(scenario, town, &again);
        if (scenario->check)
            scenario->check(town, run->n, true);
    }
    return rc;
}

void scenario_fail_each(struct test_town *town, const struct scenario *scenario,
                        const struct disk *disk)
{
    int64_t last = 0, failures = 0;

    for (;;) {
        struct run run = {.failing = last + 1, .disk = disk};
        bool has_failed = fail_one(town, scenario, &run);

        failures += has_failed;
        if (!has_failed && run.points <= last)
            break;
        last++;
    }
    print_message("# %s%s: %lld fault points, %lld of them fail it\n", scenario->name,
                  disk ? " on a bad disk" : "", (long long)last, (long long)failures);
    if (!disk)
        assert_true(last >= scenario->points_min);
}

void scenario_try(struct test_town *town, const struct scenario *scenario)
{
    struct run run = {.n = ++runs};

    if (scenario->prepare)
        scenario->prepare(town, run.n);
    act(scenario, town, &run);
    if (scenario->check)
        scenario->check(town, run.n, true);
    print_message("# %s: %lld fault points\n", scenario->name, (long long)run.points);
    assert_true(run.points >= scenario->points_min);
    run.failing = (run.points + 1) / 2;
    fail_one(town, scenario, &run);
}
