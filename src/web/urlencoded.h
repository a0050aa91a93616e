/* A streaming parser for application/x-www-form-urlencoded (WHATWG URL standard, section 5.1).
 *
 * It takes the body in pieces of any size and calls back with what it finds, as multipart.h does
 * for the other kind of form; it holds one name at most. Layer: web. One thread at a time.
 */
#ifndef WEB_URLENCODED_H
#define WEB_URLENCODED_H

#include "web/multipart.h"

#define URLENCODED_MAX_NAME 1000 /* decoded bytes */

struct urlencoded;

/* A parser in ctx->arena; NULL without memory. The sink is copied; parts have a name alone. */
struct urlencoded *urlencoded_new(struct ctx *ctx, const struct multipart_sink *sink);

/* The next piece of the body. RC_INVALID (ERR_MALFORMED) for a percent sign without two hex
 * digits; RC_LIMIT (ERR_TOO_LARGE) for a name that is too long; or what the sink returned. After a
 * failure the parser must not be fed again. */
enum rc urlencoded_feed(struct urlencoded *parser, struct ctx *ctx, struct str piece) MUST_CHECK;

/* The body is over. RC_INVALID (ERR_MALFORMED) within a percent sequence. */
enum rc urlencoded_finish(struct urlencoded *parser, struct ctx *ctx) MUST_CHECK;

#endif
