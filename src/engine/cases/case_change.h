/* Where a case belongs, changed by staff: another place, another team. Another service is in
 * case_transfer.h.
 *
 * Each change is previewed by the same code that makes it: a plan says what would come of it and
 * changes nothing. Number and history stay. Every change takes the version of the case that its
 * editor saw (ERR_STALE when somebody changed it since; 0: whatever it is now), asks ctx->actor's
 * right to the case (ERR_DENIED), and is an event for staff in the same transaction. Taking one
 * back is the same change the other way. Layer: engine. Each of the changing functions runs its own
 * db_tx; plans read on ctx->conn.
 */
#ifndef ENGINE_CASE_CHANGE_H
#define ENGINE_CASE_CHANGE_H

#include "engine/clock/deadline.h"
#include "engine/definition/answer.h"
#include "place/place.h"

/* ---- Another place */

struct place_plan {
    const struct team *team_from, *team; /* NULL: none; a closed case stays with its team */
    struct str route;                    /* why, JSON; empty for a closed case */
    /* The first asset that the case names and that is not at this place; NULL: none. It stays the
     * answer: who reported it may have meant that one. */
    const struct field *not_there;
    struct str not_there_id;
};

/* Which team the case goes to at a place. ERR_PLACE_OUTSIDE, field "place". */
enum rc case_move_plan(struct ctx *ctx, int64_t case_id, const struct place *place,
                       struct place_plan *ret) MUST_CHECK;

/* Moves it; clocks run on as they are. Event case.moved: {"from", "to", "team_from", "team",
 * "route"}, places by their labels. */
enum rc case_move(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                  const struct place *place) MUST_CHECK;

/* ---- Another team */

/* By who supervises the case, whatever its route says. ERR_NOT_A_CHOICE, field "team"; the reason
 * is needed. Event case.team: {"from", "to", "reason"}. */
struct team_change {
    struct str team; /* id */
    struct str reason;
};
enum rc case_give_team(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                       const struct team_change *change) MUST_CHECK;

#endif
