#include "cel_proto.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"

#define DURATION_MAX_S INT64_C(9223372036) /* of a cel_value, about 292 years */

static bool refuse(struct cel_proto *proto, bool needs_proto, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct cel_proto *proto, bool needs_proto, const char *format, ...)
{
    va_list list;
    char text[300];

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (proto->why.n == 0) {
        proto->needs_proto = needs_proto;
        proto->why = str_copy(proto->ctx->arena, str_of(text));
    }
    return false;
}

static bool refuse_scalar(struct cel_proto *proto, const struct textproto *field)
{
    return refuse(proto, false, "line %d: %.*s cannot be \"%.*s\"", field->line,
                  STR_ARG(field->name), STR_ARG(field->text));
}

/* The size of a whole number: decimal, 0x hexadecimal or 0 octal. */
static bool to_size(struct cel_proto *proto, struct str text, uint64_t *ret)
{
    const char *z = str_z(proto->ctx->arena, text);
    char *end = NULL;

    errno = 0;
    *ret = strtoull(z, &end, 0);
    return text.n > 0 && text.p[0] >= '0' && text.p[0] <= '9' && end == z + text.n && errno == 0;
}

static bool to_int(struct cel_proto *proto, const struct textproto *field, int64_t *ret)
{
    bool is_negative = str_starts_with(field->text, S("-"));
    uint64_t size;

    if (!to_size(proto, str_slice(field->text, is_negative, field->text.n), &size) ||
        size > (uint64_t)INT64_MAX + is_negative)
        return refuse_scalar(proto, field);
    *ret = (int64_t)(is_negative ? 0 - size : size);
    return true;
}

static bool to_uint(struct cel_proto *proto, const struct textproto *field, uint64_t *ret)
{
    return to_size(proto, field->text, ret) || refuse_scalar(proto, field);
}

/* Also "inf", "nan" and "1.5f", as the format has them. */
static bool to_double(struct cel_proto *proto, const struct textproto *field, double *ret)
{
    const char *z = str_z(proto->ctx->arena, field->text);
    char *end = NULL;

    *ret = strtod(z, &end);
    if (end > z && (*end | 32) == 'f')
        end++;
    return (field->text.n > 0 && end == z + field->text.n) || refuse_scalar(proto, field);
}

static bool to_bool(struct cel_proto *proto, const struct textproto *field, bool *ret)
{
    static const char *const words[] = {"true", "True", "t", "1", "false", "False", "f", "0"};

    for (size_t i = 0; i < 8; i++) {
        if (str_eq(field->text, str_of(words[i]))) {
            *ret = i < 4;
            return true;
        }
    }
    return refuse_scalar(proto, field);
}

enum scalar { BOOL, INT, UINT, DOUBLE, FLOAT, STRING, BYTES };

/* A scalar field as a value. */
static bool scalar_value(struct cel_proto *proto, enum scalar scalar, const struct textproto *field,
                         struct cel_value *ret)
{
    int64_t integer = 0;
    uint64_t natural = 0;
    double real = 0;
    bool boolean = false, is_good = true;

    switch (scalar) {
    case BOOL:
        is_good = to_bool(proto, field, &boolean);
        *ret = cel_bool(boolean);
        break;
    case INT:
        is_good = to_int(proto, field, &integer);
        *ret = cel_int(integer);
        break;
    case UINT:
        is_good = to_uint(proto, field, &natural);
        *ret = cel_uint(natural);
        break;
    case DOUBLE:
    case FLOAT:
        is_good = to_double(proto, field, &real);
        *ret = cel_double(scalar == FLOAT ? (double)(float)real : real);
        break;
    case STRING: *ret = cel_string(field->text); break;
    case BYTES: *ret = cel_bytes(field->text); break;
    }
    return is_good;
}

static size_t count(const struct textproto *message, const char *name)
{
    size_t n = 0;

    for (const struct textproto *field = message->first; field; field = field->next)
        n += str_eq(field->name, str_of(name));
    return n;
}

/* Reads one element of a list or one value of a map. */
typedef bool read_value(struct cel_proto *proto, const struct textproto *message,
                        struct cel_value *ret);

static bool list_value(struct cel_proto *proto, const struct textproto *message, read_value *read,
                       struct cel_value *ret)
{
    size_t n = count(message, "values"), at = 0;
    struct cel_value *items = ARENA_ARRAY(proto->ctx->arena, n, struct cel_value);

