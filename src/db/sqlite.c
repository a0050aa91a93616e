/* The SQLite engine: opening, and the pool of connections that read. */
#include <stdlib.h>

#include "base/fault.h"
#include "db/sqlite.h"

static struct sqlite_db *self(struct db *db)
{
    return (struct sqlite_db *)db;
}

static enum rc begin_snapshot(struct ctx *ctx, struct sqlite_conn *conn)
{
    return sqlite_conn_own(ctx, conn, OWN_BEGIN_READ);
}

static void end_snapshot(struct sqlite_conn *conn)
{
    conn->deadline_ms = 0;
    sqlite_conn_rollback(conn);
}

static enum rc reader_acquire(struct ctx *ctx)
{
    struct sqlite_db *db = self(ctx->db);
    struct sqlite_conn *conn;
    void *item;
    enum rc rc = db_pool_take(&db->readers, ctx, &item);

    if (rc != RC_OK)
        return rc;
    conn = item;
    if (!conn)
        rc = sqlite_conn_open(ctx, db, SQLITE_READER, false, &conn);
    if (rc == RC_OK)
        rc = begin_snapshot(ctx, conn);
    if (rc != RC_OK)
        db_pool_give(&db->readers, conn);
    else
        ctx->conn = &conn->base;
    return rc;
}

static void reader_release(struct ctx *ctx)
{
    struct sqlite_conn *conn = (struct sqlite_conn *)ctx->conn;

    end_snapshot(conn);
    db_pool_give(&self(ctx->db)->readers, conn);
    ctx->conn = NULL;
}

/* A reader lets go of its snapshot: an old one would keep the log from being emptied, and the
 * work wants to see what it wrote. */
static enum rc tx(struct ctx *ctx, db_tx_fn *fn, void *arg)
{
    struct sqlite_conn *reader = (struct sqlite_conn *)ctx->conn;
    enum rc rc, renewed = RC_OK;

    if (reader)
        end_snapshot(reader);
    rc = sqlite_writer_tx(ctx, self(ctx->db)->writer, fn, arg);
    if (reader)
        renewed = begin_snapshot(ctx, reader);
    if (rc == RC_OK && renewed != RC_OK)
        ctx_clear_error(ctx); /* what was committed is; the next read will say what is wrong */
    return rc;
}

static void set_hook(struct db *db, db_tx_fn *hook, void *arg)
{
    sqlite_writer_set_hook(self(db)->writer, hook, arg);
}

static void close_reader(void *conn)
{
    sqlite_conn_close(conn);
}

static void close_db(struct db *base)
{
    struct sqlite_db *db = self(base);

    /* The writer last: only a connection that may write empties the WAL into the file. */
    db_pool_done(&db->readers, close_reader);
    sqlite_writer_stop(db->writer);
    free(db->path);
    free(db);
}

static const struct db_ops sqlite_ops = {
    .close = close_db,
    .reader_acquire = reader_acquire,
    .reader_release = reader_release,
    .tx = tx,
    .migrate = sqlite_migrate,
    .set_hook = set_hook,
    .backup = sqlite_backup,
    .check = sqlite_check,
    .cursor_open = sqlite_cursor_open,
    .cursor_step = sqlite_cursor_step,
    .cursor_close = sqlite_cursor_close,
};

/* Before SQLite's first use: its memory statistics cost a lock on every allocation. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static struct sqlite_db *new_db(const struct db_options *options)
{
    struct sqlite_db *db = fault_here() ? NULL : calloc(1, sizeof *db);

    if (!db)
        return NULL;
    db->base = (struct db){&sqlite_ops, SQL_SQLITE, options->schema};
    db->durability = options->durability;
    db->vfs = options->vfs;
    db->path = strdup(options->location);
    if (!db->path || !db_pool_init(&db->readers, db_reader_max(options), DB_WAITING_MAX)) {
        free(db->path);
        free(db);
        return NULL;
    }
    return db;
}

enum rc sqlite_open(struct ctx *ctx, const struct db_options *options, struct db **ret)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct sqlite_db *db;
    enum rc rc;

    pthread_once(&once, configure);
    db = new_db(options);
    if (!db)
        return FAIL(ctx, ERR_MEMORY);
    rc = sqlite_writer_start(ctx, db, options->may_create, options->queue_max, &db->writer);
    if (rc != RC_OK)
        close_db(&db->base);
    else
        *ret = &db->base;
    return rc;
}
