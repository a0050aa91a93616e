#include "portal/why.h"

#include "base/msg.h"
#include "engine/clock/clock_trace.h"
#include "engine/clock/turn.h"
#include "engine/definition/answer.h"
#include "engine/definition/show.h"

/* What stands in front of the sentences while they are made. */
struct explaining {
    struct ctx *ctx;
    const struct case_by_number_row *row;
    const struct definition *definition;
    const struct clocks_of_row *clock;
    struct clock_trace trace;
    bool is_own;
    struct why why;
};

static void add(struct explaining *e, struct str sentence)
{
    if (e->why.n < WHY_MAX && sentence.n)
        e->why.sentences[e->why.n++] = sentence;
}

static void say(struct explaining *e, enum msg_id id, struct msg_arg a, struct msg_arg b)
{
    const struct msg_arg args[] = {a, b};

    add(e, msg_format(e->ctx->arena, e->ctx->lang, id, args, 2));
}

static struct str shown(const struct explaining *e, struct date date)
{
    return show_date(e->ctx->arena, date, e->ctx->lang);
}

/* "The city's rule for Pothole gives 10 workdays.": in the largest unit that it is whole in. */
static void say_rule(struct explaining *e)
{
    static const struct {
        enum span_unit unit;
        int64_t per;
        enum msg_id id;
    } units[] = {
        {SPAN_WORKDAYS, 1, MSG_why_workdays},       {SPAN_MONTHS, 1, MSG_why_months},
        {SPAN_WORK_TIME, 3600, MSG_why_work_hours}, {SPAN_WORK_TIME, 60, MSG_why_work_minutes},
        {SPAN_ELAPSED, SPAN_DAY_S, MSG_why_days},   {SPAN_ELAPSED, 3600, MSG_why_hours},
        {SPAN_ELAPSED, 60, MSG_why_minutes},
    };
    struct span within = e->trace.within;

    for (size_t i = 0; e->trace.has_rule && i < COUNT(units); i++) {
        if (units[i].unit != within.unit || within.amount % units[i].per != 0)
            continue;
        say(e, MSG_why_rule, MSG_ARG("service", text_in(&e->definition->name, e->ctx->lang)),
            MSG_ARG("span", msg_plural(e->ctx->arena, e->ctx->lang, units[i].id,
                                       within.amount / units[i].per)));
        return;
    }
}

