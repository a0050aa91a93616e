#include "api/schema.h"

#include "base/utf8.h"
#include "web/typed.h"

void schema_add_fault(struct schema_faults *faults, struct str pointer, enum err_id id,
                      struct str arg)
{
    if (faults->n < SCHEMA_MAX_FAULTS)
        faults->of[faults->n++] = (struct schema_fault){pointer, id, arg};
}

struct str schema_pointer(struct ctx *ctx, struct str at, struct str name)
{
    static const char plain[] = "-._~!$&'()*+,;=:@?";
    struct buf out = buf_in(ctx->arena, 8000);

    buf_add(&out, at);
    buf_add_byte(&out, '/');
    name = utf8_cut(name, 200);
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];

        if (c == '~')
            BUF_ADD(&out, "~0");
        else if (c == '/')
            BUF_ADD(&out, "~1");
        else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 (c && strchr(plain, c)))
            buf_add_byte(&out, (char)c);
        else
            buf_add_fmt(&out, "%%%02X", c);
    }
    return buf_str(&out);
}

static struct str number_text(struct ctx *ctx, int64_t number)
{
    return str_fmt(ctx->arena, "%lld", (long long)number);
}

struct checking {
    struct ctx *ctx;
    struct schema_faults *faults;
};

static void check_object(const struct checking *checking, const struct schema *schema,
                         json_t *value, struct str at);

/* Whether a text is at fault whatever the member: it came damaged, or was cut on its way in. */
static bool check_shape(const struct checking *checking, struct str text, struct str at)
{
    if (utf8_count(text) > TYPED_MAX_CHARACTERS)
        schema_add_fault(checking->faults, at, ERR_TOO_LONG,
                         number_text(checking->ctx, TYPED_MAX_CHARACTERS));
    else if (!text_is_clean(text))
        schema_add_fault(checking->faults, at, ERR_NOT_UTF8, STR_NONE);
    else
        return false;
    return true;
}

static void check_text(const struct checking *checking, const struct schema_member *member,
                       json_t *value, struct str at)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    bool is_choice = !member->choices;

    for (size_t i = 0; !is_choice && member->choices[i]; i++)
        is_choice = str_eq(text, str_of(member->choices[i]));
    if (check_shape(checking, text, at))
        return;
    if (!is_choice)
        schema_add_fault(checking->faults, at, ERR_NOT_A_CHOICE, STR_NONE);
    else if (member->max_length && utf8_count(text) > (size_t)member->max_length)
        schema_add_fault(checking->faults, at, ERR_TOO_LONG,
                         number_text(checking->ctx, member->max_length));
}

static void check_number(const struct checking *checking, const struct schema_member *member,
                         json_t *value, struct str at)
{
    double number = json_number_value(value);

    if (!member->min && !member->max)
        return;
    if (number < (double)member->min)
        schema_add_fault(checking->faults, at, ERR_TOO_SMALL,
                         number_text(checking->ctx, member->min));
    else if (number > (double)member->max)
        schema_add_fault(checking->faults, at, ERR_TOO_BIG,
                         number_text(checking->ctx, member->max));
}

static void check_array(const struct checking *checking, const struct schema_member *member,
                        json_t *value, struct str at)
{
    size_t n = json_array_size(value);

    if (member->max_length && n > (size_t)member->max_length) {
        schema_add_fault(checking->faults, at, ERR_TOO_BIG,
                         number_text(checking->ctx, member->max_length));
        return;
    }
    for (size_t i = 0; i < n; i++) {
        json_t *item = json_array_get(value, i);
        struct str there =
            schema_pointer(checking->ctx, at, number_text(checking->ctx, (int64_t)i));

        if (member->of)
            check_object(checking, member->of, item, there);
        else if (!json_is_string(item))
            schema_add_fault(checking->faults, there, ERR_WRONG_TYPE, STR_NONE);
        else
            check_shape(checking, (struct str){json_string_value(item), json_string_length(item)},
                        there);
    }
}

static bool has_type(const struct schema_member *member, const json_t *value)
{
    switch (member->type) {
    case SCHEMA_STRING: return json_is_string(value);
    case SCHEMA_INTEGER: return json_is_integer(value);
    case SCHEMA_NUMBER: return json_is_number(value);
    case SCHEMA_BOOLEAN: return json_is_boolean(value);
    case SCHEMA_OBJECT: return json_is_object(value);
    case SCHEMA_ARRAY: return json_is_array(value);
    case SCHEMA_ANY: break;
    }
    return true;
}

static void check_member(const struct checking *checking, const struct schema_member *member,
                         json_t *value, struct str at)
{
    if (!has_type(member, value)) {
        schema_add_fault(checking->faults, at, ERR_WRONG_TYPE, STR_NONE);
        return;
    }
    if (member->type == SCHEMA_STRING)
        check_text(checking, member, value, at);
    else if (member->type == SCHEMA_INTEGER || member->type == SCHEMA_NUMBER)
        check_number(checking, member, value, at);
    else if (member->type == SCHEMA_ARRAY)
        check_array(checking, member, value, at);
    else if (member->type == SCHEMA_OBJECT && member->of)
        check_object(checking, member->of, value, at);
}

static const struct schema_member *find(const struct schema *schema, struct str name)
{
    for (const struct schema_member *member = schema->members; member->name; member++)
        if (str_eq(str_of(member->name), name))
            return member;
    return NULL;
}

