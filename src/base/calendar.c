#include "base/calendar.h"

#include <assert.h>
#include <stdlib.h>

#define REACH_DAYS 3660 /* ten years: no deadline is further away */

struct trace {
    struct arena *arena;
    struct calendar_skip *skips;
    size_t n, room;
};

static void note(struct trace *trace, struct calendar_skip skip)
{
    if (trace->n == trace->room) {
        size_t room = trace->room ? 2 * trace->room : 8;
        struct calendar_skip *grown = arena_grow(trace->arena, trace->skips,
                                                 trace->room * sizeof *grown, room * sizeof *grown);

        if (!grown)
            return; /* the arena has failed, which the caller asks */
        trace->skips = grown;
        trace->room = room;
    }
    trace->skips[trace->n++] = skip;
}

static int compare_days(const void *a, const void *b)
{
    const struct calendar_day *left = a, *right = b;

    return date_cmp(left->date, right->date);
}

void calendar_sort(struct calendar_day *days, size_t n)
{
    if (n > 1)
        qsort(days, n, sizeof *days, compare_days);
}

/* The first of the days on or after `date`, or n. */
static size_t first_from(const struct calendar_day *days, size_t n, struct date date)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (date_cmp(days[middle].date, date) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const struct calendar_day *find_day(const struct calendar_day *days, size_t n,
                                           struct date date)
{
    size_t at = first_from(days, n, date);

    return at < n && date_cmp(days[at].date, date) == 0 ? &days[at] : NULL;
}

static struct calendar_hours hours_of(const struct calendar *calendar, struct date date)
{
    return calendar->week[date_weekday(date)];
}

static bool is_weekday_open(const struct calendar *calendar, struct date date)
{
    struct calendar_hours hours = hours_of(calendar, date);

    return hours.open_s < hours.close_s;
}

/* Whether the city works on that day; if not, *ret_skip says why. */
static bool works_on(const struct calendar *calendar, struct date date,
                     struct calendar_skip *ret_skip)
{
    const struct calendar_day *day;

    *ret_skip = (struct calendar_skip){.date = date, .reason = CALENDAR_WEEKEND};
    if (!is_weekday_open(calendar, date))
        return false;
    day = find_day(calendar->holidays, calendar->holidays_n, date);
    ret_skip->reason = CALENDAR_HOLIDAY;
    if (!day) {
        day = find_day(calendar->closures, calendar->closures_n, date);
        ret_skip->reason = CALENDAR_CLOSURE;
    }
    ret_skip->name = day ? &day->name : NULL;
    return !day;
}

bool calendar_is_workday(const struct calendar *calendar, struct date date)
{
    struct calendar_skip skip;

    return works_on(calendar, date, &skip);
}

/* The first workday on or after `date`. */
static enum rc workday_from(struct ctx *ctx, const struct calendar *calendar, struct date date,
                            struct trace *trace, struct date *ret)
{
    struct calendar_skip skip;

    for (int day = 0; day < REACH_DAYS; day++) {
        if (works_on(calendar, date, &skip)) {
            *ret = date;
            return RC_OK;
        }
        note(trace, skip);
        date = date_plus(date, 1);
    }
    return FAIL(ctx, ERR_CONFIG, .field = S("calendar"),
                .detail = S("the calendar has no workday in ten years"));
}

enum rc calendar_next_workday(struct ctx *ctx, const struct calendar *calendar, struct date date,
                              struct date *ret)
{
    struct trace trace = {.arena = ctx->arena};

    return workday_from(ctx, calendar, date_plus(date, 1), &trace, ret);
}

/* The day as on which something filed at `filed` counts. */
static enum rc filing_day(struct ctx *ctx, const struct calendar *calendar, struct local_time filed,
                          struct trace *trace, struct date *ret)
{
    struct date date = filed.date;

    if (calendar_is_workday(calendar, date) &&
        filed.second_of_day >= hours_of(calendar, date).close_s) {
        note(trace, (struct calendar_skip){.date = date, .reason = CALENDAR_AFTER_CLOSING});
        date = date_plus(date, 1);
    }
    return workday_from(ctx, calendar, date, trace, ret);
}

static enum rc give(struct ctx *ctx, const struct trace *trace, struct calendar_deadline deadline,
                    struct calendar_deadline *ret)
{
    if (arena_has_failed(ctx->arena))
        return FAIL(ctx, ERR_MEMORY);
    deadline.skips = trace->skips;
    deadline.skips_n = trace->n;
    *ret = deadline;
    return RC_OK;
}

enum rc calendar_add_workdays(struct ctx *ctx, const struct calendar *calendar,
                              struct local_time filed, int64_t n, struct calendar_deadline *ret)
{
    struct trace trace = {.arena = ctx->arena};
    struct calendar_deadline deadline = {0};
    enum rc rc;

    assert(n >= 0);
    if (n > REACH_DAYS)
        return FAIL(ctx, ERR_TOO_BIG, .detail = S("a deadline of more than ten years"));
    rc = filing_day(ctx, calendar, filed, &trace, &deadline.counts_from);
    deadline.date = deadline.counts_from;
    for (; rc == RC_OK && n > 0; n--)
        rc = workday_from(ctx, calendar, date_plus(deadline.date, 1), &trace, &deadline.date);
    if (rc != RC_OK)
        return rc;
    deadline.end = zone_end_of_day(calendar->zone, deadline.date);
    return give(ctx, &trace, deadline, ret);
}

static struct instant on_day(const struct calendar *calendar, struct date date, int32_t second)
{
    if (second >= 86400)
        return zone_instant(calendar->zone, (struct local_time){date_plus(date, 1), 0});
    return zone_instant(calendar->zone, (struct local_time){date, second});
}

/* The open time of a workday from `from` on, in microseconds; *ret_start is when it begins. */
static int64_t open_us(const struct calendar *calendar, struct date date, struct instant from,
                       struct instant *ret_start)
{
    struct calendar_hours hours = hours_of(calendar, date);
    struct instant start = on_day(calendar, date, hours.open_s);
    struct instant end = on_day(calendar, date, hours.close_s);

    if (instant_cmp(start, from) < 0)
        start = from;
    *ret_start = start;
    return instant_cmp(start, end) < 0 ? end.us_utc - start.us_utc : 0;
}

enum rc calendar_add_work_seconds(struct ctx *ctx, const struct calendar *calendar,
                                  struct instant from, int64_t work_s,
                                  struct calendar_deadline *ret)
{
    struct trace trace = {.arena = ctx->arena};
    struct local_time local = zone_local(calendar->zone, from);
    struct calendar_deadline deadline = {0};
    struct instant start;
    struct date day;
    int64_t left_us, day_us;
    enum rc rc;

    assert(work_s >= 0);
    if (work_s > INT64_C(86400) * REACH_DAYS)
        return FAIL(ctx, ERR_TOO_BIG, .detail = S("a deadline of more than ten years"));
    left_us = work_s * US_PER_S;
    rc = filing_day(ctx, calendar, local, &trace, &day);
    deadline.counts_from = day;
    for (int days = 0; rc == RC_OK; days++) {
        day_us = open_us(calendar, day, from, &start);
        if (left_us <= day_us)
            break;
        if (days >= REACH_DAYS)
            return FAIL(ctx, ERR_TOO_BIG, .detail = S("a deadline of more than ten years"));
        left_us -= day_us;
        rc = workday_from(ctx, calendar, date_plus(day, 1), &trace, &day);
    }
    if (rc != RC_OK)
        return rc;
    deadline.end = work_s ? instant_plus_us(start, left_us) : from;
    deadline.date = work_s ? day : local.date;
    return give(ctx, &trace, deadline, ret);
}

static enum rc add_elapsed(struct ctx *ctx, const struct calendar *calendar, struct instant from,
                           int64_t elapsed_s, struct calendar_deadline *ret)
{
    struct calendar_deadline deadline = {0};

    assert(elapsed_s >= 0);
    if (elapsed_s > INT64_C(86400) * REACH_DAYS)
        return FAIL(ctx, ERR_TOO_BIG, .detail = S("a deadline of more than ten years"));
    deadline.end = instant_plus_us(from, elapsed_s * US_PER_S);
    deadline.date = zone_local(calendar->zone, deadline.end).date;
    deadline.counts_from = zone_local(calendar->zone, from).date;
    *ret = deadline;
    return RC_OK;
}

enum rc calendar_due(struct ctx *ctx, const struct calendar *calendar, struct instant filed,
                     struct calendar_span span, struct calendar_deadline *ret)
{
    switch (span.unit) {
    case CALENDAR_ELAPSED_S: return add_elapsed(ctx, calendar, filed, span.amount, ret);
    case CALENDAR_WORK_S: return calendar_add_work_seconds(ctx, calendar, filed, span.amount, ret);
    case CALENDAR_WORKDAYS:
        return calendar_add_workdays(ctx, calendar, zone_local(calendar->zone, filed), span.amount,
                                     ret);
    }
    assert(false && "a unit of the enumeration");
    return RC_INTERNAL;
}

/* The days of one list after `from` up to `to` on which the city would have worked. A day named
 * twice counts once, and a closure on a holiday not at all. */
static int64_t days_lost(const struct calendar *calendar, bool is_closures, struct date from,
                         struct date to)
{
    const struct calendar_day *days = is_closures ? calendar->closures : calendar->holidays;
    size_t n = is_closures ? calendar->closures_n : calendar->holidays_n;
    int64_t lost = 0;

    for (size_t i = first_from(days, n, date_plus(from, 1));
         i < n && date_cmp(days[i].date, to) <= 0; i++) {
        if (i > 0 && date_cmp(days[i].date, days[i - 1].date) == 0)
            continue;
        if (is_closures && find_day(calendar->holidays, calendar->holidays_n, days[i].date))
            continue;
        lost += is_weekday_open(calendar, days[i].date);
    }
    return lost;
}

struct date calendar_plus_workdays(const struct calendar *calendar, struct date date, int64_t n)
{
    for (; n > 0; n -= calendar_is_workday(calendar, date))
        date = date_plus(date, 1);
    return date;
}

int64_t calendar_workdays_between(const struct calendar *calendar, struct date from, struct date to)
{
    int64_t days = (int64_t)to.days - from.days, open_weekdays = 0, count;

    if (days < 0)
        return -calendar_workdays_between(calendar, to, from);
    for (int day = 0; day < 7; day++)
        open_weekdays += calendar->week[day].open_s < calendar->week[day].close_s;
    count = days / 7 * open_weekdays;
    for (int32_t left = (int32_t)(days % 7); left > 0; left--)
        count += is_weekday_open(calendar, date_plus(to, 1 - left));
    return count - days_lost(calendar, false, from, to) - days_lost(calendar, true, from, to);
}

int64_t calendar_work_seconds_between(const struct calendar *calendar, struct instant from,
                                      struct instant to)
{
    struct date last = zone_local(calendar->zone, to).date;
    int64_t sum_us = 0;

    if (instant_cmp(to, from) < 0)
        return -calendar_work_seconds_between(calendar, to, from);
    for (struct date day = zone_local(calendar->zone, from).date; date_cmp(day, last) <= 0;
         day = date_plus(day, 1)) {
        struct instant start;
        int64_t day_us, until_us;

        if (!calendar_is_workday(calendar, day))
            continue;
        day_us = open_us(calendar, day, from, &start);
        until_us = to.us_utc - start.us_utc;
        if (day_us > until_us)
            day_us = until_us;
        sum_us += day_us > 0 ? day_us : 0;
    }
    return sum_us / US_PER_S;
}
