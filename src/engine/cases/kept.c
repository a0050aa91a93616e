#include "engine/cases/kept.h"

#include <stdlib.h>

#include "engine/cases/queries.h"
#include "engine/clock/deadline.h"
#include "engine/definition/city.h"

#define MAX_TEXT 100000

static bool has_end(const struct field *field)
{
    return field->keep.amount > 0;
}

enum rc kept_until(struct ctx *ctx, const struct field *field, struct instant closed,
                   struct instant *ret)
{
    struct calendar_deadline end;
    enum rc rc = deadline_of_span(ctx, ctx->city, closed, field->keep, &end);

    if (!rc)
        *ret = end.end;
    return rc;
}

const struct field *kept_field(const struct ctx *ctx, const struct kept_of_row *row)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);
    const struct field *field = definition ? definition_field(definition, row->field) : NULL;

    return field && has_end(field) ? field : NULL;
}

static enum rc put(struct ctx *ctx, int64_t case_id, const struct answers *answers, size_t at,
                   const struct instant *closed)
{
    const struct field *field = &answers->definition->fields[at];
    struct kept_put_args row = {
        .cases = case_id,
        .field = field->id,
        .service_version = answers->definition->version_id,
        .until_is_null = !closed,
    };
    enum rc rc = closed ? kept_until(ctx, field, *closed, &row.until) : RC_OK;

    return rc ? rc : kept_put(ctx, &row, NULL);
}

enum rc kept_enter(struct ctx *ctx, int64_t case_id, const struct answers *answers,
                   const struct instant *closed)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < answers->definition->field_n; i++)
        if (has_end(&answers->definition->fields[i]) && answers->of[i].is_given)
            rc = put(ctx, case_id, answers, i, closed);
    return rc;
}

/* Whether the answers say what becomes of the row: their definition has the field answered, or has
 * put it there and it is answered no more. */
static bool is_theirs(const struct kept_of_row *row, const struct answers *answers)
{
    const struct definition *definition = answers->definition;

    for (size_t i = 0; i < definition->field_n; i++)
        if (str_eq(definition->fields[i].id, row->field))
            return answers->of[i].is_given || row->service_version == definition->version_id;
    return row->service_version == definition->version_id;
}

enum rc kept_renew(struct ctx *ctx, int64_t case_id, const struct answers *answers)
{
    struct kept_of_rows rows;
    struct case_closed_row row;
    enum rc rc = kept_of(ctx, case_id, &rows);

    for (size_t i = 0; !rc && i < rows.n; i++)
        if (is_theirs(&rows.rows[i], answers))
            rc = kept_drop(ctx, rows.rows[i].id, NULL);
    if (!rc)
        rc = case_closed(ctx, case_id, &row);
    return rc ? rc : kept_enter(ctx, case_id, answers, row.closed_is_null ? NULL : &row.closed);
}

enum rc kept_turn(struct ctx *ctx, int64_t case_id, const struct instant *closed)
{
    struct kept_of_rows rows;
    enum rc rc = kept_of(ctx, case_id, &rows);

    for (size_t i = 0; !rc && i < rows.n; i++) {
        const struct field *field = kept_field(ctx, &rows.rows[i]);
        struct kept_set_args set = {.id = rows.rows[i].id, .until_is_null = !field || !closed};

        if (field && closed)
            rc = kept_until(ctx, field, *closed, &set.until);
        if (!rc)
            rc = kept_set(ctx, &set, NULL);
    }
    return rc;
}

/* ---- Comparing */

struct line {
    struct str field;
    int64_t version;
    bool has_until;
    struct instant until;
};

static int by_field(const void *a, const void *b)
{
    const struct line *one = a, *two = b;

    return str_cmp(one->field, two->field);
}

static struct str text_of(struct ctx *ctx, struct line *lines, size_t n)
{
    struct buf out = buf_in(ctx->arena, MAX_TEXT);

    if (n)
        qsort(lines, n, sizeof *lines, by_field);
    for (size_t i = 0; i < n; i++)
        buf_add_fmt(&out, "%.*s@%lld|%.*s;", STR_ARG(lines[i].field), (long long)lines[i].version,
                    STR_ARG(lines[i].has_until ? instant_format_utc(ctx->arena, lines[i].until)
                                               : S("none")));
    return buf_str(&out);
}

static enum rc line_of(struct ctx *ctx, const struct field *field, int64_t version,
                       const struct case_closed_row *row, struct line *ret)
{
    struct line line = {.field = field->id, .version = version, .has_until = !row->closed_is_null};
    enum rc rc = line.has_until ? kept_until(ctx, field, row->closed, &line.until) : RC_OK;

    if (!rc)
        *ret = line;
    return rc;
}

/* What the answers give, and what other versions left. */
static enum rc should_be(struct ctx *ctx, const struct case_closed_row *row,
                         const struct answers *answers, const struct kept_of_rows *rows,
                         struct str *ret)
{
    const struct definition *definition = answers->definition;
    struct line *lines = ARENA_ARRAY(ctx->arena, definition->field_n + rows->n, struct line);
    size_t n = 0;
    enum rc rc = RC_OK;

    if (!lines)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < definition->field_n; i++)
        if (has_end(&definition->fields[i]) && answers->of[i].is_given)
            rc = line_of(ctx, &definition->fields[i], definition->version_id, row, &lines[n++]);
    for (size_t i = 0; !rc && i < rows->n; i++) {
        const struct field *field = kept_field(ctx, &rows->rows[i]);

        if (field && !is_theirs(&rows->rows[i], answers))
            rc = line_of(ctx, field, rows->rows[i].service_version, row, &lines[n++]);
    }
    if (rc)
        return rc;
    *ret = text_of(ctx, lines, n);
    return RC_OK;
}

enum rc kept_check(struct ctx *ctx, int64_t case_id, const struct answers *answers,
                   struct kept_texts *ret)
{
    struct kept_texts texts = {STR_NONE, STR_NONE};
    struct kept_of_rows rows;
    struct case_closed_row row;
    struct line *lines;
    enum rc rc = kept_of(ctx, case_id, &rows);

    if (!rc)
        rc = case_closed(ctx, case_id, &row);
    if (rc)
        return rc;
    lines = ARENA_ARRAY(ctx->arena, rows.n, struct line);
    if (!lines)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++)
        lines[i] = (struct line){rows.rows[i].field, rows.rows[i].service_version,
                                 !rows.rows[i].until_is_null, rows.rows[i].until};
    texts.is = text_of(ctx, lines, rows.n);
    rc = should_be(ctx, &row, answers, &rows, &texts.should);
    if (!rc)
        *ret = texts;
    return rc;
}
