#include "engine/clock/turn.h"

#include "engine/clock/queries.h"
#include "engine/work/job.h"

struct turning {
    const struct clock_turn *turn;
    bool has_due;
    struct instant due;
    bool has_alarm; /* the nearest warning or deadline of the clocks that run */
    struct instant alarm;
};

enum rc clock_begin(struct ctx *ctx, int64_t case_id, const struct definition *definition,
                    const struct clock_rule *clock, const struct deadline *deadline)
{
    return clock_add(
        ctx,
        &(struct clock_add_args){
            .cases = case_id,
            .kind = definition->workflow->clocks[clock->kind].id,
            .started = ctx->now,
            .due = deadline->due,
            .due_date = deadline->date,
            .due_date_is_null = !deadline->is_date,
            .warn = deadline->warn,
            .warn_is_null = !deadline->has_warning || instant_cmp(deadline->warn, ctx->now) <= 0,
            .trace = deadline->trace,
        },
        NULL);
}

/* A clock that stood still is due later, and warns later, by as long as it stood: whole workdays
 * for a deadline that is a day, real time for one that is a moment. */
static void resume(struct ctx *ctx, struct clocks_of_row *clock)
{
    const struct city *city = ctx->city;
    struct date from = city_local(city, clock->paused).date;
    struct date until = city_local(city, ctx->now).date;
    int64_t stood = calendar_workdays_between(&city->calendar, from, until);
    int64_t stood_us = ctx->now.us_utc - clock->paused.us_utc;

    if (clock->due_date_is_null) {
        clock->due = instant_plus_us(clock->due, stood_us);
        clock->warn = instant_plus_us(clock->warn, stood_us);
    } else {
        struct local_time warn = city_local(city, clock->warn);

        clock->due_date = calendar_plus_workdays(&city->calendar, clock->due_date, stood);
        clock->due = zone_end_of_day(city->zone, clock->due_date);
        warn.date = calendar_plus_workdays(&city->calendar, warn.date, stood);
        clock->warn = zone_instant(city->zone, warn);
    }
    clock->paused_is_null = true;
}

static void note_alarm(struct turning *turning, const struct clocks_of_row *clock)
{
    struct instant at = clock->warn_is_null ? clock->due : clock->warn;

    if (!clock->met_is_null || !clock->paused_is_null || !clock->missed_is_null)
        return;
    if (!turning->has_alarm || instant_cmp(at, turning->alarm) < 0)
        turning->alarm = at;
    turning->has_alarm = true;
}

/* Whether closing the case is all that fulfils the clock: then reopening lets it run on. A first
 * answer is given once. */
static bool is_met_by_closing_alone(const struct workflow *workflow, const struct clock_kind *kind)
{
    for (size_t i = 0; i < workflow->state_n; i++)
        if ((kind->stops_in & (UINT64_C(1) << i)) && workflow->states[i].type != STATE_CLOSED)
            return false;
    return true;
}

static enum rc turn_clock(struct ctx *ctx, struct turning *turning, struct clocks_of_row *clock)
{
    uint64_t to = UINT64_C(1) << turning->turn->to;
    bool stops = false, pauses = false, runs_on = false;

    for (size_t i = 0; i < turning->turn->workflow->clock_n; i++) {
        const struct clock_kind *kind = &turning->turn->workflow->clocks[i];

        if (!str_eq(kind->id, clock->kind))
            continue;
        stops = (kind->stops_in & to) || (turning->turn->is_met & (UINT64_C(1) << i));
        pauses = kind->pauses_in & to;
        runs_on = is_met_by_closing_alone(turning->turn->workflow, kind);
    }
    if (!clock->paused_is_null && !pauses)
        resume(ctx, clock);
    if (pauses && clock->paused_is_null) {
        clock->paused_is_null = false;
        clock->paused = ctx->now;
    }
    if (stops && clock->met_is_null) {
        clock->met_is_null = false;
        clock->met = ctx->now;
    } else if (!stops && runs_on && !clock->met_is_null &&
               turning->turn->workflow->states[turning->turn->from].type == STATE_CLOSED) {
        clock->met_is_null = true;
    }
    if (clock->met_is_null && clock->paused_is_null &&
        (!turning->has_due || instant_cmp(clock->due, turning->due) > 0)) {
        turning->has_due = true;
        turning->due = clock->due;
    }
    note_alarm(turning, clock);
    return clock_set(ctx,
                     &(struct clock_set_args){
                         .id = clock->id,
                         .due = clock->due,
                         .due_date = clock->due_date,
                         .due_date_is_null = clock->due_date_is_null,
                         .warn = clock->warn,
                         .warn_is_null = clock->warn_is_null,
                         .paused = clock->paused,
                         .paused_is_null = clock->paused_is_null,
                         .met = clock->met,
                         .met_is_null = clock->met_is_null,
                     },
                     NULL);
}

enum rc clocks_watch(struct ctx *ctx, int64_t case_id, struct instant at)
{
    return job_add(ctx, &(struct job_order){
                            .kind = "case.clocks",
                            .argument = str_fmt(ctx->arena, "%lld", (long long)case_id),
                            .once = str_fmt(ctx->arena, "clocks %lld", (long long)case_id),
                            .due = at,
                        });
}

enum rc clocks_turn(struct ctx *ctx, const struct clock_turn *turn, bool *ret_has_due,
                    struct instant *ret_due)
{
    struct turning turning = {.turn = turn};
    struct clocks_of_rows clocks;
    enum rc rc = clocks_of(ctx, turn->case_id, &clocks);

    for (size_t i = 0; !rc && i < clocks.n; i++)
        rc = turn_clock(ctx, &turning, &clocks.rows[i]);
    if (!rc && turning.has_alarm && turn->workflow->states[turn->to].type != STATE_CLOSED)
        rc = clocks_watch(ctx, turn->case_id, turning.alarm);
    if (rc)
        return rc;
    *ret_has_due = turning.has_due;
    *ret_due = turning.due;
    return RC_OK;
}

enum rc clocks_read(struct ctx *ctx, int64_t case_id, struct clocks_of_rows *ret)
{
    return clocks_of(ctx, case_id, ret);
}
