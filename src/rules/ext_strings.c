/* The strings extension, but for format (ext_format.c). Places in a text are counted in
 * characters (code points), from 0. */
#include "rules/cel_internal.h"

#include "base/utf8.h"

/* The byte at which character number `index` begins; false beyond the end. */
static bool byte_of(struct str text, int64_t index, size_t *ret)
{
    struct str rest = text;
    uint32_t c;

    if (index < 0)
        return false;
    while (index-- > 0) {
        if (!utf8_next(&rest, &c))
            return false;
    }
    *ret = (size_t)(rest.p - text.p);
    return true;
}

static enum rc fail_index(struct cel_call *call, int64_t index)
{
    return cel_fail(call, "index out of range: %lld", (long long)index);
}

static size_t size_at(struct str text, size_t at)
{
    struct str rest = str_slice(text, at, text.n);
    uint32_t c;

    return utf8_next(&rest, &c) ? text.n - at - rest.n : 0;
}

/* Most of these functions read their text once. */
static enum rc charge_text(struct cel_call *call, struct str text)
{
    return cel_charge(call, text.n / 64);
}

static enum rc char_at(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct str text = args[0].text;
    size_t at;

    if (!byte_of(text, args[1].integer, &at))
        return fail_index(call, args[1].integer);
    *ret = cel_string(str_slice(text, at, at + size_at(text, at)));
    return charge_text(call, text);
}

static enum rc index_of(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct str text = args[0].text;
    size_t from = 0;
    ptrdiff_t found;

    if (call->node->call.n_args == 3 && !byte_of(text, args[2].integer, &from))
        return fail_index(call, args[2].integer);
    found = str_find(str_slice(text, from, text.n), args[1].text);
    *ret = cel_int(found < 0 ? -1 : (int64_t)utf8_count(str_slice(text, 0, from + (size_t)found)));
    return charge_text(call, text);
}

/* The last place at or before byte `from` where the needle begins. */
static bool find_last(struct str text, struct str needle, size_t from, size_t *ret)
{
    if (needle.n > text.n)
        return false;
    if (from > text.n - needle.n)
        from = text.n - needle.n;
    for (size_t at = from + 1; at-- > 0;) {
        if (str_eq(str_slice(text, at, at + needle.n), needle)) {
            *ret = at;
            return true;
        }
    }
    return false;
}

static enum rc last_index_of(struct cel_call *call, const struct cel_value *args,
                             struct cel_value *ret)
{
    struct str text = args[0].text;
    size_t from = text.n, found;
    enum rc rc = cel_charge(call, text.n * (args[1].text.n / 64 + 1) / 64);

    if (rc != RC_OK)
        return rc;
    if (call->node->call.n_args == 3 && !byte_of(text, args[2].integer, &from))
        return fail_index(call, args[2].integer);
    *ret = cel_int(find_last(text, args[1].text, from, &found)
                       ? (int64_t)utf8_count(str_slice(text, 0, found))
                       : -1);
    return RC_OK;
}

static enum rc substring(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct str text = args[0].text;
    size_t from, to = text.n;

    if (!byte_of(text, args[1].integer, &from))
        return fail_index(call, args[1].integer);
    if (call->node->call.n_args == 3) {
        if (!byte_of(text, args[2].integer, &to))
            return fail_index(call, args[2].integer);
        if (to < from)
            return cel_fail(call, "invalid substring range. start: %lld, end: %lld",
                            (long long)args[1].integer, (long long)args[2].integer);
    }
    *ret = cel_string(str_slice(text, from, to));
    return charge_text(call, text);
}

/* White space as Unicode has it (property White_Space). */
static bool is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000;
}

static enum rc trim(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct str rest = args[0].text;
    const char *begin = rest.p, *end = rest.p, *at = rest.p;
    bool has_begun = false;
    uint32_t c;

    while (utf8_next(&rest, &c)) {
        if (!is_space(c)) {
            begin = has_begun ? begin : at;
            has_begun = true;
            end = rest.p;
        }
        at = rest.p;
    }
    *ret = cel_string((struct str){begin, (size_t)(end - begin)});
    return charge_text(call, args[0].text);
}

/* call->data is the case's first letter, 'a' or 'A'. */
static enum rc change_case(struct cel_call *call, const struct cel_value *args,
                           struct cel_value *ret)
{
    struct buf out = text_buf(call);
    char from = call->data == 'a' ? 'A' : 'a';

    for (size_t i = 0; i < args[0].text.n; i++) {
        char c = args[0].text.p[i];
        bool is_other = c >= from && c < from + 26;

        buf_add_byte(&out, is_other ? (char)(c - from + call->data) : c);
    }
    return give_text(call, &out, ret);
}

static enum rc reverse(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct str text = args[0].text, rest = text;
    char *out = arena_alloc(cel_call_arena(call), text.n + 1);
    size_t at = text.n;
    uint32_t c;

    if (!out)
        return RC_LIMIT;
    while (rest.n) {
        struct str before = rest;

        utf8_next(&rest, &c);
        at -= before.n - rest.n;
        memcpy(out + at, before.p, before.n - rest.n);
    }
    *ret = cel_string((struct str){out, text.n});
    return charge_text(call, text);
}