static bool is_name_byte(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Whether an expression speaks of a field: its id stands there as a word. */
static bool names_field(struct str expression, struct str id)
{
    for (size_t at = 0; at + id.n <= expression.n; at++)
        if (str_eq(str_slice(expression, at, at + id.n), id) &&
            (at == 0 || !is_name_byte(expression.p[at - 1])) &&
            (at + id.n == expression.n || !is_name_byte(expression.p[at + id.n])))
            return true;
    return false;
}

/* The condition in the words of the form: the questions it looked at, with the answers. */
static enum rc say_condition(struct explaining *e)
{
    struct str expression = e->trace.condition;
    struct answers answers;
    bool is_said = false;
    enum rc rc;

    if (!expression.n)
        return RC_OK;
    rc = answers_parse(e->ctx, e->definition, e->row->answers, &answers);
    if (rc)
        return rc;
    for (size_t i = 0; i < e->definition->field_n; i++) {
        const struct field *field = &e->definition->fields[i];

        if (field->audience == AUDIENCE_STAFF || !names_field(expression, field->id) ||
            !answers.of[i].is_given)
            continue;
        is_said = true;
        if (e->is_own)
            say(e, MSG_why_answer, MSG_ARG("question", text_in(&field->text, e->ctx->lang)),
                MSG_ARG("answer",
                        answer_shown(e->ctx->arena, field, &answers.of[i], e->ctx->lang)));
    }
    if (!is_said || !e->is_own)
        add(e, msg_text(e->ctx->lang, MSG_why_condition));
    return RC_OK;
}

/* The name of a day in the page's language; the trace has it in English. */
static struct str day_name(const struct explaining *e, const struct clock_skip *skip)
{
    const struct calendar *calendar = &e->ctx->city->calendar;

    for (size_t i = 0; i < calendar->holidays_n; i++)
        if (date_cmp(calendar->holidays[i].date, skip->date) == 0)
            return text_in(&calendar->holidays[i].name, e->ctx->lang);
    for (size_t i = 0; i < calendar->closures_n; i++)
        if (date_cmp(calendar->closures[i].date, skip->date) == 0)
            return text_in(&calendar->closures[i].name, e->ctx->lang);
    return skip->name;
}

/* The days that were passed over: holidays and closures by name, weekends by their number. */
static void say_skips(struct explaining *e)
{
    int64_t weekend_days = 0;

    for (size_t i = 0; i < e->trace.skip_n; i++) {
        const struct clock_skip *skip = &e->trace.skips[i];

        if (skip->reason == CALENDAR_WEEKEND)
            weekend_days++;
        else if (skip->reason == CALENDAR_AFTER_CLOSING)
            say(e, MSG_why_after_closing, MSG_ARG("date", shown(e, skip->date)), MSG_ARG("x", 0));
        else
            say(e, MSG_why_day_off, MSG_ARG("date", shown(e, skip->date)),
                MSG_ARG("name", day_name(e, skip)));
    }
    if (weekend_days)
        add(e, msg_plural(e->ctx->arena, e->ctx->lang, MSG_why_weekend, weekend_days));
}

/* Whether the record tells this reader of it: a transfer is told to the reporter, who gets a
 * message about it, and a migration to staff alone. */
static bool may_be_told(const struct explaining *e, const struct clock_move *move)
{
    return move->why != CLOCK_MOVED_MIGRATION && (move->why != CLOCK_MOVED_TRANSFER || e->is_own);
}

static enum rc explain(struct explaining *e)
{
    enum rc rc;

    say_rule(e);
    rc = say_condition(e);
    if (rc)
        return rc;
    if (e->clock->due_date_is_null)
        say(e, MSG_why_from_moment,
            MSG_ARG("date", show_instant(e->ctx, e->clock->started, e->ctx->lang)),
            MSG_ARG("x", 0));
    else if (e->trace.has_from)
        say(e, MSG_why_from, MSG_ARG("date", shown(e, e->trace.from)), MSG_ARG("x", 0));
    say_skips(e);
    for (size_t i = 0; i < e->trace.move_n; i++)
        if (may_be_told(e, &e->trace.moves[i]))
            add(e, clock_move_told(e->ctx, &e->trace.moves[i]));
    if (!e->clock->paused_is_null)
        say(e, MSG_why_paused,
            MSG_ARG("date", show_instant(e->ctx, e->clock->paused, e->ctx->lang)), MSG_ARG("x", 0));
    say(e, MSG_why_source, MSG_ARG("service", text_in(&e->definition->name, e->ctx->lang)),
        MSG_ARG("version", str_fmt(e->ctx->arena, "%lld",
                                   (long long)(e->trace.version ? e->trace.version
                                                                : e->definition->version))));
    return RC_OK;
}

/* The clock that the date is of: the latest that runs, as the projection has it. */
static const struct clocks_of_row *chosen(const struct clocks_of_rows *clocks)
{
    const struct clocks_of_row *best = NULL;

    for (size_t i = 0; i < clocks->n; i++)
        if (clocks->rows[i].met_is_null &&
            (!best || instant_cmp(clocks->rows[i].due, best->due) > 0))
            best = &clocks->rows[i];
    return best;
}

enum rc why_of_case(struct ctx *ctx, const struct case_by_number_row *row,
                    const struct definition *definition, bool is_own, struct why *ret)
{
    struct explaining e = {.ctx = ctx, .row = row, .definition = definition, .is_own = is_own};
    struct clocks_of_rows clocks;
    enum rc rc = clocks_read(ctx, row->id, &clocks);

    if (rc)
        return rc;
    e.clock = chosen(&clocks);
    if (e.clock)
        rc = clock_trace_read(ctx, e.clock->trace, e.clock->moves, &e.trace);
    if (!rc && e.clock)
        rc = explain(&e);
    if (!rc)
        *ret = e.why;
    return rc;
}
