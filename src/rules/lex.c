#include "rules/cel_internal.h"

#include <stdarg.h>
#include <stdlib.h>

#include "base/utf8.h"

static const struct str reserved[] = {
    STR("as"),        STR("break"),  STR("const"),  STR("continue"), STR("else"),  STR("for"),
    STR("function"),  STR("if"),     STR("import"), STR("let"),      STR("loop"),  STR("package"),
    STR("namespace"), STR("return"), STR("var"),    STR("void"),     STR("while"),
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool lex_is_reserved(struct str word)
{
    for (size_t i = 0; i < COUNT(reserved); i++) {
        if (str_eq(word, reserved[i]))
            return true;
    }
    return false;
}

bool lex_is_name(struct str text)
{
    if (text.n == 0 || !is_letter(text.p[0]))
        return false;
    for (size_t i = 1; i < text.n; i++) {
        if (!is_letter(text.p[i]) && !is_digit(text.p[i]))
            return false;
    }
    return true;
}

/* Line and column of a byte, both from 1; the column counts characters. */
static void locate(struct str source, uint32_t at, struct cel_problem *problem)
{
    size_t line_start = 0;

    problem->line = 1;
    for (size_t i = 0; i < at && i < source.n; i++) {
        if (source.p[i] == '\n') {
            problem->line++;
            line_start = i + 1;
        }
    }
    problem->column = 1 + (int)utf8_count(str_slice(source, line_start, at));
}

bool compile_problem(struct compile *compile, uint32_t at, const char *format, ...)
{
    va_list list;
    char text[600];

    if (compile->has_problem)
        return false;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    compile->has_problem = true;
    locate(compile->source, at, &compile->problem);
    compile->problem.sentence = str_copy(compile->ctx->arena, text_whole(str_of(text)));
    return false;
}

static uint32_t skip_space(struct str source, uint32_t at)
{
    while (at < source.n) {
        char c = source.p[at];

        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            at++;
        } else if (c == '/' && at + 1 < source.n && source.p[at + 1] == '/') {
            while (at < source.n && source.p[at] != '\n' && source.p[at] != '\r')
                at++;
        } else {
            break;
        }
    }
    return at;
}

static uint32_t skip_digits(struct str source, uint32_t at)
{
    while (at < source.n && is_digit(source.p[at]))
        at++;
    return at;
}

static char char_at(struct str source, uint32_t at)
{
    return at < source.n ? source.p[at] : '\0';
}

/* "7." is a double by the standard's text, and "7.size()" a call. */
static bool is_last_point(struct str source, uint32_t begin, uint32_t at)
{
    char after = char_at(source, at + 1);

    return at > begin && char_at(source, at) == '.' && !is_letter(after) && after != '`' &&
           after != '.';
}

static uint32_t number_end(struct str source, uint32_t begin, bool *ret_is_double)
{
    uint32_t at = skip_digits(source, begin), after;

    if (char_at(source, at) == '.' && is_digit(char_at(source, at + 1))) {
        *ret_is_double = true;
        at = skip_digits(source, at + 1);
    } else if (is_last_point(source, begin, at)) {
        *ret_is_double = true;
        return at + 1;
    }
    if (char_at(source, at) != 'e' && char_at(source, at) != 'E')
        return at;
    after = at + 1;
    if (char_at(source, after) == '+' || char_at(source, after) == '-')
        after++;
    if (!is_digit(char_at(source, after)))
        return at;
    *ret_is_double = true;
    return skip_digits(source, after);
}

static bool hex_value(struct str digits, uint64_t *ret)
{
    uint64_t value = 0;

    if (digits.n == 0)
        return false;
    for (size_t i = 0; i < digits.n; i++) {
        if (value >> 60)
            return false;
        value = value << 4 | (uint64_t)str_hex_digit(digits.p[i]);
    }
    *ret = value;
    return true;
}

/* An int literal may be 9223372036854775808 only behind a minus, which the parser sees; here the
 * magnitude is kept as `natural` and the parser makes the int of it. */
static bool whole_number(struct compile *compile, struct token *token, struct str digits,
                         bool is_hex)
{
    uint64_t value = 0;
    bool is_good = is_hex ? hex_value(digits, &value) : uint_parse(digits, &value);

    if (!is_good)
        return compile_problem(compile, token->begin,
                               "the number %.*s is too large: whole numbers go up to "
                               "9223372036854775807, those with u to 18446744073709551615",
                               STR_ARG(token->text));
    token->value = cel_uint(value);
    return true;
}