static enum rc join(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    const struct cel_list *list = args[0].list;
    struct str glue = call->node->call.n_args == 2 ? args[1].text : STR_NONE;
    struct buf out = text_buf(call);
    enum rc rc = cel_charge(call, list->n);

    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < list->n; i++) {
        if (list->items[i].kind != CEL_STRING)
            return fail_overload(call, &list->items[i], 1);
        buf_add(&out, i ? glue : STR_NONE);
        buf_add(&out, list->items[i].text);
    }
    return give_text(call, &out, ret);
}

/* Where the text is next cut: at the separator, or after one character when that is empty. False
 * when the rest is one piece. */
static bool next_cut(struct str rest, struct str separator, size_t *ret_end, size_t *ret_next)
{
    ptrdiff_t found;

    if (separator.n == 0) {
        *ret_end = *ret_next = size_at(rest, 0);
        return *ret_next < rest.n;
    }
    found = str_find(rest, separator);
    if (found < 0)
        return false;
    *ret_end = (size_t)found;
    *ret_next = (size_t)found + separator.n;
    return true;
}

static size_t count_pieces(struct str text, struct str separator, int64_t limit)
{
    size_t n = 1, end, next;

    if (limit == 0 || (separator.n == 0 && text.n == 0))
        return 0;
    while ((limit < 0 || (int64_t)n < limit) && next_cut(text, separator, &end, &next)) {
        text = str_slice(text, next, text.n);
        n++;
    }
    return n;
}

static enum rc split(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct str text = args[0].text, separator = args[1].text;
    int64_t limit = call->node->call.n_args == 3 ? args[2].integer : -1;
    size_t n = count_pieces(text, separator, limit), end, next;
    struct cel_value *pieces = ARENA_ARRAY(cel_call_arena(call), n, struct cel_value);
    enum rc rc = cel_charge(call, n + text.n / 64);

    if (rc != RC_OK)
        return rc;
    if (!pieces)
        return RC_LIMIT;
    for (size_t i = 0; i < n; i++) {
        if (i + 1 == n || !next_cut(text, separator, &end, &next))
            end = next = text.n;
        pieces[i] = cel_string(str_slice(text, 0, end));
        text = str_slice(text, next, text.n);
    }
    *ret = cel_list_of(cel_call_arena(call), pieces, n);
    return ret->kind == CEL_LIST ? RC_OK : RC_LIMIT;
}

/* An empty text to be replaced is found before each character and at the end. */
static enum rc replace(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    struct str rest = args[0].text, old = args[1].text;
    int64_t left = call->node->call.n_args == 4 ? args[3].integer : -1;
    struct buf out = text_buf(call);

    while (left != 0 && !buf_has_failed(&out)) {
        ptrdiff_t found = str_find(rest, old);
        size_t step;

        if (found < 0)
            break;
        buf_add(&out, str_slice(rest, 0, (size_t)found));
        buf_add(&out, args[2].text);
        rest = str_slice(rest, (size_t)found + old.n, rest.n);
        left -= left > 0;
        if (old.n)
            continue;
        step = size_at(rest, 0);
        buf_add(&out, str_slice(rest, 0, step));
        rest = str_slice(rest, step, rest.n);
        if (step == 0)
            break;
    }
    buf_add(&out, rest);
    return give_text(call, &out, ret);
}

static enum rc quote(struct cel_call *call, const struct cel_value *args, struct cel_value *ret)
{
    static const char plain[] = "\a\b\f\n\r\t\v\\\"", named[] = "abfnrtv\\\"";
    struct str rest = args[0].text;
    struct buf out = text_buf(call);

    buf_add_byte(&out, '"');
    while (rest.n) {
        struct str one = rest;
        const char *found = one.p[0] ? strchr(plain, one.p[0]) : NULL;
        uint32_t c;

        utf8_next(&rest, &c);
        one.n -= rest.n;
        if (found) {
            buf_add_byte(&out, '\\');
            buf_add_byte(&out, named[found - plain]);
        } else { /* bytes that are no character become U+FFFD */
            buf_add(&out, utf8_is_valid(one) ? one : S("\xef\xbf\xbd"));
        }
    }
    buf_add_byte(&out, '"');
    return give_text(call, &out, ret);
}

static const struct builtin rows[] = {
    {"string.charAt(int): string", char_at},
    {"string.indexOf(string): int", index_of},
    {"string.indexOf(string, int): int", index_of},
    {"string.lastIndexOf(string): int", last_index_of},
    {"string.lastIndexOf(string, int): int", last_index_of},
    {"string.substring(int): string", substring},
    {"string.substring(int, int): string", substring},
    {"string.trim(): string", trim},
    {"string.lowerAscii(): string", change_case, 'a'},
    {"string.upperAscii(): string", change_case, 'A'},
    {"string.reverse(): string", reverse},
    {"list<string>.join(): string", join},
    {"list<string>.join(string): string", join},
    {"string.split(string): list<string>", split},
    {"string.split(string, int): list<string>", split},
    {"string.replace(string, string): string", replace},
    {"string.replace(string, string, int): string", replace},
    {"strings.quote(string): string", quote},
};

void ext_strings_add(struct cel_env *env)
{
    env_add(env, rows, COUNT(rows));
}
