/* Where a deadline goes when a day turns out to be without work, and where it goes back to when
 * that day counts after all. A deadline that is where its rule and its pauses put it by the
 * calendar as it was goes to where they put it by the calendar as it is: where that of a like case
 * is. Any other, of months, of an answer that was erased, put off before a transfer, goes by what
 * its trace and moves tell. Layer: engine. Pure: calendars and zone are passed in. */
#ifndef ENGINE_CLOSURE_SHIFT_H
#define ENGINE_CLOSURE_SHIFT_H

#include "engine/clock/deadline.h"
#include "engine/clock/rows.h"

struct closed_day {
    struct date date;
    struct instant noted;          /* when it was noted as closed */
    const struct calendar *open;   /* the city's, in which the city works on that day */
    const struct calendar *closed; /* the same with the day closed */
};

/* The deadline of a clock after the day has been closed: by a workday later where it is a day, by
 * that day's opening hours where it counts working time. The same as before where the day was not
 * counted: elapsed time, or a day after whose closing time the clock began. `ret` has due, is_date
 * and date. Errors as calendar_next_workday. */
enum rc closure_shift(struct ctx *ctx, const struct closed_day *day,
                      const struct clocks_over_day_row *clock, struct deadline *ret) MUST_CHECK;

/* The deadline of a clock after the day has been opened again: what closing it has added, to a
 * clock that ran then (its moves say so) or to one that was begun since (its trace does), goes.
 * The same as before where it added nothing. */
enum rc closure_shift_back(struct ctx *ctx, const struct closed_day *day,
                           const struct clocks_over_day_row *clock,
                           struct deadline *ret) MUST_CHECK;

#endif
