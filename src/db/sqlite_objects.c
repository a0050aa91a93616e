/* What a database consists of, compared with what its migrations make. */
#include "base/fault.h"
#include "base/utf8.h"
#include "db/sqlite.h"

struct object {
    struct str type, name, sql;
};

struct objects {
    struct object *of;
    size_t n;
};

/* But for what SQLite makes by itself: the indexes of constraints and its statistics. */
static const char objects_sql[] =
    "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND NOT (type = 'table' AND"
    " name IN ('sqlite_sequence', 'sqlite_stat1', 'sqlite_stat4')) ORDER BY type, name";

static struct str column_copy(struct ctx *ctx, sqlite3_stmt *stmt, int i)
{
    const char *text = (const char *)sqlite3_column_text(stmt, i);

    return str_copy(ctx->arena, (struct str){text, (size_t)sqlite3_column_bytes(stmt, i)});
}

static enum rc fail(struct ctx *ctx, sqlite3 *handle)
{
    return FAIL(ctx, ERR_CONFIG,
                .detail = str_fmt(ctx->arena, "the database's schema: %s", sqlite3_errmsg(handle)));
}

static enum rc add(struct ctx *ctx, sqlite3_stmt *stmt, struct objects *objects)
{
    objects->of = arena_grow(ctx->arena, objects->of, objects->n * sizeof *objects->of,
                             (objects->n + 1) * sizeof *objects->of);
    if (!objects->of)
        return FAIL(ctx, ERR_MEMORY);
    objects->of[objects->n++] = (struct object){
        column_copy(ctx, stmt, 0), column_copy(ctx, stmt, 1), column_copy(ctx, stmt, 2)};
    return RC_OK;
}

static enum rc read_objects(struct ctx *ctx, sqlite3 *handle, struct objects *ret)
{
    struct objects objects = {0};
    sqlite3_stmt *stmt = NULL;
    enum rc rc = RC_OK;
    int code =
        fault_here() ? SQLITE_IOERR : sqlite3_prepare_v2(handle, objects_sql, -1, &stmt, NULL);

    if (code != SQLITE_OK)
        return fail(ctx, handle);
    while (!rc && (code = sqlite3_step(stmt)) == SQLITE_ROW)
        rc = add(ctx, stmt, &objects);
    if (!rc && code != SQLITE_DONE)
        rc = fail(ctx, handle);
    sqlite3_finalize(stmt);
    if (!rc)
        *ret = objects;
    return rc;
}

/* What the same migrations make of an empty database. */
static enum rc make_expected(struct ctx *ctx, const struct db_schema *schema,
                             const bool *is_applied, struct objects *ret)
{
    sqlite3 *handle = NULL;
    bool has_ledger = false;
    enum rc rc;
    int code = sqlite3_open(":memory:", &handle);

    for (size_t i = 0; code == SQLITE_OK && i < schema->migration_count; i++) {
        if (!is_applied[i])
            continue;
        if (!has_ledger)
            code = sqlite3_exec(handle, migrate_ledger_sql, NULL, NULL, NULL);
        has_ledger = true;
        if (code == SQLITE_OK)
            code = sqlite3_exec(handle, schema->migrations[i].sql[SQL_SQLITE], NULL, NULL, NULL);
    }
    rc = code == SQLITE_OK ? read_objects(ctx, handle, ret) : fail(ctx, handle);
    sqlite3_close(handle);
    return rc;
}

static enum rc refuse(struct ctx *ctx, const struct object *object, const char *what)
{
    struct str name = utf8_cut(object->name, 100);

    return FAIL(ctx, ERR_FORMAT,
                .detail = str_fmt(ctx->arena, "the database's %.*s '%.*s' is %s",
                                  STR_ARG(object->type), STR_ARG(name), what));
}

static int compare(const struct object *a, const struct object *b)
{
    int order = str_cmp(a->type, b->type);

    return order ? order : str_cmp(a->name, b->name);
}

/* Both in the same order. */
static enum rc compare_all(struct ctx *ctx, const struct objects *expected,
                           const struct objects *found)
{
    size_t i = 0, j = 0;

    while (i < expected->n || j < found->n) {
        int order = i == expected->n ? 1
                    : j == found->n  ? -1
                                     : compare(&expected->of[i], &found->of[j]);

        if (order > 0)
            return refuse(ctx, &found->of[j], "none that this program makes");
        if (order < 0)
            return refuse(ctx, &expected->of[i], "missing");
        if (!str_eq(expected->of[i++].sql, found->of[j++].sql))
            return refuse(ctx, &found->of[j - 1], "not as this program makes it");
    }
    return RC_OK;
}

enum rc sqlite_check_objects(struct ctx *ctx, struct db *db)
{
    struct objects expected = {0}, found = {0};
    struct sqlite_conn *conn;
    bool *is_applied;
    enum rc rc = sqlite_conn_open(ctx, (struct sqlite_db *)db, SQLITE_READER, false, &conn);

    if (rc != RC_OK)
        return rc;
    rc = sqlite_applied(ctx, conn, &is_applied);
    if (rc == RC_OK)
        rc = read_objects(ctx, conn->handle, &found);
    sqlite_conn_close(conn);
    if (rc == RC_OK)
        rc = make_expected(ctx, db->schema, is_applied, &expected);
    return rc == RC_OK ? compare_all(ctx, &expected, &found) : rc;
}
