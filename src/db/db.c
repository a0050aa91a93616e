#include "db/db.h"
#include "db/also.h"

#include <assert.h>
#include <stdlib.h>

#include "base/fault.h"
#include "db/engine.h"

enum rc db_open(struct ctx *ctx, const struct db_options *options, struct db **ret)
{
    struct str location = str_of(options->location);

    assert(options->schema && !str_is_empty(location));
    if (str_starts_with(location, S("postgresql://")) ||
        str_starts_with(location, S("postgres://")))
        return postgres_open(ctx, options, ret);
    return sqlite_open(ctx, options, ret);
}

bool db_init(struct db *db, const struct db_ops *ops, enum sql_engine engine,
             const struct db_options *options)
{
    *db = (struct db){.ops = ops,
                      .engine = engine,
                      .schema = options->schema,
                      .is_read_only = options->is_read_only};
    return db_pool_init(&db->readers, db_reader_max(options), DB_WAITING_MAX);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    db_pool_done(&db->readers, db->ops->close_conn);
    db->ops->close(db);
}

enum sql_engine db_engine(const struct db *db)
{
    return db->engine;
}

enum rc db_migrate(struct ctx *ctx, struct db *db, size_t *ret_applied)
{
    assert(!db->is_read_only);
    return db->ops->migrate(ctx, db, false, ret_applied);
}

enum rc db_migrations_pending(struct ctx *ctx, struct db *db, size_t *ret_pending)
{
    return db->ops->migrate(ctx, db, true, ret_pending);
}

/* Takes a connection for the reader, with a snapshot. */
static enum rc hold(struct ctx *ctx, struct db_reader *reader)
{
    struct db *db = reader->base.db;
    struct db_conn *conn;
    void *item;
    enum rc rc = db_pool_take(&db->readers, ctx, &item);

    if (rc != RC_OK)
        return rc;
    conn = item;
    if (!conn)
        rc = db->ops->open_reader(ctx, db, &conn);
    if (rc == RC_OK)
        rc = db->ops->begin_snapshot(ctx, conn);
    if (rc != RC_OK)
        db_pool_give(&db->readers, conn);
    else
        reader->held = conn;
    return rc;
}

static void let_go(struct db_reader *reader)
{
    struct db *db = reader->base.db;
    struct db_conn *conn = reader->held;

    if (!conn)
        return;
    assert(!conn->cursors); /* a statement that still runs would go on with another's rows */
    reader->held = NULL;
    db->ops->end_snapshot(conn);
    db_pool_give(&db->readers, conn);
}

enum rc db_reader_acquire(struct ctx *ctx)
{
    struct db_reader *reader = fault_here() ? NULL : calloc(1, sizeof *reader);
    enum rc rc;

    assert(ctx->db && !ctx->conn);
    if (!reader)
        return FAIL(ctx, ERR_MEMORY);
    reader->base = (struct db_conn){.db = ctx->db, .is_reader = true};
    rc = hold(ctx, reader);
    if (rc != RC_OK)
        free(reader);
    else
        ctx->conn = &reader->base;
    return rc;
}

static struct db_reader *reader_of(struct db_conn *conn)
{
    return conn && conn->is_reader ? (struct db_reader *)conn : NULL;
}

void db_reader_release(struct ctx *ctx)
{
    struct db_reader *reader = reader_of(ctx->conn);

    assert(reader || !ctx->conn); /* the writer is db_tx's to give and take */
    if (!reader)
        return;
    ctx->conn = NULL;
    let_go(reader);
    free(reader);
}

void db_reader_rest(struct ctx *ctx)
{
    struct db_reader *reader = reader_of(ctx->conn);

    assert(reader || !ctx->conn);
    if (reader)
        let_go(reader);
}

enum rc db_conn_get(struct ctx *ctx, struct db_conn **ret)
{
    struct db_reader *reader = reader_of(ctx->conn);
    enum rc rc = reader && !reader->held ? hold(ctx, reader) : RC_OK;

    assert(ctx->conn); /* db_reader_acquire or db_tx comes first */
    if (rc == RC_OK)
        *ret = reader ? reader->held : ctx->conn;
    return rc;
}

static _Thread_local struct db_also *also_here;

void db_also(struct db_also *also)
{
    also_here = also;
}

struct both {
    db_tx_fn *fn;
    void *arg;
    const struct db_also *also;
};

static enum rc run_both(struct ctx *ctx, void *arg)
{
    const struct both *both = arg;
    enum rc rc = both->fn(ctx, both->arg);

    return rc ? rc : both->also->fn(ctx, both->also->arg);
}

static enum rc write_both(struct ctx *ctx, db_tx_fn *fn, void *arg)
{
    struct db_also *also = also_here;
    struct both both = {fn, arg, also};
    enum rc rc;

    if (!also || also->is_done)
        return ctx->db->ops->write(ctx, ctx->db, fn, arg);
    rc = ctx->db->ops->write(ctx, ctx->db, run_both, &both);
    also->is_done = rc == RC_OK;
    return rc;
}

enum rc(db_tx)(struct ctx *ctx, db_tx_fn *fn, void *arg)
{
    struct db *db = ctx->db;
    struct db_reader *reader = reader_of(ctx->conn);

