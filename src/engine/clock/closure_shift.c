#include "engine/clock/closure_shift.h"

static struct deadline as_it_is(const struct clocks_over_day_row *clock)
{
    return (struct deadline){
        .due = clock->due, .is_date = !clock->due_date_is_null, .date = clock->due_date};
}

/* ---- Counted anew */

/* The deadline as the clock's rule gives it by that calendar, later by the pauses as it counts
 * them. */
static enum rc count(struct ctx *ctx, const struct calendar *calendar,
                     const struct clocks_over_day_row *clock, const struct clock_trace *trace,
                     struct deadline *ret)
{
    bool is_date = trace->within.unit == SPAN_WORKDAYS;
    struct calendar_span span = {is_date ? CALENDAR_WORKDAYS : CALENDAR_WORK_S,
                                 trace->within.amount};
    struct calendar_deadline end;
    enum rc rc = calendar_due(ctx, calendar, clock->started, span, &end);

    for (size_t i = 0; !rc && i < trace->move_n; i++) {
        const struct clock_move *move = &trace->moves[i];
        int64_t days;

        if (move->why != CLOCK_MOVED_PAUSE || !move->has_since)
            continue;
        days = calendar_workdays_between(calendar, zone_local(calendar->zone, move->since).date,
                                         zone_local(calendar->zone, move->at).date);
        if (is_date && days > 0)
            end.date = calendar_plus_workdays(calendar, end.date, days);
        else if (!is_date)
            end.end = instant_plus_us(end.end, move->at.us_utc - move->since.us_utc);
    }
    if (!rc)
        *ret =
            (struct deadline){.due = is_date ? zone_end_of_day(calendar->zone, end.date) : end.end,
                              .is_date = is_date,
                              .date = end.date};
    return rc;
}

/* A clock that stands where the one calendar puts it goes to where the other does: with any number
 * of closed days, in whatever order they were noted and taken back. It does not when its rule is
 * not known or counts no workdays, and when something else has moved it. */
static enum rc count_anew(struct ctx *ctx, const struct calendar *from, const struct calendar *to,
                          const struct clocks_over_day_row *clock, const struct clock_trace *trace,
                          bool *ret_is_counted, struct deadline *ret)
{
    struct deadline deadline;
    enum rc rc = RC_OK;

    *ret_is_counted = false;
    if (!trace->has_rule ||
        (trace->within.unit != SPAN_WORKDAYS && trace->within.unit != SPAN_WORK_TIME))
        return RC_OK;
    rc = count(ctx, from, clock, trace, &deadline);
    if (rc || deadline.is_date == clock->due_date_is_null ||
        instant_cmp(deadline.due, clock->due) != 0)
        return rc;
    rc = count(ctx, to, clock, trace, &deadline);
    if (!rc) {
        *ret_is_counted = true;
        *ret = deadline;
    }
    return rc;
}

/* ---- By what is known */

/* What begins on the day itself after it has closed counts from the next day, closed or not. */
static bool begins_too_late(const struct closed_day *day, const struct clocks_over_day_row *clock)
{
    struct local_time began = zone_local(day->open->zone, clock->started);

    return date_cmp(began.date, day->date) == 0 &&
           began.second_of_day >= day->open->week[date_weekday(day->date)].close_s;
}

/* A moment of working time from one calendar to another. Left alone when it is not one that the
 * first calendar could have given: a pause has moved it by the clock on the wall. */
static enum rc convert(struct ctx *ctx, const struct calendar *from, const struct calendar *to,
                       const struct clocks_over_day_row *clock, struct instant *ret_due)
{
    struct calendar_deadline deadline;
    int64_t work_s = calendar_work_seconds_between(from, clock->started, clock->due);
    enum rc rc = calendar_add_work_seconds(ctx, from, clock->started, work_s, &deadline);

    if (rc || instant_cmp(deadline.end, clock->due) != 0)
        return rc;
    rc = calendar_add_work_seconds(ctx, to, clock->started, work_s, &deadline);
    if (!rc)
        *ret_due = deadline.end;
    return rc;
}

