/* Who a visitor of the public pages is: what their cookies prove.
 *
 * A browser holds the private links of the cases it filed or opened (keyring.h). Layer: portal. */
#ifndef PORTAL_RESIDENT_H
#define PORTAL_RESIDENT_H

#include "web/request.h"

/* Sets ctx->actor to a resident with the cases of the links that still hold; leaves it NULL when
 * there are none. */
enum rc resident_begin(struct ctx *ctx, struct request *request) MUST_CHECK;

#endif
