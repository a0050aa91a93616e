/* Running statements on SQLite: the cache of prepared ones, binding, reading rows. */
#include <stdlib.h>

#include "base/fault.h"
#include "db/sqlite.h"

static struct sqlite_conn *conn_of(const struct db_cursor *cursor)
{
    return (struct sqlite_conn *)cursor->conn;
}

static struct sqlite_prepared *set_of(struct sqlite_conn *conn, const struct db_cursor *cursor)
{
    uint64_t hash = (uint64_t)(uintptr_t)cursor->statement / sizeof(void *);

    hash = (hash ^ (uint64_t)cursor->fragments << 8 ^ cursor->order) * UINT64_C(0x9e3779b97f4a7c15);
    return conn->cache[hash >> 32 & (SQLITE_CACHE_SETS - 1)];
}

static bool is_same(const struct sqlite_prepared *prepared, const struct db_cursor *cursor)
{
    return prepared->statement == cursor->statement && prepared->fragments == cursor->fragments &&
           prepared->order == cursor->order;
}

static enum rc prepare(struct ctx *ctx, struct db_cursor *cursor, struct sqlite_prepared *slot)
{
    struct sqlite_conn *conn = conn_of(cursor);
    struct str text =
        sql_text(ctx->arena, cursor->statement, SQL_SQLITE, cursor->fragments, cursor->order);
    unsigned flags = slot->is_cached ? SQLITE_PREPARE_PERSISTENT : 0;
    int code;

    if (str_is_empty(text))
        return FAIL(ctx, ERR_MEMORY);
    code = fault_here()
               ? SQLITE_NOMEM
               : sqlite3_prepare_v3(conn->handle, text.p, (int)text.n, flags, &slot->stmt, NULL);
    if (code != SQLITE_OK) {
        slot->stmt = NULL;
        return sqlite_fail(ctx, conn, code, cursor->statement->name);
    }
    slot->statement = cursor->statement;
    slot->fragments = cursor->fragments;
    slot->order = cursor->order;
    return RC_OK;
}

/* The variant's prepared statement; the least used of its set makes room. A statement that runs
 * already (an :each whose callback asks the same again) gets a second, uncached one. */
static enum rc find_prepared(struct ctx *ctx, struct db_cursor *cursor,
                             struct sqlite_prepared **ret)
{
    struct sqlite_conn *conn = conn_of(cursor);
    struct sqlite_prepared *set = set_of(conn, cursor), *oldest = NULL;
    enum rc rc;

    for (unsigned way = 0; way < SQLITE_CACHE_WAYS; way++) {
        if (set[way].is_busy)
            continue;
        if (set[way].stmt && is_same(&set[way], cursor)) {
            *ret = &set[way];
            return RC_OK;
        }
        if (!oldest || !set[way].stmt || (oldest->stmt && set[way].last_use < oldest->last_use))
            oldest = &set[way];
    }
    if (oldest) {
        sqlite3_finalize(oldest->stmt);
        *oldest = (struct sqlite_prepared){.is_cached = true};
    } else {
        oldest = calloc(1, sizeof *oldest);
        if (!oldest)
            return FAIL(ctx, ERR_MEMORY);
    }
    rc = prepare(ctx, cursor, oldest);
    if (rc != RC_OK && !oldest->is_cached)
        free(oldest);
    if (rc == RC_OK)
        *ret = oldest;
    return rc;
}

/* An empty text or blob is not NULL: SQLite takes a null pointer for NULL. */
static const char *never_null(struct str value)
{
    return value.p ? value.p : "";
}

static int bind_one(sqlite3_stmt *stmt, int i, const struct sql_field *field, const void *args)
{
    struct str text;

    if (field_is_null(field, args))
        return sqlite3_bind_null(stmt, i);
    switch (field->type) {
    case SQL_TEXT:
    case SQL_JSON:
        text = field_str(field, args);
        return sqlite3_bind_text64(stmt, i, never_null(text), text.n, SQLITE_STATIC, SQLITE_UTF8);
    case SQL_BLOB:
        text = field_str(field, args);
        return sqlite3_bind_blob64(stmt, i, never_null(text), text.n, SQLITE_STATIC);
    case SQL_F64: return sqlite3_bind_double(stmt, i, field_f64(field, args));
    default: return sqlite3_bind_int64(stmt, i, field_i64(field, args));
    }
}

static enum rc bind_all(struct ctx *ctx, struct db_cursor *cursor, sqlite3_stmt *stmt)
{
    const struct sql_statement *statement = cursor->statement;
    int used = sqlite3_bind_parameter_count(stmt); /* a fragment left out may take the last ones */

