#include "engine/cases/case_field.h"

#include "people/actor.h"
#include "people/permission.h"

static void add(struct case_field *to, const struct definition *definition,
                const struct field *field)
{
    const struct field_kind *kind = field_kind(field->type);

    if (!to->field) {
        to->id = field->id;
        to->field = field;
        to->definition = definition;
    }
    to->kinds |= kind->index;
    to->is_free |= kind->holds != FIELD_HOLDS_VALUE;
    to->is_personal |= field->personal != PERSONAL_NONE;
}

static void add_from(struct case_field *to, const struct definition *definition, struct str id)
{
    const struct field *field = definition_field(definition, id);

    if (field && field->is_indexed)
        add(to, definition, field);
}

bool case_field_find(const struct city *city, struct str id, struct case_field *ret)
{
    struct case_field found = {0};

    for (size_t i = 0; i < city->service_n; i++)
        add_from(&found, city->services[i], id);
    for (size_t i = 0; i < city->version_n; i++)
        add_from(&found, city->versions[i], id);
    if (found.field)
        *ret = found;
    return found.field != NULL;
}

bool case_field_exists(const struct city *city, struct str id)
{
    for (size_t i = 0; i < city->version_n; i++)
        if (definition_field(city->versions[i], id))
            return true;
    return false;
}

bool case_fields_have(const struct case_fields *fields, struct str id)
{
    for (size_t i = 0; i < fields->n; i++)
        if (str_eq(fields->of[i].id, id))
            return true;
    return false;
}

static void add_all(const struct city *city, const struct definition *definition,
                    struct case_fields *to)
{
    for (size_t i = 0; i < definition->field_n; i++)
        if (definition->fields[i].is_indexed && !case_fields_have(to, definition->fields[i].id))
            to->n += case_field_find(city, definition->fields[i].id, &to->of[to->n]);
}

enum rc case_fields_of(struct ctx *ctx, bool is_all, struct case_fields *ret)
{
    const struct city *city = ctx->city;
    struct case_fields fields = {0};
    size_t most = 0;

    for (size_t i = 0; i < city->service_n; i++)
        most += city->services[i]->field_n;
    for (size_t i = 0; is_all && i < city->version_n; i++)
        most += city->versions[i]->field_n;
    fields.of = ARENA_ARRAY(ctx->arena, most, struct case_field);
    if (!fields.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < city->service_n; i++)
        add_all(city, city->services[i], &fields);
    for (size_t i = 0; is_all && i < city->version_n; i++)
        add_all(city, city->versions[i], &fields);
    *ret = fields;
    return RC_OK;
}

static size_t put_options(const struct field *field, struct str *to)
{
    size_t n = 0;

    switch (field->type) {
    case FIELD_YES_NO:
        to[n++] = S("true");
        to[n++] = S("false");
        break;
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_MONEY:
    case FIELD_DATE:
    case FIELD_CHOICE:
    case FIELD_CHOICES:
    case FIELD_ASSET:
    case FIELD_LATER: break;
    }
    for (size_t i = 0; i < field->option_n; i++)
        to[n++] = field->options[i].id;
    return n;
}

enum rc case_field_options(struct ctx *ctx, struct str id, struct str **ret, size_t *ret_n)
{
    const struct city *city = ctx->city;
    size_t most = 0, n = 0;
    struct str *options;

    for (size_t i = 0; i < city->version_n; i++) {
        const struct field *field = definition_field(city->versions[i], id);

        most += field && field->is_indexed ? field->option_n + 2 : 0;
    }
    options = ARENA_ARRAY(ctx->arena, most, struct str);
    if (!options)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < city->version_n; i++) {
        const struct field *field = definition_field(city->versions[i], id);

        if (field && field->is_indexed)
            n += put_options(field, &options[n]);
    }
    *ret = options;
    *ret_n = n;
    return RC_OK;
}

bool case_field_is_for(const struct ctx *ctx, const struct case_field *field)
{
    return !field->is_personal || actor_may(ctx->actor, PERMISSION_WORK);
}

static struct str example_of(const struct field *field)
{
    if (field->option_n)
        return field->options[0].id;
    switch (field->type) {
    case FIELD_YES_NO: return S("true");
    case FIELD_NUMBER:
    case FIELD_MONEY: return S("2..5");
    case FIELD_DATE: return S("-30d..");
    case FIELD_TEXT:
    case FIELD_CHOICE:
    case FIELD_CHOICES:
    case FIELD_ASSET:
    case FIELD_LATER: break;
    }
    return S("1234");
}

struct str case_field_example(struct arena *arena, const struct case_field *field)
{
    struct str value = example_of(field->field);

    return str_fmt(arena, "%.*s%.*s:%.*s", STR_ARG(CASE_FIELD_PREFIX), STR_ARG(field->id),
                   STR_ARG(value));
}
