/* Running statements on PostgreSQL: prepared once per connection, values in binary.
 *
 * Each parameter has its type given, so that one that stands only in a fragment left out is
 * allowed. An :each reads through a server-side cursor, so that its callback may run statements
 * of its own and a long answer needs no memory. */
#include <endian.h>
#include <stdio.h>

#include "base/fault.h"
#include "db/postgres.h"

#define ROWS_PER_FETCH "256"

/* Object ids of PostgreSQL's built-in types (catalog/pg_type.dat). */
enum oid {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_FLOAT8 = 701,
    OID_VARCHAR = 1043,
    OID_JSONB = 3802,
};

static const Oid param_oids[SQL__TYPES] = {
    [SQL_I64] = OID_INT8,     [SQL_BOOL] = OID_BOOL,  [SQL_MONEY] = OID_INT8,
    [SQL_INSTANT] = OID_INT8, [SQL_DATE] = OID_INT4,  [SQL_TEXT] = OID_TEXT,
    [SQL_JSON] = OID_JSONB,   [SQL_BLOB] = OID_BYTEA, [SQL_F64] = OID_FLOAT8,
};

struct params {
    Oid *types;
    const char **values;
    int *lengths, *formats;
    int64_t *numbers; /* what values point to */
    int n;
};

static struct postgres_conn *conn_of(const struct db_cursor *cursor)
{
    return (struct postgres_conn *)cursor->conn;
}

static void set_number(struct params *params, int i, const void *bytes, size_t n)
{
    memcpy(&params->numbers[i], bytes, n);
    params->values[i] = (const char *)&params->numbers[i];
    params->lengths[i] = (int)n;
}

static void set_i64(struct params *params, int i, int64_t value, enum sql_type type)
{
    uint64_t wide = htobe64((uint64_t)value);
    uint32_t narrow = htobe32((uint32_t)value);
    unsigned char truth = value != 0;

    if (type == SQL_BOOL)
        set_number(params, i, &truth, sizeof truth);
    else if (type == SQL_DATE)
        set_number(params, i, &narrow, sizeof narrow);
    else
        set_number(params, i, &wide, sizeof wide);
}

static enum rc set_text(struct ctx *ctx, struct params *params, int i,
                        const struct db_cursor *cursor)
{
    const struct sql_field *field = &cursor->statement->params[i];
    struct str value = field_str(field, cursor->args);
    enum rc rc =
        field->type == SQL_BLOB ? RC_OK : field_check_text(ctx, cursor->statement, field, value);

    if (rc != RC_OK)
        return rc;
    if (value.n > INT32_MAX)
        return FAIL(ctx, ERR_TOO_LARGE, .field = str_of(field->name));
    /* JSON goes as text, which must end with a NUL; the others as they are. */
    params->formats[i] = field->type != SQL_JSON;
    params->values[i] = field->type == SQL_JSON ? str_z(ctx->arena, value) : value.p;
    params->lengths[i] = (int)value.n;
    if (!params->values[i])
        params->values[i] = "";
    return RC_OK;
}

static enum rc set_param(struct ctx *ctx, struct params *params, int i,
                         const struct db_cursor *cursor)
{
    const struct sql_field *field = &cursor->statement->params[i];
    double real;
    uint64_t wide;

    params->formats[i] = 1;
    if (field_is_null(field, cursor->args))
        return RC_OK;
    switch (field->type) {
    case SQL_TEXT:
    case SQL_JSON:
    case SQL_BLOB: return set_text(ctx, params, i, cursor);
    case SQL_F64:
        real = field_f64(field, cursor->args);
        memcpy(&wide, &real, sizeof wide);
        wide = htobe64(wide);
        set_number(params, i, &wide, sizeof wide);
        return RC_OK;
    default: set_i64(params, i, field_i64(field, cursor->args), field->type); return RC_OK;
    }
}

static enum rc set_params(struct ctx *ctx, const struct db_cursor *cursor, struct params *ret)
{
    size_t n = cursor->statement->param_count;
    enum rc rc = RC_OK;

    *ret = (struct params){
        .types = ARENA_ARRAY(ctx->arena, n, Oid),
        .values = ARENA_ARRAY(ctx->arena, n, const char *),
        .lengths = ARENA_ARRAY(ctx->arena, n, int),
        .formats = ARENA_ARRAY(ctx->arena, n, int),
        .numbers = ARENA_ARRAY(ctx->arena, n, int64_t),
        .n = (int)n,
    };
    if (arena_has_failed(ctx->arena))
        return FAIL(ctx, ERR_MEMORY);
    for (int i = 0; i < ret->n; i++)
        ret->types[i] = param_oids[cursor->statement->params[i].type];
    for (int i = 0; rc == RC_OK && cursor->args && i < ret->n; i++)
        rc = set_param(ctx, ret, i, cursor);
    return rc;
}

static enum rc take_result(struct ctx *ctx, struct db_cursor *cursor, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    enum rc rc;

    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        rc = postgres_fail(ctx, conn_of(cursor), result, cursor->statement->name);
        PQclear(result);
        return rc;
    }
    PQclear(cursor->result);
    cursor->result = result;
    cursor->rows = PQntuples(result);
    cursor->at = 0;
    return RC_OK;
}

