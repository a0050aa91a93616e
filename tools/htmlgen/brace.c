#include "brace.h"

#include "clex.h"

#define MAX_ARGS 16

bool brace_is_code(const struct template *t)
{
    return template_peek(t, 0) == '{' && template_peek(t, 1) != '{';
}

/* The text from `skip` bytes on up to the brace that closes; the position moves past that. */
static struct str take_inside(struct template *t, size_t skip)
{
    size_t from = t->at + skip, at = from;
    struct str inside;

    while (at < t->text.n && t->text.p[at] != '}') {
        at = clex_skip_group(t->text, at);
        if (at == CLEX_OPEN)
            break;
    }
    if (at >= t->text.n) {
        template_fail(t, t->at, "the expression is not closed by }");
        return STR_NONE;
    }
    inside = str_trim(str_slice(t->text, from, at));
    if (str_is_empty(inside))
        template_fail(t, t->at, "the expression is empty");
    else
        t->at = at + 1;
    return inside;
}

struct str brace_take_condition(struct template *t)
{
    return take_inside(t, 2);
}

/* True when an argument `name=` begins at `at`; *ret_n gets the length of the name. */
static bool begins_arg(struct str s, size_t at, size_t *ret_n)
{
    size_t n = clex_identifier(s, at);

    if (n == 0 || at + n >= s.n || s.p[at + n] != '=' ||
        (at + n + 1 < s.n && s.p[at + n + 1] == '='))
        return false;
    *ret_n = n;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static size_t skip_blanks(struct str s, size_t at)
{
    while (at < s.n && is_blank(s.p[at]))
        at++;
    return at;
}

/* The arguments in `s`: name=expression, each up to the blank before the next one. */
static size_t take_args(struct template *t, struct str s, struct code_arg args[MAX_ARGS])
{
    size_t count = 0, at = skip_blanks(s, 0), n, from;

    while (at < s.n && !t->has_failed) {
        if (!begins_arg(s, at, &n) || count == MAX_ARGS) {
            template_fail(t, (size_t)(s.p - t->text.p) + at,
                          "a message is followed by name=expression pairs, %d at most", MAX_ARGS);
            return 0;
        }
        args[count].name = str_slice(s, at, at + n);
        from = at + n + 1;
        for (at = from; at < s.n; at = clex_skip_group(s, at))
            if (is_blank(s.p[at]) && begins_arg(s, skip_blanks(s, at), &n))
                break;
        args[count].expr = str_trim(str_slice(s, from, at));
        if (str_is_empty(args[count].expr))
            template_fail(t, (size_t)(s.p - t->text.p) + from, "%.*s has no value",
                          STR_ARG(args[count].name));
        count++;
        at = skip_blanks(s, at);
    }
    return count;
}

/* The rest of the message's line in messages.list: "plural count,place". */
static bool find_message(const struct template *t, struct str key, struct str *ret)
{
    struct str rest = t->messages, line;

    while (str_next(&rest, '\n', &line)) {
        if (line.n > key.n && str_starts_with(line, key) && line.p[key.n] == ' ') {
            *ret = str_slice(line, key.n + 1, line.n);
            return true;
        }
    }
    return false;
}

static bool is_listed(struct str names, struct str wanted)
{
    struct str name;

    while (str_next(&names, ',', &name))
        if (str_eq(name, wanted))
            return true;
    return false;
}

static bool is_given(const struct code_arg *args, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(args[i].name, name))
            return true;
    return false;
}

static void check_args(struct template *t, size_t at, struct str key, const struct code_arg *args,
                       size_t count)
{
    struct str names, kind = STR_NONE, rest, name;

    if (!find_message(t, key, &names)) {
        template_fail(t, at, "no message has the key \"%.*s\"", STR_ARG(key));
        return;
    }
    str_next(&names, ' ', &kind);
    for (size_t i = 0; i < count; i++)
        if (!is_listed(names, args[i].name) &&
            !(str_eq(kind, S("plural")) && str_eq(args[i].name, S("count"))))
            template_fail(t, at, "the message \"%.*s\" has no {%.*s}", STR_ARG(key),
                          STR_ARG(args[i].name));
    for (size_t i = 0; i < count; i++)
        if (is_given(args, i, args[i].name))
            template_fail(t, at, "%.*s is given twice", STR_ARG(args[i].name));
    for (rest = names; str_next(&rest, ',', &name);)
        if (!is_given(args, count, name))
            template_fail(t, at, "the message \"%.*s\" needs %.*s=", STR_ARG(key), STR_ARG(name));
    if (str_eq(kind, S("plural")) && !is_given(args, count, S("count")))
        template_fail(t, at, "the plural \"%.*s\" needs count=", STR_ARG(key));
}

static struct str message_id(struct arena *arena, struct str key)
{
    struct buf id = buf_in(arena, key.n + 8);

    BUF_ADD(&id, "MSG_");
    for (size_t i = 0; i < key.n; i++)
        buf_add_byte(&id, key.p[i] == '.' || key.p[i] == '-' ? '_' : key.p[i]);
    return buf_str(&id);
}

static void take_message(struct template *t, enum place place)
{
    size_t at = t->at, end, count;
    struct str inside = take_inside(t, 2), key;
    struct code_arg args[MAX_ARGS];

    if (str_is_empty(inside))
        return;
    if (inside.p[0] != '"' && inside.p[0] != '(') {
        template_fail(t, at, "{t is followed by a \"key\", or by a message id in parentheses");
        return;
    }
    end = clex_skip_group(inside, 0);
    key = str_slice(inside, 0, end);
    count = take_args(t, str_slice(inside, end, inside.n), args);
    if (t->has_failed)
        return;
    if (key.p[0] == '"') {
        key = str_slice(key, 1, key.n - 1);
        check_args(t, at, key, args, count);
        key = message_id(t->arena, key);
    }
    if (!t->has_failed)
        code_message(t, place, key, args, count);
}

void brace_take(struct template *t, enum place place)
{
    size_t at = t->at;
    char kind = template_peek(t, 1);
    bool is_json = template_sees(t, S("{json")) && is_blank(template_peek(t, 5));
    struct str expr;

    if (kind == '{') {
        code_literal(t, S("{"));
        t->at += 2;
    } else if (is_json != (place == IN_JSON)) {
        template_fail(t, at,
                      is_json ? "{json } stands only in <script type=\"application/json\">"
                              : "only {json } may stand in <script type=\"application/json\">");
    } else if (is_json) {
        expr = take_inside(t, 5);
        if (!t->has_failed)
            code_json(t, expr);
    } else if (kind == 't' && (is_blank(template_peek(t, 2)) || template_peek(t, 2) == '"')) {
        if (place == IN_URL || place == IN_URL_PART)
            template_fail(t, at, "a message cannot be part of a URL");
        take_message(t, place);
    } else if (kind == '=') {
        expr = take_inside(t, 2);
        if (!t->has_failed)
            code_value(t, place, expr);
    } else if (kind == '!') {
        expr = take_inside(t, 2);
        if (place != IN_TEXT)
            template_fail(t, at, "{! } stands only between tags");
        if (!t->has_failed)
            code_raw(t, expr);
    } else if (kind == '?') {
        template_fail(t, at, "{? } stands only after an attribute's name and =");
    } else {
        template_fail(t, at, "an unknown kind of brace; write {{ for a { in the text");
    }
}