    for (const struct textproto *item = message->first; items && item; item = item->next) {
        if (!str_eq(item->name, S("values")))
            return refuse(proto, false, "line %d: a list has no field %.*s", item->line,
                          STR_ARG(item->name));
        if (!read(proto, item, &items[at++]))
            return false;
    }
    *ret = cel_list_of(proto->ctx->arena, items, n);
    return true;
}

static bool read_key(struct cel_proto *proto, const struct textproto *key, struct cel_value *ret)
{
    if (key->is_message)
        return cel_proto_value(proto, key, ret);
    *ret = cel_string(key->text);
    return true;
}

/* Entries of the given name, each with `key` and `value`. */
static bool map_value(struct cel_proto *proto, const struct textproto *message, const char *name,
                      read_value *read, struct cel_value *ret)
{
    size_t n = count(message, name), at = 0;
    struct cel_entry *entries = ARENA_ARRAY(proto->ctx->arena, n, struct cel_entry);

    for (const struct textproto *entry = message->first; entries && entry; entry = entry->next) {
        const struct textproto *key = textproto_field(entry, "key");
        const struct textproto *value = textproto_field(entry, "value");

        if (!str_eq(entry->name, str_of(name)) || !key || !value)
            return refuse(proto, false, "line %d: %.*s is no entry with key and value", entry->line,
                          STR_ARG(entry->name));
        if (!read_key(proto, key, &entries[at].key) || !read(proto, value, &entries[at].value))
            return false;
        at++;
    }
    return cel_map_of(proto->ctx->arena, entries, n, ret) ||
           refuse(proto, false, "line %d: the map has equal keys or a wrong one", message->line);
}

/* google.protobuf.Value: what JSON can say. */
static bool json_value(struct cel_proto *proto, const struct textproto *message,
                       struct cel_value *ret)
{
    const struct textproto *field = message->first;

    *ret = cel_null();
    if (!field || str_eq(field->name, S("null_value")))
        return true;
    if (str_eq(field->name, S("number_value")))
        return scalar_value(proto, DOUBLE, field, ret);
    if (str_eq(field->name, S("string_value")))
        return scalar_value(proto, STRING, field, ret);
    if (str_eq(field->name, S("bool_value")))
        return scalar_value(proto, BOOL, field, ret);
    if (str_eq(field->name, S("struct_value")))
        return map_value(proto, field, "fields", json_value, ret);
    if (str_eq(field->name, S("list_value")))
        return list_value(proto, field, json_value, ret);
    return refuse(proto, false, "line %d: google.protobuf.Value has no field %.*s", field->line,
                  STR_ARG(field->name));
}

static bool whole_field(struct cel_proto *proto, const struct textproto *message, const char *name,
                        int64_t *ret)
{
    const struct textproto *field = textproto_field(message, name);

    *ret = 0;
    return !field || to_int(proto, field, ret);
}

static bool time_value(struct cel_proto *proto, const struct textproto *any, bool is_duration,
                       struct cel_value *ret)
{
    int64_t seconds, nanos;

    if (!whole_field(proto, any, "seconds", &seconds) || !whole_field(proto, any, "nanos", &nanos))
        return false;
    if (!is_duration) {
        *ret =
            (struct cel_value){.kind = CEL_TIMESTAMP, .seconds = seconds, .nanos = (int32_t)nanos};
        return true;
    }
    if (seconds >= DURATION_MAX_S || seconds <= -DURATION_MAX_S)
        return refuse(proto, false, "line %d: a duration beyond 292 years", any->line);
    *ret = cel_duration(seconds * 1000000000 + nanos);
    return true;
}

/* BoolValue and its like: an unset value is the type's zero. */
static bool wrapper_value(struct cel_proto *proto, struct str type, const struct textproto *any,
                          struct cel_value *ret)
{
    static const struct {
        struct str name;
        enum scalar scalar;
        struct str zero;
    } wrappers[] = {
        {STR("BoolValue"), BOOL, STR("false")}, {STR("Int32Value"), INT, STR("0")},
        {STR("Int64Value"), INT, STR("0")},     {STR("UInt32Value"), UINT, STR("0")},
        {STR("UInt64Value"), UINT, STR("0")},   {STR("DoubleValue"), DOUBLE, STR("0")},
        {STR("FloatValue"), FLOAT, STR("0")},   {STR("StringValue"), STRING, STR("")},
        {STR("BytesValue"), BYTES, STR("")},
    };

