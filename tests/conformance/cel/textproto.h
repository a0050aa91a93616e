/* Reads the protobuf text format into a plain tree, for the CEL conformance files.
 *
 * No schema: a field has a name and either a scalar, kept as its text or string, or a message.
 * Repeated fields stand one after another. Standard: protobuf.dev, "Text Format Language
 * Specification".
 */
#ifndef TESTS_TEXTPROTO_H
#define TESTS_TEXTPROTO_H

#include "base/ctx.h"

struct textproto {
    struct str name; /* of the field; "[type.googleapis.com/x]" for an expanded Any */
    bool is_message;
    bool is_string;  /* the scalar was in quotes */
    struct str text; /* of a scalar: a string's bytes, or a number or word as written */
    int line;        /* where it stands, from 1 */
    const struct textproto *first; /* of a message: its fields, in order */
    const struct textproto *next;
};

/* The file's message. RC_INVALID (ERR_FORMAT, the line in the detail) when it is none. The tree
 * lives in the arena and borrows from `source`. */
enum rc textproto_parse(struct ctx *ctx, struct str source,
                        const struct textproto **ret) MUST_CHECK;

/* The first field of that name, or NULL; NULL in a NULL message. */
const struct textproto *textproto_field(const struct textproto *message, const char *name);

/* The scalar of that field, or the empty string. */
struct str textproto_text(const struct textproto *message, const char *name);

#endif
