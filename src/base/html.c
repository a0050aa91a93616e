#include "base/html.h"

#include <assert.h>

#define REPLACEMENT S("\xef\xbf\xbd")

/* What the writers do at a byte. */
enum byte_kind {
    PLAIN,  /* part of a run that is copied */
    MULTI,  /* first byte of a longer sequence, or not UTF-8: looked at more closely */
    DROP,   /* a control character */
    ESCAPE, /* `<`, `>`, `&` */
    QUOTE,  /* escaped in attributes only */
};

/* Ranges first, single bytes after them: later initialisers win. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const unsigned char byte_kinds[256] = {
    [0x00 ... 0x1f] = DROP, ['\t'] = PLAIN, ['\n'] = PLAIN,          ['\r'] = PLAIN,
    [0x7f] = DROP,          ['<'] = ESCAPE, ['>'] = ESCAPE,          ['&'] = ESCAPE,
    ['"'] = QUOTE,          ['\''] = QUOTE, [0x80 ... 0xff] = MULTI,
};
#pragma GCC diagnostic pop

/* How far `s` is plain from `at` on, sixteen bytes at a time; stops early rather than late. */
static size_t skip_plain(struct str s, size_t at)
{
    typedef unsigned char lanes __attribute__((vector_size(16)));
    typedef uint64_t halves __attribute__((vector_size(16)));

    for (; at + 16 <= s.n; at += 16) {
        lanes v;
        halves found;

        memcpy(&v, s.p + at, sizeof v);
        /* Below the space, and from 0x7f on; v - 0x20 wraps for the former. */
        found = (halves)((lanes)(v - 0x20 >= 0x5f) | (lanes)(v == '<') | (lanes)(v == '>') |
                         (lanes)(v == '&') | (lanes)(v == '"') | (lanes)(v == '\''));
        if (found[0] | found[1])
            break;
    }
    return at;
}

/* The code point of the well-formed sequence at `at`, its length in *ret_n (Unicode, table 3-7);
 * UINT32_MAX when there is none. */
static uint32_t decode(struct str s, size_t at, size_t *ret_n)
{
    const unsigned char *p = (const unsigned char *)s.p + at;
    size_t left = s.n - at, n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t point;

    if (p[0] < 0xc2 || p[0] > 0xf4 || left < n)
        return UINT32_MAX;
    point = p[0] & (0xffU >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        point = point << 6 | (p[i] & 0x3fU);
    }
    if (point < least[n] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
        return UINT32_MAX;
    *ret_n = n;
    return point;
}

static bool is_noncharacter(uint32_t point)
{
    return (point & 0xfffe) == 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
}

/* Looks at the sequence at `at`: true and its length when it may stand as it is; otherwise false,
 * with how much to skip and what to write in its place. */
static bool may_stand(struct str s, size_t at, size_t *ret_n, struct str *ret_instead)
{
    size_t n = 1;
    uint32_t point = decode(s, at, &n);

    *ret_n = n;
    *ret_instead = point < 0xa0 ? STR_NONE : REPLACEMENT;
    return point != UINT32_MAX && point >= 0xa0 && !is_noncharacter(point);
}

static struct str entity(char c)
{
    switch (c) {
    case '<': return S("&lt;");
    case '>': return S("&gt;");
    case '&': return S("&amp;");
    case '"': return S("&quot;");
    default: return S("&#39;");
    }
}

static void put_escaped(struct buf *out, struct str s, bool is_attr)
{
    size_t run = 0, at = 0;

    while ((at = skip_plain(s, at)) < s.n) {
        struct str instead = STR_NONE;
        size_t n = 1;

        /* Byte by byte to the next sixteen: text with many accents would otherwise begin the long
         * step again after each of them. */
        for (size_t stop = at + 16 < s.n ? at + 16 : s.n; at < stop; at += n) {
            enum byte_kind kind = byte_kinds[(unsigned char)s.p[at]];

            n = 1;
            if (kind == PLAIN || (kind == QUOTE && !is_attr))
                continue;
            if (kind == MULTI && may_stand(s, at, &n, &instead))
                continue;
            if (kind == DROP)
                instead = STR_NONE;
            else if (kind != MULTI)
                instead = entity(s.p[at]);
            buf_add(out, str_slice(s, run, at));
            buf_add(out, instead);
            run = at + n;
        }
    }
    buf_add(out, str_slice(s, run, s.n));
}

void html_text(struct buf *out, struct str s)
{
    put_escaped(out, s, false);
}

void html_attr(struct buf *out, struct str s)
{
    put_escaped(out, s, true);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* True when a browser would read the URL as relative or with a scheme that only shows or calls.
 * Browsers drop tabs and line ends anywhere and blanks and controls at the start, and take a
 * backslash for a slash (WHATWG URL, section 4.4); so a URL with any control is refused. */
static bool is_harmless_url(struct str url)
{
    static const struct str schemes[] = {STR("http"), STR("https"), STR("mailto"), STR("tel"),
                                         STR("otpauth")};
    size_t n = 0;

    for (size_t i = 0; i < url.n; i++)
        if ((unsigned char)url.p[i] < 0x20 || url.p[i] == 0x7f)
            return false;
    if (url.n && url.p[0] == ' ')
        return false;
    if (url.n > 1 && (url.p[0] == '/' || url.p[0] == '\\') && (url.p[1] == '/' || url.p[1] == '\\'))
        return false;
    while (n < url.n && !strchr(":/?#\\", url.p[n]))
        n++;
    if (n == url.n || url.p[n] != ':')
        return true;
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (is_letter(url.p[0]) && str_eq_ascii_nocase(str_slice(url, 0, n), schemes[i]))
            return true;
    return false;
}

void html_url(struct buf *out, struct str url)
{
    html_attr(out, is_harmless_url(url) ? url : S("#blocked"));
}

void html_url_part(struct buf *out, struct str piece)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < piece.n; i++) {
        unsigned char c = (unsigned char)piece.p[i];
        char encoded[] = {'%', digits[c >> 4], digits[c & 15]};

        if (is_letter((char)c) || (c >= '0' && c <= '9') || (c && strchr("-._~@", c)))
            buf_add_byte(out, (char)c);
        else
            buf_add(out, (struct str){encoded, sizeof encoded});
    }
}