    for (int i = 0; i < statement->param_count && i < used; i++) {
        const struct sql_field *field = &statement->params[i];
        bool is_text = field->type == SQL_TEXT || field->type == SQL_JSON;
        enum rc rc = is_text && !field_is_null(field, cursor->args)
                         ? field_check_text(ctx, statement, field, field_str(field, cursor->args))
                         : RC_OK;
        int code = rc == RC_OK ? bind_one(stmt, i + 1, field, cursor->args) : SQLITE_OK;

        if (rc != RC_OK)
            return rc;
        if (code != SQLITE_OK)
            return sqlite_fail(ctx, conn_of(cursor), code, statement->name);
    }
    return RC_OK;
}

static void let_go(struct sqlite_prepared *prepared)
{
    sqlite3_reset(prepared->stmt);
    prepared->is_busy = false;
    if (prepared->is_cached)
        return;
    sqlite3_finalize(prepared->stmt);
    free(prepared);
}

enum rc sqlite_cursor_open(struct ctx *ctx, struct db_cursor *cursor)
{
    struct sqlite_conn *conn = conn_of(cursor);
    struct sqlite_prepared *prepared;
    enum rc rc;

    conn->current = cursor->statement;
    conn->deadline_ms = ctx->deadline_ms;
    rc = find_prepared(ctx, cursor, &prepared);
    if (rc != RC_OK)
        return rc;
    prepared->is_busy = true;
    prepared->last_use = ++conn->use_count;
    rc = bind_all(ctx, cursor, prepared->stmt);
    if (rc != RC_OK)
        let_go(prepared);
    else
        cursor->handle = prepared;
    return rc;
}

static enum rc read_text(struct ctx *ctx, struct arena *copies, sqlite3_stmt *stmt, int i,
                         const struct sql_field *field, void *row)
{
    const char *p = field->type == SQL_BLOB ? sqlite3_column_blob(stmt, i)
                                            : (const char *)sqlite3_column_text(stmt, i);
    struct str value = {p, (size_t)sqlite3_column_bytes(stmt, i)};

    if (!p && value.n)
        return FAIL(ctx, ERR_MEMORY);
    if (!p)
        value.p = "";
    field_set_str(field, row, copies ? str_copy(copies, value) : value);
    return RC_OK;
}

static enum rc read_row(struct ctx *ctx, struct db_cursor *cursor, struct arena *copies,
                        sqlite3_stmt *stmt, void *row)
{
    enum rc rc = RC_OK;

    for (int i = 0; rc == RC_OK && i < cursor->statement->column_count; i++) {
        const struct sql_field *field = &cursor->statement->columns[i];

        if (sqlite3_column_type(stmt, i) == SQLITE_NULL)
            rc = field_set_null(ctx, cursor->statement, field, row);
        else if (field->type == SQL_TEXT || field->type == SQL_JSON || field->type == SQL_BLOB)
            rc = read_text(ctx, copies, stmt, i, field, row);
        else if (field->type == SQL_F64)
            field_set_f64(field, row, sqlite3_column_double(stmt, i));
        else
            field_set_i64(field, row, sqlite3_column_int64(stmt, i));
    }
    return rc;
}

enum rc sqlite_cursor_step(struct ctx *ctx, struct db_cursor *cursor, struct arena *copies,
                           void *row, bool *ret_has_row)
{
    struct sqlite_conn *conn = conn_of(cursor);
    struct sqlite_prepared *prepared = cursor->handle;
    int code;

    *ret_has_row = false;
    if (cursor->at) /* it is done; SQLite would run it again */
        return RC_OK;
    conn->current = cursor->statement; /* step may have to prepare again */
    code = fault_here() ? SQLITE_IOERR : sqlite3_step(prepared->stmt);
    if (code == SQLITE_ROW) {
        *ret_has_row = true;
        return row ? read_row(ctx, cursor, copies, prepared->stmt, row) : RC_OK;
    }
    if (code != SQLITE_DONE)
        return sqlite_fail(ctx, conn, code, cursor->statement->name);
    cursor->at = 1;
    /* An :insert without RETURNING: the id is known without it. */
    *ret_has_row =
        row && cursor->statement->kind == SQL_INSERT && sqlite3_column_count(prepared->stmt) == 0;
    if (*ret_has_row)
        *(int64_t *)row = sqlite3_last_insert_rowid(conn->handle);
    cursor->changed = sqlite3_changes64(conn->handle);
    return RC_OK;
}

void sqlite_cursor_close(struct db_cursor *cursor)
{
    let_go(cursor->handle);
}

enum rc sqlite_check(struct ctx *ctx, struct db_cursor *cursor)
{
    struct sqlite_prepared *prepared;
    enum rc rc;

    conn_of(cursor)->current = cursor->statement;
    rc = find_prepared(ctx, cursor, &prepared);
    if (rc == RC_OK)
        let_go(prepared);
    return rc;
}
