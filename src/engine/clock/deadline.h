/* When something is due: a clock rule applied to the facts of a case.
 * Layer: engine. Pure: the calendar and the time are passed in. */
#ifndef ENGINE_DEADLINE_H
#define ENGINE_DEADLINE_H

#include "engine/clock/clock_trace.h"
#include "engine/definition/city.h"
#include "engine/definition/rule.h"

struct deadline {
    struct instant due;
    bool is_date; /* a local day, to its end; else a moment */
    struct date date;
    bool has_warning;
    struct instant warn;
    size_t branch;        /* of the clock rule: the one that held */
    bool crosses_holiday; /* a holiday was passed over on the way */
    struct str trace;     /* why, as clock_trace.h has it */
    struct str moves;     /* what was moved since; empty: nothing */
};

/* The end of a span that begins at `from`, after the calendar's rules. */
enum rc deadline_of_span(struct ctx *ctx, const struct city *city, struct instant from,
                         struct span span, struct calendar_deadline *ret) MUST_CHECK;

/* How much later than its rule says a deadline is, because its clock stood still. */
struct clock_delay {
    int64_t workdays; /* of a deadline that is a day */
    int64_t us;       /* of one that is a moment */
};

/* What standing still from then until then comes to: whole workdays for a day, the time itself for
 * a moment. */
struct clock_delay clock_stood(const struct city *city, bool is_date, struct instant from,
                               struct instant until);

/* Moves the deadline and its warning, had or not, that much later. The delay of a day holds for a
 * moment, 24 hours a workday, and that of a moment for a day, its whole days as workdays. */
void deadline_put_off(const struct city *city, struct deadline *deadline, struct clock_delay delay);

/* The move of a clock's deadline from there to there, now; of no day, name, pause or version. */
struct clock_move deadline_move(const struct ctx *ctx, enum clock_cause why,
                                const struct deadline *from, const struct deadline *to);

/* The deadline that a clock rule sets for a case filed at facts->filed. RC_INVALID with
 * ERR_EXPRESSION when a condition has no value. */
enum rc deadline_of_clock(struct ctx *ctx, const struct city *city, const struct clock_rule *clock,
                          const struct facts *facts, struct deadline *ret) MUST_CHECK;

#endif
