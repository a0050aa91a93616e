/* Who a visitor of the public pages is: what their cookies prove.
 *
 * A browser holds the private links of the cases it filed or opened (keyring.h), and the session of
 * a resident who has signed in (people/resident.h). Layer: portal. */
#ifndef PORTAL_RESIDENT_H
#define PORTAL_RESIDENT_H

#include "people/resident.h"
#include "web/request.h"

/* Sets ctx->actor to a resident with the cases of the links that still hold and, signed in, their
 * address (access.h asks of each case whether it was filed with that); leaves it NULL for who
 * proves nothing. actor.id is the account's party, 0 without one. */
enum rc resident_begin(struct ctx *ctx, struct request *request) MUST_CHECK;

/* Who has signed in, as resident_begin found out; NULL: nobody. On public pages only. */
const struct resident *resident_of(const struct request *request);

#endif
