#include "cel_proto.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"

#define LIST_MAX 1000

static bool to_double(struct ctx *ctx, struct str text, double *ret)
{
    char *end = NULL;
    const char *z = str_z(ctx->arena, text);

    *ret = strtod(z, &end); /* also "inf" and "nan", as the format has them */
    return text.n > 0 && end == z + text.n;
}

static bool to_uint(struct ctx *ctx, struct str text, uint64_t *ret)
{
    char *end = NULL;
    const char *z = str_z(ctx->arena, text);

    *ret = strtoull(z, &end, 0);
    return text.n > 0 && end == z + text.n;
}

static bool list_value(struct ctx *ctx, const struct textproto *message, struct cel_value *ret)
{
    struct cel_value items[LIST_MAX];
    size_t n = 0;

    for (const struct textproto *item = message->first; item; item = item->next) {
        if (n == LIST_MAX || !cel_proto_value(ctx, item, &items[n++]))
            return false;
    }
    *ret = cel_list_of(ctx->arena, items, n);
    return true;
}

static bool map_value(struct ctx *ctx, const struct textproto *message, struct cel_value *ret)
{
    struct cel_entry entries[LIST_MAX];
    size_t n = 0;

    for (const struct textproto *entry = message->first; entry; entry = entry->next) {
        const struct textproto *key = textproto_field(entry, "key");
        const struct textproto *value = textproto_field(entry, "value");

        if (n == LIST_MAX || !key || !value || !cel_proto_value(ctx, key, &entries[n].key) ||
            !cel_proto_value(ctx, value, &entries[n].value))
            return false;
        n++;
    }
    return cel_map_of(ctx->arena, entries, n, ret);
}

/* The two messages that CEL has as types of its own. */
static bool object_value(const struct textproto *message, struct cel_value *ret)
{
    const struct textproto *any = message->first;
    int64_t seconds = 0, nanos = 0;

    if (!any)
        return false;
    str_to_i64(textproto_text(any, "seconds"), &seconds);
    str_to_i64(textproto_text(any, "nanos"), &nanos);
    if (str_eq(any->name, S("[type.googleapis.com/google.protobuf.Duration]"))) {
        *ret = cel_duration(seconds * 1000000000 + nanos);
        return true;
    }
    if (!str_eq(any->name, S("[type.googleapis.com/google.protobuf.Timestamp]")))
        return false;
    *ret = (struct cel_value){.kind = CEL_TIMESTAMP, .seconds = seconds, .nanos = (int32_t)nanos};
    return true;
}

static bool type_value(struct str name, struct cel_value *ret)
{
    for (enum cel_kind kind = CEL_NULL; kind <= CEL_DURATION; kind++) {
        if (str_eq(cel_type_of_kind(kind)->name, name)) {
            *ret = cel_type_value(cel_type_of_kind(kind));
            return true;
        }
    }
    return false;
}

bool cel_proto_value(struct ctx *ctx, const struct textproto *message, struct cel_value *ret)
{
    const struct textproto *field = message->first;
    struct str name, text;
    int64_t integer;
    uint64_t natural;
    double real;

    if (!field)
        return false;
    name = field->name;
    text = field->text;
    if (str_eq(name, S("null_value")))
        *ret = cel_null();
    else if (str_eq(name, S("bool_value")))
        *ret = cel_bool(str_eq(text, S("true")));
    else if (str_eq(name, S("string_value")))
        *ret = cel_string(text);
    else if (str_eq(name, S("bytes_value")))
        *ret = cel_bytes(text);
    else if (str_eq(name, S("int64_value")) && str_to_i64(text, &integer))
        *ret = cel_int(integer);
    else if (str_eq(name, S("uint64_value")) && to_uint(ctx, text, &natural))
        *ret = cel_uint(natural);
    else if (str_eq(name, S("double_value")) && to_double(ctx, text, &real))
        *ret = cel_double(real);
    else if (str_eq(name, S("list_value")))
        return list_value(ctx, field, ret);
    else if (str_eq(name, S("map_value")))
        return map_value(ctx, field, ret);
    else if (str_eq(name, S("type_value")))
        return type_value(text, ret);
    else if (str_eq(name, S("object_value")))
        return object_value(field, ret);
    else
        return false;
    return true;
}

static struct str well_known(struct str word)
{
    static const struct {
        struct str word, name;
    } names[] = {
        {STR("BOOL"), STR("bool")},
        {STR("INT64"), STR("int")},
        {STR("UINT64"), STR("uint")},
        {STR("DOUBLE"), STR("double")},
        {STR("STRING"), STR("string")},
        {STR("BYTES"), STR("bytes")},
        {STR("DURATION"), STR("duration")},
        {STR("TIMESTAMP"), STR("timestamp")},
        {STR("google.protobuf.Duration"), STR("duration")},
        {STR("google.protobuf.Timestamp"), STR("timestamp")},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(word, names[i].word))
            return names[i].name;
    }
    return STR_NONE;
}

static struct str abstract_type(struct ctx *ctx, struct cel_env *env,
                                const struct textproto *message)
{
    struct buf out = buf_in(ctx->arena, 1000);
    const char *glue = "<";

    cel_env_type(env, textproto_text(message, "name"));
    buf_add(&out, textproto_text(message, "name"));
    for (const struct textproto *field = message->first; field; field = field->next) {
        struct str text;

        if (!str_eq(field->name, S("parameter_types")))
            continue;
        text = cel_proto_type(ctx, env, field);
        if (text.n == 0)
            return STR_NONE;
        buf_add_fmt(&out, "%s%.*s", glue, STR_ARG(text));
        glue = ", ";
    }
    if (glue[0] == ',')
        buf_add_byte(&out, '>');
    return buf_str(&out);
}

static struct str part(struct ctx *ctx, struct cel_env *env, const struct textproto *message,
                       const char *name)
{
    const struct textproto *field = textproto_field(message, name);

    return field ? cel_proto_type(ctx, env, field) : S("dyn");
}

struct str cel_proto_type(struct ctx *ctx, struct cel_env *env, const struct textproto *message)
{
    const struct textproto *field = message->first;
    struct str a, b;

    if (!field)
        return STR_NONE;
    if (str_eq(field->name, S("dyn")))
        return S("dyn");
    if (str_eq(field->name, S("null")))
        return S("null");
    if (str_eq(field->name, S("type")))
        return S("type");
    if (str_eq(field->name, S("type_param")))
        return field->text;
    if (str_eq(field->name, S("primitive")) || str_eq(field->name, S("well_known")) ||
        str_eq(field->name, S("message_type")))
        return well_known(field->text);
    if (str_eq(field->name, S("abstract_type")))
        return abstract_type(ctx, env, field);
    if (str_eq(field->name, S("list_type"))) {
        a = part(ctx, env, field, "elem_type");
        return a.n ? str_fmt(ctx->arena, "list<%.*s>", STR_ARG(a)) : STR_NONE;
    }
    if (!str_eq(field->name, S("map_type")))
        return STR_NONE;
    a = part(ctx, env, field, "key_type");
    b = part(ctx, env, field, "value_type");
    return a.n && b.n ? str_fmt(ctx->arena, "map<%.*s, %.*s>", STR_ARG(a), STR_ARG(b)) : STR_NONE;
}
