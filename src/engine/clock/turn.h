/* Clocks as a case moves: begun, paused, met, running on.
 *
 * The workflow says in which states a clock stands still and which states fulfil it; a step's
 * effects may begin or end one as well. Layer: engine. Inside db_tx only. Writes `clock`; the
 * projection cases.due is the caller's to store.
 */
#ifndef ENGINE_TURN_H
#define ENGINE_TURN_H

#include "engine/clock/deadline.h"

/* Begins a clock of the service for a case, now. */
enum rc clock_begin(struct ctx *ctx, int64_t case_id, const struct definition *definition,
                    const struct clock_rule *clock, const struct deadline *deadline) MUST_CHECK;

/* A case's way from one state to another. */
struct clock_turn {
    int64_t case_id;
    const struct workflow *workflow;
    int from, to;    /* indexes of states */
    uint64_t is_met; /* bit i: the workflow's clock i is met, whatever the state says */
};

/* Pauses, resumes, ends and continues each clock of the case, and sets the job that watches them.
 * *ret_due is the latest deadline of those that run then; *ret_has_due says whether there is one.
 */
enum rc clocks_turn(struct ctx *ctx, const struct clock_turn *turn, bool *ret_has_due,
                    struct instant *ret_due) MUST_CHECK;

#endif
