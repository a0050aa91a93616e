#include "db/statement.h"

#include <assert.h>

#include "base/buf.h"
#include "db/engine.h"

#define TEXT_MAX ((size_t)1 << 20)
#define ROWS_MIN 8

static bool is_in(const struct sql_piece *piece, uint32_t fragments, unsigned order)
{
    return (piece->fragment == SQL_ALWAYS || fragments >> piece->fragment & 1) &&
           (piece->order == SQL_ALWAYS || (unsigned)piece->order == order);
}

struct str sql_text(struct arena *arena, const struct sql_statement *statement,
                    enum sql_engine engine, uint32_t fragments, unsigned order)
{
    struct buf out = buf_in(arena, TEXT_MAX);

    for (unsigned i = 0; i < statement->piece_count[engine]; i++)
        if (is_in(&statement->pieces[engine][i], fragments, order))
            buf_add(&out, str_of(statement->pieces[engine][i].text));
    return buf_has_failed(&out) ? STR_NONE : buf_str(&out);
}

static uint32_t fragments_of(const struct sql_statement *statement, const void *args)
{
    uint32_t fragments = 0;

    for (unsigned i = 0; i < statement->fragment_count; i++)
        if (*(const bool *)((const char *)args + statement->fragment_offsets[i]))
            fragments |= (uint32_t)1 << i;
    return fragments;
}

static unsigned order_of(const struct sql_statement *statement, const void *args)
{
    unsigned order = 0;

    if (statement->order_count)
        memcpy(&order, (const char *)args + statement->order_offset, sizeof order);
    return order;
}

static enum rc begin(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                     struct db_cursor *ret)
{
    unsigned order = order_of(statement, args);
    struct db_conn *conn;
    enum rc rc = db_conn_get(ctx, &conn);

    assert(order == 0 || order < statement->order_count);
    if (rc != RC_OK)
        return rc;
    if (!statement->is_read_only && !conn->may_write)
        return FAIL(ctx, ERR_INTERNAL,
                    .detail = str_fmt(ctx->arena, "%s: writes outside db_tx", statement->name));
    *ret = (struct db_cursor){
        .conn = conn,
        .statement = statement,
        .args = args,
        .fragments = fragments_of(statement, args),
        .order = order,
        .is_streamed = statement->kind == SQL_EACH,
    };
    rc = conn->db->ops->cursor_open(ctx, ret);
    conn->cursors += rc == RC_OK;
    return rc;
}

static enum rc step(struct ctx *ctx, struct db_cursor *cursor, struct arena *copies, void *row,
                    bool *ret_has_row)
{
    if (row)
        memset(row, 0, cursor->statement->row_bytes);
    return cursor->conn->db->ops->cursor_step(ctx, cursor, copies, row, ret_has_row);
}

static void end(struct db_cursor *cursor)
{
    cursor->conn->db->ops->cursor_close(cursor);
    cursor->conn->cursors--;
}

/* What a statement that changes rows and also returns some has still to do after the first. */
static enum rc finish(struct ctx *ctx, struct db_cursor *cursor)
{
    bool has_row = !cursor->statement->is_read_only;
    enum rc rc = RC_OK;

    while (rc == RC_OK && has_row)
        rc = step(ctx, cursor, NULL, NULL, &has_row);
    return rc;
}

enum rc sql_optional(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                     bool *ret_found, void *ret_row)
{
    struct db_cursor cursor;
    bool has_row = false;
    enum rc rc = begin(ctx, statement, args, &cursor);
    void *row;

    if (rc != RC_OK)
        return rc;
    row = arena_alloc(ctx->arena, statement->row_bytes);
    rc = row ? step(ctx, &cursor, ctx->arena, row, &has_row) : FAIL(ctx, ERR_MEMORY);
    if (rc == RC_OK && has_row)
        rc = finish(ctx, &cursor);
    end(&cursor);
    if (rc != RC_OK)
        return rc;
    if (has_row)
        memcpy(ret_row, row, statement->row_bytes);
    *ret_found = has_row;
    return RC_OK;
}

enum rc sql_one(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                void *ret_row)
{
    bool was_found;
    enum rc rc = sql_optional(ctx, statement, args, &was_found, ret_row);

    if (rc == RC_OK && !was_found)
        return FAIL(ctx, ERR_NOT_FOUND, .detail = str_of(statement->name));
    return rc;
}

struct row_array {
    char *rows;
    size_t n, room;
};

/* Room for one row more; the rows are doubled in the arena as they come. */
static void *next_row(struct arena *arena, struct row_array *array, size_t row_bytes)
{
    size_t room = array->room ? array->room * 2 : ROWS_MIN;
    char *rows;

    if (array->n == array->room) {
        rows = arena_grow(arena, array->rows, array->room * row_bytes, room * row_bytes);
        if (!rows)
            return NULL;
        array->rows = rows;
        array->room = room;
    }
    return array->rows + array->n * row_bytes;
}

enum rc sql_many(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                 void **ret_rows, size_t *ret_n)
{
    struct row_array array = {0};
    struct db_cursor cursor;
    bool has_row = true;
    enum rc rc = begin(ctx, statement, args, &cursor);

    if (rc != RC_OK)
        return rc;
    while (rc == RC_OK && has_row) {
        void *row = next_row(ctx->arena, &array, statement->row_bytes);

        rc = row ? step(ctx, &cursor, ctx->arena, row, &has_row) : FAIL(ctx, ERR_MEMORY);
        array.n += rc == RC_OK && has_row;
    }
    end(&cursor);
    if (rc == RC_OK) {
        *ret_rows = array.rows;
        *ret_n = array.n;
    }
    return rc;
}

enum rc sql_each(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                 sql_each_fn *each, void *arg)
{
    struct db_cursor cursor;
    bool has_row = true;
    enum rc rc = begin(ctx, statement, args, &cursor);
    void *row;

    if (rc != RC_OK)
        return rc;
    row = arena_alloc(ctx->arena, statement->row_bytes);
    if (!row)
        rc = FAIL(ctx, ERR_MEMORY);
    while (rc == RC_OK) {
        rc = step(ctx, &cursor, NULL, row, &has_row);
        if (rc != RC_OK || !has_row)
            break;
        rc = each(ctx, row, arg);
    }
    end(&cursor);
    return rc;
}

enum rc sql_exec(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                 int64_t *ret_changed)
{
    struct db_cursor cursor;
    bool has_row;
    enum rc rc = begin(ctx, statement, args, &cursor);

    if (rc != RC_OK)
        return rc;
    rc = step(ctx, &cursor, NULL, NULL, &has_row);
    if (rc == RC_OK && ret_changed)
        *ret_changed = cursor.changed;
    end(&cursor);
    return rc;
}

const struct sql_field sql_id_column[1] = {{"id", SQL_I64, 0, SQL_NEVER_NULL}};

enum rc sql_insert(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                   int64_t *ret_id)
{
    struct db_cursor cursor;
    bool has_row = false;
    int64_t id = 0;
    enum rc rc = begin(ctx, statement, args, &cursor);

    if (rc != RC_OK)
        return rc;
    rc = step(ctx, &cursor, NULL, &id, &has_row);
    if (rc == RC_OK && has_row)
        rc = finish(ctx, &cursor);
    end(&cursor);
    if (rc != RC_OK)
        return rc;
    if (!has_row)
        return FAIL(ctx, ERR_DUPLICATE, .detail = str_of(statement->name));
    if (ret_id)
        *ret_id = id;
    return RC_OK;
}
