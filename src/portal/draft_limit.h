/* How many reports one address may begin: a draft is a row kept for weeks, and who sends forms
 * without end shall not fill the store with them. Layer: portal. Any thread. */
#ifndef PORTAL_DRAFT_LIMIT_H
#define PORTAL_DRAFT_LIMIT_H

#include "engine/cases/draft.h"
#include "web/reply.h"
#include "web/request.h"

/* RC_OK for a draft that is stored already, or while the client's address has begun few enough:
 * an office or library behind one address begins 300 at once and one more every half second.
 * RC_LIMIT (ERR_TOO_MANY) after that, with Retry-After in the reply. */
enum rc draft_limit_take(struct ctx *ctx, const struct request *request, struct reply *reply,
                         const struct draft *draft) MUST_CHECK;

#endif
