/* A strict streaming parser for multipart/form-data: RFC 7578 over RFC 2046, section 5.1.
 *
 * It takes the body in pieces of any size, as the network gives them, and calls back with what it
 * finds; it holds one part's header and one delimiter's length at most, whatever the body's size.
 * Strict: lines end in CRLF, every part has a Content-Disposition of form-data with a name, no
 * transfer encoding, no nested multipart; what breaks this fails the whole. Layer: web. One thread
 * at a time.
 */
#ifndef WEB_MULTIPART_H
#define WEB_MULTIPART_H

#include "base/ctx.h"

#define MULTIPART_MAX_BOUNDARY     70   /* RFC 2046, section 5.1.1 */
#define MULTIPART_MAX_HEADER_BYTES 4096 /* of one part */

/* What a part says of itself; borrowed for the call. */
struct multipart_part {
    struct str name;
    struct str filename;     /* as sent, p == NULL when it is not a file */
    struct str content_type; /* as sent, empty when it is not given */
};

/* Each returns RC_OK or what multipart_feed shall return. `bytes` come in any number of pieces. */
struct multipart_sink {
    void *cls;
    enum rc (*begin)(void *cls, struct ctx *ctx, const struct multipart_part *part);
    enum rc (*data)(void *cls, struct ctx *ctx, struct str bytes);
    enum rc (*end)(void *cls, struct ctx *ctx);
};

struct multipart;

/* A parser for a body with this Content-Type value, in ctx->arena. RC_INVALID (ERR_MALFORMED) when
 * it has no usable boundary parameter. The sink is copied. */
enum rc multipart_new(struct ctx *ctx, struct str content_type, const struct multipart_sink *sink,
                      struct multipart **ret_parser) MUST_CHECK;

/* The next piece of the body. After a failure the parser must not be fed again. */
enum rc multipart_feed(struct multipart *parser, struct ctx *ctx, struct str piece) MUST_CHECK;

/* The body is over: RC_INVALID (ERR_MALFORMED) when the closing delimiter never came. */
enum rc multipart_finish(struct multipart *parser, struct ctx *ctx) MUST_CHECK;

/* A file name without folders ("C:\x\a.jpg" is "a.jpg"), control characters and leading dots, at
 * most 100 bytes cut at a character; "file" when nothing is left or it is not UTF-8. */
struct str multipart_clean_filename(struct arena *arena, struct str filename);

#endif
