/* Idempotency keys: a request that a program sends twice has one effect and is answered twice.
 *
 * As the IETF's draft for the header Idempotency-Key has it: the program makes up a key for each
 * thing it wants done and sends the same when it asks again. The first request is noted before it
 * is worked on (UNIQUE by key of the program and idempotency key); that it was done is noted in the
 * transaction that does it; what it was answered afterwards. A note counts for two days, asked for
 * or swept away: then the key is as good as a new one.
 *
 * No answer about a case is kept. What a case says may be redacted, erased or taken out of a
 * program's sight the next minute, by folders that know nothing of this table; so a replay shows
 * the case as it is then, as far as the program may see it then. Kept is only the answer that holds
 * a secret which is told once (a filing's private link, a draft's token), with the number, the days
 * and the place of the filing, and nothing of its answers or words; it is encrypted. Layer: api.
 * Table: api_call.
 */
#ifndef API_ONCE_H
#define API_ONCE_H

#include "base/ctx.h"
#include "engine/work/job.h"
#include "web/reply.h"
#include "web/request.h"

#define ONCE_KEPT_US    IDEMPOTENCY_KEPT_US
#define ONCE_WORKING_US (30 * US_PER_S) /* longer no request takes: one that is older was lost */

/* Does the work and answers. */
typedef enum rc api_work_fn(struct ctx *ctx, struct request *request, struct reply *reply);

/* Runs the work unless it was done before; else the request is answered again, with the header
 * Idempotency-Replayed. Work that fails before it changed anything leaves nothing, so that it can
 * be asked for anew. ERR_REQUIRED without a key, the errors of idempotency_key_read,
 * ERR_IDEMPOTENCY for a key that came with another request, ERR_UNDER_WAY while the first is being
 * worked on.
 *
 * `again` answers what was done: it changes nothing and says what is there now; its failure
 * (ERR_NOT_FOUND for what the program may not see any more) is the answer then. NULL: the first
 * answer is kept and given again, and where that is gone the work is done again, which has keys of
 * its own (a filing's submission) or makes something that nobody misses (a draft). */
enum rc api_once(struct ctx *ctx, struct request *request, struct reply *reply, api_work_fn *work,
                 api_work_fn *again) MUST_CHECK;

/* 64 hexadecimal digits that name a filing's request for ever, by its program, key and body: what
 * case_file takes as submission. A key that comes again when it is forgotten here is another's with
 * another body; with the same one the case is there already, and stays one. A version before named
 * requests without their body: what was done before and is not there by this name has that one. */
enum rc api_once_name(struct ctx *ctx, const struct request *request, struct str *ret) MUST_CHECK;

/* The daily job "api.sweep": forgets what is older than ONCE_KEPT_US, a few hundred rows to a
 * transaction. */
extern const struct job_kind api_once_jobs[];

#endif
