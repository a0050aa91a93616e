/* What a browser calls itself, in words: "Firefox on Linux". Layer: people. */
#ifndef PEOPLE_BROWSER_NAME_H
#define PEOPLE_BROWSER_NAME_H

#include "base/ctx.h"

/* From a User-Agent header (RFC 9110, section 10.1.5), in ctx->lang. Only a help for people to tell
 * their sessions apart: it can be forged. */
struct str browser_name(struct ctx *ctx, struct str agent);

#endif
