/* When something is due: a clock rule applied to the facts of a case.
 * Layer: engine. Pure: the calendar and the time are passed in. */
#ifndef ENGINE_DEADLINE_H
#define ENGINE_DEADLINE_H

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
    struct str trace;     /* JSON for "Why?": branch, condition, span, days passed over */
};

/* The end of a span that begins at `from`, after the calendar's rules. */
enum rc deadline_of_span(struct ctx *ctx, const struct city *city, struct instant from,
                         struct span span, struct calendar_deadline *ret) MUST_CHECK;

/* The deadline that a clock rule sets for a case filed at facts->filed. RC_INVALID with
 * ERR_EXPRESSION when a condition has no value. */
enum rc deadline_of_clock(struct ctx *ctx, const struct city *city, const struct clock_rule *clock,
                          const struct facts *facts, struct deadline *ret) MUST_CHECK;

#endif
