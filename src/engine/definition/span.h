/* Lengths of time as city rules write them: "2 workdays", "36 h", "30 min", "4 work hours",
 * "60 d", "3 months", "2 years". Layer: engine. */
#ifndef ENGINE_SPAN_H
#define ENGINE_SPAN_H

#include "base/problem.h"
#include "base/str.h"
#include "base/yaml.h"

enum span_unit {
    SPAN_ELAPSED,   /* amount in seconds, by the clock */
    SPAN_WORK_TIME, /* amount in seconds, only while the calendar is open */
    SPAN_WORKDAYS,  /* amount in days on which the calendar is open */
    SPAN_MONTHS,    /* amount in calendar months */
};

#define SPAN_DAY_S 86400 /* what "d" stands for */

struct span {
    enum span_unit unit;
    int64_t amount; /* at least 0 */
};

/* False, *ret untouched, for anything but a whole number, a space and a unit of the list above
 * (s, min, h, d, work hours, workdays, months, years; the singular is understood). */
bool span_parse(struct str s, struct span *ret);

/* A span; a problem that shows the forms, and the fallback, for anything else. */
struct span yaml_expect_span(struct problems *problems, const struct yaml_node *node,
                             struct span fallback);

/* "50 m", "2 km" in metres, at most 100 km; a problem and the fallback for anything else. */
int32_t yaml_expect_metres(struct problems *problems, const struct yaml_node *node,
                           int32_t fallback);

#endif
