#include "svc/requests/document.h"

#include <assert.h>

#include "base/utf8.h"

struct document document_on(struct buf *out, enum document_format format)
{
    struct document document = {.format = format, .out = out};

    if (format == DOCUMENT_XML)
        BUF_ADD(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    else
        document.json = json_writer_on(out);
    return document;
}

/* XML 1.0, production 2: besides tab, LF and CR no control characters, no surrogates, and neither
 * U+FFFE nor U+FFFF. */
static bool is_xml_char(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
           (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

/* Text inside an element, escaped. */
static void add_xml_text(struct buf *out, struct str text)
{
    struct str rest = text;
    uint32_t c;

    while (rest.n) {
        const char *from = rest.p;

        if (!utf8_next(&rest, &c))
            break;
        switch (c) {
        case '<': BUF_ADD(out, "&lt;"); break;
        case '>': BUF_ADD(out, "&gt;"); break;
        case '&': BUF_ADD(out, "&amp;"); break;
        case '\r': BUF_ADD(out, "&#13;"); break;
        case 0xFFFD: BUF_ADD(out, "\xEF\xBF\xBD"); break;
        default:
            buf_add(out, is_xml_char(c) ? (struct str){from, (size_t)(rest.p - from)}
                                        : S("\xEF\xBF\xBD"));
        }
    }
}

static void add_tag(struct document *document, const char *before, const char *name)
{
    buf_add(document->out, str_of(before));
    buf_add(document->out, str_of(name));
    buf_add_byte(document->out, '>');
}

static void begin(struct document *document, const char *name)
{
    assert(document->depth < DOCUMENT_DEPTH);
    document->open[document->depth++] = name;
    if (document->format == DOCUMENT_XML)
        add_tag(document, "<", name);
}

static void end(struct document *document)
{
    assert(document->depth > 0);
    document->depth--;
    if (document->format == DOCUMENT_XML)
        add_tag(document, "</", document->open[document->depth]);
}

/* The innermost that is open is a thing, whose values have names in JSON. */
static bool is_in_thing(const struct document *document)
{
    return document->json.depth > 0 && (document->json.is_object & 1);
}

void document_begin_list(struct document *document, const char *name)
{
    if (document->format == DOCUMENT_JSON && is_in_thing(document))
        json_put_key(&document->json, str_of(name));
    if (document->format == DOCUMENT_JSON)
        json_begin_array(&document->json);
    begin(document, name);
}

void document_end_list(struct document *document)
{
    if (document->format == DOCUMENT_JSON)
        json_end_array(&document->json);
    end(document);
}

void document_begin_thing(struct document *document, const char *name)
{
    if (document->format == DOCUMENT_JSON)
        json_begin_object(&document->json);
    begin(document, name);
}

void document_end_thing(struct document *document)
{
    if (document->format == DOCUMENT_JSON)
        json_end_object(&document->json);
    end(document);
}

static void put_element(struct document *document, const char *name, struct str text)
{
    add_tag(document, "<", name);
    add_xml_text(document->out, text);
    add_tag(document, "</", name);
}

void document_word(struct document *document, const char *name, struct str word)
{
    if (document->format == DOCUMENT_JSON)
        json_put_string(&document->json, word);
    else
        put_element(document, name, word);
}

void document_text(struct document *document, const char *name, struct str text)
{
    if (document->format == DOCUMENT_XML) {
        put_element(document, name, text);
        return;
    }
    json_put_key(&document->json, str_of(name));
    if (text.n)
        json_put_string(&document->json, text);
    else
        json_put_null(&document->json);
}

void document_bool(struct document *document, const char *name, bool value)
{
    if (document->format == DOCUMENT_JSON)
        json_put_member_bool(&document->json, str_of(name), value);
    else
        put_element(document, name, value ? S("true") : S("false"));
}

void document_i64(struct document *document, const char *name, int64_t value)
{
    if (document->format == DOCUMENT_JSON) {
        json_put_member_i64(&document->json, str_of(name), value);
        return;
    }
    add_tag(document, "<", name);
    buf_add_i64(document->out, value);
    add_tag(document, "</", name);
}

void document_f64(struct document *document, const char *name, double value)
{
    if (document->format == DOCUMENT_JSON) {
        json_put_key(&document->json, str_of(name));
        json_put_f64(&document->json, value);
        return;
    }
    add_tag(document, "<", name);
    buf_add_fmt(document->out, "%.7f", value);
    add_tag(document, "</", name);
}

const char *document_content_type(enum document_format format)
{
    return format == DOCUMENT_XML ? "text/xml; charset=utf-8" : "application/json; charset=utf-8";
}
