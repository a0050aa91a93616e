/* Applying migrations to PostgreSQL, by the owner of the database; the server signs in as another
 * role, which gets here what it needs and no more. */
#include "base/buf.h"
#include "db/postgres.h"

/* Any number: two programs that migrate at once wait for each other. */
#define LOCK_SQL "SELECT pg_advisory_lock(7215541420)"

static enum rc query(struct ctx *ctx, struct postgres_conn *conn, const char *sql, PGresult **ret)
{
    PGresult *result = PQexec(conn->handle, sql);
    enum rc rc = RC_OK;

    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        rc = postgres_fail(ctx, conn, result, "the ledger of migrations");
        PQclear(result);
        return rc;
    }
    *ret = result;
    return RC_OK;
}

static struct str cell(struct ctx *ctx, const PGresult *result, int row, int column)
{
    return str_copy(ctx->arena, str_of(PQgetvalue(result, row, column)));
}

/* The server's role cannot make the ledger: without one nothing was applied. */
static enum rc read_ledger(struct ctx *ctx, struct postgres_conn *conn,
                           struct migrate_row **ret_rows, size_t *ret_n)
{
    struct migrate_row *rows;
    PGresult *result = NULL;
    bool exists;
    int n;
    enum rc rc = query(ctx, conn, "SELECT to_regclass('migration') IS NOT NULL", &result);

    if (rc != RC_OK)
        return rc;
    exists = PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);
    *ret_n = 0;
    if (!exists)
        return RC_OK;
    rc = query(ctx, conn, "SELECT folder, number, checksum FROM migration", &result);
    if (rc != RC_OK)
        return rc;
    n = PQntuples(result);
    rows = ARENA_ARRAY(ctx->arena, (size_t)n, struct migrate_row);
    for (int i = 0; rows && i < n; i++) {
        rows[i].folder = cell(ctx, result, i, 0);
        rows[i].checksum = cell(ctx, result, i, 2);
        if (!str_to_i64(cell(ctx, result, i, 1), &rows[i].number))
            rows[i].number = -1;
    }
    PQclear(result);
    *ret_rows = rows;
    *ret_n = (size_t)n;
    return rows ? RC_OK : FAIL(ctx, ERR_MEMORY);
}

static enum rc note(struct ctx *ctx, struct postgres_conn *conn,
                    const struct db_migration *migration)
{
    struct str number = str_fmt(ctx->arena, "%d", migration->number);
    struct str applied = str_fmt(ctx->arena, "%lld", (long long)ctx->now.us_utc);
    const char *const values[] = {migration->folder, number.p, migration->name, migration->checksum,
                                  applied.p};
    PGresult *result =
        PQexecParams(conn->handle, "INSERT INTO migration VALUES ($1, $2, $3, $4, $5)", 5, NULL,
                     values, NULL, NULL, 0);
    enum rc rc = PQresultStatus(result) == PGRES_COMMAND_OK
                     ? RC_OK
                     : postgres_fail(ctx, conn, result, "the ledger of migrations");

    PQclear(result);
    return rc;
}

static enum rc apply(struct ctx *ctx, struct postgres_conn *conn,
                     const struct db_migration *migration)
{
    PGresult *result;
    enum rc rc = postgres_conn_run(ctx, conn, "BEGIN");

    if (rc != RC_OK)
        return rc;
    result = PQexec(conn->handle, migration->sql[SQL_POSTGRES]);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK &&
        PQresultStatus(result) != PGRES_EMPTY_QUERY)
        rc = postgres_fail(
            ctx, conn, result,
            str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", migration->folder, migration->name)));
    PQclear(result);
    if (rc == RC_OK)
        rc = note(ctx, conn, migration);
    if (rc == RC_OK)
        return postgres_conn_run(ctx, conn, "COMMIT");
    PQclear(PQexec(conn->handle, "ROLLBACK"));
    return rc;
}

static enum rc grant_text(struct ctx *ctx, const struct db_schema *schema, const char *role,
                          struct buf *out)
{
    buf_add_fmt(out,
                "BEGIN; GRANT USAGE ON SCHEMA public TO %s;"
                " REVOKE CREATE ON SCHEMA public FROM PUBLIC, %s;"
                " GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %s;"
                " GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %s;"
                " REVOKE INSERT, UPDATE, DELETE ON migration FROM %s;",
                role, role, role, role, role);
    for (const char *const *table = schema->insert_only; table && *table; table++)
        buf_add_fmt(out, " REVOKE UPDATE, DELETE ON \"%s\" FROM %s;", *table, role);
    BUF_ADD(out, " COMMIT");
    buf_add_byte(out, '\0');
    return buf_has_failed(out) ? FAIL(ctx, ERR_MEMORY) : RC_OK;
}

static enum rc grant(struct ctx *ctx, struct postgres_conn *conn, const struct postgres_db *db)
{
    struct buf sql = buf_in(ctx->arena, 1 << 20);
    char *role = db->server_role
                     ? PQescapeIdentifier(conn->handle, db->server_role, strlen(db->server_role))
                     : NULL;
    enum rc rc;

    if (!db->server_role)
        return RC_OK;
    if (!role)
        return FAIL(ctx, ERR_CONFIG, .detail = S("the server's role has no valid name"));
    rc = grant_text(ctx, db->base.schema, role, &sql);
    PQfreemem(role);
    return rc == RC_OK ? postgres_conn_run(ctx, conn, sql.p) : rc;
}

static enum rc apply_missing(struct ctx *ctx, struct postgres_conn *conn, bool is_trial,
                             size_t *ret)
{
    const struct db_schema *schema = conn->base.db->schema;
    struct migrate_row *rows = NULL;
    bool *is_applied;
    size_t n, missing = 0;
    enum rc rc = is_trial ? RC_OK : postgres_conn_run(ctx, conn, migrate_ledger);

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

enum rc postgres_migrate(struct ctx *ctx, struct db *base, bool is_trial, size_t *ret)
{
    struct postgres_db *db = (struct postgres_db *)base;
    struct postgres_conn *conn;
    enum rc rc = postgres_conn_open(ctx, db, &conn);

    if (rc != RC_OK)
        return rc;
    rc = is_trial ? RC_OK : postgres_conn_run(ctx, conn, LOCK_SQL);
    if (rc == RC_OK)
        rc = apply_missing(ctx, conn, is_trial, ret);
    if (rc == RC_OK && !is_trial)
        rc = grant(ctx, conn, db);
    postgres_conn_close(conn); /* which lets go of the lock */
    return rc;
}
