/* Filings a second through db_tx (32 and 64 threads, 6 rows each, full sync) beside a bare SQLite
 * loop that writes the same rows in groups of 64 on one thread: the price of the queue, the
 * savepoints and the wake-ups. `bench_db [SECONDS]`. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "db/test_queries.h"
#include "db/test_support.h"

#define GROUP 64

static _Atomic bool must_stop;

struct filer {
    pthread_t thread;
    struct db *db;
    int64_t done;
};

static enum rc file_one(struct ctx *ctx, void *arg)
{
    struct sample_add_args args = {
        .team_id_is_null = true,
        .label = S("pothole"),
        .note = S("a hole in the road near the corner, deep"),
        .price_is_null = true,
        .at = ctx->now,
        .due_is_null = true,
        .answers = S("{\"lane\": true}"),
        .content_is_null = true,
        .weight_is_null = true,
    };
    enum rc rc = sample_add(ctx, &args, arg);

    for (int i = 0; rc == RC_OK && i < 5; i++)
        rc = record_add(ctx, S("case.filed by a resident on the web"),
                        S("0123456789abcdef0123456789abcdef"), NULL);
    return rc;
}

static void *file_on(void *arg)
{
    struct filer *filer = arg;
    struct ctx ctx = test_ctx(filer->db);
    int64_t id;

    while (!atomic_load(&must_stop)) {
        if (db_tx(&ctx, file_one, &id) != RC_OK)
            abort();
        filer->done++;
        arena_reset(ctx.arena);
    }
    test_ctx_done(&ctx);
    return NULL;
}

/* Processor time of all threads: what a loaded machine does not change much. */
static double cpu_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Filings a second, and the microseconds of processor time that each cost. */
struct pace {
    double rate, cpu_us;
};

static struct pace pace_of(int64_t done, int64_t start_ms, double start_cpu_s)
{
    return (struct pace){
        .rate = (double)done * 1000 / (double)(clock_monotonic_ms() - start_ms),
        .cpu_us = (cpu_s() - start_cpu_s) * 1e6 / (double)(done ? done : 1),
    };
}

static struct pace through_db_tx(struct db *db, unsigned threads, unsigned seconds)
{
    struct filer filers[64] = {0};
    int64_t done = 0, start_ms = clock_monotonic_ms();
    double start_cpu_s = cpu_s();

    atomic_store(&must_stop, false);
    for (unsigned i = 0; i < threads; i++) {
        filers[i].db = db;
        pthread_create(&filers[i].thread, NULL, file_on, &filers[i]);
    }
    while (clock_monotonic_ms() < start_ms + (int64_t)seconds * 1000)
        sqlite3_sleep(20);
    atomic_store(&must_stop, true);
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(filers[i].thread, NULL);
        done += filers[i].done;
    }
    return pace_of(done, start_ms, start_cpu_s);
}

static void must(int code)
{
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
        abort();
}

static void insert_bare(sqlite3_stmt *sample, sqlite3_stmt *record)
{
    sqlite3_bind_int64(sample, 1, clock_now().us_utc);
    must(sqlite3_step(sample));
    must(sqlite3_reset(sample));
    for (int i = 0; i < 5; i++) {
        must(sqlite3_step(record));
        must(sqlite3_reset(record));
    }
}

static struct pace bare(const char *path, unsigned seconds)
{
    sqlite3 *db;
    sqlite3_stmt *sample, *record;
    int64_t start_ms = clock_monotonic_ms(), done = 0;
    double start_cpu_s = cpu_s();

    must(sqlite3_open(path, &db));
    must(sqlite3_exec(db,
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                      "PRAGMA cache_size = -12288; PRAGMA foreign_keys = ON",
                      NULL, NULL, NULL));
    must(sqlite3_prepare_v2(db,
                            "INSERT INTO sample (label, note, count, is_done, at, answers) VALUES "
                            "('pothole', 'a hole in the road near the corner, deep', 0, 0, ?, "
                            "'{\"lane\": true}')",
                            -1, &sample, NULL));
    must(sqlite3_prepare_v2(db,
                            "INSERT INTO record (what, seal) VALUES ('case.filed by a resident on "
                            "the web', CAST('0123456789abcdef0123456789abcdef' AS BLOB))",
                            -1, &record, NULL));
    while (clock_monotonic_ms() < start_ms + (int64_t)seconds * 1000) {
        must(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
        for (int i = 0; i < GROUP; i++)
            insert_bare(sample, record);
        must(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
        done += GROUP;
    }
    sqlite3_finalize(sample);
    sqlite3_finalize(record);
    sqlite3_close(db);
    return pace_of(done, start_ms, start_cpu_s);
}

int main(int argc, char **argv)
{
    struct test_store *store;
    void *state;
    int64_t seconds = 3;
    struct pace reference, pace;

    if (argc > 1 && !str_to_i64(str_of(argv[1]), &seconds))
        return 2;
    test_store_open(&state);
    store = state;
    reference = bare(store->location, (unsigned)seconds);
    printf("bare loop, groups of %d: %.0f filings/s, %.0f us of processor each\n", GROUP,
           reference.rate, reference.cpu_us);
    for (unsigned threads = 1; threads <= 64; threads *= 2) {
        pace = through_db_tx(store->db, threads, (unsigned)seconds);
        printf("db_tx, %u threads: %.0f filings/s, ratio %.2f, %.0f us of processor each\n",
               threads, pace.rate, pace.rate / reference.rate, pace.cpu_us);
    }
    test_store_close(&state);
    return 0;
}
