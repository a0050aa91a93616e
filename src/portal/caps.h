/* How often one address may ask for what sends mail or can be guessed. Layer: portal. */
#ifndef PORTAL_CAPS_H
#define PORTAL_CAPS_H

#include "web/reply.h"
#include "web/request.h"

/* Takes one of the address's tries of a kind ("mail", "code"): 20 at once, then one every two
 * minutes. ERR_TOO_MANY, with Retry-After, when there is none. */
enum rc caps_take(struct ctx *ctx, const struct request *request, struct reply *reply,
                  struct str what) MUST_CHECK;

#endif
