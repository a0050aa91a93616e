/* What is the same about migrations on both engines: comparing the ledger with the schema. */
#include "db/engine.h"

const char migrate_ledger[] = "CREATE TABLE IF NOT EXISTS migration ("
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

enum rc migrate_compare(struct ctx *ctx, const struct db_schema *schema,
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
