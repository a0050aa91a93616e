/* Attributes of a service request, as forms carry them, become answers. */
#include "svc/requests/open311.h"

#define VALUES_MAX 200 /* of one attribute */

static const struct str start = STR("attribute[");

/* "[]", "[0]", "[12]" or nothing: how languages write a repeated value. */
static bool is_index(struct str rest)
{
    if (!rest.n)
        return true;
    if (rest.n < 2 || rest.n > 6 || rest.p[0] != '[' || rest.p[rest.n - 1] != ']')
        return false;
    for (size_t i = 1; i + 1 < rest.n; i++)
        if (rest.p[i] < '0' || rest.p[i] > '9')
            return false;
    return true;
}

bool open311_attribute_code(struct str name, struct str *ret)
{
    struct str rest, code;
    ptrdiff_t end;

    if (!str_starts_with(name, start))
        return false;
    rest = str_slice(name, start.n, name.n);
    end = str_find_byte(rest, ']');
    if (end <= 0)
        return false;
    code = str_slice(rest, 0, (size_t)end);
    if (str_find_byte(code, '[') >= 0 || !is_index(str_slice(rest, (size_t)end + 1, rest.n)))
        return false;
    *ret = code;
    return true;
}

static struct str field_name(struct ctx *ctx, struct str code)
{
    return str_fmt(ctx->arena, "attribute[%.*s]", (int)(code.n < 40 ? code.n : 40), code.p);
}

struct str open311_field(struct ctx *ctx, const struct definition *definition, struct str field)
{
    if (definition_field(definition, field))
        return field_name(ctx, field);
    return str_eq(field, S("name")) ? S("first_name") : field;
}

static bool is_asked(const struct field *field)
{
    return field && field->audience != AUDIENCE_STAFF && !field->is_derived;
}

/* Every name that begins like an attribute is one, of a field that is asked. */
static enum rc check_names(struct ctx *ctx, const struct definition *definition,
                           const struct params *form)
{
    for (size_t i = 0; i < form->n; i++) {
        struct str name = form->items[i].name, code;

        if (!str_starts_with(name, S("attribute")))
            continue;
        if (!open311_attribute_code(name, &code))
            return FAIL(ctx, ERR_MALFORMED, .field = S("attribute"));
        if (!is_asked(definition_field(definition, code)))
            return FAIL(ctx, ERR_NOT_A_CHOICE, .field = field_name(ctx, code));
    }
    return RC_OK;
}

/* A datetime for a field that is a date: its day in the city. */
static enum rc day_of(struct ctx *ctx, struct str *typed)
{
    struct instant at;
    struct date date;
    enum rc rc;

    if (!typed->n || date_parse(*typed, &date))
        return RC_OK;
    rc = open311_instant(ctx, *typed, "attribute", &at);
    if (!rc)
        *typed = date_format(ctx->arena, city_local(ctx->city, at).date);
    return rc;
}

static enum rc read_field(struct ctx *ctx, const struct field *field, const struct params *form,
                          struct answer *ret)
{
    const struct field_kind *kind = field_kind(field->type);
    struct str *typed = ARENA_ARRAY(ctx->arena, VALUES_MAX, struct str);
    size_t n = 0;
    enum rc rc = typed ? RC_OK : FAIL(ctx, ERR_MEMORY);

    for (size_t i = 0; !rc && i < form->n; i++) {
        struct str code;

        if (!open311_attribute_code(form->items[i].name, &code) || !str_eq(code, field->id) ||
            !form->items[i].value.n)
            continue;
        if (n == VALUES_MAX || (n && !kind->takes_several))
            return FAIL(ctx, ERR_NOT_A_CHOICE);
        typed[n] = form->items[i].value;
        if (str_eq(kind->open311, S("datetime")))
            rc = day_of(ctx, &typed[n]);
        n++;
    }
    return rc || !n ? rc : answer_read(ctx, field, typed, n, ret);
}

enum rc open311_answers(struct ctx *ctx, const struct definition *definition,
                        const struct params *form, struct answers *ret)
{
    struct answers answers;
    enum rc rc = check_names(ctx, definition, form);

    if (!rc)
        rc = answers_new(ctx, definition, &answers);
    for (size_t i = 0; !rc && i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];

        rc = is_asked(field) ? read_field(ctx, field, form, &answers.of[i]) : RC_OK;
        if (rc)
            ctx->err.field = field_name(ctx, field->id);
    }
    if (!rc)
        *ret = answers;
    return rc;
}