static struct str text_of(struct ctx *ctx, const struct db_cursor *cursor, const char *before)
{
    struct str text =
        sql_text(ctx->arena, cursor->statement, SQL_POSTGRES, cursor->fragments, cursor->order);

    return str_is_empty(text) ? text : str_fmt(ctx->arena, "%s%.*s", before, STR_ARG(text));
}

static enum rc prepare(struct ctx *ctx, struct db_cursor *cursor, const struct params *params,
                       unsigned slot)
{
    struct postgres_conn *conn = conn_of(cursor);
    struct str text = text_of(ctx, cursor, "");
    char name[16], deallocate[32];
    PGresult *result;
    enum rc rc = RC_OK;

    snprintf(name, sizeof name, "s%u", slot);
    snprintf(deallocate, sizeof deallocate, "DEALLOCATE s%u", slot);
    if (conn->cache[slot].statement)
        rc = postgres_conn_run(ctx, conn, deallocate);
    conn->cache[slot].statement = NULL;
    if (rc != RC_OK || str_is_empty(text))
        return rc != RC_OK ? rc : FAIL(ctx, ERR_MEMORY);
    result = fault_here() ? NULL : PQprepare(conn->handle, name, text.p, params->n, params->types);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        rc = postgres_fail(ctx, conn, result, cursor->statement->name);
    PQclear(result);
    if (rc == RC_OK)
        conn->cache[slot] = (struct postgres_prepared){
            .statement = cursor->statement, .fragments = cursor->fragments, .order = cursor->order};
    return rc;
}

/* The slot of the variant, prepared; the one used least lately makes room. */
static enum rc find_prepared(struct ctx *ctx, struct db_cursor *cursor, const struct params *params,
                             unsigned *ret_slot)
{
    struct postgres_conn *conn = conn_of(cursor);
    unsigned slot = 0, oldest = 0;
    enum rc rc = RC_OK;

    while (slot < POSTGRES_CACHE_MAX && !(conn->cache[slot].statement == cursor->statement &&
                                          conn->cache[slot].fragments == cursor->fragments &&
                                          conn->cache[slot].order == cursor->order)) {
        if (conn->cache[slot].last_use < conn->cache[oldest].last_use)
            oldest = slot;
        slot++;
    }
    if (slot == POSTGRES_CACHE_MAX) {
        slot = oldest;
        rc = prepare(ctx, cursor, params, slot);
    }
    if (rc != RC_OK)
        return rc;
    conn->cache[slot].last_use = ++conn->use_count;
    *ret_slot = slot;
    return RC_OK;
}

static enum rc open_plain(struct ctx *ctx, struct db_cursor *cursor, const struct params *params)
{
    char name[16];
    unsigned slot;
    enum rc rc = find_prepared(ctx, cursor, params, &slot);

    if (rc != RC_OK)
        return rc;
    snprintf(name, sizeof name, "s%u", slot);
    return take_result(ctx, cursor,
                       fault_here()
                           ? NULL
                           : PQexecPrepared(conn_of(cursor)->handle, name, params->n,
                                            params->values, params->lengths, params->formats, 1));
}

static enum rc fetch(struct ctx *ctx, struct db_cursor *cursor)
{
    char sql[64];

    snprintf(sql, sizeof sql, "FETCH " ROWS_PER_FETCH " FROM c%zu", (size_t)cursor->handle);
    return take_result(
        ctx, cursor,
        fault_here() ? NULL
                     : PQexecParams(conn_of(cursor)->handle, sql, 0, NULL, NULL, NULL, NULL, 1));
}

static enum rc open_streamed(struct ctx *ctx, struct db_cursor *cursor, const struct params *params)
{
    struct postgres_conn *conn = conn_of(cursor);
    char before[64];
    struct str text;
    enum rc rc;

    cursor->handle = (void *)(uintptr_t)++conn->cursor_count;
    snprintf(before, sizeof before, "DECLARE c%u BINARY NO SCROLL CURSOR FOR ", conn->cursor_count);
    text = text_of(ctx, cursor, before);
    if (str_is_empty(text))
        return FAIL(ctx, ERR_MEMORY);
    rc = take_result(ctx, cursor,
                     fault_here()
                         ? NULL
                         : PQexecParams(conn->handle, text.p, params->n, params->types,
                                        params->values, params->lengths, params->formats, 1));
    return rc == RC_OK ? fetch(ctx, cursor) : rc;
}

enum rc postgres_cursor_open(struct ctx *ctx, struct db_cursor *cursor)
{
    struct params params;
    enum rc rc = set_params(ctx, cursor, &params);

    if (rc == RC_OK)
        rc = cursor->is_streamed ? open_streamed(ctx, cursor, &params)
                                 : open_plain(ctx, cursor, &params);
    if (rc != RC_OK)
        PQclear(cursor->result);
    return rc;
}

