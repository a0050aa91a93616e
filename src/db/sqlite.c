/* The SQLite engine: opening, and the pool of connections that read. */
#include <assert.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "db/sqlite.h"

#define READER_WAIT_MS 10000

static struct sqlite_db *self(struct db *db)
{
    return (struct sqlite_db *)db;
}

static struct timespec reader_wait_until(const struct ctx *ctx)
{
    int64_t until_ms = clock_monotonic_ms() + READER_WAIT_MS;

    if (ctx->deadline_ms && ctx->deadline_ms < until_ms)
        until_ms = ctx->deadline_ms;
    return (struct timespec){until_ms / 1000, until_ms % 1000 * 1000000};
}

/* A free connection, or NULL with *ret_may_open, or NULL after waiting in vain. */
static struct sqlite_conn *wait_for_reader(struct sqlite_db *db, struct ctx *ctx,
                                           bool *ret_may_open)
{
    struct timespec until = reader_wait_until(ctx);
    struct sqlite_conn *conn = NULL;
    int waited = 0;

    *ret_may_open = false;
    pthread_mutex_lock(&db->lock);
    while (waited == 0 && db->free_count == 0 && db->open_count == db->reader_max)
        waited = pthread_cond_timedwait(&db->reader_is_free, &db->lock, &until);
    if (db->free_count) {
        conn = db->free_readers[--db->free_count];
    } else if (db->open_count < db->reader_max) {
        db->open_count++;
        *ret_may_open = true;
    }
    pthread_mutex_unlock(&db->lock);
    return conn;
}

static void give_back(struct sqlite_db *db, struct sqlite_conn *conn)
{
    pthread_mutex_lock(&db->lock);
    if (conn)
        db->free_readers[db->free_count++] = conn;
    else
        db->open_count--;
    pthread_cond_signal(&db->reader_is_free);
    pthread_mutex_unlock(&db->lock);
}

static enum rc begin_snapshot(struct ctx *ctx, struct sqlite_conn *conn)
{
    int code = sqlite_conn_run(conn, "BEGIN");

    return code == SQLITE_OK ? RC_OK : sqlite_fail(ctx, conn, code, "BEGIN");
}

static void end_snapshot(struct sqlite_conn *conn)
{
    conn->deadline_ms = 0;
    if (!sqlite3_get_autocommit(conn->handle))
        sqlite3_exec(conn->handle, "ROLLBACK", NULL, NULL, NULL);
}

static enum rc reader_acquire(struct ctx *ctx)
{
    struct sqlite_db *db = self(ctx->db);
    bool may_open;
    struct sqlite_conn *conn = wait_for_reader(db, ctx, &may_open);
    enum rc rc = RC_OK;

    if (!conn && !may_open)
        return FAIL(ctx, ERR_OVERLOAD, .detail = S("no connection for reading became free"));
    if (may_open)
        rc = sqlite_conn_open(ctx, db, SQLITE_READER, false, &conn);
    if (rc == RC_OK)
        rc = begin_snapshot(ctx, conn);
    if (rc != RC_OK)
        give_back(db, conn);
    else
        ctx->conn = &conn->base;
    return rc;
}

static void reader_release(struct ctx *ctx)
{
    struct sqlite_conn *conn = (struct sqlite_conn *)ctx->conn;

    end_snapshot(conn);
    give_back(self(ctx->db), conn);
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

static void close_db(struct db *base)
{
    struct sqlite_db *db = self(base);

    sqlite_writer_stop(db->writer);
    assert(db->free_count == db->open_count); /* or a reader is still at work */
    for (unsigned i = 0; i < db->free_count; i++)
        sqlite_conn_close(db->free_readers[i]);
    pthread_mutex_destroy(&db->lock);
    pthread_cond_destroy(&db->reader_is_free);
    free(db->free_readers);
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
    .cursor_open = sqlite_cursor_open,
    .cursor_step = sqlite_cursor_step,
    .cursor_close = sqlite_cursor_close,
};

/* Before SQLite's first use: its memory statistics cost a lock on every allocation. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static unsigned reader_max(const struct db_options *options)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (options->reader_max)
        return options->reader_max;
    return cores < 2 ? 2 : (unsigned)cores;
}

static struct sqlite_db *new_db(const struct db_options *options)
{
    struct sqlite_db *db = fault_here() ? NULL : calloc(1, sizeof *db);
    pthread_condattr_t monotonic;

    if (!db)
        return NULL;
    db->base = (struct db){&sqlite_ops, SQL_SQLITE, options->schema};
    db->reader_max = reader_max(options);
    db->durability = options->durability;
    db->vfs = options->vfs;
    db->free_readers = calloc(db->reader_max, sizeof(struct sqlite_conn *));
    db->path = strdup(options->location);
    pthread_mutex_init(&db->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&db->reader_is_free, &monotonic);
    pthread_condattr_destroy(&monotonic);
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
    rc = db->free_readers && db->path
             ? sqlite_writer_start(ctx, db, options->may_create, options->queue_max, &db->writer)
             : FAIL(ctx, ERR_MEMORY);
    if (rc != RC_OK)
        close_db(&db->base);
    else
        *ret = &db->base;
    return rc;
}
