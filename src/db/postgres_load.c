/* Filling a PostgreSQL store from a copy: one transaction of the owner, in which references are
 * checked at the end and the rows' own ids are taken. */
#include "db/postgres.h"

/* A role with this name may hold tables of others beside the store's: only the schema in use is
 * meant. */
#define EACH_REFERENCE                                                                     \
    "DO $$ DECLARE c record; BEGIN"                                                        \
    " FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint"                 \
    " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace LOOP EXECUTE " \
    "format('ALTER TABLE %s ALTER CONSTRAINT %I "

#define BEGIN_LOAD \
    "BEGIN; " EACH_REFERENCE "DEFERRABLE INITIALLY DEFERRED', c.t, c.conname); END LOOP; END $$"
#define CHECK_ALL "SET CONSTRAINTS ALL IMMEDIATE"
#define END_LOAD  EACH_REFERENCE "NOT DEFERRABLE', c.t, c.conname); END LOOP; END $$"

/* The next id of each table comes after those that were given. */
#define SET_COUNTERS                                                                            \
    "DO $$ DECLARE c record; BEGIN"                                                             \
    " FOR c IN SELECT table_name, column_name FROM information_schema.columns"                  \
    " WHERE table_schema = current_schema() AND is_identity = 'YES' LOOP EXECUTE format("       \
    "'SELECT setval(pg_get_serial_sequence(%L, %L), greatest(max(%I), 1), max(%I) IS NOT NULL)" \
    " FROM %I', quote_ident(c.table_name), c.column_name, c.column_name, c.column_name,"        \
    " c.table_name); END LOOP; END $$"

static enum rc run_load(struct ctx *ctx, struct postgres_conn *conn, db_tx_fn *fn, void *arg)
{
    static const char *const after[] = {CHECK_ALL, END_LOAD, SET_COUNTERS, "COMMIT"};
    enum rc rc = postgres_conn_run(ctx, conn, BEGIN_LOAD);

    if (rc != RC_OK)
        return rc;
    ctx->conn = &conn->base;
    rc = fn(ctx, arg);
    ctx->conn = NULL;
    if (rc == RC_OK && arena_has_failed(ctx->arena))
        rc = FAIL(ctx, ERR_MEMORY);
    if (rc == RC_OK && conn->base.has_failed)
        rc = db_swallowed(ctx);
    for (size_t i = 0; rc == RC_OK && i < COUNT(after); i++)
        rc = postgres_conn_run(ctx, conn, after[i]);
    return rc;
}

enum rc postgres_load(struct ctx *ctx, struct db *base, db_tx_fn *fn, void *arg)
{
    struct postgres_conn *conn;
    enum rc rc = postgres_owner_open(ctx, (struct postgres_db *)base, &conn);

    if (rc != RC_OK)
        return rc;
    conn->base.may_write = true;
    rc = run_load(ctx, conn, fn, arg);
    postgres_conn_close(conn); /* and with it what was not committed */
    return rc;
}
