/* Writing HTML: escaping by context, for compiled templates and for the little HTML that C makes.
 *
 * Text becomes HTML in exactly one place, here. `struct html` is text that is HTML already; it is
 * a type of its own, so that plain text cannot be written raw and HTML cannot be escaped twice:
 * neither compiles. The writers put U+FFFD for invalid UTF-8 and for Unicode's noncharacters and
 * drop control characters other than tab, line feed and carriage return, which no HTML document
 * may contain (HTML Living Standard, section 13.2.3.5). Layer: base. One thread per buffer.
 *
 * Contexts: _text between tags (and in title and textarea); _attr inside a double- or
 * single-quoted attribute; _url a whole URL in such an attribute; _url_part one piece after a
 * literal beginning, such as a path segment or a query value; _json in a JSON data block.
 */
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include "base/buf.h"
#include "base/lang.h"
#include "base/msg.h"
#include "base/str.h"

/* Text that is HTML. Make one only from what these writers wrote. */
struct html {
    struct str s;
};

/* What every template function gets first: where to write and in which language. A higher layer
 * that needs more puts one of these first in a struct of its own. */
struct view {
    struct buf *out;
    enum lang lang;
};

void html_text(struct buf *out, struct str s);
void html_attr(struct buf *out, struct str s);

/* A URL that is followed or loaded: relative (no scheme, no leading "//" in any spelling a browser
 * reads as one), or http, https, mailto, tel or otpauth (the key of a second factor, for the
 * device's authenticator); anything else becomes "#blocked". */
void html_url(struct buf *out, struct str url);

/* Percent-encodes everything but RFC 3986's unreserved characters and '@' (so that "mailto:" can
 * be followed by an address): the piece cannot leave its place in the URL. */
void html_url_part(struct buf *out, struct str piece);

/* A whole JSON text inside <script type="application/json">: `<`, `>` and `&`, which JSON has only
 * inside strings, become \u escapes, so that it cannot end the element. The caller vouches that it
 * is JSON. */
void html_json(struct buf *out, struct str json);

static inline void html_raw(struct buf *out, struct html html)
{
    buf_add(out, html.s);
}

/* What was written to a buffer through these functions, as HTML; borrowed from the buffer. */
static inline struct html html_of_buf(const struct buf *buf)
{
    return (struct html){buf_str(buf)};
}

/* A message, its arguments escaped for the context (arguments of type html are raw, and are a
 * programming fault in an attribute). Plurals as msg_format. */
void html_msg_text(struct buf *out, enum lang lang, enum msg_id id, const struct msg_arg *args,
                   size_t count);
void html_msg_attr(struct buf *out, enum lang lang, enum msg_id id, const struct msg_arg *args,
                   size_t count);

/* An argument that is HTML, for html_msg_text. */
static inline struct msg_arg html_msg_arg(struct str name, struct html value)
{
    return (struct msg_arg){name, MSG_ARG_HTML, value.s, 0};
}

/* MSG_ARG, and also struct html. */
#define HTML_ARG(name, value) \
    _Generic((value),                    \
        struct html: html_msg_arg,       \
        struct str: msg_arg_str,         \
        char *: msg_arg_z,               \
        const char *: msg_arg_z,         \
        int: msg_arg_i64,                \
        long: msg_arg_i64,               \
        long long: msg_arg_i64,          \
        unsigned long: msg_arg_u64,      \
        unsigned long long: msg_arg_u64, \
        struct money: msg_arg_money)(S(name), (value))

/* What `{= expr }` becomes in each context: texts and whole numbers. Booleans, enumerations (which
 * are unsigned int), characters, struct html and money (msg_money_text) do not compile. */
#define HTML_PUT(out, value, of_str, of_z) \
    _Generic((value),                      \
        struct str: of_str,                \
        char *: of_z,                      \
        const char *: of_z,                \
        int: html_i64,                     \
        long: html_i64,                    \
        long long: html_i64,               \
        unsigned long: html_u64,           \
        unsigned long long: html_u64)((out), (value))

#define html_put_text(out, value)     HTML_PUT(out, value, html_text, html_text_z)
#define html_put_attr(out, value)     HTML_PUT(out, value, html_attr, html_attr_z)
#define html_put_url_part(out, value) HTML_PUT(out, value, html_url_part, html_url_part_z)
/* In a text template (mail): as it is. */
#define html_put_plain(out, value) HTML_PUT(out, value, buf_add, html_plain_z)
#define html_put_url(out, value) \
    _Generic((value), struct str: html_url, char *: html_url_z, const char *: html_url_z)((out), \
                                                                                       (value))

/* The dispatch's forms for terminated strings (NULL is the empty text) and numbers. */
void html_text_z(struct buf *out, const char *z);
void html_attr_z(struct buf *out, const char *z);
void html_url_z(struct buf *out, const char *z);
void html_url_part_z(struct buf *out, const char *z);
void html_plain_z(struct buf *out, const char *z);
void html_u64(struct buf *out, uint64_t value);

static inline void html_i64(struct buf *out, int64_t value)
{
    buf_add_i64(out, value);
}

#endif
