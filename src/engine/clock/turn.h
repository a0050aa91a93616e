/* Clocks as a case moves: begun, paused, met, running on.
 *
 * The workflow says in which states a clock stands still and which states fulfil it; a step's
 * effects may begin or end one as well. Layer: engine. Inside db_tx only. Writes `clock`; the
 * projection cases.due is the caller's to store, but after clocks_migrate, which does.
 */
#ifndef ENGINE_TURN_H
#define ENGINE_TURN_H

#include "engine/clock/deadline.h"
#include "engine/clock/rows.h"

/* What the clocks of a case come to: the projection cases.due, and when its job looks at them. */
struct clocks_sum {
    bool has_due;
    struct instant due; /* the latest deadline of those that run: not met, not standing still */
    bool has_alarm;
    struct instant alarm; /* the nearest warning or deadline of those that run and are not missed */
};

struct clocks_sum clocks_sum(const struct clocks_of_rows *clocks);
void clocks_sum_add(struct clocks_sum *sum, const struct clocks_of_row *clock);

/* A clock that begins now with that deadline; without id, case and kind. A warning that is over is
 * none. */
struct clocks_of_row clock_of_deadline(const struct ctx *ctx, const struct deadline *deadline);

/* The deadline of a clock as it stands; without the branch. Borrowed from the row. */
struct deadline clock_deadline(const struct clocks_of_row *clock);

/* Writes the row over the one of its id, all but its kind and beginning; without an id it is added
 * to the case. Inside db_tx only. */
enum rc clock_write(struct ctx *ctx, int64_t case_id, const struct clocks_of_row *clock) MUST_CHECK;

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
 * *ret is what they come to then. */
enum rc clocks_turn(struct ctx *ctx, const struct clock_turn *turn,
                    struct clocks_sum *ret) MUST_CHECK;

/* Sets the one job of the case's clocks to their alarm, if they have one. Inside db_tx only. Where
 * the clocks only stand still or are due later than before nothing needs to be set: the job looks
 * for itself. */
enum rc clocks_watch(struct ctx *ctx, int64_t case_id, const struct clocks_sum *sum) MUST_CHECK;

/* Whether the service has a rule for clocks of that kind. A case that comes under it leaves the
 * others behind: nothing would ever meet them. */
bool clock_has_rule(const struct definition *definition, struct str kind);

/* The case's clocks under a newer version of its service: notes with each that its deadline is
 * still the one that `version` gave; those without a rule go, and cases.due is stored anew. Inside
 * db_tx only. */
enum rc clocks_migrate(struct ctx *ctx, int64_t case_id, const struct definition *to,
                       int64_t version) MUST_CHECK;

/* The clocks of a case as they stand, in the order in which they began. Reads; not only inside
 * db_tx.
 */
enum rc clocks_read(struct ctx *ctx, int64_t case_id, struct clocks_of_rows *ret) MUST_CHECK;

#endif
