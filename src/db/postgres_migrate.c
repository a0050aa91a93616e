/* Applying migrations to PostgreSQL, by the owner of the database; the server signs in as another
 * role, which gets here what it needs and no more. */
#include "base/buf.h"
#include "base/fault.h"
#include "db/postgres.h"

/* Any number: two programs that migrate at once wait for each other. */
#define LOCK_SQL "SELECT pg_advisory_lock(7215541420)"

static enum rc query(struct ctx *ctx, struct postgres_conn *conn, const char *sql, PGresult **ret)
{
    PGresult *result = fault_here() ? NULL : PQexec(conn->handle, sql);
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

/* The first cell of a query's one row. */
static enum rc ask(struct ctx *ctx, struct postgres_conn *conn, const char *sql, struct str *ret)
{
    PGresult *result;
    enum rc rc = query(ctx, conn, sql, &result);

    if (rc != RC_OK)
        return rc;
    *ret = cell(ctx, result, 0, 0);
    PQclear(result);
    return RC_OK;
}

static enum rc run(struct ctx *ctx, void *conn, const char *sql, const char *what)
{
    enum rc rc = postgres_conn_run(ctx, conn, sql);

    if (rc != RC_OK && ctx->err.id == ERR_INTERNAL)
        ctx->err.detail = str_fmt(ctx->arena, "%s: %.*s", what, STR_ARG(ctx->err.detail));
    return rc;
}

static enum rc read_ledger(struct ctx *ctx, void *arg, struct migrate_row **ret_rows, size_t *ret_n)
{
    struct postgres_conn *conn = arg;
    struct migrate_row *rows;
    struct str exists;
    PGresult *result;
    int n;
    enum rc rc = ask(ctx, conn, "SELECT to_regclass('migration') IS NOT NULL", &exists);

    if (rc != RC_OK || !str_eq(exists, S("t")))
        return rc;
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

static enum rc note(struct ctx *ctx, void *arg, const struct db_migration *migration)
{
    struct postgres_conn *conn = arg;
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

static void rollback(void *arg)
{
    struct postgres_conn *conn = arg;

    PQclear(PQexec(conn->handle, "ROLLBACK"));
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

/* Who the server is, as the database knows it. */
static enum rc server_role(struct ctx *ctx, struct postgres_db *db, const char **ret)
{
    struct postgres_conn *conn;
    struct str role;
    enum rc rc = postgres_conn_open(ctx, db, db->location, &conn);

    if (rc != RC_OK)
        return rc;
    rc = ask(ctx, conn, "SELECT quote_ident(current_user)", &role);
    postgres_conn_close(conn);
    if (rc == RC_OK)
        *ret = str_z(ctx->arena, role);
    return rc;
}

static enum rc grant(struct ctx *ctx, struct postgres_conn *owner, struct postgres_db *db)
{
    struct buf sql = buf_in(ctx->arena, 1 << 20);
    const char *role;
    struct str owner_role;
    enum rc rc;

    if (!db->owner_location)
        return RC_OK;
    rc = server_role(ctx, db, &role);
    if (rc == RC_OK)
        rc = ask(ctx, owner, "SELECT quote_ident(current_user)", &owner_role);
    if (rc == RC_OK && str_eq(owner_role, str_of(role)))
        return RC_OK; /* one role: from itself nothing is to be kept */
    if (rc == RC_OK)
        rc = grant_text(ctx, db->base.schema, role, &sql);
    return rc == RC_OK ? postgres_conn_run(ctx, owner, sql.p) : rc;
}

/* The server's role finds out here, and not in the middle of it. */
static enum rc check_may_change(struct ctx *ctx, struct postgres_conn *conn)
{
    struct str may;
    enum rc rc = ask(ctx, conn, "SELECT has_schema_privilege(current_schema(), 'CREATE')", &may);

    if (rc != RC_OK || str_eq(may, S("t")))
        return rc;
    return FAIL(ctx, ERR_CONFIG,
                .detail = S("tables are missing or of an older version, and the server's role may "
                            "not change them: run cityhall upgrade with --owner and the address "
                            "of the role that owns them"));
}

enum rc postgres_owner_open(struct ctx *ctx, struct postgres_db *db, struct postgres_conn **ret)
{
    return postgres_conn_open(ctx, db, db->owner_location ? db->owner_location : db->location, ret);
}

enum rc postgres_migrate(struct ctx *ctx, struct db *base, bool is_trial, size_t *ret)
{
    static const struct migrate_steps steps = {"BEGIN", run, read_ledger, note, rollback};
    struct postgres_db *db = (struct postgres_db *)base;
    struct postgres_conn *conn;
    size_t missing = 0;
    enum rc rc = postgres_owner_open(ctx, db, &conn);

    if (rc != RC_OK)
        return rc;
    rc = migrate_apply(ctx, base->schema, &steps, conn, true, &missing);
    if (rc == RC_OK && missing && !is_trial)
        rc = check_may_change(ctx, conn);
    if (rc == RC_OK && missing && !is_trial)
        rc = postgres_conn_run(ctx, conn, LOCK_SQL);
    if (rc == RC_OK && missing && !is_trial)
        rc = migrate_apply(ctx, base->schema, &steps, conn, false, &missing);
    if (rc == RC_OK && !is_trial)
        rc = grant(ctx, conn, db);
    postgres_conn_close(conn); /* which lets go of the lock */
    if (rc == RC_OK && ret)
        *ret = missing;
    return rc;
}