static void check_object(const struct checking *checking, const struct schema *schema,
                         json_t *value, struct str at)
{
    const char *name;
    json_t *item;

    if (!json_is_object(value)) {
        schema_add_fault(checking->faults, at, ERR_WRONG_TYPE, STR_NONE);
        return;
    }
    for (const struct schema_member *member = schema->members; member->name; member++)
        if ((member->flags & SCHEMA_REQUIRED) &&
            (!json_object_get(value, member->name) ||
             json_is_null(json_object_get(value, member->name))))
            schema_add_fault(checking->faults,
                             schema_pointer(checking->ctx, at, str_of(member->name)), ERR_REQUIRED,
                             STR_NONE);
    json_object_foreach(value, name, item)
    {
        const struct schema_member *member = find(schema, str_of(name));
        struct str there = schema_pointer(checking->ctx, at, str_of(name));

        if (!member)
            schema_add_fault(checking->faults, there, ERR_UNKNOWN_FIELD, STR_NONE);
        else if (!json_is_null(item))
            check_member(checking, member, item, there);
    }
}

void schema_check(struct ctx *ctx, const struct schema *schema, json_t *value,
                  struct schema_faults *faults)
{
    check_object(&(struct checking){ctx, faults}, schema, value, S("#"));
}

static void put_reference(struct json_writer *json, const struct schema *schema)
{
    struct str ref = str_fmt(json->buf->arena, "#/components/schemas/%s", schema->name);

    json_begin_object(json);
    json_put_member(json, S("$ref"), ref);
    json_end_object(json);
}

static void put_type(struct json_writer *json, const struct schema_member *member)
{
    static const struct str words[] = {
        [SCHEMA_STRING] = STR("string"), [SCHEMA_INTEGER] = STR("integer"),
        [SCHEMA_NUMBER] = STR("number"), [SCHEMA_BOOLEAN] = STR("boolean"),
        [SCHEMA_OBJECT] = STR("object"), [SCHEMA_ARRAY] = STR("array"),
    };

    if (member->type == SCHEMA_ANY)
        return;
    json_put_key(json, S("type"));
    if (!(member->flags & SCHEMA_NULLABLE)) {
        json_put_string(json, words[member->type]);
        return;
    }
    json_begin_array(json);
    json_put_string(json, words[member->type]);
    json_put_string(json, S("null"));
    json_end_array(json);
}

static void put_choices(struct json_writer *json, const struct schema_member *member)
{
    json_put_key(json, S("enum"));
    json_begin_array(json);
    for (size_t i = 0; member->choices[i]; i++)
        json_put_string(json, str_of(member->choices[i]));
    if (member->flags & SCHEMA_NULLABLE)
        json_put_null(json);
    json_end_array(json);
}

static void put_limits(struct json_writer *json, const struct schema_member *member)
{
    if (member->choices)
        put_choices(json, member);
    if (member->format)
        json_put_member(json, S("format"), str_of(member->format));
    if (member->max_length)
        json_put_member_i64(json, member->type == SCHEMA_ARRAY ? S("maxItems") : S("maxLength"),
                            member->max_length);
    if (member->min || member->max) {
        json_put_member_i64(json, S("minimum"), member->min);
        json_put_member_i64(json, S("maximum"), member->max);
    }
}

static void put_items(struct json_writer *json, const struct schema_member *member)
{
    json_put_key(json, S("items"));
    if (member->of) {
        put_reference(json, member->of);
        return;
    }
    json_begin_object(json);
    json_put_member(json, S("type"), S("string"));
    json_end_object(json);
}

/* An object of a schema that may be null: one or the other. */
static void put_nullable_reference(struct json_writer *json, const struct schema_member *member)
{
    json_put_key(json, S("anyOf"));
    json_begin_array(json);
    put_reference(json, member->of);
    json_begin_object(json);
    json_put_member(json, S("type"), S("null"));
    json_end_object(json);
    json_end_array(json);
}

static void put_member(struct json_writer *json, const struct schema_member *member)
{
    bool is_reference = member->type == SCHEMA_OBJECT && member->of;

    json_put_key(json, str_of(member->name));
    json_begin_object(json);
    if (is_reference && (member->flags & SCHEMA_NULLABLE))
        put_nullable_reference(json, member);
    else if (is_reference)
        json_put_member(json, S("$ref"),
                        str_fmt(json->buf->arena, "#/components/schemas/%s", member->of->name));
    else
        put_type(json, member);
    put_limits(json, member);
    if (member->type == SCHEMA_ARRAY)
        put_items(json, member);
    json_put_member(json, S("description"), str_of(member->says));
    json_end_object(json);
}

void schema_write(struct json_writer *json, const struct schema *schema)
{
    bool has_required = false;

    json_begin_object(json);
    json_put_member(json, S("type"), S("object"));
    json_put_member(json, S("description"), str_of(schema->says));
    json_put_key(json, S("properties"));
    json_begin_object(json);
    for (const struct schema_member *member = schema->members; member->name; member++) {
        put_member(json, member);
        has_required |= (member->flags & SCHEMA_REQUIRED) != 0;
    }
    json_end_object(json);
    if (has_required) {
        json_put_key(json, S("required"));
        json_begin_array(json);
        for (const struct schema_member *member = schema->members; member->name; member++)
            if (member->flags & SCHEMA_REQUIRED)
                json_put_string(json, str_of(member->name));
        json_end_array(json);
    }
    json_put_member_bool(json, S("additionalProperties"), false);
    json_end_object(json);
}

void schema_each(const struct schema *schema, void (*visit)(void *arg, const struct schema *schema),
                 void *arg)
{
    visit(arg, schema);
    for (const struct schema_member *member = schema->members; member->name; member++)
        if (member->of)
            schema_each(member->of, visit, arg);
}
