/* A JSON body as its bytes come: strings are cut and mended like the values of a form (typed.h).
 *
 * What goes on to the parser is JSON of the same shape, so that a string that is too long, or holds
 * what is no text, is refused at its place in the document and not with the whole body. All that
 * stands outside strings is left as it is. Layer: web. One thread at a time.
 */
#ifndef WEB_JSON_BODY_H
#define WEB_JSON_BODY_H

#include "web/typed.h"

struct json_body {
    struct buf *out;
    struct typed string; /* the one being read, without its quotes; escapes stay escapes */
    bool is_string;
    char escape[12]; /* a sequence as far as it came; two when the first is half of a character */
    size_t escape_n;
};

/* Writes to `out`, whose limit is that of the body as it is kept. */
struct json_body json_body_to(struct buf *out);

/* The next bytes, cut anywhere. Failure is the buffer's. */
void json_body_add(struct json_body *body, struct str bytes);

#endif
