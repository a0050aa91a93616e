/* Who a visitor of the public pages is: what their cookies prove.
 *
 * A browser holds the private links of the cases it filed or opened (keyring.h), and the session of
 * a resident who has signed in (people/resident.h). Layer: portal. */
#ifndef PORTAL_IDENTITY_H
#define PORTAL_IDENTITY_H

#include "people/resident.h"
#include "web/request.h"

/* Who has signed in, as portal_begin found out; NULL: nobody. On public pages only. */
const struct resident *identity_resident(const struct request *request);

/* Ends the session of who has signed in, if anybody has; the cookie is the caller's to take back.
 * Runs its own db_tx. */
enum rc identity_leave(struct ctx *ctx, const struct request *request) MUST_CHECK;

#endif
