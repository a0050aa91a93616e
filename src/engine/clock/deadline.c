#include "engine/clock/deadline.h"

/* The same day of the month so many months on, or that month's last day. */
static struct date date_plus_months(struct date date, int64_t months)
{
    struct civil civil = date_civil(date);
    int64_t month = civil.month - 1 + months;
    struct date result = date;

    civil.year += (int)(month / 12);
    civil.month = (int)(month % 12) + 1;
    while (!date_of(civil, &result) && civil.day > 28)
        civil.day--;
    return result;
}

enum rc deadline_of_span(struct ctx *ctx, const struct city *city, struct instant from,
                         struct span span, struct calendar_deadline *ret)
{
    static const enum calendar_unit units[] = {
        [SPAN_ELAPSED] = CALENDAR_ELAPSED_S,
        [SPAN_WORK_TIME] = CALENDAR_WORK_S,
        [SPAN_WORKDAYS] = CALENDAR_WORKDAYS,
    };
    struct calendar_deadline deadline = {0};

    if (span.unit != SPAN_MONTHS)
        return calendar_due(ctx, &city->calendar, from,
                            (struct calendar_span){units[span.unit], span.amount}, ret);
    deadline.counts_from = city_local(city, from).date;
    deadline.date = date_plus_months(deadline.counts_from, span.amount);
    deadline.end = zone_end_of_day(city->zone, deadline.date);
    *ret = deadline;
    return RC_OK;
}

struct clock_delay clock_stood(const struct city *city, bool is_date, struct instant from,
                               struct instant until)
{
    struct clock_delay delay = {0};

    if (is_date)
        delay.workdays = calendar_workdays_between(&city->calendar, city_local(city, from).date,
                                                   city_local(city, until).date);
    else
        delay.us = until.us_utc - from.us_utc;
    return delay;
}

void deadline_put_off(const struct city *city, struct deadline *deadline, struct clock_delay delay)
{
    if (deadline->is_date) {
        int64_t days = delay.workdays + delay.us / US_PER_DAY;
        struct local_time warn = city_local(city, deadline->warn);

        if (days <= 0)
            return;
        deadline->date = calendar_plus_workdays(&city->calendar, deadline->date, days);
        deadline->due = zone_end_of_day(city->zone, deadline->date);
        warn.date = calendar_plus_workdays(&city->calendar, warn.date, days);
        deadline->warn = zone_instant(city->zone, warn);
    } else {
        int64_t us = delay.us + delay.workdays * US_PER_DAY;

        if (us <= 0)
            return;
        deadline->due = instant_plus_us(deadline->due, us);
        deadline->warn = instant_plus_us(deadline->warn, us);
    }
}

struct clock_move deadline_move(const struct ctx *ctx, enum clock_cause why,
                                const struct deadline *from, const struct deadline *to)
{
    struct clock_move move = {.why = why, .at = ctx->now, .from = from->due, .to = to->due};

    move.has_days = from->is_date && to->is_date;
    if (move.has_days)
        move.days = calendar_workdays_between(&ctx->city->calendar, from->date, to->date);
    return move;
}

static bool crosses_holiday(const struct calendar_deadline *deadline)
{
    for (size_t i = 0; i < deadline->skips_n; i++)
        if (deadline->skips[i].reason == CALENDAR_HOLIDAY)
            return true;
    return false;
}

static enum rc warn_before(struct ctx *ctx, const struct city *city, const struct clock_rule *clock,
                           struct deadline *deadline)
{
    struct date date = deadline->is_date ? deadline->date : city_local(city, deadline->due).date;

    (void)ctx;
    deadline->has_warning = clock->has_warning;
    if (!clock->has_warning)
        return RC_OK;
    if (clock->warn.unit == SPAN_ELAPSED || clock->warn.unit == SPAN_WORK_TIME) {
        deadline->warn = instant_plus_us(deadline->due, -clock->warn.amount * US_PER_S);
        return RC_OK;
    }
    for (int64_t left = clock->warn.amount; left > 0;) {
        date = date_plus(date, -1);
        left -= calendar_is_workday(&city->calendar, date);
    }
    deadline->warn = zone_instant(city->zone, (struct local_time){date, 0});
    return RC_OK;
}

enum rc deadline_of_clock(struct ctx *ctx, const struct city *city, const struct clock_rule *clock,
                          const struct facts *facts, struct deadline *ret)
{
    const struct clock_branch *branch = NULL;
    struct calendar_deadline end;
    struct deadline deadline = {0};
    struct str why = S("null");
    enum rc rc;

    for (size_t i = 0; i < clock->branch_n && !branch; i++) {
        bool holds;

        rc = rule_explain(ctx, &clock->branches[i].when, facts, &holds, &why);
        if (rc)
            return rc;
        if (holds)
            branch = &clock->branches[i];
    }
    if (!branch)
        return FAIL(ctx, ERR_CONFIG, .detail = S("a clock without a last branch"));
    rc = deadline_of_span(ctx, city, facts->filed, branch->within, &end);
    if (rc)
        return rc;
    deadline.due = end.end;
    deadline.is_date = branch->within.unit >= SPAN_WORKDAYS;
    deadline.date = end.date;
    deadline.branch = (size_t)(branch - clock->branches);
    deadline.crosses_holiday = crosses_holiday(&end);
    deadline.trace = clock_trace_of(ctx, branch, why, &end);
    rc = warn_before(ctx, city, clock, &deadline);
    if (!rc)
        *ret = deadline;
    return rc;
}
