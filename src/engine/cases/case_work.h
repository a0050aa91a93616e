/* Work on a case that takes no step of its workflow: notes, and who does it.
 *
 * Layer: engine. Each function runs its own db_tx and asks case_may_work of ctx->actor.
 */
#ifndef ENGINE_CASE_WORK_H
#define ENGINE_CASE_WORK_H

#include "base/ctx.h"

/* Adds a note: for staff alone, or for everybody who may see the case. The same text by the same
 * person within ten minutes is the form sent twice, and is stored once. ERR_REQUIRED, ERR_TOO_LONG,
 * ERR_NOT_UTF8 with err.field "note"; ERR_DENIED. Event note.added. Never ERR_STALE: a note takes
 * nothing away from what others did. */
enum rc case_note(struct ctx *ctx, int64_t case_id, struct str text, bool is_public) MUST_CHECK;

/* Gives the case to an account, or to nobody with 0. Giving it to whom it belongs changes nothing.
 * ERR_STALE when somebody changed the case since `lock_version` (0: whatever it is now);
 * ERR_NOT_A_CHOICE (field "assignee") for an account that does not work within the case's reach;
 * ERR_DENIED. Event case.assigned. */
enum rc case_assign(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                    int64_t account_id) MUST_CHECK;

#endif
