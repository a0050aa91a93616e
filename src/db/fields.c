/* Values between C structs and the engines. */
#include "db/engine.h"

#include "base/date.h"

static void *at(void *base, uint16_t offset)
{
    return (char *)base + offset;
}

static const void *at_const(const void *base, uint16_t offset)
{
    return (const char *)base + offset;
}

void field_set_i64(const struct sql_field *field, void *base, int64_t value)
{
    void *to = at(base, field->offset);

    if (field->type == SQL_BOOL)
        *(bool *)to = value != 0;
    else if (field->type == SQL_DATE)
        *(struct date *)to = (struct date){(int32_t)value};
    else
        memcpy(to, &value, sizeof value); /* struct money and instant hold one int64_t */
}

void field_set_f64(const struct sql_field *field, void *base, double value)
{
    *(double *)at(base, field->offset) = value;
}

void field_set_str(const struct sql_field *field, void *base, struct str value)
{
    *(struct str *)at(base, field->offset) = value;
}

int64_t field_i64(const struct sql_field *field, const void *base)
{
    const void *from = at_const(base, field->offset);
    int64_t value;

    if (field->type == SQL_BOOL)
        return *(const bool *)from;
    if (field->type == SQL_DATE)
        return ((const struct date *)from)->days;
    memcpy(&value, from, sizeof value);
    return value;
}

double field_f64(const struct sql_field *field, const void *base)
{
    return *(const double *)at_const(base, field->offset);
}

struct str field_str(const struct sql_field *field, const void *base)
{
    return *(const struct str *)at_const(base, field->offset);
}

enum rc field_set_null(struct ctx *ctx, const struct sql_statement *statement,
                       const struct sql_field *field, void *base)
{
    if (field->null_offset == SQL_NEVER_NULL)
        return FAIL(ctx, ERR_INTERNAL,
                    .detail =
                        str_fmt(ctx->arena, "%s: column %s is NULL", statement->name, field->name));
    *(bool *)at(base, field->null_offset) = true;
    return RC_OK;
}

bool field_is_null(const struct sql_field *field, const void *base)
{
    return field->null_offset != SQL_NEVER_NULL &&
           *(const bool *)at_const(base, field->null_offset);
}

enum rc field_check_text(struct ctx *ctx, const struct sql_statement *statement,
                         const struct sql_field *field, struct str value)
{
    if (value.n == 0 || !memchr(value.p, 0, value.n))
        return RC_OK;
    return FAIL(ctx, ERR_NOT_UTF8, .field = str_of(field->name),
                .detail =
                    str_fmt(ctx->arena, "%s: a NUL byte in %s", statement->name, field->name));
}
