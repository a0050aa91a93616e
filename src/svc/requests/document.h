/* One document in two formats: what Open311 says as XML and as JSON (GeoReport v2).
 *
 * The writer is told what there is (a list of things, a thing, a value with a name) and writes
 * `<services><service><group>x</group></service></services>` or `[{"group":"x"}]`. In XML every
 * level has the name it was begun with; in JSON the items of a list have none. A wrong order of
 * calls is a programming fault. Layer: svc. One thread at a time.
 */
#ifndef SVC_REQUESTS_DOCUMENT_H
#define SVC_REQUESTS_DOCUMENT_H

#include "base/json.h"

enum document_format { DOCUMENT_XML, DOCUMENT_JSON };

#define DOCUMENT_DEPTH 8

struct document {
    enum document_format format;
    struct buf *out;         /* borrowed; its failure is the document's */
    struct json_writer json; /* DOCUMENT_JSON */
    const char *open[DOCUMENT_DEPTH];
    size_t depth;
};

/* A document on an empty buffer; XML gets its prolog. */
struct document document_on(struct buf *out, enum document_format format);

/* A list, named in XML by `name`; inside of a thing in JSON too. Its items are things (each begun
 * with the name of one) or words. */
void document_begin_list(struct document *document, const char *name);
void document_end_list(struct document *document);

/* A thing with named values: the whole document, or an item of a list. */
void document_begin_thing(struct document *document, const char *name);
void document_end_thing(struct document *document);

/* A word as an item of a list: <format>text/xml</format>, "text/xml". */
void document_word(struct document *document, const char *name, struct str word);

/* Values of a thing. Nothing (an empty text) is an empty element, and null. What no XML document
 * may hold is written as U+FFFD. */
void document_text(struct document *document, const char *name, struct str text);
void document_bool(struct document *document, const char *name, bool value);
void document_i64(struct document *document, const char *name, int64_t value);
void document_f64(struct document *document, const char *name, double value);

/* "text/xml; charset=utf-8", "application/json; charset=utf-8". */
const char *document_content_type(enum document_format format);

#endif
