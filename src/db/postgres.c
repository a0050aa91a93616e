/* The PostgreSQL engine: opening, and the connections that read. */
#include <stdlib.h>

#include "base/fault.h"
#include "db/postgres.h"

#define WRITERS_DEFAULT 8

static struct postgres_db *self(struct db *db)
{
    return (struct postgres_db *)db;
}

/* A snapshot; where the work has a deadline the server keeps it too. */
static enum rc begin_snapshot(struct ctx *ctx, struct postgres_conn *conn)
{
    int64_t left_ms = ctx->deadline_ms ? ctx->deadline_ms - clock_monotonic_ms() : 0;
    struct str sql;

    if (ctx->deadline_ms && left_ms < 1)
        return FAIL(ctx, ERR_DEADLINE);
    sql = str_fmt(ctx->arena,
                  "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = "
                  "%lld",
                  (long long)left_ms);
    return sql.p ? postgres_conn_run(ctx, conn, sql.p) : FAIL(ctx, ERR_MEMORY);
}

static void end_snapshot(struct postgres_conn *conn)
{
    if (!postgres_conn_is_lost(conn))
        PQclear(PQexec(conn->handle, "ROLLBACK"));
}

/* The server may have been stopped and started since the connection was last used: that shows
 * only when something is sent. */
static enum rc begin_or_renew(struct ctx *ctx, struct postgres_conn *conn)
{
    enum rc rc = postgres_conn_is_lost(conn) ? RC_UNAVAILABLE : begin_snapshot(ctx, conn);

    if (rc == RC_OK || !postgres_conn_is_lost(conn))
        return rc;
    ctx_clear_error(ctx);
    rc = postgres_conn_renew(ctx, conn);
    return rc == RC_OK ? begin_snapshot(ctx, conn) : rc;
}

static enum rc reader_acquire(struct ctx *ctx)
{
    struct postgres_db *db = self(ctx->db);
    struct postgres_conn *conn;
    void *item;
    enum rc rc = db_pool_take(&db->readers, ctx, &item);

    if (rc != RC_OK)
        return rc;
    conn = item;
    if (!conn)
        rc = postgres_conn_open(ctx, db, &conn);
    if (rc == RC_OK)
        rc = begin_or_renew(ctx, conn);
    if (rc != RC_OK)
        db_pool_give(&db->readers, conn);
    else
        ctx->conn = &conn->base;
    return rc;
}

static void reader_release(struct ctx *ctx)
{
    struct postgres_conn *conn = (struct postgres_conn *)ctx->conn;

    end_snapshot(conn);
    db_pool_give(&self(ctx->db)->readers, conn);
    ctx->conn = NULL;
}

static enum rc tx(struct ctx *ctx, db_tx_fn *fn, void *arg)
{
    struct postgres_conn *reader = (struct postgres_conn *)ctx->conn;
    enum rc rc, renewed = RC_OK;

    if (reader)
        end_snapshot(reader);
    rc = postgres_tx(ctx, self(ctx->db), fn, arg);
    if (reader)
        renewed = begin_or_renew(ctx, reader);
    if (rc == RC_OK && renewed != RC_OK)
        ctx_clear_error(ctx); /* what was committed is; the next read will say what is wrong */
    return rc;
}

/* The sequencer runs under a lease elsewhere when there is more than one writer. */
static void set_hook(struct db *db, db_tx_fn *hook, void *arg)
{
    (void)db;
    (void)hook;
    (void)arg;
}

static enum rc backup(struct ctx *ctx, struct db *db, const char *path)
{
    (void)db;
    (void)path;
    return FAIL(ctx, ERR_CONFIG,
                .detail = S("a PostgreSQL store is backed up with pg_dump or pg_basebackup"));
}

static void close_db(struct db *base)
{
    struct postgres_db *db = self(base);

    db_pool_done(&db->readers, postgres_conn_close);
    db_pool_done(&db->writers, postgres_conn_close);
    free(db->location);
    free(db->server_role);
    free(db);
}

static const struct db_ops postgres_ops = {
    .close = close_db,
    .reader_acquire = reader_acquire,
    .reader_release = reader_release,
    .tx = tx,
    .migrate = postgres_migrate,
    .set_hook = set_hook,
    .backup = backup,
    .check = postgres_check,
    .cursor_open = postgres_cursor_open,
    .cursor_step = postgres_cursor_step,
    .cursor_close = postgres_cursor_close,
};

static struct postgres_db *new_db(const struct db_options *options)
{
    struct postgres_db *db = fault_here() ? NULL : calloc(1, sizeof *db);
    unsigned writer_max = options->writer_max ? options->writer_max : WRITERS_DEFAULT;

    if (!db)
        return NULL;
    db->base = (struct db){&postgres_ops, SQL_POSTGRES, options->schema};
    db->location = strdup(options->location);
    db->server_role = options->server_role ? strdup(options->server_role) : NULL;
    if (db->location && db_pool_init(&db->readers, db_reader_max(options), DB_WAITING_MAX)) {
        if (db_pool_init(&db->writers, writer_max,
                         options->queue_max ? options->queue_max : DB_WAITING_MAX))
            return db;
        db_pool_done(&db->readers, postgres_conn_close);
    }
    free(db->location);
    free(db->server_role);
    free(db);
    return NULL;
}

enum rc postgres_open(struct ctx *ctx, const struct db_options *options, struct db **ret)
{
    struct postgres_db *db = new_db(options);
    struct postgres_conn *conn;
    enum rc rc;

    if (!db)
        return FAIL(ctx, ERR_MEMORY);
    /* One connection shows at once whether the address is right. */
    rc = postgres_conn_open(ctx, db, &conn);
    if (rc != RC_OK) {
        close_db(&db->base);
        return rc;
    }
    postgres_conn_close(conn);
    *ret = &db->base;
    return RC_OK;
}
