/* The PostgreSQL engine: opening, and the connections that read. */
#include <stdlib.h>

#include "base/fault.h"
#include "db/postgres.h"

#define WRITERS_DEFAULT 8
#define READERS_DEFAULT 16

static struct postgres_db *self(struct db *db)
{
    return (struct postgres_db *)db;
}

/* A snapshot; where the work has a deadline the server keeps it too. */
static enum rc begin_snapshot(struct ctx *ctx, struct db_conn *base)
{
    int64_t left_ms = ctx->deadline_ms ? ctx->deadline_ms - clock_monotonic_ms() : 0;
    struct str sql;

    if (ctx->deadline_ms && left_ms < 1)
        return FAIL(ctx, ERR_DEADLINE);
    sql = str_fmt(ctx->arena,
                  "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = "
                  "%lld",
                  (long long)left_ms);
    return sql.n ? postgres_conn_begin(ctx, (struct postgres_conn *)base, sql.p)
                 : FAIL(ctx, ERR_MEMORY);
}

static void end_snapshot(struct db_conn *base)
{
    struct postgres_conn *conn = (struct postgres_conn *)base;

    if (!postgres_conn_is_lost(conn))
        PQclear(PQexec(conn->handle, "ROLLBACK"));
}

static enum rc open_reader(struct ctx *ctx, struct db *db, struct db_conn **ret)
{
    struct postgres_conn *conn;
    enum rc rc = postgres_conn_open(ctx, self(db), self(db)->location, &conn);

    if (rc == RC_OK)
        *ret = &conn->base;
    return rc;
}

static enum rc write_tx(struct ctx *ctx, struct db *db, db_tx_fn *fn, void *arg)
{
    enum rc rc = postgres_tx(ctx, self(db), fn, arg);

    if (rc == RC_OK)
        postgres_hook_wake(self(db)->hook);
    return rc;
}

static struct db_pool *turns(struct db *db)
{
    return &self(db)->turns;
}

static void set_hook(struct db *db, db_tx_fn *fn, void *arg)
{
    if (!db->is_read_only)
        self(db)->hook = postgres_hook_start(self(db), fn, arg);
}

static enum rc settle(struct ctx *ctx, struct db *db)
{
    return postgres_hook_run(ctx, self(db)->hook);
}

static enum rc write_back(struct ctx *ctx, struct db *db)
{
    (void)ctx;
    (void)db;
    return RC_OK;
}

static enum rc backup(struct ctx *ctx, struct db *db, const char *path)
{
    (void)db;
    (void)path;
    return FAIL(ctx, ERR_CONFIG,
                .detail = S("a PostgreSQL store is no file: cityhall backup copies its tables"));
}

static void close_db(struct db *base)
{
    struct postgres_db *db = self(base);

    postgres_hook_stop(db->hook);
    db_pool_done(&db->writers, postgres_conn_close);
    db_pool_done(&db->turns, postgres_conn_close);
    free(db->location);
    free(db->owner_location);
    free(db);
}

static const struct db_ops postgres_ops = {
    .close = close_db,
    .open_reader = open_reader,
    .close_conn = postgres_conn_close,
    .begin_snapshot = begin_snapshot,
    .end_snapshot = end_snapshot,
    .write = write_tx,
    .turns = turns,
    .stats = postgres_stats,
    .migrate = postgres_migrate,
    .set_hook = set_hook,
    .settle = settle,
    .load = postgres_load,
    .write_back = write_back,
    .backup = backup,
    .check = postgres_check,
    .cursor_open = postgres_cursor_open,
    .cursor_step = postgres_cursor_step,
    .cursor_close = postgres_cursor_close,
};

static bool set_up(struct postgres_db *db, const struct db_options *options)
{
    unsigned writer_max = options->writer_max ? options->writer_max : WRITERS_DEFAULT;
    unsigned queue_max = options->queue_max ? options->queue_max : DB_WAITING_MAX;
    struct db_options base = *options;

    if (!base.reader_max)
        base.reader_max = READERS_DEFAULT;

    db->location = strdup(options->location);
    db->owner_location = options->owner_location ? strdup(options->owner_location) : NULL;
    if (!db->location || (options->owner_location && !db->owner_location) ||
        !db_init(&db->base, &postgres_ops, SQL_POSTGRES, &base))
        return false;
    if (db_pool_init(&db->writers, writer_max, queue_max)) {
        if (db_pool_init(&db->turns, 1, queue_max))
            return true;
        db_pool_done(&db->writers, postgres_conn_close);
    }
    db_pool_done(&db->base.readers, postgres_conn_close);
    return false;
}

enum rc postgres_open(struct ctx *ctx, const struct db_options *options, struct db **ret)
{
    struct postgres_db *db = fault_here() ? NULL : calloc(1, sizeof *db);
    struct postgres_conn *conn;
    enum rc rc;

    if (!db || !set_up(db, options)) {
        if (db) {
            free(db->location);
            free(db->owner_location);
        }
        free(db);
        return FAIL(ctx, ERR_MEMORY);
    }
    /* One connection shows at once whether the address is right. */
    rc = postgres_conn_open(ctx, db, db->location, &conn);
    if (rc != RC_OK) {
        db_close(&db->base);
        return rc;
    }
    postgres_conn_close(conn);
    *ret = &db->base;
    return RC_OK;
}