static int64_t read_i64(const char *p, int n)
{
    uint64_t wide;
    uint32_t narrow;
    uint16_t small;

    switch (n) {
    case 1: return *p != 0;
    case 2: memcpy(&small, p, 2); return (int16_t)be16toh(small);
    case 4: memcpy(&narrow, p, 4); return (int32_t)be32toh(narrow);
    default: memcpy(&wide, p, 8); return (int64_t)be64toh(wide);
    }
}

static double read_f64(const char *p)
{
    uint64_t wide;
    double value;

    memcpy(&wide, p, sizeof wide);
    wide = be64toh(wide);
    memcpy(&value, &wide, sizeof value);
    return value;
}

static void read_text(struct arena *copies, struct str value, Oid type,
                      const struct sql_field *field, void *row)
{
    if (type == OID_JSONB && value.n) /* begins with its version, 1 */
        value = str_slice(value, 1, value.n);
    field_set_str(field, row, copies ? str_copy(copies, value) : value);
}

static enum rc read_row(struct ctx *ctx, struct db_cursor *cursor, struct arena *copies, void *row)
{
    const PGresult *result = cursor->result;
    enum rc rc = RC_OK;

    for (int i = 0; rc == RC_OK && i < cursor->statement->column_count; i++) {
        const struct sql_field *field = &cursor->statement->columns[i];
        const char *p = PQgetvalue(result, cursor->at, i);
        int n = PQgetlength(result, cursor->at, i);

        if (PQgetisnull(result, cursor->at, i))
            rc = field_set_null(ctx, cursor->statement, field, row);
        else if (field->type == SQL_TEXT || field->type == SQL_JSON || field->type == SQL_BLOB)
            read_text(copies, (struct str){p, (size_t)n}, PQftype(result, i), field, row);
        else if (field->type == SQL_F64)
            field_set_f64(field, row, read_f64(p));
        else
            field_set_i64(field, row, read_i64(p, n));
    }
    return rc;
}

enum rc postgres_cursor_step(struct ctx *ctx, struct db_cursor *cursor, struct arena *copies,
                             void *row, bool *ret_has_row)
{
    enum rc rc = RC_OK;
    int64_t changed;

    if (cursor->is_streamed && cursor->at == cursor->rows && cursor->rows > 0)
        rc = fetch(ctx, cursor);
    if (rc != RC_OK)
        return rc;
    if (cursor->at < cursor->rows) {
        rc = row ? read_row(ctx, cursor, copies, row) : RC_OK;
        cursor->at++;
        *ret_has_row = true;
        return rc;
    }
    *ret_has_row = false;
    cursor->changed = str_to_i64(str_of(PQcmdTuples(cursor->result)), &changed) ? changed : 0;
    return RC_OK;
}

void postgres_cursor_close(struct db_cursor *cursor)
{
    char sql[32];

    PQclear(cursor->result);
    /* A failed transaction has closed it already, and it ends with the transaction anyway. */
    if (cursor->is_streamed && PQtransactionStatus(conn_of(cursor)->handle) == PQTRANS_INTRANS) {
        snprintf(sql, sizeof sql, "CLOSE c%zu", (size_t)cursor->handle);
        PQclear(PQexec(conn_of(cursor)->handle, sql));
    }
}

static bool can_be_read(Oid oid, enum sql_type type)
{
    switch (type) {
    case SQL_BOOL: return oid == OID_BOOL;
    case SQL_TEXT: return oid == OID_TEXT || oid == OID_VARCHAR;
    case SQL_JSON: return oid == OID_JSONB || oid == OID_JSON;
    case SQL_BLOB: return oid == OID_BYTEA;
    case SQL_F64: return oid == OID_FLOAT8;
    default: return oid == OID_INT8 || oid == OID_INT4 || oid == OID_INT2;
    }
}

static enum rc compare(struct ctx *ctx, const struct sql_statement *statement,
                       const PGresult *described)
{
    if (PQnfields(described) != statement->column_count)
        return FAIL(ctx, ERR_INTERNAL,
                    .detail = str_fmt(ctx->arena, "%s: %d columns, expected %d", statement->name,
                                      PQnfields(described), statement->column_count));
    for (int i = 0; i < statement->column_count; i++)
        if (!can_be_read(PQftype(described, i), statement->columns[i].type) ||
            !str_eq(str_of(PQfname(described, i)), str_of(statement->columns[i].name)))
            return FAIL(ctx, ERR_INTERNAL,
                        .detail = str_fmt(ctx->arena,
                                          "%s: column %s is %s of type %u, which does not fit; "
                                          "a CAST may help",
                                          statement->name, statement->columns[i].name,
                                          PQfname(described, i), PQftype(described, i)));
    return RC_OK;
}

enum rc postgres_check(struct ctx *ctx, struct db_cursor *cursor)
{
    struct params params;
    char name[16];
    unsigned slot;
    PGresult *described;
    enum rc rc = set_params(ctx, cursor, &params);

    if (rc == RC_OK)
        rc = find_prepared(ctx, cursor, &params, &slot);
    if (rc != RC_OK)
        return rc;
    snprintf(name, sizeof name, "s%u", slot);
    described = PQdescribePrepared(conn_of(cursor)->handle, name);
    rc = compare(ctx, cursor->statement, described);
    PQclear(described);
    return rc;
}
