#include "engine/clock/closure.h"

#include "base/json.h"
#include "base/text.h"
#include "db/db.h"
#include "engine/clock/queries.h"
#include "engine/clock/turn.h"
#include "engine/record/record.h"

struct closing {
    struct date date;
    struct str reason;
    bool is_dry;
    struct calendar calendar; /* the city's, with the new closure */
    struct closure_effect effect;
};

/* The city's calendar as it will be. */
static enum rc with_closure(struct ctx *ctx, struct closing *closing)
{
    const struct calendar *old = &ctx->city->calendar;
    struct calendar_day *days = ARENA_ARRAY(ctx->arena, old->closures_n + 1, struct calendar_day);

    if (!days)
        return FAIL(ctx, ERR_MEMORY);
    if (old->closures_n)
        memcpy(days, old->closures, old->closures_n * sizeof *days);
    days[old->closures_n] =
        (struct calendar_day){closing->date, {.in = {[LANG_EN] = closing->reason}}};
    calendar_sort(days, old->closures_n + 1);
    closing->calendar = *old;
    closing->calendar.closures = days;
    closing->calendar.closures_n = old->closures_n + 1;
    return RC_OK;
}

/* Where the deadline goes. The day itself is no workday any more, so one more must follow. */
static enum rc moved(struct ctx *ctx, const struct closing *closing,
                     const struct clocks_over_day_row *clock, struct instant *ret_due,
                     struct date *ret_date)
{
    const struct calendar *before = &ctx->city->calendar;
    struct calendar_deadline deadline;
    int64_t work_s;
    enum rc rc;

    *ret_due = clock->due;
    if (!clock->due_date_is_null) {
        rc = calendar_next_workday(ctx, &closing->calendar, clock->due_date, ret_date);
        if (!rc)
            *ret_due = zone_end_of_day(ctx->city->zone, *ret_date);
        return rc;
    }
    /* Working time that was counted up to the deadline now takes longer; elapsed time does not:
     * only a deadline within opening hours can have counted them. */
    work_s = calendar_work_seconds_between(before, clock->started, clock->due);
    rc = calendar_add_work_seconds(ctx, before, clock->started, work_s, &deadline);
    if (rc || instant_cmp(deadline.end, clock->due) != 0)
        return rc;
    rc = calendar_add_work_seconds(ctx, &closing->calendar, clock->started, work_s, &deadline);
    if (!rc)
        *ret_due = deadline.end;
    return rc;
}

static enum rc record_move(struct ctx *ctx, const struct closing *closing, int64_t case_id)
{
    struct buf out = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member(&json, S("closed"), date_format(ctx->arena, closing->date));
    json_put_member(&json, S("reason"), closing->reason);
    json_end_object(&json);
    return record_add(ctx, &(struct event){EVENT_CLOCK_MOVED, case_id, EVENT_PUBLIC, buf_str(&out)},
                      NULL);
}

static enum rc move_clock(struct ctx *ctx, struct closing *closing,
                          const struct clocks_over_day_row *clock, bool *ret_has_moved)
{
    struct instant due;
    struct date date = clock->due_date;
    struct deadline from, to;
    struct clock_move move;
    enum rc rc = moved(ctx, closing, clock, &due, &date);

    *ret_has_moved = !rc && instant_cmp(due, clock->due) != 0;
    if (rc || !*ret_has_moved)
        return rc;
    closing->effect.clocks++;
    if (closing->is_dry)
        return RC_OK;
    from = (struct deadline){
        .due = clock->due, .is_date = !clock->due_date_is_null, .date = clock->due_date};
    to = (struct deadline){.due = due, .is_date = from.is_date, .date = date};
    move = deadline_move(ctx, CLOCK_MOVED_CLOSURE, &from, &to);
    move.day = closing->date;
    move.name = closing->reason;
    return clock_move(ctx,
                      &(struct clock_move_args){
                          .id = clock->id,
                          .due = due,
                          .due_date = date,
                          .due_date_is_null = clock->due_date_is_null,
                          .warn = instant_plus_us(clock->warn, due.us_utc - clock->due.us_utc),
                          .warn_is_null = clock->warn_is_null,
                          .moves = clock_moves_add(ctx, clock->moves, &move),
                      },
                      NULL);
}

/* The case is due when the last of its clocks is. */
static enum rc note_due(struct ctx *ctx, int64_t case_id)
{
    struct clocks_of_rows clocks;
    struct clocks_sum sum;
    enum rc rc = clocks_of(ctx, case_id, &clocks);

    if (rc)
        return rc;
    sum = clocks_sum(&clocks);
    return case_due_again(ctx,
                          &(struct case_due_again_args){
                              .id = case_id,
                              .updated = ctx->now,
                              .due = sum.due,
                              .due_is_null = !sum.has_due,
                          },
                          NULL);
}

/* Rows come case by case: a case is recorded once, after its last clock. */
static enum rc move_all(struct ctx *ctx, struct closing *closing,
                        const struct clocks_over_day_rows *clocks)
{
    bool has_case_moved = false;

    for (size_t i = 0; i < clocks->n; i++) {
        const struct clocks_over_day_row *clock = &clocks->rows[i];
        bool is_last = i + 1 == clocks->n || clocks->rows[i + 1].cases != clock->cases;
        bool has_moved;
        enum rc rc = move_clock(ctx, closing, clock, &has_moved);

        has_case_moved = has_case_moved || has_moved;
        if (!rc && is_last && has_case_moved) {
            closing->effect.cases++;
            has_case_moved = false;
            if (!closing->is_dry)
                rc = note_due(ctx, clock->cases);
            if (!rc && !closing->is_dry)
                rc = record_move(ctx, closing, clock->cases);
        }
        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc close_tx(struct ctx *ctx, void *arg)
{
    struct closing *closing = arg;
    struct local_time midnight = {closing->date, 0};
    struct clocks_over_day_rows clocks;
    enum rc rc = RC_OK;

    closing->effect = (struct closure_effect){0};
    if (!closing->is_dry)
        rc = closure_put(ctx, closing->date, closing->reason, ctx->now, NULL);
    if (!rc && !closing->is_dry)
        rc = city_touch(ctx);
    if (!rc)
        rc = clocks_over_day(ctx, closing->date, zone_instant(ctx->city->zone, midnight),
                             zone_end_of_day(ctx->city->zone, closing->date), &clocks);
    return rc ? rc : move_all(ctx, closing, &clocks);
}

enum rc closure_add(struct ctx *ctx, struct date date, struct str reason, bool is_dry,
                    struct closure_effect *ret)
{
    struct closing closing = {.date = date, .reason = reason, .is_dry = is_dry};
    enum rc rc = text_check_line(ctx, reason, S("reason"), CLOSURE_REASON_MAX);

    if (rc)
        return rc;
    if (!calendar_is_workday(&ctx->city->calendar, date))
        return FAIL(ctx, ERR_NOT_A_DATE, .field = S("date"),
                    .detail = S("the city does not work on that day anyway"));
    rc = with_closure(ctx, &closing);
    if (!rc)
        rc = db_tx(ctx, close_tx, &closing);
    if (!rc)
        *ret = closing.effect;
    return rc;
}
