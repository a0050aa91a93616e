/* int(), uint(), double(), string(), bytes(), bool(), type(), dyn(). timestamp() and duration()
 * are in time.c, decimal(), money() and date() in city.c. */
#include "rules/cel_internal.h"

#include "base/utf8.h"

static enum rc fail_range(struct cel_call *call, const char *type)
{
    return cel_fail(call, "range error: the number does not fit into %s", type);
}

static enum rc fail_text(struct cel_call *call, struct str text, const char *what)
{
    return cel_fail(call, "type conversion error: \"%.*s\" is no %s", STR_ARG(text_quoted(text)),
                    what);
}

static enum rc same(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    (void)call;
    *ret = args[0];
    return RC_OK;
}

static enum rc to_int(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct cel_value from = args[0];
    int64_t number = 0;

    switch (from.kind) {
    case CEL_INT: number = from.integer; break;
    case CEL_UINT:
        if (from.natural > INT64_MAX)
            return fail_range(call, "an int");
        number = (int64_t)from.natural;
        break;
    case CEL_DOUBLE: /* the ends are excluded, as the standard's tests have it */
        if (!(from.real > -0x1p63 && from.real < 0x1p63))
            return fail_range(call, "an int");
        number = (int64_t)from.real;
        break;
    case CEL_STRING:
        if (!str_to_i64(from.text, &number))
            return fail_text(call, from.text, "int");
        break;
    case CEL_DECIMAL: {
        struct decimal whole;

        if (!decimal_round(*from.decimal, (struct decimal_places){0, DECIMAL_DOWN}, &whole) ||
            !decimal_to_i64(whole, &number))
            return fail_range(call, "an int");
        break;
    }
    default: number = from.seconds; break; /* a timestamp */
    }
    *ret = cel_int(number);
    return RC_OK;
}

static enum rc to_uint(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct cel_value from = args[0];
    uint64_t number = 0;

    switch (from.kind) {
    case CEL_INT:
        if (from.integer < 0)
            return fail_range(call, "a uint");
        number = (uint64_t)from.integer;
        break;
    case CEL_DOUBLE:
        if (!(from.real > -1 && from.real < 0x1p64))
            return fail_range(call, "a uint");
        number = (uint64_t)from.real;
        break;
    case CEL_STRING:
        if (!uint_parse(from.text, &number))
            return fail_text(call, from.text, "uint");
        break;
    default: number = from.natural; break;
    }
    *ret = cel_uint(number);
    return RC_OK;
}

static enum rc to_double(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct cel_value from = args[0];
    struct str text = from.text;
    double number = 0;

    if (from.kind == CEL_INT)
        number = (double)from.integer;
    else if (from.kind == CEL_UINT)
        number = (double)from.natural;
    else if (from.kind == CEL_DOUBLE)
        number = from.real;
    else if (from.kind == CEL_DECIMAL)
        text = decimal_format(cel_call_arena(call), *from.decimal);
    if ((from.kind == CEL_STRING || from.kind == CEL_DECIMAL) && !double_parse(text, &number))
        return fail_text(call, text, "double");
    *ret = cel_double(number);
    return RC_OK;
}

static enum rc to_string(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct arena *arena = cel_call_arena(call);
    struct cel_value from = args[0];
    struct str text = from.text;

    switch (from.kind) {
    case CEL_BOOL: text = from.boolean ? S("true") : S("false"); break;
    case CEL_INT: text = str_fmt(arena, "%lld", (long long)from.integer); break;
    case CEL_UINT: text = str_fmt(arena, "%llu", (unsigned long long)from.natural); break;
    case CEL_DOUBLE: text = double_text(arena, from.real); break;
    case CEL_TIMESTAMP: text = timestamp_text(arena, from.seconds, from.nanos); break;
    case CEL_DURATION: text = duration_text(arena, from.duration_ns); break;
    case CEL_DECIMAL: text = decimal_format(arena, *from.decimal); break;
    case CEL_MONEY: text = money_format(arena, from.money); break;
    case CEL_DATE: text = date_format(arena, from.date); break;
    case CEL_BYTES:
        if (!utf8_is_valid(text))
            return cel_fail(call, "invalid UTF-8 in bytes: they are no text");
        break;
    default: break;
    }
    *ret = cel_string(text);
    return cel_charge(call, text.n / 64);
}

static enum rc to_bytes(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    *ret = cel_bytes(args[0].text);
    return cel_charge(call, args[0].text.n / 64);
}

static enum rc to_bool(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    static const struct str yes[] = {STR("1"),    STR("t"),    STR("T"),
                                     STR("true"), STR("TRUE"), STR("True")};
    static const struct str no[] = {STR("0"),     STR("f"),     STR("F"),
                                    STR("false"), STR("FALSE"), STR("False")};

    for (size_t i = 0; i < COUNT(yes); i++) {
        if (str_eq(args[0].text, yes[i]) || str_eq(args[0].text, no[i])) {
            *ret = cel_bool(str_eq(args[0].text, yes[i]));
            return RC_OK;
        }
    }
    return fail_text(call, args[0].text, "bool");
}

static enum rc type_of(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    (void)call;
    *ret = cel_type_value(cel_type_of(args[0]));
    return RC_OK;
}

static const struct builtin rows[] = {
    {"int(int): int", to_int},
    {"int(uint): int", to_int},
    {"int(double): int", to_int},
    {"int(string): int", to_int},
    {"int(timestamp): int", to_int},
    {"int(decimal): int", to_int},
    {"uint(uint): uint", to_uint},
    {"uint(int): uint", to_uint},
    {"uint(double): uint", to_uint},
    {"uint(string): uint", to_uint},
    {"double(double): double", to_double},
    {"double(int): double", to_double},
    {"double(uint): double", to_double},
    {"double(string): double", to_double},
    {"double(decimal): double", to_double},
    {"string(string): string", to_string},
    {"string(bool): string", to_string},
    {"string(int): string", to_string},
    {"string(uint): string", to_string},
    {"string(double): string", to_string},
    {"string(bytes): string", to_string},
    {"string(timestamp): string", to_string},
    {"string(duration): string", to_string},
    {"string(decimal): string", to_string},
    {"string(money): string", to_string},
    {"string(date): string", to_string},
    {"bytes(bytes): bytes", to_bytes},
    {"bytes(string): bytes", to_bytes},
    {"bool(bool): bool", same},
    {"bool(string): bool", to_bool},
    {"dyn(A): dyn", same},
    {"type(A): type", type_of},
};

void std_convert_add(struct cel_env *env)
{
    env_add(env, rows, COUNT(rows));
}
