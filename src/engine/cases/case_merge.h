/* Two cases about one thing: merged, taken apart again, or only linked.
 *
 * Merging closes a case in favour of another, which goes on. The reporter and the followers of the
 * first are told and follow the other one; its clocks end, and its place in lists is that of a
 * closed case. Undoing it makes the case what it was: state, clocks, followers. Whoever stopped
 * following in between stays away. A merged case takes no step (ERR_MERGED).
 *
 * Layer: engine. Each function runs its own db_tx, asks ctx->actor's right to both cases
 * (ERR_DENIED) and records events with both. `lock_version` as in case_change.h.
 */
#ifndef ENGINE_CASE_MERGE_H
#define ENGINE_CASE_MERGE_H

#include "base/ctx.h"

struct merge {
    int64_t into;        /* the case that goes on */
    struct str reason;   /* for staff; needed, at most 400 characters */
    struct str base_url; /* for links in messages */
};

/* By who supervises the one and works on the other. Both must be open (ERR_CASE_CLOSED; of the
 * other with field "into") and neither merged (ERR_MERGED; likewise); ERR_NOT_A_CHOICE, field
 * "into", for the case itself. A link duplicate-of, cases.merged_into; events case.merged (public:
 * {"into": number}) and case.merge_kept (staff: the reason and what an undo needs) with the one,
 * case.took_in (staff: {"from", "reason"}) with the other. */
enum rc case_merge(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                   const struct merge *merge) MUST_CHECK;

/* Takes a merge back; `merge->into` is not looked at. ERR_GUARD for a case that is not merged;
 * ERR_MERGED, field "into", when the other one has been merged since: that comes first. Events
 * case.unmerged (public: {"from": number}) and case.merge_undone (staff: {"other", "reason"}) with
 * both. */
enum rc case_unmerge(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                     const struct merge *merge) MUST_CHECK;

/* Links two cases that have to do with each other, or ends that. Nothing is taken from what others
 * did, so there is no ERR_STALE, and what is so already changes nothing. By who works on the one
 * and may read the other (ERR_NOT_A_CHOICE, field "other", for one that they may not, and for the
 * case itself). Events case.related and case.unrelated (staff: {"other": number}) with both. */
enum rc case_relate(struct ctx *ctx, int64_t case_id, int64_t other_id) MUST_CHECK;
enum rc case_unrelate(struct ctx *ctx, int64_t case_id, int64_t other_id) MUST_CHECK;

#define LINK_DUPLICATE "duplicate-of"
#define LINK_RELATED   "related"

#endif
