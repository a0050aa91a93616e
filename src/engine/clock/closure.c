#include "engine/clock/closure.h"

#include "base/json.h"
#include "base/text.h"
#include "db/db.h"
#include "engine/clock/closure_shift.h"
#include "engine/clock/queries.h"
#include "engine/clock/turn.h"
#include "engine/record/case_event.h"
#include "engine/work/job.h"

struct closing {
    struct closed_day day;
    bool is_removal, is_dry;
    struct str reason;
    struct calendar other; /* the city's with the day closed; for a removal, with it open */
    struct closure_effect effect;
};

static ptrdiff_t closure_index(const struct calendar *calendar, struct date date)
{
    for (size_t i = 0; i < calendar->closures_n; i++)
        if (date_cmp(calendar->closures[i].date, date) == 0)
            return (ptrdiff_t)i;
    return -1;
}

/* The calendar as it will be. */
static enum rc make_other(struct ctx *ctx, struct closing *closing)
{
    const struct calendar *old = &ctx->city->calendar;
    struct calendar_day *days = ARENA_ARRAY(ctx->arena, old->closures_n + 1, struct calendar_day);
    size_t n = 0;

    if (!days)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < old->closures_n; i++)
        if (!closing->is_removal || date_cmp(old->closures[i].date, closing->day.date) != 0)
            days[n++] = old->closures[i];
    if (!closing->is_removal)
        days[n++] = (struct calendar_day){closing->day.date, {.in = {[LANG_EN] = closing->reason}}};
    calendar_sort(days, n);
    closing->other = *old;
    closing->other.closures = days;
    closing->other.closures_n = n;
    closing->day.open = closing->is_removal ? &closing->other : old;
    closing->day.closed = closing->is_removal ? old : &closing->other;
    return RC_OK;
}

static void put_day(struct ctx *ctx, struct json_writer *json, const struct closing *closing,
                    struct str name)
{
    json_put_member(json, name, date_format(ctx->arena, closing->day.date));
    json_put_member(json, S("reason"), closing->reason);
}

static enum rc record_move(struct ctx *ctx, const struct closing *closing, int64_t case_id)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    put_day(ctx, &event.json, closing, closing->is_removal ? S("reopened") : S("closed"));
    return case_event_end(ctx, &event, case_id, EVENT_CLOCK_MOVED, EVENT_PUBLIC);
}

static enum rc record_day(struct ctx *ctx, const struct closing *closing)
{
    struct buf out = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    put_day(ctx, &json, closing, S("date"));
    json_end_object(&json);
    return record_add_other(ctx, closing->is_removal ? "closure.removed" : "closure.added",
                            EVENT_STAFF, buf_str(&out));
}

static enum rc move_clock(struct ctx *ctx, struct closing *closing,
                          const struct clocks_over_day_row *clock, bool *ret_has_moved)
{
    struct deadline from = {
        .due = clock->due, .is_date = !clock->due_date_is_null, .date = clock->due_date};
    struct deadline to = from;
    struct clock_move move;
    enum rc rc = closing->is_removal ? closure_shift_back(ctx, &closing->day, clock, &to)
                                     : closure_shift(ctx, &closing->day, clock, &to);

    *ret_has_moved = !rc && instant_cmp(to.due, from.due) != 0;
    if (rc || !*ret_has_moved)
        return rc;
    closing->effect.clocks++;
    if (closing->is_dry)
        return RC_OK;
    move = deadline_move(
        ctx, closing->is_removal ? CLOCK_MOVED_CLOSURE_REMOVED : CLOCK_MOVED_CLOSURE, &from, &to);
    move.day = closing->day.date;
    move.name = closing->reason;
    return clock_move(ctx,
                      &(struct clock_move_args){
                          .id = clock->id,
                          .due = to.due,
                          .due_date = to.date,
                          .due_date_is_null = !to.is_date,
                          .warn = instant_plus_us(clock->warn, to.due.us_utc - from.due.us_utc),
                          .warn_is_null = clock->warn_is_null,
                          .moves = clock_moves_add(ctx, clock->moves, &move),
                      },
                      NULL);
}

/* The case is due when the last of its clocks is; what is due earlier than before has to be looked
 * at earlier. */
static enum rc note_due(struct ctx *ctx, const struct closing *closing, int64_t case_id)
{
    struct clocks_of_rows clocks;
    struct clocks_sum sum;
    enum rc rc = clocks_of(ctx, case_id, &clocks);

    if (rc)
        return rc;
    sum = clocks_sum(&clocks);
    rc = case_due_again(ctx,
                        &(struct case_due_again_args){
                            .id = case_id,
                            .updated = ctx->now,
                            .due = sum.due,
                            .due_is_null = !sum.has_due,
                        },
                        NULL);
    return !rc && closing->is_removal ? clocks_watch(ctx, case_id, &sum) : rc;
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
                rc = note_due(ctx, closing, clock->cases);
            if (!rc && !closing->is_dry)
                rc = record_move(ctx, closing, clock->cases);
        }
        if (rc)
            return rc;
    }
    return RC_OK;
}

