/* Migrations and loads on SQLite, on connections of their own past the second wall. */
#include "base/fault.h"
#include "db/sqlite.h"

static enum rc run(struct ctx *ctx, void *arg, const char *sql, const char *what)
{
    struct sqlite_conn *conn = arg;
    int code = sqlite_conn_run(conn, sql);

    return code == SQLITE_OK ? RC_OK : sqlite_fail(ctx, conn, code, what);
}

static struct str column_copy(struct ctx *ctx, sqlite3_stmt *stmt, int i)
{
    return str_copy(ctx->arena, str_of((const char *)sqlite3_column_text(stmt, i)));
}

static enum rc read_rows(struct ctx *ctx, struct sqlite_conn *conn, sqlite3_stmt *stmt,
                         struct migrate_row **ret_rows, size_t *ret_n)
{
    struct migrate_row *rows = NULL;
    size_t n = 0;
    int code;

    while ((code = sqlite3_step(stmt)) == SQLITE_ROW) {
        rows = arena_grow(ctx->arena, rows, n * sizeof *rows, (n + 1) * sizeof *rows);
        if (!rows)
            return FAIL(ctx, ERR_MEMORY);
        rows[n].folder = column_copy(ctx, stmt, 0);
        rows[n].number = sqlite3_column_int64(stmt, 1);
        rows[n++].checksum = column_copy(ctx, stmt, 2);
    }
    if (code != SQLITE_DONE)
        return sqlite_fail(ctx, conn, code, "reading the ledger of migrations");
    *ret_rows = rows;
    *ret_n = n;
    return RC_OK;
}

static enum rc read_ledger(struct ctx *ctx, void *arg, struct migrate_row **ret_rows, size_t *ret_n)
{
    struct sqlite_conn *conn = arg;
    sqlite3_stmt *stmt = NULL;
    bool exists;
    enum rc rc;
    int code = fault_here() ? SQLITE_IOERR
                            : sqlite3_prepare_v2(conn->handle,
                                                 "SELECT 1 FROM sqlite_master WHERE type = 'table'"
                                                 " AND name = 'migration'",
                                                 -1, &stmt, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    exists = code == SQLITE_ROW;
    sqlite3_finalize(stmt);
    if (code == SQLITE_DONE)
        return RC_OK;
    if (exists)
        code = sqlite3_prepare_v2(conn->handle,
                                  "SELECT folder, number, checksum FROM migration ORDER BY applied",
                                  -1, &stmt, NULL);
    if (code != SQLITE_OK)
        return sqlite_fail(ctx, conn, code, "reading the ledger of migrations");
    rc = read_rows(ctx, conn, stmt, ret_rows, ret_n);
    sqlite3_finalize(stmt);
    return rc;
}

static enum rc note(struct ctx *ctx, void *arg, const struct db_migration *migration)
{
    struct sqlite_conn *conn = arg;
    sqlite3_stmt *stmt;
    int code = fault_here() ? SQLITE_IOERR
                            : sqlite3_prepare_v2(conn->handle,
                                                 "INSERT INTO migration VALUES (?, ?, ?, ?, ?)", -1,
                                                 &stmt, NULL);

    if (code != SQLITE_OK)
        return sqlite_fail(ctx, conn, code, "the ledger of migrations");
    sqlite3_bind_text(stmt, 1, migration->folder, -1, SQLITE_STATIC);
    sqlite3_bind_int(stmt, 2, migration->number);
    sqlite3_bind_text(stmt, 3, migration->name, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 4, migration->checksum, -1, SQLITE_STATIC);
    sqlite3_bind_int64(stmt, 5, ctx->now.us_utc);
    sqlite3_step(stmt);
    code = sqlite3_finalize(stmt);
    return code == SQLITE_OK ? RC_OK : sqlite_fail(ctx, conn, code, "the ledger of migrations");
}

static void rollback(void *arg)
{
    sqlite_conn_rollback(arg);
}

static const struct migrate_steps steps = {"BEGIN IMMEDIATE", run, read_ledger, note, rollback};

enum rc sqlite_applied(struct ctx *ctx, struct sqlite_conn *conn, bool **ret)
{
    return migrate_applied(ctx, conn->base.db->schema, &steps, conn, ret);
}

enum rc sqlite_migrate(struct ctx *ctx, struct db *db, bool is_trial, size_t *ret)
{
    struct sqlite_conn *conn;
    enum rc rc = sqlite_conn_open(ctx, (struct sqlite_db *)db,
                                  is_trial ? SQLITE_READER : SQLITE_MIGRATOR, false, &conn);

    if (rc != RC_OK)
        return rc;
    rc = migrate_apply(ctx, db->schema, &steps, conn, is_trial, ret);
    sqlite_conn_close(conn);
    return rc;
}

enum rc sqlite_load(struct ctx *ctx, struct db *db, db_tx_fn *fn, void *arg)
{
    struct sqlite_conn *conn;
    enum rc rc = sqlite_conn_open(ctx, (struct sqlite_db *)db, SQLITE_MIGRATOR, false, &conn);

    if (rc != RC_OK)
        return rc;
    conn->base.may_write = true;
    rc = run(ctx, conn, "BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON", "a load");
    ctx->conn = &conn->base;
    if (rc == RC_OK)
        rc = fn(ctx, arg);
    ctx->conn = NULL;
    if (rc == RC_OK && arena_has_failed(ctx->arena))
        rc = FAIL(ctx, ERR_MEMORY);
    if (rc == RC_OK)
        rc = run(ctx, conn, "COMMIT", "a load");
    sqlite_conn_rollback(conn);
    sqlite_conn_close(conn);
    return rc;
}
