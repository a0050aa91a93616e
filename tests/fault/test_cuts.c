/* Power cuts while a city takes filings: what case_file said was done is there with its event, its
 * place in the record, its notice, its deadlines and its search words, and no filing is there by
 * half. CITYHALL_CUTS is the number of power cuts (200). */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "disk_vfs.h"
#include "engine/record/record_tree.h"
#include "engine/test_town.h"

#define THREADS        4
#define CUTS_PER_STORE 100 /* so that a life stays short; then the store is checked as a whole */
#define FILINGS_MAX    500 /* of one resident in one life */

/* A filing of which something is missing, or what is there without a filing. */
static const char half_sql[] =
    "SELECT (SELECT count(*) FROM cases c WHERE NOT EXISTS (SELECT 1 FROM event e "
    "JOIN event_payload p ON p.event = e.id JOIN record_leaf l ON l.event = e.id "
    "WHERE e.cases = c.id AND e.kind = 'case.opened') "
    "OR NOT EXISTS (SELECT 1 FROM message m WHERE m.cases = c.id AND m.notice = 'filed') "
    "OR (SELECT count(*) FROM clock k WHERE k.cases = c.id) <> 2 "
    "OR NOT EXISTS (SELECT 1 FROM case_text t WHERE t.rowid = c.id) "
    "OR NOT EXISTS (SELECT 1 FROM case_public_text t WHERE t.rowid = c.id)) "
    "+ (SELECT count(*) FROM event e WHERE e.cases IS NOT NULL AND (NOT EXISTS "
    "(SELECT 1 FROM cases c WHERE c.id = e.cases) OR NOT EXISTS "
    "(SELECT 1 FROM record_leaf l WHERE l.event = e.id)))";

struct resident {
    pthread_t thread;
    struct test_town *town;
    int number, round;
    int acknowledged; /* filings 0 to n - 1 of this round */
};

struct store {
    struct test_town *town;
    struct str fresh; /* the file as it is before the first life */
    enum db_durability durability;
    struct record_sequencer *sequencer;
};

struct tally {
    int cuts, acknowledged, lost;
};

static struct str name_of(struct ctx *ctx, const struct resident *resident, int filing)
{
    return str_fmt(ctx->arena, "%d-%d-%d", resident->round, resident->number, filing);
}

static enum rc file_one(struct ctx *ctx, const struct resident *resident)
{
    struct str name = name_of(ctx, resident, resident->acknowledged);
    struct filing filing = {
        .definition = city_service(ctx->city, S("broken-bench")),
        .description = S("It has no seat."),
        .contact = {.email = str_fmt(ctx->arena, "%.*s@example.org", STR_ARG(name))},
        .channel = S("web"),
        .base_url = S("https://city.example"),
        .submission = name,
    };
    struct filed filed;
    enum rc rc = answers_new(ctx, filing.definition, &filing.answers);

    return rc ? rc : case_file(ctx, &filing, &filed);
}

/* Files until the power is gone. */
static void *file_on(void *arg)
{
    struct resident *resident = arg;
    struct ctx ctx = {.arena = arena_new((size_t)16 << 20),
                      .now = resident->town->ctx.now,
                      .db = resident->town->db,
                      .city = resident->town->city};

    assert_non_null(ctx.arena);
    while (resident->acknowledged < FILINGS_MAX && file_one(&ctx, resident) == RC_OK) {
        resident->acknowledged++;
        arena_reset(ctx.arena);
    }
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return NULL;
}

static void open_store(struct store *store)
{
    struct test_town *town = store->town;
    struct ctx *ctx = &town->ctx;

    test_ok(ctx, db_open(ctx,
                         &(struct db_options){.location = town->place.location,
                                              .schema = &db_schema,
                                              .durability = store->durability,
                                              .vfs = DISK_VFS},
                         &town->db));
    ctx->db = town->db;
    store->sequencer = record_sequencer_new();
    assert_non_null(store->sequencer);
    db_set_group_hook(town->db, record_sequence, store->sequencer);
}

static void close_store(struct store *store)
{
    db_close(store->town->db);
    record_sequencer_free(store->sequencer);
    store->town->db = store->town->ctx.db = NULL;
}