enum rc closure_shift(struct ctx *ctx, const struct closed_day *day,
                      const struct clocks_over_day_row *clock, struct deadline *ret)
{
    struct deadline deadline = as_it_is(clock);
    struct clock_trace trace;
    bool is_counted;
    enum rc rc = clock_trace_read(ctx, clock->trace, clock->moves, &trace);

    if (!rc)
        rc = count_anew(ctx, day->open, day->closed, clock, &trace, &is_counted, ret);
    if (rc || is_counted)
        return rc;
    if (begins_too_late(day, clock) || (trace.has_rule && trace.within.unit == SPAN_ELAPSED)) {
        *ret = deadline;
        return RC_OK;
    }
    if (deadline.is_date) {
        rc = calendar_next_workday(ctx, day->closed, clock->due_date, &deadline.date);
        deadline.due = zone_end_of_day(day->open->zone, deadline.date);
    } else {
        rc = convert(ctx, day->open, day->closed, clock, &deadline.due);
    }
    if (!rc)
        *ret = deadline;
    return rc;
}

/* ---- Back */

/* Whether the deadline is later because of the day, and what made it so. */
struct held {
    bool is_held;
    const struct clock_move *move; /* NULL: it was so from the beginning, or is not known */
};

/* A pause over the day has counted its workdays without it: that took away what the closing had
 * added. */
static bool spans(const struct closed_day *day, const struct clock_move *move)
{
    const struct zone *zone = day->open->zone;

    return move->has_days && move->has_since &&
           date_cmp(zone_local(zone, move->since).date, day->date) < 0 &&
           date_cmp(day->date, zone_local(zone, move->at).date) <= 0;
}

static struct held held_by(const struct closed_day *day, const struct clocks_over_day_row *clock,
                           const struct clock_trace *trace)
{
    struct held held = {0};

    for (size_t i = 0; i < trace->skip_n; i++)
        if (trace->skips[i].reason == CALENDAR_CLOSURE &&
            date_cmp(trace->skips[i].date, day->date) == 0)
            held.is_held = !begins_too_late(day, clock);
    for (size_t i = 0; i < trace->move_n; i++) {
        const struct clock_move *move = &trace->moves[i];
        bool is_of_day = date_cmp(move->day, day->date) == 0;

        if (move->why == CLOCK_MOVED_CLOSURE && is_of_day)
            held = (struct held){.is_held = true, .move = move};
        else if ((move->why == CLOCK_MOVED_CLOSURE_REMOVED && is_of_day) ||
                 (move->why == CLOCK_MOVED_PAUSE && spans(day, move)))
            held = (struct held){0};
        else if (move->why == CLOCK_MOVED_EARLIER && instant_cmp(clock->started, day->noted) < 0 &&
                 instant_cmp(day->noted, move->at) <= 0)
            held = (struct held){.is_held = true};
    }
    return held;
}

static struct date workday_before(const struct calendar *calendar, struct date date)
{
    do
        date = date_plus(date, -1);
    while (!calendar_is_workday(calendar, date));
    return date;
}

enum rc closure_shift_back(struct ctx *ctx, const struct closed_day *day,
                           const struct clocks_over_day_row *clock, struct deadline *ret)
{
    const struct zone *zone = day->open->zone;
    struct deadline deadline = as_it_is(clock);
    struct clock_trace trace;
    struct held held;
    bool is_counted;
    enum rc rc = clock_trace_read(ctx, clock->trace, clock->moves, &trace);

    if (!rc)
        rc = count_anew(ctx, day->closed, day->open, clock, &trace, &is_counted, ret);
    if (rc || is_counted)
        return rc;
    held = held_by(day, clock, &trace);
    /* What has moved it since, if anything, is taken back itself: as it was, a Sunday too. */
    if (held.is_held && held.move && instant_cmp(held.move->to, clock->due) == 0) {
        deadline.due = held.move->from;
        deadline.date = zone_local(zone, instant_plus_us(deadline.due, -1)).date;
    } else if (held.is_held && deadline.is_date) {
        if (date_cmp(day->date, deadline.date) < 0) {
            deadline.date = workday_before(day->open, deadline.date);
            deadline.due = zone_end_of_day(zone, deadline.date);
        }
    } else if (held.is_held) {
        rc = convert(ctx, day->closed, day->open, clock, &deadline.due);
        if (!rc && held.move && instant_cmp(deadline.due, clock->due) == 0)
            deadline.due =
                instant_plus_us(clock->due, held.move->from.us_utc - held.move->to.us_utc);
    }
    if (!rc)
        *ret = deadline;
    return rc;
}