/* The day itself; steps by timer look whether their time has come when a day counts again. */
static enum rc change_day(struct ctx *ctx, const struct closing *closing, struct instant midnight)
{
    enum rc rc;

    if (closing->is_removal)
        rc = closure_drop(ctx, closing->day.date, NULL);
    else
        rc = closure_put(ctx, closing->day.date, closing->reason, ctx->now, NULL);
    if (!rc)
        rc = city_touch(ctx);
    if (!rc)
        rc = record_day(ctx, closing);
    return !rc && closing->is_removal ? job_look_again(ctx, "case.timer", midnight) : rc;
}

static enum rc check_open(struct ctx *ctx, struct date date)
{
    const struct calendar *calendar = &ctx->city->calendar;

    if (closure_index(calendar, date) >= 0)
        return FAIL(ctx, ERR_DUPLICATE, .field = S("date"),
                    .detail = S("a closure is noted on that day already"));
    if (!calendar_is_workday(calendar, date))
        return FAIL(ctx, ERR_NOT_A_DATE, .field = S("date"),
                    .detail = S("the city does not work on that day anyway"));
    return RC_OK;
}

static enum rc check_closed(struct ctx *ctx, struct date date)
{
    const struct calendar *calendar = &ctx->city->calendar;

    if (closure_index(calendar, date) >= 0)
        return RC_OK;
    if (!calendar_is_workday(calendar, date))
        return FAIL(ctx, ERR_NOT_A_DATE, .field = S("date"),
                    .detail = S("the city's own calendar has that day as one without work; change "
                                "its file and publish the city folder"));
    return FAIL(ctx, ERR_NOT_FOUND, .field = S("date"),
                .detail = S("no closure is noted on that day; cityhall closure list says which "
                            "are"));
}

static enum rc close_day(struct ctx *ctx, void *arg)
{
    struct closing *closing = arg;
    struct date date = closing->day.date;
    struct instant midnight = zone_instant(ctx->city->zone, (struct local_time){date, 0});
    struct clocks_over_day_rows clocks;
    enum rc rc = closing->is_removal ? check_closed(ctx, date) : check_open(ctx, date);

    closing->effect = (struct closure_effect){0};
    if (!rc)
        rc = make_other(ctx, closing);
    if (!rc && closing->is_removal) {
        struct closure_of_row noted;
        bool was_there;

        rc = closure_of(ctx, date, &was_there, &noted);
        if (!rc && !was_there)
            return FAIL(ctx, ERR_NOT_FOUND, .field = S("date"));
        if (!rc)
            closing->day.noted = noted.added;
    }
    if (!rc && !closing->is_dry)
        rc = change_day(ctx, closing, midnight);
    if (!rc)
        rc = clocks_over_day(ctx, date, midnight, zone_end_of_day(ctx->city->zone, date), &clocks);
    return rc ? rc : move_all(ctx, closing, &clocks);
}

/* By the days that the store has: another may have closed or opened one just now. */
static enum rc close_tx(struct ctx *ctx, void *arg)
{
    return city_days_within(ctx, close_day, arg);
}

static enum rc change(struct ctx *ctx, struct closing *closing, struct closure_effect *ret)
{
    enum rc rc = db_tx(ctx, close_tx, closing);

    if (!rc)
        *ret = closing->effect;
    return rc;
}

enum rc closure_add(struct ctx *ctx, struct date date, struct str reason, bool is_dry,
                    struct closure_effect *ret)
{
    struct closing closing = {
        .day = {.date = date, .noted = ctx->now}, .reason = reason, .is_dry = is_dry};
    struct date today = zone_local(ctx->city->zone, ctx->now).date;
    enum rc rc = text_check_line(ctx, reason, S("reason"), CLOSURE_REASON_MAX);

    if (rc)
        return rc;
    if (date.days > today.days + CLOSURE_DAYS_MAX || date.days < today.days - CLOSURE_DAYS_MAX)
        return FAIL(ctx, ERR_NOT_A_DATE, .field = S("date"),
                    .detail = S("a closure lies within five years of today"));
    return change(ctx, &closing, ret);
}

enum rc closure_remove(struct ctx *ctx, struct date date, struct str reason, bool is_dry,
                       struct closure_effect *ret)
{
    struct closing closing = {
        .day = {.date = date}, .reason = reason, .is_removal = true, .is_dry = is_dry};
    enum rc rc = text_check_line(ctx, reason, S("reason"), CLOSURE_REASON_MAX);

    return rc ? rc : change(ctx, &closing, ret);
}
