#include "textproto.h"

#include "base/buf.h"

#define DEPTH_MAX 200

struct reader {
    struct ctx *ctx;
    struct str source;
    size_t at;
    int line;
    int depth;
};

static bool parse_fields(struct reader *reader, struct textproto *message, char close);

static char here(const struct reader *reader)
{
    return reader->at < reader->source.n ? reader->source.p[reader->at] : '\0';
}

static void skip(struct reader *reader)
{
    for (; reader->at < reader->source.n; reader->at++) {
        char c = here(reader);

        if (c == '#') {
            while (reader->at < reader->source.n && here(reader) != '\n')
                reader->at++;
            c = here(reader);
        }
        if (c == '\n')
            reader->line++;
        else if (c != ' ' && c != '\t' && c != '\r')
            break;
    }
}

static bool take(struct reader *reader, char sign)
{
    skip(reader);
    if (here(reader) != sign || reader->at >= reader->source.n)
        return false;
    reader->at++;
    return true;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

static uint32_t take_digits(struct reader *reader, int most, int base)
{
    uint32_t value = 0;

    while (most-- > 0 && digit_of(here(reader)) < base)
        value = value * (uint32_t)base + (uint32_t)digit_of(reader->source.p[reader->at++]);
    return value;
}

static void add_utf8(struct buf *out, uint32_t c)
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    int n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    if (n == 1) {
        buf_add_byte(out, (char)c);
        return;
    }
    buf_add_byte(out, (char)(lead[n] | c >> 6 * (n - 1)));
    while (--n > 0)
        buf_add_byte(out, (char)(0x80 | (c >> 6 * (n - 1) & 0x3f)));
}

/* \u or \U; two halves of a surrogate pair are one character. */
static bool take_character(struct reader *reader, int digits, struct buf *out)
{
    uint32_t c = take_digits(reader, digits, 16), low;

    if (c >= 0xd800 && c < 0xdc00 && here(reader) == '\\') {
        reader->at += 2;
        low = take_digits(reader, 4, 16);
        if (low < 0xdc00 || low > 0xdfff)
            return false;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return false;
    add_utf8(out, c);
    return true;
}

static bool take_escape(struct reader *reader, struct buf *out)
{
    static const char from[] = "abfnrtv\\?'\"", to[] = "\a\b\f\n\r\t\v\\?'\"";
    char c = here(reader);
    const char *found = c ? strchr(from, c) : NULL;

    if (c >= '0' && c <= '7') {
        buf_add_byte(out, (char)take_digits(reader, 3, 8));
        return true;
    }
    reader->at++;
    if (c == 'u' || c == 'U')
        return take_character(reader, c == 'u' ? 4 : 8, out);
    if (c == 'x' || c == 'X')
        buf_add_byte(out, (char)take_digits(reader, 2, 16));
    else if (found)
        buf_add_byte(out, to[found - from]);
    return found || c == 'x' || c == 'X';
}

static bool take_string(struct reader *reader, struct buf *out)
{
    char quote = here(reader);

    reader->at++;
    while (here(reader) != quote) {
        if (reader->at >= reader->source.n || here(reader) == '\n')
            return false;
        if (here(reader) == '\\') {
            reader->at++;
            if (!take_escape(reader, out))
                return false;
        } else {
            buf_add_byte(out, here(reader));
            reader->at++;
        }
    }
    reader->at++;
    return true;
}

/* Strings beside each other are one. */
static bool parse_string(struct reader *reader, struct textproto *field)
{
    struct buf out = buf_in(reader->ctx->arena, (size_t)1 << 20);

    field->is_string = true;
    do {
        if (!take_string(reader, &out))
            return false;
        skip(reader);
    } while (here(reader) == '"' || here(reader) == '\'');
    field->text = buf_str(&out);
    return true;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("_-+.", c));
}

static struct str take_word(struct reader *reader)
{
    size_t begin;

    skip(reader);
    begin = reader->at;
    if (here(reader) == '[') {
        while (reader->at < reader->source.n && here(reader) != ']')
            reader->at++;
        reader->at += reader->at < reader->source.n;
    } else {
        while (is_word(here(reader)))
            reader->at++;
    }
    return str_slice(reader->source, begin, reader->at);
}

static bool parse_value(struct reader *reader, struct textproto *field)
{
    skip(reader);
    field->line = reader->line;
    if (here(reader) == '"' || here(reader) == '\'')
        return parse_string(reader, field);
    if (here(reader) == '{' || here(reader) == '<') {
        char close = here(reader) == '{' ? '}' : '>';

        reader->at++;
        field->is_message = true;
        return parse_fields(reader, field, close);
    }
    field->text = take_word(reader);
    if (str_eq(field->text, S("-"))) { /* "- 1" */
        struct str size = take_word(reader);

        if (size.n == 0)
            return false;
        field->text = str_fmt(reader->ctx->arena, "-%.*s", STR_ARG(size));
    }
    return field->text.n > 0;
}

/* name: value; name { ... }; name: [value, value] */
static bool parse_field(struct reader *reader, struct textproto ***end)
{
    struct str name = take_word(reader);
    bool is_list;

    if (name.n == 0)
        return false;
    take(reader, ':');
    is_list = take(reader, '[');
    if (is_list && take(reader, ']'))
        return true;
    do {
        struct textproto *field = ARENA_NEW(reader->ctx->arena, struct textproto);

        if (!field)
            return false;
        field->name = name;
        if (!parse_value(reader, field))
            return false;
        **end = field;
        *end = (struct textproto **)(uintptr_t)&field->next;
    } while (is_list && take(reader, ','));
    return !is_list || take(reader, ']');
}

static bool parse_fields(struct reader *reader, struct textproto *message, char close)
{
    struct textproto **end = (struct textproto **)(uintptr_t)&message->first;

    if (++reader->depth > DEPTH_MAX)
        return false;
    while (true) {
        skip(reader);
        if (close ? take(reader, close) : reader->at >= reader->source.n) {
            reader->depth--;
            return true;
        }
        if (!parse_field(reader, &end))
            return false;
        if (!take(reader, ','))
            take(reader, ';');
    }
}

enum rc textproto_parse(struct ctx *ctx, struct str source, const struct textproto **ret)
{
    struct reader reader = {.ctx = ctx, .source = source, .line = 1};
    struct textproto *message = ARENA_NEW(ctx->arena, struct textproto);

    if (!message)
        return FAIL(ctx, ERR_MEMORY);
    message->is_message = true;
    if (!parse_fields(&reader, message, '\0'))
        return FAIL(ctx, ERR_FORMAT, .detail = str_fmt(ctx->arena, "line %d", reader.line));
    *ret = message;
    return RC_OK;
}

const struct textproto *textproto_field(const struct textproto *message, const char *name)
{
    const struct textproto *field = message ? message->first : NULL;

    while (field && !str_eq(field->name, str_of(name)))
        field = field->next;
    return field;
}

struct str textproto_text(const struct textproto *message, const char *name)
{
    const struct textproto *field = textproto_field(message, name);

    return field ? field->text : STR_NONE;
}
