/* Applying migrations to SQLite, on a connection of its own that may do DDL. */
#include "base/fault.h"
#include "db/sqlite.h"

static enum rc run(struct ctx *ctx, struct sqlite_conn *conn, const char *sql, const char *what)
{
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

static enum rc read_ledger(struct ctx *ctx, struct sqlite_conn *conn, struct migrate_row **ret_rows,
                           size_t *ret_n)
{
    sqlite3_stmt *stmt;
    enum rc rc;
    int code = sqlite3_prepare_v2(conn->handle,
                                  "SELECT folder, number, checksum FROM migration ORDER BY applied",
                                  -1, &stmt, NULL);

    if (code != SQLITE_OK)
        return sqlite_fail(ctx, conn, code, "reading the ledger of migrations");
    rc = read_rows(ctx, conn, stmt, ret_rows, ret_n);
    sqlite3_finalize(stmt);
    return rc;
}

static enum rc note(struct ctx *ctx, struct sqlite_conn *conn, const struct db_migration *migration)
{
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

static enum rc apply(struct ctx *ctx, struct sqlite_conn *conn,
                     const struct db_migration *migration)
{
    const char *name = str_fmt(ctx->arena, "%s/%s", migration->folder, migration->name).p;
    enum rc rc = name ? run(ctx, conn, "BEGIN IMMEDIATE", name) : FAIL(ctx, ERR_MEMORY);

    if (rc == RC_OK)
        rc = run(ctx, conn, migration->sql[SQL_SQLITE], name);
    if (rc == RC_OK)
        rc = note(ctx, conn, migration);
    if (rc == RC_OK)
        rc = run(ctx, conn, "COMMIT", name);
    if (rc != RC_OK && !sqlite3_get_autocommit(conn->handle))
        sqlite3_exec(conn->handle, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

static enum rc apply_missing(struct ctx *ctx, struct sqlite_conn *conn, bool is_trial, size_t *ret)
{
    const struct db_schema *schema = conn->schema;
    struct migrate_row *rows;
    bool *is_applied;
    size_t n, missing = 0;
    enum rc rc = run(ctx, conn, migrate_ledger, "the ledger of migrations");

    if (rc == RC_OK)
        rc = read_ledger(ctx, conn, &rows, &n);
    if (rc == RC_OK)
        rc = migrate_compare(ctx, schema, rows, n, &is_applied);
    for (size_t i = 0; rc == RC_OK && i < schema->migration_count; i++) {
        if (is_applied[i])
            continue;
        missing++;
        if (!is_trial)
            rc = apply(ctx, conn, &schema->migrations[i]);
    }
    if (rc == RC_OK && ret)
        *ret = missing;
    return rc;
}

enum rc sqlite_migrate(struct ctx *ctx, struct db *db, bool is_trial, size_t *ret)
{
    struct sqlite_conn *conn;
    enum rc rc = sqlite_conn_open(ctx, (struct sqlite_db *)db, SQLITE_MIGRATOR, false, &conn);

    if (rc != RC_OK)
        return rc;
    rc = apply_missing(ctx, conn, is_trial, ret);
    sqlite_conn_close(conn);
    return rc;
}
