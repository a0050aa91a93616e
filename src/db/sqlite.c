/* The SQLite engine: opening, and what is its own of reading and writing. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fault.h"
#include "db/sqlite.h"
#include "db/sqlite_memory.h"

static struct sqlite_db *self(struct db *db)
{
    return (struct sqlite_db *)db;
}

static enum rc begin_snapshot(struct ctx *ctx, struct db_conn *conn)
{
    return sqlite_conn_own(ctx, (struct sqlite_conn *)conn, OWN_BEGIN_READ);
}

/* An old snapshot would keep the log from being emptied. */
static void end_snapshot(struct db_conn *base)
{
    struct sqlite_conn *conn = (struct sqlite_conn *)base;

    conn->deadline_ms = 0;
    sqlite_conn_rollback(conn);
}

static enum rc open_reader(struct ctx *ctx, struct db *db, struct db_conn **ret)
{
    struct sqlite_conn *conn;
    enum rc rc = sqlite_conn_open(ctx, self(db), SQLITE_READER, false, &conn);

    if (rc == RC_OK)
        *ret = &conn->base;
    return rc;
}

static void close_conn(void *conn)
{
    sqlite_conn_close(conn);
}

static enum rc write_tx(struct ctx *ctx, struct db *db, db_tx_fn *fn, void *arg)
{
    return sqlite_writer_tx(ctx, self(db)->writer, fn, arg);
}

static void set_hook(struct db *db, db_tx_fn *hook, void *arg)
{
    sqlite_writer_set_hook(self(db)->writer, hook, arg);
}

/* The hook ran with the group. */
static enum rc settle(struct ctx *ctx, struct db *db)
{
    (void)ctx;
    (void)db;
    return RC_OK;
}

/* The writer is the last to close: only a connection that may write empties the WAL into the
 * file. */
static void close_db(struct db *base)
{
    struct sqlite_db *db = self(base);

    sqlite_writer_stop(db->writer);
    free(db->path);
    free(db);
}

static const struct db_ops sqlite_ops = {
    .close = close_db,
    .open_reader = open_reader,
    .close_conn = close_conn,
    .begin_snapshot = begin_snapshot,
    .end_snapshot = end_snapshot,
    .write = write_tx,
    .stats = sqlite_stats,
    .migrate = sqlite_migrate,
    .check_objects = sqlite_check_objects,
    .set_hook = set_hook,
    .settle = settle,
    .load = sqlite_load,
    .write_back = sqlite_write_back,
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
    sqlite_memory_set_up();
}

static struct sqlite_db *new_db(const struct db_options *options)
{
    struct sqlite_db *db = fault_here() ? NULL : calloc(1, sizeof *db);

    if (!db)
        return NULL;
    db->durability = options->durability;
    db->vfs = options->vfs;
    db->path = strdup(options->location);
    if (!db->path || !db_init(&db->base, &sqlite_ops, SQL_SQLITE, options)) {
        free(db->path);
        free(db);
        return NULL;
    }
    return db;
}

/* Reading a database in WAL mode wants its two side files, which cannot be made on a disk that
 * takes no writes. Where nothing waits in the log the file alone is the whole database. */
static bool may_stand_alone(struct ctx *ctx, const struct sqlite_db *db)
{
    struct stat about;

    if (stat(str_z(ctx->arena, str_fmt(ctx->arena, "%s-wal", db->path)), &about) == 0)
        return about.st_size == 0;
    return errno == ENOENT;
}

static enum rc look(struct ctx *ctx, struct sqlite_db *db)
{
    struct sqlite_conn *conn;
    enum rc rc = sqlite_conn_open(ctx, db, SQLITE_READER, false, &conn);
    int code;

    if (rc != RC_OK)
        return rc;
    code = sqlite_conn_run(conn, "SELECT count(*) FROM sqlite_master");
    if (code != SQLITE_OK)
        rc = sqlite_fail(ctx, conn, code, db->path);
    sqlite_conn_close(conn);
    return rc;
}

static enum rc open_to_read(struct ctx *ctx, struct sqlite_db *db)
{
    enum rc rc = look(ctx, db);

    if (rc == RC_OK || !may_stand_alone(ctx, db))
        return rc;
    ctx_clear_error(ctx);
    db->is_immutable = true;
    return look(ctx, db);
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
    rc = options->is_read_only
             ? open_to_read(ctx, db)
             : sqlite_writer_start(ctx, db, options->may_create, options->queue_max, &db->writer);
    if (rc != RC_OK)
        db_close(&db->base);
    else
        *ret = &db->base;
    return rc;
}
