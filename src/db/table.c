#include "db/table.h"

#include "base/crypto.h"
#include "base/date.h"
#include "db/engine.h"

enum rc db_table_count(struct ctx *ctx, const struct db_table *table, int64_t *ret)
{
    return sql_one(ctx, table->count, NULL, ret);
}

enum rc db_table_each(struct ctx *ctx, const struct db_table *table, sql_each_fn *each, void *arg)
{
    return sql_each(ctx, table->dump, NULL, each, arg);
}

enum rc db_table_add(struct ctx *ctx, const struct db_table *table, const void *row)
{
    return sql_exec(ctx, table->load, row, NULL);
}

const char *db_type_name(enum sql_type type)
{
    static const char *const names[SQL__TYPES] = {"I64",  "BOOL", "MONEY", "INSTANT", "DATE",
                                                  "TEXT", "JSON", "BLOB",  "F64"};

    return names[type];
}

/* ---- Writing */

/* One that has no such text, far outside of history, is written as its number. */
static void write_instant(struct json_writer *json, struct arena *arena, int64_t us)
{
    struct str text = instant_format_utc(arena, (struct instant){us});
    struct instant back;

    if (instant_parse(text, &back) && back.us_utc == us)
        json_put_string(json, text);
    else
        json_put_i64(json, us);
}

static void write_date(struct json_writer *json, struct arena *arena, int64_t days)
{
    struct str text = date_format(arena, (struct date){(int32_t)days});
    struct date back;

    if (date_parse(text, &back) && back.days == days)
        json_put_string(json, text);
    else
        json_put_i64(json, days);
}

static void write_value(const struct sql_field *field, const void *row, struct arena *arena,
                        struct json_writer *json)
{
    switch (field->type) {
    case SQL_BOOL: json_put_bool(json, field_i64(field, row) != 0); break;
    case SQL_INSTANT: write_instant(json, arena, field_i64(field, row)); break;
    case SQL_DATE: write_date(json, arena, field_i64(field, row)); break;
    case SQL_TEXT:
    case SQL_JSON: json_put_string(json, field_str(field, row)); break;
    case SQL_BLOB: json_put_string(json, crypto_base64url(arena, field_str(field, row))); break;
    case SQL_F64: json_put_f64(json, field_f64(field, row)); break;
    default: json_put_i64(json, field_i64(field, row)); break;
    }
}

void db_row_write(const struct db_table *table, const void *row, struct arena *arena,
                  struct json_writer *json)
{
    json_begin_object(json);
    for (int i = 0; i < table->dump->column_count; i++) {
        const struct sql_field *field = &table->dump->columns[i];

        json_put_key(json, str_of(field->name));
        if (field_is_null(field, row))
            json_put_null(json);
        else
            write_value(field, row, arena, json);
    }
    json_end_object(json);
}

/* ---- Reading */

static bool read_number(const struct sql_field *field, const json_t *value, void *row)
{
    if (!json_is_integer(value))
        return false;
    field_set_i64(field, row, json_integer_value(value));
    return true;
}

static bool read_string(struct ctx *ctx, const struct sql_field *field, struct str text, void *row)
{
    struct instant at;
    struct date date;
    struct str bytes;

    switch (field->type) {
    case SQL_TEXT:
    case SQL_JSON: field_set_str(field, row, str_copy(ctx->arena, text)); return true;
    case SQL_BLOB:
        if (!crypto_base64url_decode(ctx->arena, text, &bytes))
            return false;
        field_set_str(field, row, bytes);
        return true;
    case SQL_INSTANT:
        if (!instant_parse(text, &at))
            return false;
        field_set_i64(field, row, at.us_utc);
        return true;
    case SQL_DATE:
        if (!date_parse(text, &date))
            return false;
        field_set_i64(field, row, date.days);
        return true;
    default: return false;
    }
}

static bool read_value(struct ctx *ctx, const struct sql_field *field, const json_t *value,
                       void *row)
{
    if (json_is_null(value) && field->null_offset != SQL_NEVER_NULL) {
        *((bool *)((char *)row + field->null_offset)) = true;
        return true;
    }
    if (json_is_string(value))
        return read_string(ctx, field,
                           (struct str){json_string_value(value), json_string_length(value)}, row);
    if (json_is_boolean(value) && field->type == SQL_BOOL) {
        field_set_i64(field, row, json_is_true(value));
        return true;
    }
    if (json_is_number(value) && field->type == SQL_F64) {
        field_set_f64(field, row, json_number_value(value));
        return true;
    }
    return field->type != SQL_BOOL && field->type != SQL_TEXT && field->type != SQL_JSON &&
           field->type != SQL_BLOB && read_number(field, value, row);
}

static enum rc wrong(struct ctx *ctx, const struct db_table *table, const char *column)
{
    return FAIL(ctx, ERR_FORMAT,
                .detail = str_fmt(ctx->arena, "a row of the table %s has no good value for %s",
                                  table->name, column));
}

enum rc db_row_parse(struct ctx *ctx, const struct db_table *table, struct str object,
                     void **ret_row)
{
    void *row = arena_alloc(ctx->arena, table->dump->row_bytes);
    json_t *tree;
    enum rc rc = row ? json_parse(ctx, object, DB_ROW_MAX, &tree) : FAIL(ctx, ERR_MEMORY);

    if (rc)
        return rc;
    if (!json_is_object(tree) || json_object_size(tree) != table->dump->column_count)
        return FAIL(
            ctx, ERR_FORMAT,
            .detail = str_fmt(ctx->arena, "a row of the table %s has other columns", table->name));
    for (int i = 0; i < table->dump->column_count; i++) {
        const struct sql_field *field = &table->dump->columns[i];
        const json_t *value = json_object_get(tree, field->name);

        if (!value || !read_value(ctx, field, value, row))
            return wrong(ctx, table, field->name);
    }
    *ret_row = row;
    return RC_OK;
}
