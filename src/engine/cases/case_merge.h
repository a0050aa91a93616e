/* Two cases about one thing: merged, and taken apart again.
 *
 * Merging closes a case in favour of another, which goes on. The reporter and the followers of the
 * first are told and follow the other one; its clocks end, and its place in lists is that of a
 * closed case. Undoing it makes the case what it was: state, clocks, followers. Whoever stopped
 * following in between stays away. A merged case takes no step (ERR_MERGED).
 *
 * Layer: engine. Each function runs its own db_tx, asks ctx->actor's right to both cases and
 * records events with both. `lock_version` as in case_change.h.
 */
#ifndef ENGINE_CASE_MERGE_H
#define ENGINE_CASE_MERGE_H

#include "base/ctx.h"

struct merge {
    int64_t into;        /* the case that goes on */
    struct str reason;   /* for staff; needed, at most 400 characters */
    struct str base_url; /* for links in messages */
};

/* By who supervises the one (ERR_DENIED) and works on the other (ERR_NOT_A_CHOICE, field "into").
 * Both must be open (ERR_CASE_CLOSED; of the other with field "into") and neither merged
 * (ERR_MERGED; likewise); the case itself is no choice either. A link duplicate-of,
 * cases.merged_into; events case.merged (public:
 * {"into": number}) and case.merge_kept (staff: the reason and what an undo needs) with the one,
 * case.took_in (staff: {"from", "reason"}) with the other. */
enum rc case_merge(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                   const struct merge *merge) MUST_CHECK;

/* Takes a merge back; `merge->into` is not looked at. ERR_GUARD for a case that is not merged,
 * whose merge's events were erased since, or whose state of before its service no longer has;
 * ERR_MERGED, field "into", when the other one has been merged since: that comes first. Events
 * case.unmerged (public: {"from": number}) and case.merge_undone (staff: {"other", "reason"}) with
 * both. */
enum rc case_unmerge(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                     const struct merge *merge) MUST_CHECK;

#endif
