/* How many files strangers may send: a picture costs more than anything else that is asked of the
 * city without signing in, so one address and one report get so many an hour, and so many at a
 * time. That counts beside what the server counts by itself (max_uploads_of_address). Layer: web.
 * Any thread.
 */
#ifndef WEB_UPLOAD_LIMIT_H
#define WEB_UPLOAD_LIMIT_H

#include "web/reply.h"
#include "web/request.h"

#define UPLOADS_OF_ADDRESS 120 /* at once, then one more every half minute */
#define UPLOADS_OF_SUBJECT 40  /* at once, then one more every minute */
#define UPLOADS_AT_A_TIME  2   /* requests of one subject: somebody may press twice */

/* One file of the request counts for the client's address and for `subject`, the report or case
 * that it is for ("draft 12"). RC_LIMIT (ERR_TOO_MANY) when either has sent too many, with
 * Retry-After in the reply. */
enum rc upload_limit_take(struct ctx *ctx, const struct request *request, struct reply *reply,
                          struct str subject) MUST_CHECK;

/* While the files of a request are worked on its subject has a turn; *ret_turn goes to
 * upload_turn_give. RC_LIMIT (ERR_TOO_MANY, with Retry-After) when it has UPLOADS_AT_A_TIME. */
enum rc upload_turn_take(struct ctx *ctx, struct reply *reply, struct str subject,
                         size_t *ret_turn) MUST_CHECK;
/* 0 is no turn. */
void upload_turn_give(size_t turn);

#endif
