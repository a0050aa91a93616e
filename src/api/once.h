/* Idempotency keys: a request that a program sends twice has one effect and one answer.
 *
 * As the IETF's draft for the header Idempotency-Key has it: the program makes up a key for each
 * thing it wants done and sends the same when it asks again. The first request is noted before it
 * is worked on (UNIQUE by key of the program and idempotency key); that it was done is noted in the
 * transaction that does it; its answer afterwards, kept two days. The answer may hold a private
 * link and is therefore encrypted. Layer: api. Table: api_call.
 */
#ifndef API_ONCE_H
#define API_ONCE_H

#include "base/ctx.h"
#include "web/reply.h"
#include "web/request.h"

#define ONCE_KEPT_US    (2 * US_PER_DAY)
#define ONCE_WORKING_US (30 * US_PER_S) /* longer no request takes: one that is older was lost */

/* Does the work and answers. */
typedef enum rc api_work_fn(struct ctx *ctx, struct request *request, struct reply *reply);

/* Runs the work unless it was done before; then the first answer is given again, with the header
 * Idempotency-Replayed. Work that fails before it changed anything leaves nothing, so that it can
 * be asked for anew. ERR_REQUIRED or ERR_PATTERN without a usable key, ERR_IDEMPOTENCY for a key
 * that came with another request, ERR_UNDER_WAY while the first is being worked on.
 *
 * When the program was lost after the work's first transaction and before its answer was kept,
 * `again` answers: it changes nothing and says what is there now. NULL is for work that may be run
 * again because it has keys of its own (a filing's submission). */
enum rc api_once(struct ctx *ctx, struct request *request, struct reply *reply, api_work_fn *work,
                 api_work_fn *again) MUST_CHECK;

/* 64 hexadecimal digits that name the request for ever: what case_file takes as submission. */
struct str api_once_name(struct ctx *ctx, const struct request *request);

#endif