void html_json(struct buf *out, struct str json)
{
    size_t run = 0;

    for (size_t i = 0; i < json.n; i++) {
        char c = json.p[i];

        if (byte_kinds[(unsigned char)c] != ESCAPE)
            continue;
        buf_add(out, str_slice(json, run, i));
        buf_add(out, c == '<' ? S("\\u003c") : c == '>' ? S("\\u003e") : S("\\u0026"));
        run = i + 1;
    }
    buf_add(out, str_slice(json, run, json.n));
}

static void put_msg(struct buf *out, struct str rest, const struct msg_arg *args, size_t count,
                    bool is_attr)
{
    const struct msg_arg *arg;
    struct str text;

    while (msg_next_piece(&rest, args, count, &text, &arg)) {
        buf_add(out, text);
        if (!arg)
            continue;
        assert(!is_attr || arg->kind != MSG_ARG_HTML);
        if (arg->kind == MSG_ARG_NUMBER)
            msg_number(out, arg->number);
        else if (arg->kind == MSG_ARG_MONEY)
            msg_money(out, (struct money){arg->number});
        else if (arg->kind == MSG_ARG_HTML)
            buf_add(out, arg->text);
        else
            put_escaped(out, arg->text, is_attr);
    }
}

void html_msg_text(struct buf *out, enum lang lang, enum msg_id id, const struct msg_arg *args,
                   size_t count)
{
    assert(lang < LANG__N);
    put_msg(out, msg_forms[lang][id].html[msg_form_of(id, args, count)], args, count, false);
}

void html_msg_attr(struct buf *out, enum lang lang, enum msg_id id, const struct msg_arg *args,
                   size_t count)
{
    assert(lang < LANG__N);
    put_msg(out, msg_forms[lang][id].html[msg_form_of(id, args, count)], args, count, true);
}

void html_text_z(struct buf *out, const char *z)
{
    html_text(out, str_of(z));
}

void html_attr_z(struct buf *out, const char *z)
{
    html_attr(out, str_of(z));
}

void html_url_z(struct buf *out, const char *z)
{
    html_url(out, str_of(z));
}

void html_url_part_z(struct buf *out, const char *z)
{
    html_url_part(out, str_of(z));
}

void html_plain_z(struct buf *out, const char *z)
{
    buf_add(out, str_of(z));
}

void html_u64(struct buf *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    buf_add(out, (struct str){digits + at, sizeof digits - at});
}
