/* Values as text, and numbers from text. */
#include "rules/cel_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

struct str text_whole(struct str text)
{
    size_t lead = text.n;

    while (lead > 0 && text.n - lead < 3 && ((unsigned char)text.p[lead - 1] & 0xc0) == 0x80)
        lead--;
    if (lead == 0 || utf8_is_valid(str_slice(text, lead - 1, text.n)))
        return text;
    return str_slice(text, 0, lead - 1);
}

struct str text_quoted(struct str text)
{
    return utf8_cut(text, 60);
}

bool uint_parse(struct str text, uint64_t *ret)
{
    uint64_t value = 0;

    if (text.n == 0)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned digit = (unsigned char)text.p[i] - (unsigned)'0';

        if (digit > 9 || __builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value))
            return false;
    }
    *ret = value;
    return true;
}

static size_t skip_digits(struct str text, size_t at)
{
    while (at < text.n && text.p[at] >= '0' && text.p[at] <= '9')
        at++;
    return at;
}

/* Digits with an optional point and exponent: what strtod may be given, and no more. */
static bool is_number_text(struct str text)
{
    size_t at = text.n && (text.p[0] == '-' || text.p[0] == '+'), begin = at, digits;

    at = skip_digits(text, at);
    digits = at - begin;
    if (at < text.n && text.p[at] == '.') {
        begin = ++at;
        at = skip_digits(text, at);
        digits += at - begin;
    }
    if (digits == 0)
        return false;
    if (at < text.n && (text.p[at] | 32) == 'e') {
        at++;
        at += at < text.n && (text.p[at] == '-' || text.p[at] == '+');
        begin = at;
        at = skip_digits(text, at);
        if (at == begin)
            return false;
    }
    return at == text.n;
}

bool double_parse(struct str text, double *ret)
{
    static const struct {
        struct str name;
        double value;
    } named[] = {
        {STR("nan"), NAN},
        {STR("inf"), INFINITY},
        {STR("infinity"), INFINITY},
        {STR("+inf"), INFINITY},
        {STR("+infinity"), INFINITY},
        {STR("-inf"), -INFINITY},
        {STR("-infinity"), -INFINITY},
    };
    char copy[1200]; /* the smallest double, written out in full, has 1,077 characters */

    for (size_t i = 0; i < COUNT(named); i++) {
        if (str_eq_ascii_nocase(text, named[i].name)) {
            *ret = named[i].value;
            return true;
        }
    }
    if (text.n >= sizeof copy || !is_number_text(text))
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    *ret = strtod(copy, NULL);
    return !isinf(*ret);
}

/* The fewest digits that read back as the same number, "d.ddde+xx". */
static void shortest(double number, char *text, size_t room)
{
    for (int digits = 0; digits < 17; digits++) {
        snprintf(text, room, "%.*e", digits, number);
        if (strtod(text, NULL) == number)
            return;
    }
}

static void add_zeros(struct buf *out, int n)
{
    while (n-- > 0)
        buf_add_byte(out, '0');
}

/* Puts the point where the exponent says. */
static void add_positional(struct buf *out, struct str digits, int exponent)
{
    int n = (int)digits.n;

    if (exponent < 0) {
        BUF_ADD(out, "0.");
        add_zeros(out, -exponent - 1);
        buf_add(out, digits);
    } else if (exponent >= n - 1) {
        buf_add(out, digits);
        add_zeros(out, exponent - (n - 1));
    } else {
        buf_add(out, str_slice(digits, 0, (size_t)exponent + 1));
        buf_add_byte(out, '.');
        buf_add(out, str_slice(digits, (size_t)exponent + 1, digits.n));
    }
}

static struct str number_text(struct arena *arena, double number, bool is_plain)
{
    struct buf out = buf_in(arena, 400); /* the smallest double has 326 characters */
    char text[40], digits[20];
    size_t n = 0;
    int64_t exponent = 0;
    struct str scientific, tail;

    if (isnan(number))
        return S("NaN");
    if (isinf(number))
        return number > 0 ? S("Infinity") : S("-Infinity");
    shortest(number, text, sizeof text);
    scientific = str_of(text);
    if (text[0] == '-')
        buf_add_byte(&out, '-');
    for (const char *p = text; *p != 'e'; p++) {
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    }
    tail = str_slice(scientific, (size_t)str_find_byte(scientific, 'e') + 1, scientific.n);
    str_to_i64(tail.p[0] == '+' ? str_slice(tail, 1, tail.n) : tail, &exponent);
    if (!is_plain && (exponent < -5 || exponent > 20))
        return str_copy(arena, scientific);
    add_positional(&out, (struct str){digits, n}, (int)exponent);
    return buf_str(&out);
}