    for (size_t i = 0; i < COUNT(wrappers); i++) {
        const struct textproto *field = textproto_field(any, "value");
        const struct textproto zero = {.name = type, .text = wrappers[i].zero, .line = any->line};

        if (str_eq(type, wrappers[i].name))
            return scalar_value(proto, wrappers[i].scalar, field ? field : &zero, ret);
    }
    return refuse(proto, true, "the message google.protobuf.%.*s", STR_ARG(type));
}

/* A message inside a google.protobuf.Any, written out by its type. */
static bool object_value(struct cel_proto *proto, const struct textproto *message,
                         struct cel_value *ret)
{
    const struct textproto *any = message->first;
    struct str type = any ? any->name : STR_NONE;
    ptrdiff_t slash = str_find_byte(type, '/');

    if (!any)
        return refuse(proto, false, "line %d: an object of no type", message->line);
    if (slash < 0)
        return refuse(proto, true, "a message in its binary form");
    type = str_trim(str_slice(type, (size_t)slash + 1, type.n - 1));
    if (!str_starts_with(type, S("google.protobuf.")))
        return refuse(proto, true, "the message %.*s", STR_ARG(type));
    type = str_slice(type, 16, type.n);
    if (str_eq(type, S("Duration")) || str_eq(type, S("Timestamp")))
        return time_value(proto, any, type.p[0] == 'D', ret);
    if (str_eq(type, S("Any")))
        return object_value(proto, any, ret);
    if (str_eq(type, S("Value")))
        return json_value(proto, any, ret);
    if (str_eq(type, S("Struct")))
        return map_value(proto, any, "fields", json_value, ret);
    if (str_eq(type, S("ListValue")))
        return list_value(proto, any, json_value, ret);
    return wrapper_value(proto, type, any, ret);
}

static bool type_value(struct cel_proto *proto, const struct textproto *field,
                       struct cel_value *ret)
{
    for (enum cel_kind kind = CEL_NULL; kind <= CEL_DURATION; kind++) {
        if (str_eq(cel_type_of_kind(kind)->name, field->text)) {
            *ret = cel_type_value(cel_type_of_kind(kind));
            return true;
        }
    }
    return refuse(proto, str_find_byte(field->text, '.') >= 0, "the type %.*s",
                  STR_ARG(field->text));
}

bool cel_proto_value(struct cel_proto *proto, const struct textproto *message,
                     struct cel_value *ret)
{
    static const struct {
        struct str name;
        enum scalar scalar;
    } scalars[] = {
        {STR("bool_value"), BOOL},     {STR("int64_value"), INT},     {STR("uint64_value"), UINT},
        {STR("double_value"), DOUBLE}, {STR("string_value"), STRING}, {STR("bytes_value"), BYTES},
    };
    const struct textproto *field = message->first;

    if (!field)
        return refuse(proto, false, "line %d: a value of no kind", message->line);
    for (size_t i = 0; i < COUNT(scalars); i++) {
        if (str_eq(field->name, scalars[i].name))
            return scalar_value(proto, scalars[i].scalar, field, ret);
    }
    if (str_eq(field->name, S("null_value"))) {
        *ret = cel_null();
        return true;
    }
    if (str_eq(field->name, S("list_value")))
        return list_value(proto, field, cel_proto_value, ret);
    if (str_eq(field->name, S("map_value")))
        return map_value(proto, field, "entries", cel_proto_value, ret);
    if (str_eq(field->name, S("type_value")))
        return type_value(proto, field, ret);
    if (str_eq(field->name, S("object_value")))
        return object_value(proto, field, ret);
    if (str_eq(field->name, S("enum_value")))
        return refuse(proto, true, "an enum");
    return refuse(proto, false, "line %d: a value has no field %.*s", field->line,
                  STR_ARG(field->name));
}

static struct str no_type(struct cel_proto *proto, bool needs_proto, const char *what,
                          struct str name)
{
    refuse(proto, needs_proto, "the %s %.*s", what, STR_ARG(name));
    return STR_NONE;
}

