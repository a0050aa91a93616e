/* Why a request is due when it is, in sentences that a resident understands: the rule, the answers
 * it looked at, the day it counts from, the days that do not count, and what has moved it since.
 * Layer: portal. */
#ifndef PORTAL_WHY_H
#define PORTAL_WHY_H

#include "engine/cases/rows.h"
#include "engine/definition/city.h"

#define WHY_MAX 64

struct why {
    struct str sentences[WHY_MAX];
    size_t n; /* 0: there is nothing to explain */
};

/* Of the clock that the expected date comes from. `is_own`: the reporter asks, who may see the
 * answers that the rule looked at, but those that are staff's. */
enum rc why_of_case(struct ctx *ctx, const struct case_by_number_row *row,
                    const struct definition *definition, bool is_own, struct why *ret) MUST_CHECK;

#endif
