/* "%s has %d days".format([name, days]): the strings extension's formatting (cel-spec,
 * doc/extensions/strings.md). */
#include "rules/cel_internal.h"

#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"

#define PRECISION_MAX 100

/* One clause: "%.3f" has precision 3 and letter f. */
struct clause {
    int precision;
    char letter;
};

static enum rc fail_kind(struct cel_call *call, const char *clause, struct cel_value value)
{
    return cel_fail(call, "error during formatting: %s, was given %.*s", clause,
                    STR_ARG(cel_type_of(value)->name));
}

static enum rc add_text(struct cel_call *call, struct buf *out, struct cel_value value);

/* Every run of bytes that are no UTF-8 becomes one U+FFFD. */
static void add_bytes(struct buf *out, struct str bytes)
{
    bool was_bad = false;

    while (bytes.n) {
        struct str before = bytes;
        uint32_t c;
        bool is_bad;

        utf8_next(&bytes, &c);
        before.n -= bytes.n;
        is_bad = !utf8_is_valid(before);
        if (!is_bad)
            buf_add(out, before);
        else if (!was_bad)
            BUF_ADD(out, "\xef\xbf\xbd");
        was_bad = is_bad;
    }
}

static enum rc add_list(struct cel_call *call, struct buf *out, const struct cel_list *list)
{
    enum rc rc = cel_charge(call, list->n);

    buf_add_byte(out, '[');
    for (size_t i = 0; i < list->n && rc == RC_OK; i++) {
        buf_add(out, i ? S(", ") : STR_NONE);
        rc = add_text(call, out, list->items[i]);
    }
    buf_add_byte(out, ']');
    return rc;
}

/* A map's entries sorted by the text of their keys. */
struct line {
    struct str key;
    struct cel_value value;
};

static int line_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct line *)a)->key, ((const struct line *)b)->key);
}

static enum rc make_lines(struct cel_call *call, const struct cel_map *map, struct line *lines)
{
    enum rc rc = cel_charge(call, map->n);

    for (size_t i = 0; i < map->n && rc == RC_OK; i++) {
        struct buf key = text_buf(call);

        rc = add_text(call, &key, map->entries[i].key);
        lines[i] = (struct line){buf_str(&key), map->entries[i].value};
    }
    return rc;
}

static enum rc add_map(struct cel_call *call, struct buf *out, const struct cel_map *map)
{
    struct line *lines = ARENA_ARRAY(cel_call_arena(call), map->n, struct line);
    enum rc rc = lines ? make_lines(call, map, lines) : RC_LIMIT;

    if (rc != RC_OK)
        return rc;
    qsort(lines, map->n, sizeof *lines, line_cmp);
    buf_add_byte(out, '{');
    for (size_t i = 0; i < map->n && rc == RC_OK; i++) {
        buf_add(out, i ? S(", ") : STR_NONE);
        buf_add(out, lines[i].key);
        BUF_ADD(out, ": ");
        rc = add_text(call, out, lines[i].value);
    }
    buf_add_byte(out, '}');
    return rc;
}

static enum rc add_text(struct cel_call *call, struct buf *out, struct cel_value value)
{
    struct arena *arena = cel_call_arena(call);

    switch (value.kind) {
    case CEL_NULL: BUF_ADD(out, "null"); break;
    case CEL_BOOL: buf_add(out, value.boolean ? S("true") : S("false")); break;
    case CEL_INT: buf_add_i64(out, value.integer); break;
    case CEL_UINT: buf_add_fmt(out, "%llu", (unsigned long long)value.natural); break;
    case CEL_DOUBLE: buf_add(out, double_digits(arena, value.real)); break;
    case CEL_STRING: buf_add(out, value.text); break;
    case CEL_BYTES: add_bytes(out, value.text); break;
    case CEL_LIST: return add_list(call, out, value.list);
    case CEL_MAP: return add_map(call, out, value.map);
    case CEL_TYPE: buf_add(out, value.type->name); break;
    case CEL_TIMESTAMP: buf_add(out, timestamp_text(arena, value.seconds, value.nanos)); break;
    case CEL_DURATION: buf_add(out, duration_text(arena, value.duration_ns)); break;
    case CEL_DECIMAL: buf_add(out, decimal_format(arena, *value.decimal)); break;
    case CEL_MONEY: buf_add(out, money_format(arena, value.money)); break;
    case CEL_DATE: buf_add(out, date_format(arena, value.date)); break;
    default:
        return fail_kind(call,
                         "string clause can only be used on strings, bools, bytes, ints, doubles, "
                         "maps, lists, types, durations, and timestamps",
                         value);
    }
    return RC_OK;
}

static enum rc add_whole(struct cel_call *call, struct buf *out, struct cel_value value)
{
    if (!kind_is_number(value.kind))
        return fail_kind(call, "decimal clause can only be used on integers", value);
    return add_text(call, out, value);
}

/* A long double holds every int, uint and double exactly. */
static enum rc add_real(struct cel_call *call, struct buf *out, struct clause clause,
                        struct cel_value value)
{
    long double number = value.real;