/* Types of protobuf's own package that stand for plain ones; a wrapper may also be null. */
static struct str known_type(struct cel_proto *proto, struct str word)
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
        {STR("ANY"), STR("dyn")},
        {STR("DURATION"), STR("duration")},
        {STR("TIMESTAMP"), STR("timestamp")},
        {STR("google.protobuf.Duration"), STR("duration")},
        {STR("google.protobuf.Timestamp"), STR("timestamp")},
        {STR("google.protobuf.Any"), STR("dyn")},
        {STR("google.protobuf.Value"), STR("dyn")},
        {STR("google.protobuf.Struct"), STR("map<string, dyn>")},
        {STR("google.protobuf.ListValue"), STR("list<dyn>")},
        {STR("google.protobuf.BoolValue"), STR("dyn")},
        {STR("google.protobuf.Int32Value"), STR("dyn")},
        {STR("google.protobuf.Int64Value"), STR("dyn")},
        {STR("google.protobuf.UInt32Value"), STR("dyn")},
        {STR("google.protobuf.UInt64Value"), STR("dyn")},
        {STR("google.protobuf.FloatValue"), STR("dyn")},
        {STR("google.protobuf.DoubleValue"), STR("dyn")},
        {STR("google.protobuf.StringValue"), STR("dyn")},
        {STR("google.protobuf.BytesValue"), STR("dyn")},
    };

    for (size_t i = 0; i < COUNT(names); i++) {
        if (str_eq(word, names[i].word))
            return names[i].name;
    }
    return no_type(proto, str_find_byte(word, '.') >= 0, "message", word);
}

static struct str abstract_type(struct cel_proto *proto, const struct textproto *message)
{
    struct buf out = buf_in(proto->ctx->arena, 1000);
    struct str name = textproto_text(message, "name");
    const char *glue = "<";

    cel_env_type(proto->env, name);
    if (!cel_env_type_named(proto->env, name))
        return no_type(proto, false, "abstract type", name);
    buf_add(&out, name);
    for (const struct textproto *field = message->first; field; field = field->next) {
        struct str text;

        if (!str_eq(field->name, S("parameter_types")))
            continue;
        text = cel_proto_type(proto, field);
        if (text.n == 0)
            return STR_NONE;
        buf_add_fmt(&out, "%s%.*s", glue, STR_ARG(text));
        glue = ", ";
    }
    if (glue[0] == ',')
        buf_add_byte(&out, '>');
    return buf_str(&out);
}

static struct str part(struct cel_proto *proto, const struct textproto *message, const char *name)
{
    const struct textproto *field = textproto_field(message, name);

    return field ? cel_proto_type(proto, field) : S("dyn");
}

static struct str compound_type(struct cel_proto *proto, const struct textproto *field)
{
    struct arena *arena = proto->ctx->arena;
    struct str a, b;

    if (str_eq(field->name, S("list_type"))) {
        a = part(proto, field, "elem_type");
        return a.n ? str_fmt(arena, "list<%.*s>", STR_ARG(a)) : STR_NONE;
    }
    if (!str_eq(field->name, S("map_type")))
        return no_type(proto, false, "kind of type", field->name);
    a = part(proto, field, "key_type");
    b = part(proto, field, "value_type");
    return a.n && b.n ? str_fmt(arena, "map<%.*s, %.*s>", STR_ARG(a), STR_ARG(b)) : STR_NONE;
}

/* Signatures name type variables by one capital letter. */
static struct str param_type(struct cel_proto *proto, struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = (char)(name.p[i] & ~32);

        if (c >= 'A' && c <= 'Z')
            return str_fmt(proto->ctx->arena, "%c", c);
    }
    return no_type(proto, false, "type variable", name);
}

struct str cel_proto_type(struct cel_proto *proto, const struct textproto *message)
{
    const struct textproto *field = message->first;

    if (!field)
        return no_type(proto, false, "type of no kind in", message->name);
    if (str_eq(field->name, S("dyn")) || str_eq(field->name, S("wrapper")))
        return S("dyn");
    if (str_eq(field->name, S("null")))
        return S("null");
    if (str_eq(field->name, S("type")))
        return S("type");
    if (str_eq(field->name, S("type_param")))
        return param_type(proto, field->text);
    if (str_eq(field->name, S("primitive")) || str_eq(field->name, S("well_known")) ||
        str_eq(field->name, S("message_type")))
        return known_type(proto, field->text);
    if (str_eq(field->name, S("abstract_type")))
        return abstract_type(proto, field);
    return compound_type(proto, field);
}
