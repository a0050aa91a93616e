#include "lex.h"

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t run_of_word(struct str s, size_t at)
{
    while (at < s.n && (is_word_start(s.p[at]) || is_digit(s.p[at])))
        at++;
    return at;
}

static size_t run_of_space(struct str s)
{
    size_t at = 0;

    while (at < s.n && is_space(s.p[at]))
        at++;
    return at;
}

/* Past the closing quote; a doubled quote stands for itself. */
static size_t run_of_quoted(struct str s, char quote)
{
    for (size_t at = 1; at < s.n; at++) {
        if (s.p[at] != quote)
            continue;
        if (at + 1 < s.n && s.p[at + 1] == quote)
            at++;
        else
            return at + 1;
    }
    return s.n;
}

/* Past the end of the first `end` at or after `from`. */
static size_t run_until(struct str s, size_t from, struct str end)
{
    ptrdiff_t found = str_find(str_slice(s, from, s.n), end);

    return found < 0 ? s.n : from + (size_t)found + end.n;
}

static size_t run_of_line(struct str s)
{
    ptrdiff_t found = str_find_byte(s, '\n');

    return found < 0 ? s.n : (size_t)found;
}

/* $tag$ ... $tag$ of PostgreSQL, or 1 when this dollar opens none. */
static size_t run_of_dollar(struct str s)
{
    size_t tag = run_of_word(s, 1);

    if (tag >= s.n || s.p[tag] != '$')
        return 1;
    return run_until(s, tag + 1, str_slice(s, 0, tag + 1));
}

static size_t run_of_number(struct str s)
{
    size_t at = 0;

    while (at < s.n && (is_digit(s.p[at]) || s.p[at] == '.' || is_word_start(s.p[at])))
        at++;
    return at;
}

static size_t measure(struct str s, enum token_kind *ret_kind)
{
    char c = s.p[0], next = s.n > 1 ? s.p[1] : '\0';
    size_t n = 1;

    *ret_kind = TOKEN_SYMBOL;
    if (is_space(c)) {
        *ret_kind = TOKEN_SPACE;
        n = run_of_space(s);
    } else if (c == '-' && next == '-') {
        *ret_kind = TOKEN_COMMENT;
        n = run_of_line(s);
    } else if (c == '/' && next == '*') {
        *ret_kind = TOKEN_COMMENT;
        n = run_until(s, 2, S("*/"));
    } else if (is_word_start(c)) {
        *ret_kind = TOKEN_WORD;
        n = run_of_word(s, 0);
    } else if (c == '"' || c == '\'') {
        *ret_kind = c == '"' ? TOKEN_QUOTED : TOKEN_STRING;
        n = run_of_quoted(s, c);
    } else if (is_digit(c)) {
        *ret_kind = TOKEN_NUMBER;
        n = run_of_number(s);
    } else if (c == ':' && next == ':') {
        n = 2;
    } else if (c == ':' && is_word_start(next)) {
        *ret_kind = TOKEN_PARAM;
        n = run_of_word(s, 1);
    } else if (c == '$') {
        n = run_of_dollar(s);
        *ret_kind = n > 1 ? TOKEN_STRING : TOKEN_SYMBOL;
    }
    return n;
}

bool token_next(struct str *rest, struct token *ret)
{
    size_t n;

    if (rest->n == 0)
        return false;
    n = measure(*rest, &ret->kind);
    ret->text = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n, rest->n);
    return true;
}

bool token_next_solid(struct str *rest, struct token *ret)
{
    while (token_next(rest, ret))
        if (ret->kind != TOKEN_SPACE && ret->kind != TOKEN_COMMENT)
            return true;
    return false;
}

bool token_is(struct token token, const char *word)
{
    return token.kind == TOKEN_WORD && str_eq_ascii_nocase(token.text, str_of(word));
}

struct str token_name(struct token token)
{
    return token.kind == TOKEN_QUOTED && token.text.n >= 2
               ? str_slice(token.text, 1, token.text.n - 1)
               : token.text;
}

bool str_is_name(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && s.p[i] != '_' && (i == 0 || !is_digit(s.p[i])))
            return false;
    return s.n > 0;
}
