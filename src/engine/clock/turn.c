#include "engine/clock/turn.h"

#include "engine/clock/queries.h"
#include "engine/work/job.h"

void clocks_sum_add(struct clocks_sum *sum, const struct clocks_of_row *clock)
{
    struct instant at = clock->warn_is_null ? clock->due : clock->warn;

    if (!clock->met_is_null || !clock->paused_is_null)
        return;
    if (!sum->has_due || instant_cmp(clock->due, sum->due) > 0)
        sum->due = clock->due;
    sum->has_due = true;
    if (!clock->missed_is_null)
        return;
    if (!sum->has_alarm || instant_cmp(at, sum->alarm) < 0)
        sum->alarm = at;
    sum->has_alarm = true;
}

struct clocks_sum clocks_sum(const struct clocks_of_rows *clocks)
{
    struct clocks_sum sum = {0};

    for (size_t i = 0; i < clocks->n; i++)
        clocks_sum_add(&sum, &clocks->rows[i]);
    return sum;
}

struct clocks_of_row clock_of_deadline(const struct ctx *ctx, const struct deadline *deadline)
{
    return (struct clocks_of_row){
        .started = ctx->now,
        .due = deadline->due,
        .due_date = deadline->date,
        .due_date_is_null = !deadline->is_date,
        .warn = deadline->warn,
        .warn_is_null = !deadline->has_warning || instant_cmp(deadline->warn, ctx->now) <= 0,
        .paused_is_null = true,
        .met_is_null = true,
        .missed_is_null = true,
        .trace = deadline->trace,
        .moves = deadline->moves.n ? deadline->moves : CLOCK_MOVES_NONE,
    };
}

struct deadline clock_deadline(const struct clocks_of_row *clock)
{
    return (struct deadline){
        .due = clock->due,
        .is_date = !clock->due_date_is_null,
        .date = clock->due_date,
        .has_warning = !clock->warn_is_null,
        .warn = clock->warn,
        .trace = clock->trace,
        .moves = clock->moves,
    };
}

/* What changes of a clock, for both statements that write one: a column is named once. */
#define HOW_IT_STANDS(clock)                                              \
    .due = (clock)->due, .due_date = (clock)->due_date,                   \
    .due_date_is_null = (clock)->due_date_is_null, .warn = (clock)->warn, \
    .warn_is_null = (clock)->warn_is_null, .paused = (clock)->paused,     \
    .paused_is_null = (clock)->paused_is_null, .met = (clock)->met,       \
    .met_is_null = (clock)->met_is_null, .missed = (clock)->missed,       \
    .missed_is_null = (clock)->missed_is_null, .trace = (clock)->trace, .moves = (clock)->moves

static enum rc add_clock(struct ctx *ctx, int64_t case_id, const struct clocks_of_row *clock)
{
    return clock_add(ctx,
                     &(struct clock_add_args){
                         .cases = case_id,
                         .kind = clock->kind,
                         .started = clock->started,
                         HOW_IT_STANDS(clock),
                     },
                     NULL);
}

enum rc clock_write(struct ctx *ctx, int64_t case_id, const struct clocks_of_row *clock)
{
    if (!clock->id)
        return add_clock(ctx, case_id, clock);
    return clock_set(ctx,
                     &(struct clock_set_args){
                         .id = clock->id,
                         HOW_IT_STANDS(clock),
                     },
                     NULL);
}

enum rc clock_begin(struct ctx *ctx, int64_t case_id, const struct definition *definition,
                    const struct clock_rule *clock, const struct deadline *deadline)
{
    struct clocks_of_row row = clock_of_deadline(ctx, deadline);

    row.kind = definition->workflow->clocks[clock->kind].id;
    return clock_write(ctx, case_id, &row);
}