    if (value.kind == CEL_INT)
        number = value.integer;
    else if (value.kind == CEL_UINT)
        number = value.natural;
    else if (value.kind != CEL_DOUBLE)
        return fail_kind(call,
                         clause.letter == 'f' ? "fixed-point clause can only be used on doubles"
                                              : "scientific clause can only be used on doubles",
                         value);
    if (!isfinite(number))
        buf_add(out, double_text(cel_call_arena(call), value.real));
    else if (clause.letter == 'f')
        buf_add_fmt(out, "%.*Lf", clause.precision, number);
    else
        buf_add_fmt(out, "%.*Le", clause.precision, number);
    return RC_OK;
}

static void add_radix(struct buf *out, uint64_t number, unsigned radix, bool is_upper)
{
    const char *digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[64];
    size_t at = sizeof text;

    do {
        text[--at] = digits[number % radix];
        number /= radix;
    } while (number);
    buf_add(out, (struct str){text + at, sizeof text - at});
}

static void add_signed(struct buf *out, struct cel_value value, unsigned radix, bool is_upper)
{
    uint64_t number = value.natural;

    if (value.kind == CEL_BOOL) {
        number = value.boolean;
    } else if (value.kind == CEL_INT && value.integer < 0) {
        buf_add_byte(out, '-');
        number = 0 - number;
    }
    add_radix(out, number, radix, is_upper);
}

static void add_hex_bytes(struct buf *out, struct str bytes, bool is_upper)
{
    for (size_t i = 0; i < bytes.n; i++) {
        unsigned char c = (unsigned char)bytes.p[i];

        buf_add_fmt(out, is_upper ? "%02X" : "%02x", c);
    }
}

static enum rc add_in_radix(struct cel_call *call, struct buf *out, char letter,
                            struct cel_value value)
{
    bool is_whole = value.kind == CEL_INT || value.kind == CEL_UINT;

    if (letter == 'b') {
        if (!is_whole && value.kind != CEL_BOOL)
            return fail_kind(call, "only integers and bools can be formatted as binary", value);
        add_signed(out, value, 2, false);
    } else if (letter == 'o') {
        if (!is_whole)
            return fail_kind(call, "octal clause can only be used on integers", value);
        add_signed(out, value, 8, false);
    } else if (is_whole) {
        add_signed(out, value, 16, letter == 'X');
    } else if (value.kind == CEL_STRING || value.kind == CEL_BYTES) {
        add_hex_bytes(out, value.text, letter == 'X');
    } else {
        return fail_kind(call, "only integers, byte buffers, and strings can be formatted as hex",
                         value);
    }
    return RC_OK;
}

static enum rc add_clause(struct cel_call *call, struct buf *out, struct clause clause,
                          struct cel_value value)
{
    switch (clause.letter) {
    case 's': return add_text(call, out, value);
    case 'd': return add_whole(call, out, value);
    case 'f':
    case 'e': return add_real(call, out, clause, value);
    default: return add_in_radix(call, out, clause.letter, value);
    }
}

/* Reads what stands behind a "%". */
static enum rc take_clause(struct cel_call *call, struct str *rest, struct clause *ret)
{
    struct clause clause = {.precision = 6};
    size_t at = 0;

    if (rest->n && rest->p[0] == '.') {
        clause.precision = 0;
        for (at = 1; at < rest->n && rest->p[at] >= '0' && rest->p[at] <= '9'; at++) {
            clause.precision = clause.precision * 10 + (rest->p[at] - '0');
            if (clause.precision > PRECISION_MAX)
                return cel_fail(call,
                                "could not parse formatting clause: the precision is "
                                "beyond %d",
                                PRECISION_MAX);
        }
        if (at == 1)
            return cel_fail(call, "could not parse formatting clause: digits are missing after "
                                  "the point");
    }
    if (at >= rest->n || !strchr("sdfebxXo", rest->p[at]) || rest->p[at] == '\0')
        return cel_fail(call,
                        "could not parse formatting clause: unrecognized formatting clause "
                        "\"%.*s\"",
                        at < rest->n ? 1 : 0, rest->p + at);
    clause.letter = rest->p[at];
    *rest = str_slice(*rest, at + 1, rest->n);
    *ret = clause;
    return RC_OK;
}

static enum rc format(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    const struct cel_list *list = args[1].list;
    struct str rest = args[0].text, piece;
    struct buf out = text_buf(call);
    size_t used = 0;

    while (rest.n) {
        struct clause clause = {0};
        ptrdiff_t sign = str_find_byte(rest, '%');
        enum rc rc;

        piece = str_slice(rest, 0, sign < 0 ? rest.n : (size_t)sign);
        buf_add(&out, piece);
        rest = str_slice(rest, piece.n + 1, rest.n);
        if (sign < 0)
            break;
        if (rest.n && rest.p[0] == '%') {
            buf_add_byte(&out, '%');
            rest = str_slice(rest, 1, rest.n);
            continue;
        }
        rc = take_clause(call, &rest, &clause);
        if (rc == RC_OK && used >= list->n)
            rc = cel_fail(call, "index %zu out of range: the list has too few values", used);
        if (rc == RC_OK)
            rc = add_clause(call, &out, clause, list->items[used++]);
        if (rc == RC_OK)
            rc = cel_charge(call, 1);
        if (rc != RC_OK)
            return rc;
    }
    return give_text(call, &out, ret);
}

static const struct builtin rows[] = {
    {"string.format(list<dyn>): string", format},
};

void ext_format_add(struct cel_env *env)
{
    env_add(env, rows, COUNT(rows));
}