/* The number, or the first letters as one, that a question has for an answer on this disk. */
static int64_t ask(sqlite3 *db, const char *sql, struct str parameter)
{
    sqlite3_stmt *stmt;
    int64_t n;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    if (parameter.n)
        sqlite3_bind_text(stmt, 1, parameter.p, (int)parameter.n, SQLITE_TRANSIENT);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static int count_lost(sqlite3 *db, struct ctx *ctx, const struct resident *resident)
{
    int lost = 0;

    for (int i = 0; i < resident->acknowledged; i++)
        lost += ask(db, "SELECT count(*) FROM cases WHERE submission = ?",
                    name_of(ctx, resident, i)) != 1;
    return lost;
}

/* What the next start finds. */
static void look(const struct store *store, const struct resident *residents, struct tally *tally)
{
    struct ctx ctx = {.arena = arena_new((size_t)16 << 20)};
    sqlite3 *db;

    assert_int_equal(
        sqlite3_open_v2(store->town->place.location, &db, SQLITE_OPEN_READWRITE, DISK_VFS),
        SQLITE_OK);
    assert_int_equal(ask(db, half_sql, STR_NONE), 0);
    for (int i = 0; i < THREADS; i++) {
        tally->acknowledged += residents[i].acknowledged;
        tally->lost += count_lost(db, &ctx, &residents[i]);
    }
    sqlite3_close(db);
    arena_free(ctx.arena);
}

/* One life of the server, ended by a cut; one in sixteen is long enough for a checkpoint. */
static void one_cut(struct store *store, int round, struct tally *tally)
{
    struct resident residents[THREADS];

    open_store(store);
    disk_cut_after(3 + round * 7919 % (round % 16 ? 211 : 4001));
    for (int i = 0; i < THREADS; i++) {
        residents[i] = (struct resident){.town = store->town, .number = i, .round = round};
        pthread_create(&residents[i].thread, NULL, file_on, &residents[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(residents[i].thread, NULL);
    assert_true(disk_is_cut());
    close_store(store);
    disk_restart((uint64_t)round * 0x9e3779b9 + 1);
    look(store, residents, tally);
    tally->cuts++;
}

/* Pages, indexes and the whole record. */
static void check_store(struct store *store)
{
    struct crypto_keypair keys = crypto_sign_new_keys();
    struct record_checks checks = {
        .public_key = {(const char *)keys.public_key, sizeof keys.public_key}};
    struct record_audit audit;
    struct ctx *ctx = &store->town->ctx;
    sqlite3 *db;

    open_store(store);
    test_ok(ctx, record_sign_head(ctx, &keys, NULL));
    test_ok(ctx, db_reader_acquire(ctx));
    test_ok(ctx, record_verify(ctx, &checks, &audit));
    db_reader_release(ctx);
    if (!audit.is_good)
        fail_msg("%.*s", STR_ARG(audit.trouble));
    close_store(store);
    assert_int_equal(
        sqlite3_open_v2(store->town->place.location, &db, SQLITE_OPEN_READWRITE, DISK_VFS),
        SQLITE_OK);
    assert_int_equal(ask(db, "SELECT integrity_check = 'ok' FROM pragma_integrity_check", STR_NONE),
                     1);
    sqlite3_close(db);
}

static void begin_afresh(const struct store *store)
{
    FILE *file = fopen(store->town->place.location, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(store->fresh.p, 1, store->fresh.n, file), store->fresh.n);
    assert_int_equal(fclose(file), 0);
}

static struct tally cut_often(struct test_town *town, enum db_durability durability, int cuts)
{
    struct store store = {.town = town, .durability = durability};
    struct tally tally = {0};
    struct arena *arena = arena_new((size_t)64 << 20);

    db_close(town->db);
    town->db = NULL;
    assert_non_null(arena);
    assert_int_equal(
        file_read(&(struct ctx){.arena = arena}, town->place.location, 32 << 20, &store.fresh),
        RC_OK);
    for (int round = 1; round <= cuts; round++) {
        one_cut(&store, round, &tally);
        if (round % CUTS_PER_STORE == 0 || round == cuts) {
            check_store(&store);
            disk_forget();
            begin_afresh(&store);
            arena_reset(town->ctx.arena);
        }
        if (round % 10000 == 0)
            print_message("# %d cuts so far, %d filings acknowledged, %d of them lost\n", round,
                          tally.acknowledged, tally.lost);
    }
    print_message("# %d cuts, %d filings acknowledged, %d of them lost\n", tally.cuts,
                  tally.acknowledged, tally.lost);
    arena_free(arena);
    return tally;
}

static void test_full_sync_loses_no_filing(void **state)
{
    const char *text = getenv("CITYHALL_CUTS");
    int64_t cuts = 200;
    struct tally tally;

    if (text)
        assert_true(str_to_i64(str_of(text), &cuts));
    tally = cut_often(*state, DB_FULL, (int)cuts);
    assert_int_equal(tally.lost, 0);
    assert_true(tally.acknowledged > tally.cuts);
}

/* The disk of this test can lose filings, or the test above would prove nothing. */
static void test_normal_sync_loses_filings(void **state)
{
    struct tally tally = cut_often(*state, DB_NORMAL, 20);

    assert_true(tally.lost > 0);
}

#define TOWN(function) cmocka_unit_test_setup_teardown(function, test_town_open, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOWN(test_full_sync_loses_no_filing),
        TOWN(test_normal_sync_loses_filings),
    };

    disk_vfs_register();
    return cmocka_run_group_tests_name("fault/cuts", tests, NULL, NULL);
}