/* A clock that stood still is due later, and warns later, by as long as it stood. */
static void resume(struct ctx *ctx, struct clocks_of_row *clock)
{
    struct deadline before = clock_deadline(clock), after = before;
    struct clock_move move;

    deadline_put_off(ctx->city, &after,
                     clock_stood(ctx->city, before.is_date, clock->paused, ctx->now));
    clock->paused_is_null = true;
    if (instant_cmp(before.due, after.due) == 0)
        return;
    move = deadline_move(ctx, CLOCK_MOVED_PAUSE, &before, &after);
    move.has_since = true;
    move.since = clock->paused;
    clock->due = after.due;
    clock->due_date = after.date;
    clock->warn = after.warn;
    clock->moves = clock_moves_add(ctx, before.moves, &move);
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

static enum rc turn_clock(struct ctx *ctx, const struct clock_turn *turn,
                          struct clocks_of_row *clock)
{
    uint64_t to = UINT64_C(1) << turn->to;
    bool stops = false, pauses = false, runs_on = false;

    for (size_t i = 0; i < turn->workflow->clock_n; i++) {
        const struct clock_kind *kind = &turn->workflow->clocks[i];

        if (!str_eq(kind->id, clock->kind))
            continue;
        stops = (kind->stops_in & to) || (turn->is_met & (UINT64_C(1) << i));
        pauses = kind->pauses_in & to;
        runs_on = is_met_by_closing_alone(turn->workflow, kind);
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
               turn->workflow->states[turn->from].type == STATE_CLOSED) {
        clock->met_is_null = true;
    }
    return clock_write(ctx, turn->case_id, clock);
}

enum rc clocks_watch(struct ctx *ctx, int64_t case_id, const struct clocks_sum *sum)
{
    if (!sum->has_alarm)
        return RC_OK;
    return job_add(ctx, &(struct job_order){
                            .kind = "case.clocks",
                            .argument = str_fmt(ctx->arena, "%lld", (long long)case_id),
                            .once = str_fmt(ctx->arena, "clocks %lld", (long long)case_id),
                            .due = sum->alarm,
                        });
}

enum rc clocks_turn(struct ctx *ctx, const struct clock_turn *turn, struct clocks_sum *ret)
{
    struct clocks_of_rows clocks;
    struct clocks_sum sum;
    enum rc rc = clocks_of(ctx, turn->case_id, &clocks);

    for (size_t i = 0; !rc && i < clocks.n; i++)
        rc = turn_clock(ctx, turn, &clocks.rows[i]);
    if (rc)
        return rc;
    sum = clocks_sum(&clocks);
    if (turn->workflow->states[turn->to].type != STATE_CLOSED)
        rc = clocks_watch(ctx, turn->case_id, &sum);
    if (!rc)
        *ret = sum;
    return rc;
}

bool clock_has_rule(const struct definition *definition, struct str kind)
{
    for (size_t i = 0; i < definition->clock_n; i++)
        if (str_eq(definition->workflow->clocks[definition->clocks[i].kind].id, kind))
            return true;
    return false;
}

static enum rc note_migration(struct ctx *ctx, const struct clocks_of_row *clock, int64_t version)
{
    struct deadline deadline = clock_deadline(clock);
    struct clock_move move = deadline_move(ctx, CLOCK_MOVED_MIGRATION, &deadline, &deadline);

    move.version = version;
    return clock_moves_set(ctx, clock->id, clock_moves_add(ctx, deadline.moves, &move), NULL);
}

enum rc clocks_migrate(struct ctx *ctx, int64_t case_id, const struct definition *to,
                       int64_t version)
{
    struct clocks_of_rows clocks;
    struct clocks_sum left = {0};
    bool has_dropped = false;
    enum rc rc = clocks_of(ctx, case_id, &clocks);

    for (size_t i = 0; !rc && i < clocks.n; i++) {
        const struct clocks_of_row *clock = &clocks.rows[i];

        if (clock_has_rule(to, clock->kind)) {
            clocks_sum_add(&left, clock);
            rc = note_migration(ctx, clock, version);
        } else {
            has_dropped = true;
            rc = clock_drop(ctx, clock->id, NULL);
        }
    }
    if (rc || !has_dropped)
        return rc;
    return case_due_again(ctx,
                          &(struct case_due_again_args){
                              .id = case_id,
                              .updated = ctx->now,
                              .due = left.due,
                              .due_is_null = !left.has_due,
                          },
                          NULL);
}

enum rc clocks_read(struct ctx *ctx, int64_t case_id, struct clocks_of_rows *ret)
{
    return clocks_of(ctx, case_id, ret);
}
