/* Why a deadline is when it is: what is kept with a clock, written and read.
 *
 * Two texts of JSON. The trace is the rule's and is written once, when the deadline is set:
 *
 *   {"amount": 10, "unit": "workdays" | "months" | "work-seconds" | "seconds",
 *    "from": "2026-11-17",                the local day as on which it was filed
 *    "when": {"expr": "lane", ...},       the branch's condition as rule_explain gives it, if it
 *                                         has one
 *    "skipped": [{"date": "2026-11-26",   days passed over, in order
 *                 "reason": "weekend" | "holiday" | "closure" | "after-closing",
 *                 "name": "Thanksgiving Day"}]}    in English, where the day has a name
 *
 * Of so many days that the trace would be longer than 20,000 bytes the weekends are left out, and
 * then all. {} is the trace of which an answer was erased. The moves are what happened to the
 * deadline since, oldest first:
 *
 *   [{"why": "closure" | "closure-removed" | "pause" | "transfer" | "migration" | "earlier",
 *     "at": "2026-11-20T16:00:00Z",       when it was moved
 *     "from": "2026-12-03T06:00:00Z",     the deadline before, and
 *     "to": "2026-12-04T06:00:00Z",       after: a deadline that is a day is the midnight after it
 *     "days": 1,                          by so many workdays, where both are days
 *     "day": "2026-11-27",                closure: the day that does not count any more, or
 *                                         closure-removed: that counts again after all ...
 *     "name": "Storm",                    ... and the reason that was given
 *     "since": "2026-11-16T16:00:00Z",    pause: it stood still from then until "at"; without, it
 *                                         stood still before a transfer
 *     "version": 1}]                      migration: the version of the service that gave it
 *
 * Each begins where the one before ends, and the last ends at the deadline. A transfer sets the
 * deadline by the rule of another service: the trace is that rule's, and the moves begin anew. A
 * migration leaves the deadline as it is, so that it is told by another version than the case's. Of
 * more than CLOCK_MOVES_MAX the oldest become one, "earlier", pauses last. A member that a reader
 * does not know is passed over, and one that is not there is empty: rows that older versions wrote
 * have no moves. Layer: engine. Any thread.
 */
#ifndef ENGINE_CLOCK_TRACE_H
#define ENGINE_CLOCK_TRACE_H

#include "engine/definition/city.h"

#define CLOCK_MOVES_MAX  12
#define CLOCK_MOVES_NONE S("[]")

enum clock_cause {
    CLOCK_MOVED_CLOSURE,
    CLOCK_MOVED_CLOSURE_REMOVED,
    CLOCK_MOVED_PAUSE,
    CLOCK_MOVED_TRANSFER,
    CLOCK_MOVED_MIGRATION,
    CLOCK_MOVED_EARLIER,
};

struct clock_move {
    enum clock_cause why;
    struct instant at, from, to;
    bool has_days;
    int64_t days;
    struct date day; /* closure, closure-removed */
    struct str name; /* the same; empty: none */
    bool has_since;  /* pause */
    struct instant since;
    int64_t version; /* migration; 0: none */
};

struct clock_skip {
    struct date date;
    enum calendar_reason reason;
    struct str name; /* empty: none */
};

/* What is kept, as read. */
struct clock_trace {
    bool has_rule;
    struct span within;
    bool has_from;
    struct date from;
    struct str condition; /* the expression; empty: none */
    const struct clock_skip *skips;
    size_t skip_n;
    const struct clock_move *moves;
    size_t move_n;
    int64_t version; /* of the service, that gave it; 0: the case's own */
};

/* The trace of a deadline that a branch of a clock rule gave; `why` is the JSON of its condition as
 * rule_explain gives it, or "null". Arena. */
struct str clock_trace_of(struct ctx *ctx, const struct clock_branch *branch, struct str why,
                          const struct calendar_deadline *deadline);

/* The moves with one more; a name is cut to 200 bytes. What is no JSON is no moves. Arena. */
struct str clock_moves_add(struct ctx *ctx, struct str moves, const struct clock_move *move);

/* Reads both texts; `moves` may be empty. What is no JSON is told as if it were not there. Only
 * ERR_MEMORY. Arena. */
enum rc clock_trace_read(struct ctx *ctx, struct str trace, struct str moves,
                         struct clock_trace *ret) MUST_CHECK;

/* A sentence about a move in ctx->lang. Who may read of a transfer or a migration is the caller's
 * to know: the events are for staff. */
struct str clock_move_told(struct ctx *ctx, const struct clock_move *move);

#endif