struct str double_text(struct arena *arena, double number)
{
    return number_text(arena, number, false);
}

struct str double_digits(struct arena *arena, double number)
{
    return number_text(arena, number, true);
}

static void write_value(struct buf *out, struct cel_value value);

static void write_quoted(struct buf *out, struct str text, bool is_bytes)
{
    buf_add(out, is_bytes ? S("b\"") : S("\""));
    for (size_t i = 0; i < text.n && !buf_has_failed(out); i++) {
        unsigned char c = (unsigned char)text.p[i];

        if (c == '"' || c == '\\')
            buf_add_fmt(out, "\\%c", c);
        else if (c == '\n')
            BUF_ADD(out, "\\n");
        else if (c < 0x20 || c == 0x7f || (is_bytes && c > 0x7f))
            buf_add_fmt(out, "\\x%02x", c);
        else
            buf_add_byte(out, (char)c);
    }
    buf_add_byte(out, '"');
}

static void write_list(struct buf *out, const struct cel_list *list)
{
    buf_add_byte(out, '[');
    for (size_t i = 0; i < list->n && !buf_has_failed(out); i++) {
        buf_add(out, i ? S(", ") : STR_NONE);
        write_value(out, list->items[i]);
    }
    buf_add_byte(out, ']');
}

static void write_map(struct buf *out, const struct cel_map *map)
{
    buf_add_byte(out, '{');
    for (size_t i = 0; i < map->n && !buf_has_failed(out); i++) {
        buf_add(out, i ? S(", ") : STR_NONE);
        write_value(out, map->entries[i].key);
        BUF_ADD(out, ": ");
        write_value(out, map->entries[i].value);
    }
    buf_add_byte(out, '}');
}

static void write_made(struct buf *out, const char *maker, struct str text)
{
    buf_add_fmt(out, "%s(\"%.*s\")", maker, STR_ARG(text));
}

static void write_double(struct buf *out, double number)
{
    struct str text = double_text(out->arena, number);

    if (!isfinite(number)) {
        write_made(out, "double", text);
        return;
    }
    buf_add(out, text);
    if (str_find_byte(text, '.') < 0 && str_find_byte(text, 'e') < 0)
        BUF_ADD(out, ".0");
}

static void write_exact(struct buf *out, struct cel_value value)
{
    struct arena *arena = out->arena;

    switch (value.kind) {
    case CEL_TIMESTAMP:
        write_made(out, "timestamp", timestamp_text(arena, value.seconds, value.nanos));
        break;
    case CEL_DURATION: write_made(out, "duration", duration_text(arena, value.duration_ns)); break;
    case CEL_DECIMAL: write_made(out, "decimal", decimal_format(arena, *value.decimal)); break;
    case CEL_MONEY: write_made(out, "money", money_format(arena, value.money)); break;
    case CEL_DATE: write_made(out, "date", date_format(arena, value.date)); break;
    default: break;
    }
}

static void write_value(struct buf *out, struct cel_value value)
{
    switch (value.kind) {
    case CEL_NULL: BUF_ADD(out, "null"); break;
    case CEL_BOOL: buf_add(out, value.boolean ? S("true") : S("false")); break;
    case CEL_INT: buf_add_i64(out, value.integer); break;
    case CEL_UINT: buf_add_fmt(out, "%lluu", (unsigned long long)value.natural); break;
    case CEL_DOUBLE: write_double(out, value.real); break;
    case CEL_STRING:
    case CEL_BYTES: write_quoted(out, value.text, value.kind == CEL_BYTES); break;
    case CEL_LIST: write_list(out, value.list); break;
    case CEL_MAP: write_map(out, value.map); break;
    case CEL_TYPE: buf_add(out, value.type->name); break;
    case CEL_OBJECT: buf_add_fmt(out, "<%.*s>", STR_ARG(value.object.type->name)); break;
    case CEL_ABSENT: BUF_ADD(out, "<absent>"); break;
    default: write_exact(out, value); break;
    }
}

struct str cel_value_text(struct arena *arena, struct cel_value value, size_t max_bytes)
{
    struct buf out = buf_in(arena, max_bytes);

    write_value(&out, value);
    if (!buf_has_failed(&out) || arena_has_failed(arena))
        return buf_str(&out);
    return str_fmt(arena, "%.*s...",
                   STR_ARG(utf8_cut(buf_str(&out), max_bytes > 3 ? max_bytes - 3 : 0)));
}
