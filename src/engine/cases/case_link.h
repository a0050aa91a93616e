/* What ties two cases together: one that was merged into the other (case_merge.h), and those that
 * staff say have to do with each other. Layer: engine.
 */
#ifndef ENGINE_CASE_LINK_H
#define ENGINE_CASE_LINK_H

#include "base/ctx.h"

#define LINK_DUPLICATE "duplicate-of"
#define LINK_RELATED   "related"

/* Enters a link of that kind, from the one to the other; inside db_tx only. The same link that is
 * there already is not asked for. */
enum rc case_link_add(struct ctx *ctx, int64_t from, int64_t to, const char *kind) MUST_CHECK;

/* Links two cases that have to do with each other, or ends that. Nothing is taken from what others
 * did, so there is no ERR_STALE, and what is so already changes nothing. By who works on the one
 * and may read the other (ERR_NOT_A_CHOICE, field "other", for one that they may not, and for the
 * case itself). Events case.related and case.unrelated (staff: {"other": number}) with both. */
enum rc case_relate(struct ctx *ctx, int64_t case_id, int64_t other_id) MUST_CHECK;
enum rc case_unrelate(struct ctx *ctx, int64_t case_id, int64_t other_id) MUST_CHECK;

#endif
