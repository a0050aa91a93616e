/* Migrating: the ledger is compared with the schema, and what is missing applied, each migration in
 * a transaction of its own. */
#include "db/engine.h"

#define LEDGER_NAME "the ledger of migrations"

const char migrate_ledger_sql[] =
    "CREATE TABLE IF NOT EXISTS migration ("
    "folder TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL,"
    " checksum TEXT NOT NULL, applied BIGINT NOT NULL,"
    " PRIMARY KEY (folder, number))";

static enum rc check_applied(struct ctx *ctx, const struct db_migration *migration,
                             const struct migrate_row *row)
{
    if (str_eq(row->checksum, str_of(migration->checksum)))
        return RC_OK;
    return FAIL(ctx, ERR_CONFIG,
                .detail = str_fmt(ctx->arena,
                                  "Migration %s/%s was changed after it had been applied to this "
                                  "database. An applied migration stays as it is: restore the "
                                  "file and put the change into a new migration.",
                                  migration->folder, migration->name));
}

static enum rc check_unknown(struct ctx *ctx, const struct migrate_row *row)
{
    return FAIL(ctx, ERR_CONFIG,
                .detail = str_fmt(ctx->arena,
                                  "This database has migration %lld of '%.*s', which this program "
                                  "does not know: a newer version has been here. Use that version "
                                  "or restore a backup.",
                                  (long long)row->number, STR_ARG(row->folder)));
}

/* One flag per migration of the schema; fails when ledger and schema do not agree. */
static enum rc compare(struct ctx *ctx, const struct db_schema *schema,
                       const struct migrate_row *applied, size_t n, bool **ret_is_applied)
{
    bool *is_applied = ARENA_ARRAY(ctx->arena, schema->migration_count, bool);
    enum rc rc = is_applied ? RC_OK : FAIL(ctx, ERR_MEMORY);

    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        size_t k = 0;

        while (k < schema->migration_count &&
               !(schema->migrations[k].number == applied[i].number &&
                 str_eq(str_of(schema->migrations[k].folder), applied[i].folder)))
            k++;
        if (k == schema->migration_count) {
            rc = check_unknown(ctx, &applied[i]);
        } else {
            rc = check_applied(ctx, &schema->migrations[k], &applied[i]);
            is_applied[k] = true;
        }
    }
    if (rc == RC_OK)
        *ret_is_applied = is_applied;
    return rc;
}

static enum rc apply(struct ctx *ctx, const struct migrate_steps *steps, void *conn,
                     const struct db_migration *migration, enum sql_engine engine)
{
    const char *name =
        str_z(ctx->arena, str_fmt(ctx->arena, "%s/%s", migration->folder, migration->name));
    enum rc rc = steps->run(ctx, conn, steps->begin, name);

    if (rc != RC_OK)
        return rc;
    rc = steps->run(ctx, conn, migration->sql[engine], name);
    if (rc == RC_OK)
        rc = steps->note(ctx, conn, migration);
    if (rc == RC_OK)
        rc = steps->run(ctx, conn, "COMMIT", name);
    if (rc != RC_OK)
        steps->rollback(conn);
    return rc;
}

enum rc migrate_applied(struct ctx *ctx, const struct db_schema *schema,
                        const struct migrate_steps *steps, void *conn, bool **ret_is_applied)
{
    struct migrate_row *rows = NULL;
    size_t n = 0;
    enum rc rc = steps->read_ledger(ctx, conn, &rows, &n);

    return rc == RC_OK ? compare(ctx, schema, rows, n, ret_is_applied) : rc;
}

enum rc migrate_apply(struct ctx *ctx, const struct db_schema *schema,
                      const struct migrate_steps *steps, void *conn, bool is_trial,
                      size_t *ret_missing)
{
    enum sql_engine engine = ((struct db_conn *)conn)->db->engine;
    bool *is_applied, has_ledger = is_trial;
    size_t missing = 0;
    enum rc rc = migrate_applied(ctx, schema, steps, conn, &is_applied);

    for (size_t i = 0; rc == RC_OK && i < schema->migration_count; i++) {
        if (is_applied[i])
            continue;
        missing++;
        if (!has_ledger)
            rc = steps->run(ctx, conn, migrate_ledger_sql, LEDGER_NAME);
        has_ledger = true;
        if (rc == RC_OK && !is_trial)
            rc = apply(ctx, steps, conn, &schema->migrations[i], engine);
    }
    if (rc == RC_OK && ret_missing)
        *ret_missing = missing;
    return rc;
}