static bool lex_number(struct compile *compile, uint32_t *at, struct token *token)
{
    struct str source = compile->source;
    uint32_t begin = *at, end = begin;
    bool is_double = false, is_hex = false;
    struct str digits;

    if (char_at(source, begin) == '0' && (char_at(source, begin + 1) | 32) == 'x') {
        is_hex = true;
        for (end = begin + 2; str_hex_digit(char_at(source, end)) >= 0; end++)
            continue;
        digits = str_slice(source, begin + 2, end);
    } else {
        end = number_end(source, begin, &is_double);
        digits = str_slice(source, begin, end);
    }
    token->kind = is_double ? TOKEN_DOUBLE : TOKEN_INT;
    if (!is_double && (char_at(source, end) | 32) == 'u') {
        token->kind = TOKEN_UINT;
        end++;
    }
    token->begin = begin;
    token->end = end;
    token->text = str_slice(source, begin, end);
    *at = end;
    if (is_letter(char_at(source, end)))
        return compile_problem(compile, end, "put a space or an operator after the number %.*s",
                               STR_ARG(token->text));
    if (!is_double)
        return whole_number(compile, token, digits, is_hex);
    double real = 0;
    if (!double_parse(token->text, &real))
        return compile_problem(compile, begin, "the number %.*s is too large for a double",
                               STR_ARG(token->text));
    token->value = cel_double(real);
    return true;
}

struct literal {
    bool is_raw, is_bytes, is_triple;
    char quote;
};

static void add_char(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_add_byte(out, (char)c);
    } else if (c < 0x800) {
        buf_add_byte(out, (char)(0xc0 | c >> 6));
        buf_add_byte(out, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        buf_add_byte(out, (char)(0xe0 | c >> 12));
        buf_add_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_byte(out, (char)(0x80 | (c & 0x3f)));
    } else {
        buf_add_byte(out, (char)(0xf0 | c >> 18));
        buf_add_byte(out, (char)(0x80 | (c >> 12 & 0x3f)));
        buf_add_byte(out, (char)(0x80 | (c >> 6 & 0x3f)));
        buf_add_byte(out, (char)(0x80 | (c & 0x3f)));
    }
}

/* Reads `n` digits of the base at *at. */
static bool digits_at(struct str source, uint32_t *at, int n, int base, uint32_t *ret)
{
    uint32_t value = 0;

    for (int i = 0; i < n; i++) {
        int digit = str_hex_digit(char_at(source, *at + (uint32_t)i));

        if (digit < 0 || digit >= base)
            return false;
        value = value * (uint32_t)base + (uint32_t)digit;
    }
    *at += (uint32_t)n;
    *ret = value;
    return true;
}

static bool is_surrogate(uint32_t value, uint32_t first)
{
    return value >= first && value < first + 0x400;
}

