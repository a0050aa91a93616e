/* Closures: days on which the city did not work after all, and the deadlines they move.
 * Layer: engine. */
#ifndef ENGINE_CLOSURE_H
#define ENGINE_CLOSURE_H

#include "engine/definition/city.h"

#define CLOSURE_REASON_MAX 200  /* characters */
#define CLOSURE_DAYS_MAX   1826 /* before and after today */

struct closure_effect {
    int64_t clocks, cases; /* deadlines that were moved, and of how many cases */
};

/* Notes that the city is closed on `date` for `reason` and moves every running deadline that
 * counts that day: by a workday where it is a day, by that day's opening hours where it counts
 * working time; elapsed time is left alone. Each case moved gets an event "clock.moved" with the
 * reason, and the day one of its own, "closure.added" for staff. One transaction; `is_dry` counts
 * and changes nothing. ERR_DUPLICATE when the day is noted already; ERR_NOT_A_DATE (field "date")
 * when the city does not work on that day anyway, or when it is CLOSURE_DAYS_MAX away; as
 * text_check_line for a reason of more than CLOSURE_REASON_MAX.
 * It goes by the days that the store has, whatever another has done since ctx->city was read; that
 * keeps its old calendar: load the city again. */
enum rc closure_add(struct ctx *ctx, struct date date, struct str reason, bool is_dry,
                    struct closure_effect *ret) MUST_CHECK;

/* Takes such a day back, for `reason`: the running deadlines that it has moved, and those that were
 * counted without it since, are then where they would be if it had never been noted, as far as
 * their traces and moves tell. A deadline that is over by that is looked at at once, and a step by
 * timer comes when it comes without the closure. Events as closure_add, with "closure.removed".
 * Of a day that is not noted: ERR_NOT_A_DATE (field "date") for one that the city file itself takes
 * off, else RC_NOT_FOUND; details say what to do. */
enum rc closure_remove(struct ctx *ctx, struct date date, struct str reason, bool is_dry,
                       struct closure_effect *ret) MUST_CHECK;

#endif
