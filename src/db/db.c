#include "db/db.h"

#include <assert.h>

#include "db/engine.h"

enum rc db_open(struct ctx *ctx, const struct db_options *options, struct db **ret)
{
    struct str location = str_of(options->location);

    assert(options->schema && !str_is_empty(location));
    if (str_starts_with(location, S("postgresql://")) ||
        str_starts_with(location, S("postgres://")))
        return FAIL(ctx, ERR_CONFIG, .detail = S("PostgreSQL is not in this build"));
    return sqlite_open(ctx, options, ret);
}

void db_close(struct db *db)
{
    if (db)
        db->ops->close(db);
}

enum sql_engine db_engine(const struct db *db)
{
    return db->engine;
}

enum rc db_migrate(struct ctx *ctx, struct db *db, size_t *ret_applied)
{
    return db->ops->migrate(ctx, db, false, ret_applied);
}

enum rc db_migrations_pending(struct ctx *ctx, struct db *db, size_t *ret_pending)
{
    return db->ops->migrate(ctx, db, true, ret_pending);
}

enum rc db_reader_acquire(struct ctx *ctx)
{
    assert(ctx->db && !ctx->conn);
    return ctx->db->ops->reader_acquire(ctx);
}

void db_reader_release(struct ctx *ctx)
{
    assert(!ctx->conn || !ctx->conn->may_write); /* the writer is db_tx's to give and take */
    if (ctx->conn)
        ctx->db->ops->reader_release(ctx);
}

enum rc db_tx(struct ctx *ctx, db_tx_fn *fn, void *arg)
{
    assert(ctx->db && (!ctx->conn || !ctx->conn->may_write)); /* never one inside another */
    return ctx->db->ops->tx(ctx, fn, arg);
}

void db_set_group_hook(struct db *db, db_tx_fn *hook, void *arg)
{
    db->ops->set_hook(db, hook, arg);
}

enum rc db_backup(struct ctx *ctx, struct db *db, const char *path)
{
    return db->ops->backup(ctx, db, path);
}