/* The second half of a pair of \uXXXX that stands for one character beyond U+FFFF. */
static bool join_surrogates(struct str source, uint32_t *at, uint32_t *value)
{
    uint32_t low = 0;

    if (char_at(source, *at) != '\\' || char_at(source, *at + 1) != 'u')
        return false;
    *at += 2;
    if (!digits_at(source, at, 4, 16, &low) || !is_surrogate(low, 0xdc00))
        return false;
    *value = 0x10000 + ((*value - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

static bool numeric_escape(struct str source, uint32_t *at, struct literal literal, uint32_t *ret)
{
    char c = char_at(source, *at);
    int n = c == 'u' ? 4 : c == 'U' ? 8 : 2;

    if (c >= '0' && c <= '3')
        return digits_at(source, at, 3, 8, ret);
    if ((c == 'u' || c == 'U') ? literal.is_bytes : c != 'x' && c != 'X')
        return false;
    ++*at;
    if (!digits_at(source, at, n, 16, ret) || *ret > 0x10ffff)
        return false;
    if (c == 'u' && is_surrogate(*ret, 0xd800))
        return join_surrogates(source, at, ret);
    return !is_surrogate(*ret, 0xd800) && !is_surrogate(*ret, 0xdc00);
}

/* The escape behind a backslash at *at. */
static bool lex_escape(struct compile *compile, uint32_t *at, struct literal literal,
                       struct buf *out)
{
    static const char from[] = "abfnrtv\\?\"'`", to[] = "\a\b\f\n\r\t\v\\?\"'`";
    char c = char_at(compile->source, *at);
    const char *found = c ? memchr(from, c, sizeof from - 1) : NULL;
    uint32_t begin = *at - 1, value = 0;

    if (found) {
        ++*at;
        buf_add_byte(out, to[found - from]);
        return true;
    }
    if (!numeric_escape(compile->source, at, literal, &value))
        return compile_problem(compile, begin,
                               "this escape is none: write \\\\ for a backslash, or put r before "
                               "the quotes for a text without escapes");
    if (literal.is_bytes)
        buf_add_byte(out, (char)value);
    else
        add_char(out, value);
    return true;
}

static bool is_closed(struct str source, uint32_t at, struct literal literal)
{
    if (char_at(source, at) != literal.quote)
        return false;
    return !literal.is_triple ||
           (char_at(source, at + 1) == literal.quote && char_at(source, at + 2) == literal.quote);
}

static bool lex_quoted(struct compile *compile, uint32_t *at, struct literal literal,
                       struct token *token)
{
    struct str source = compile->source;
    struct buf out = buf_in(compile->arena, source.n + 1);

    while (!is_closed(source, *at, literal)) {
        char c = char_at(source, *at);

        if (*at >= source.n || (!literal.is_triple && (c == '\n' || c == '\r')))
            return compile_problem(compile, token->begin,
                                   "the text that begins here has no end: close it with %s%c",
                                   literal.is_triple ? "three times " : "", literal.quote);
        ++*at;
        if (c == '\\' && !literal.is_raw) {
            if (!lex_escape(compile, at, literal, &out))
                return false;
        } else if (c == '\r') { /* every kind of line end reads as one \n */
            *at += char_at(source, *at) == '\n';
            buf_add_byte(&out, '\n');
        } else {
            buf_add_byte(&out, c);
        }
    }
    *at += literal.is_triple ? 3 : 1;
    token->end = *at;
    token->text = buf_str(&out);
    token->value = literal.is_bytes ? cel_bytes(token->text) : cel_string(token->text);
    return true;
}

/* Whether a string begins at `at`, prefix letters included. */
static bool string_starts(struct str source, uint32_t at, struct literal *ret, uint32_t *ret_open)
{
    struct literal literal = {0};

    if ((char_at(source, at) | 32) == 'b') {
        literal.is_bytes = true;
        at++;
    }
    if ((char_at(source, at) | 32) == 'r') {
        literal.is_raw = true;
        at++;
    }
    literal.quote = char_at(source, at);
    if (literal.quote != '"' && literal.quote != '\'')
        return false;
    literal.is_triple =
        char_at(source, at + 1) == literal.quote && char_at(source, at + 2) == literal.quote;
    *ret = literal;
    *ret_open = at + (literal.is_triple ? 3 : 1);
    return true;
}

static bool lex_field(struct compile *compile, uint32_t *at, struct token *token)
{
    struct str rest = str_slice(compile->source, *at + 1, compile->source.n);
    ptrdiff_t end = str_find_byte(rest, '`');

    if (end <= 0)
        return compile_problem(compile, *at, "close the field name with a second `");
    token->kind = TOKEN_QUOTED;
    token->text = str_slice(rest, 0, (size_t)end);
    *at += (uint32_t)end + 2;
    token->end = *at;
    return true;
}

static bool lex_sign(struct compile *compile, uint32_t *at, struct token *token)
{
    static const struct str signs[] = {
        STR("=="), STR("!="), STR("<="), STR(">="), STR("&&"), STR("||"), STR("("), STR(")"),
        STR("["),  STR("]"),  STR("{"),  STR("}"),  STR("."),  STR(","),  STR("?"), STR(":"),
        STR("+"),  STR("-"),  STR("*"),  STR("/"),  STR("%"),  STR("!"),  STR("<"), STR(">"),
    };
    struct str rest = str_slice(compile->source, *at, compile->source.n), one = rest;
    uint32_t c;

    token->kind = TOKEN_SIGN;
    for (size_t i = 0; i < COUNT(signs); i++) {
        if (str_starts_with(rest, signs[i])) {
            token->text = signs[i];
            *at += (uint32_t)signs[i].n;
            token->end = *at;
            return true;
        }
    }
    if (rest.p[0] == '=')
        return compile_problem(compile, *at, "to compare, write == (two equals signs)");
    if (rest.p[0] == '&' || rest.p[0] == '|')
        return compile_problem(compile, *at, "write %c%c (twice the sign)", rest.p[0], rest.p[0]);
    utf8_next(&one, &c);
    return compile_problem(compile, *at, "the sign %.*s has no meaning here: remove it",
                           (int)(one.p - rest.p), rest.p);
}

bool lex_next(struct compile *compile, uint32_t *at, struct token *ret)
{
    struct str source = compile->source;
    struct literal literal;
    uint32_t open;

    *at = skip_space(source, *at);
    *ret = (struct token){.kind = TOKEN_END, .begin = *at, .end = *at};
    if (*at >= source.n)
        return true;
    if (string_starts(source, *at, &literal, &open)) {
        ret->kind = literal.is_bytes ? TOKEN_BYTES : TOKEN_STRING;
        *at = open;
        return lex_quoted(compile, at, literal, ret);
    }
    if (is_letter(source.p[*at])) {
        while (is_letter(char_at(source, *at)) || is_digit(char_at(source, *at)))
            ++*at;
        ret->kind = TOKEN_NAME;
        ret->end = *at;
        ret->text = str_slice(source, ret->begin, ret->end);
        return true;
    }
    if (is_digit(source.p[*at]) || (source.p[*at] == '.' && is_digit(char_at(source, *at + 1))))
        return lex_number(compile, at, ret);
    if (source.p[*at] == '`')
        return lex_field(compile, at, ret);
    return lex_sign(compile, at, ret);
}