    assert(db && (reader || !ctx->conn)); /* never one inside another */
    assert(!db->is_read_only);
    if (ctx->unusable.id)
        return ctx_fail(ctx, ctx->unusable);
    if (reader)
        let_go(reader);
    return write_both(ctx, fn, arg);
}

enum rc db_turn_begin(struct ctx *ctx)
{
    void *turn;

    if (!ctx->db->ops->turns)
        return RC_OK;
    db_reader_rest(ctx);
    return db_pool_take(ctx->db->ops->turns(ctx->db), ctx, &turn);
}

void db_turn_end(struct ctx *ctx)
{
    if (ctx->db->ops->turns)
        db_pool_give(ctx->db->ops->turns(ctx->db), NULL);
}

struct db_stats db_stats(const struct db *db)
{
    return db->ops->stats(db);
}

void db_laters_begin(struct db_conn *conn, struct arena *arena)
{
    conn->tx_arena = arena;
    conn->later = NULL;
    conn->later_end = &conn->later;
}

struct db_later *db_laters_end(struct db_conn *conn)
{
    conn->tx_arena = NULL;
    return conn->later;
}

enum rc db_laters_run(struct ctx *ctx, struct db_conn *conn, const struct db_later *first)
{
    struct db_conn *before = ctx->conn;
    enum rc rc = RC_OK;

    ctx->conn = conn;
    conn->has_failed = false;
    for (; rc == RC_OK && first; first = first->next)
        rc = first->fn(ctx, first->arg);
    ctx->conn = before;
    if (rc == RC_OK && arena_has_failed(ctx->arena))
        rc = FAIL(ctx, ERR_MEMORY);
    if (rc == RC_OK && conn->has_failed)
        rc = db_swallowed(ctx);
    return rc;
}

struct arena *db_tx_arena(const struct ctx *ctx)
{
    assert(ctx->conn && ctx->conn->tx_arena); /* inside db_tx */
    return ctx->conn->tx_arena;
}

enum rc db_tx_later(struct ctx *ctx, db_tx_fn *fn, void *arg)
{
    struct db_conn *conn = ctx->conn;
    struct db_later *later = ARENA_NEW(db_tx_arena(ctx), struct db_later);

    if (!later)
        return FAIL(ctx, ERR_MEMORY);
    *later = (struct db_later){.fn = fn, .arg = arg};
    *conn->later_end = later;
    conn->later_end = &later->next;
    return RC_OK;
}

enum rc db_load(struct ctx *ctx, db_tx_fn *fn, void *arg)
{
    assert(ctx->db && !ctx->conn && !ctx->db->is_read_only);
    return ctx->db->ops->load(ctx, ctx->db, fn, arg);
}

enum rc db_settle(struct ctx *ctx)
{
    assert(!ctx->conn || !ctx->conn->may_write);
    return ctx->db->ops->settle(ctx, ctx->db);
}

void db_set_group_hook(struct db *db, db_tx_fn *hook, void *arg)
{
    db->ops->set_hook(db, hook, arg);
}

enum rc db_check_objects(struct ctx *ctx, struct db *db)
{
    return db->ops->check_objects ? db->ops->check_objects(ctx, db) : RC_OK;
}

enum rc db_write_back(struct ctx *ctx)
{
    assert(!ctx->conn || !ctx->conn->may_write);
    return ctx->db->ops->write_back(ctx, ctx->db);
}

enum rc db_backup(struct ctx *ctx, struct db *db, const char *path)
{
    return db->ops->backup(ctx, db, path);
}

enum rc db_swallowed(struct ctx *ctx)
{
    return FAIL(ctx, ERR_INTERNAL,
                .detail = S("a statement failed and the transaction went on; "
                            "use ON CONFLICT where a conflict is expected"));
}

static enum rc check_variant(struct ctx *ctx, const struct sql_statement *statement,
                             uint32_t fragments, unsigned order)
{
    struct db_cursor cursor = {
        .conn = ctx->conn, .statement = statement, .fragments = fragments, .order = order};

    return ctx->conn->db->ops->check(ctx, &cursor);
}

static enum rc check_statement(struct ctx *ctx, const struct sql_statement *statement)
{
    uint32_t all = (uint32_t)(((uint64_t)1 << statement->fragment_count) - 1);
    enum rc rc = check_variant(ctx, statement, 0, 0);

    for (unsigned i = 0; rc == RC_OK && i < statement->fragment_count; i++)
        rc = check_variant(ctx, statement, (uint32_t)1 << i, 0);
    if (rc == RC_OK && all)
        rc = check_variant(ctx, statement, all, 0);
    for (unsigned i = 1; rc == RC_OK && i < statement->order_count; i++)
        rc = check_variant(ctx, statement, all, i);
    return rc;
}

static enum rc check_all(struct ctx *ctx, void *arg)
{
    const struct sql_statements *statements = arg;
    enum rc rc = RC_OK;

    for (size_t i = 0; rc == RC_OK && i < statements->n; i++)
        rc = check_statement(ctx, statements->items[i]);
    return rc;
}

enum rc db_check_statements(struct ctx *ctx, const struct sql_statements *statements)
{
    return db_tx(ctx, check_all, (void *)(uintptr_t)statements);
}
