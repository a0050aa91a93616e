#include "console/case_view.h"

#include "base/msg.h"
#include "console/case_events.h"
#include "console/queries.h"
#include "engine/cases/case_read.h"
#include "engine/clock/clock_trace.h"
#include "engine/clock/turn.h"
#include "engine/definition/show.h"

static enum rc load_row(struct ctx *ctx, struct str typed, struct case_view *view)
{
    struct case_read read;
    enum rc rc = case_read(ctx, typed, CASE_FOR_STAFF, &read);

    if (rc)
        return rc;
    view->row = read.row;
    view->definition = read.definition;
    view->state = read.state;
    view->may_work = case_may_work(ctx->actor, &read.reach);
    view->may_supervise = case_may_supervise(ctx->actor, &read.reach);
    return view->may_work ? account_members(ctx, read.reach.reach, &view->members) : RC_OK;
}

static void name_it(struct ctx *ctx, struct case_view *view)
{
    const struct team *team =
        view->row.team_is_null ? NULL : city_team_by_row(ctx->city, view->row.team);

    view->service = text_in(&view->definition->name, ctx->lang);
    view->team = team ? text_in(&team->name, ctx->lang) : STR_NONE;
    view->place = view->row.place_label_is_null ? STR_NONE : view->row.place_label;
    view->district = view->row.district;
    view->title = view->service;
    if (view->place.n)
        view->title =
            str_fmt(ctx->arena, "%.*s, %.*s", STR_ARG(view->service), STR_ARG(view->place));
}

static enum rc load_people(struct ctx *ctx, struct case_view *view)
{
    struct case_people_row row;
    enum rc rc = case_people(ctx, view->row.id, &row);

    if (rc)
        return rc;
    view->assignee = row.assignee_name_is_null ? STR_NONE : row.assignee_name;
    view->assignee_login = row.assignee_login_is_null ? STR_NONE : row.assignee_login;
    view->reporter = row.reporter_name_is_null ? STR_NONE : row.reporter_name;
    return case_contacts(ctx, &view->row, &view->contacts);
}

static enum rc load_facts(struct ctx *ctx, struct case_view *view)
{
    const struct definition *definition = view->definition;
    struct answers answers;
    enum rc rc = answers_parse(ctx, definition, view->row.answers, &answers);

    if (rc)
        return rc;
    view->facts = ARENA_ARRAY(ctx->arena, definition->field_n, struct case_fact);
    if (!view->facts)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];
        struct str prompt = text_in(&field->prompt, ctx->lang);

        if (!answers.of[i].is_given)
            continue;
        view->facts[view->fact_n++] = (struct case_fact){
            prompt.n ? prompt : text_in(&field->text, ctx->lang),
            answer_shown(ctx->arena, field, &answers.of[i], ctx->lang),
        };
    }
    return RC_OK;
}

static void add_why(struct case_clock_line *line, struct str sentence)
{
    line->why[line->why_n++] = sentence;
}

static struct str span_text(struct ctx *ctx, struct span span)
{
    switch (span.unit) {
    case SPAN_WORKDAYS:
        return msg_plural(ctx->arena, ctx->lang, MSG_staff_why_workdays, span.amount);
    case SPAN_MONTHS: return msg_plural(ctx->arena, ctx->lang, MSG_staff_why_months, span.amount);
    case SPAN_WORK_TIME:
        return msg_plural(ctx->arena, ctx->lang, MSG_staff_why_work_minutes, span.amount / 60);
    case SPAN_ELAPSED: break;
    }
    return msg_plural(ctx->arena, ctx->lang, MSG_staff_why_minutes, span.amount / 60);
}

static struct str say(struct ctx *ctx, enum msg_id id, struct msg_arg a, struct msg_arg b)
{
    const struct msg_arg args[] = {a, b};

    return msg_format(ctx->arena, ctx->lang, id, args, 2);
}

static struct str explain_skip(struct ctx *ctx, const struct clock_skip *skip)
{
    static const enum msg_id told[] = {
        [CALENDAR_WEEKEND] = MSG_staff_why_weekend,
        [CALENDAR_HOLIDAY] = MSG_staff_why_holiday,
        [CALENDAR_CLOSURE] = MSG_staff_why_closure,
        [CALENDAR_AFTER_CLOSING] = MSG_staff_why_after_closing,
    };

    return say(ctx, told[skip->reason],
               MSG_ARG("date", show_date(ctx->arena, skip->date, ctx->lang)),
               MSG_ARG("name", skip->name));
}

/* The trace in words: how long, since when, because of which condition, over which days, and what
 * has moved it since. */
static enum rc explain(struct ctx *ctx, const struct clocks_of_row *row,
                       struct case_clock_line *line)
{
    struct clock_trace trace;
    enum rc rc = clock_trace_read(ctx, row->trace, row->moves, &trace);

    if (rc)
        return rc;
    line->why = ARENA_ARRAY(ctx->arena, 3 + trace.skip_n + trace.move_n, struct str);
    if (!line->why)
        return FAIL(ctx, ERR_MEMORY);
    if (trace.has_rule)
        add_why(line, span_text(ctx, trace.within));
    if (trace.condition.n)
        add_why(line,
                say(ctx, MSG_staff_why_when, MSG_ARG("rule", trace.condition), MSG_ARG("x", 0)));
    if (trace.has_from)
        add_why(line, say(ctx, MSG_staff_why_from,
                          MSG_ARG("date", show_date(ctx->arena, trace.from, ctx->lang)),
                          MSG_ARG("x", 0)));
    for (size_t i = 0; i < trace.skip_n; i++)
        add_why(line, explain_skip(ctx, &trace.skips[i]));
    for (size_t i = 0; i < trace.move_n; i++)
        add_why(line, clock_move_told(ctx, &trace.moves[i]));
    return RC_OK;
}

static void mark_clock(struct ctx *ctx, const struct clocks_of_row *row,
                       struct case_clock_line *line)
{
    struct due_mark due;

    if (!row->met_is_null) {
        line->state = say(ctx, MSG_staff_clock_met,
                          MSG_ARG("date", show_instant(ctx, row->met, ctx->lang)), MSG_ARG("x", 0));
        line->kind = "ch-due";
        return;
    }
    if (!row->paused_is_null) {
        line->state = msg_text(ctx->lang, MSG_staff_clock_paused);
        line->kind = "ch-due ch-due--paused";
        return;
    }
    due = staff_due(ctx, row->due, ctx->lang);
    line->state =
        instant_cmp(row->due, ctx->now) <= 0 ? due.text : show_due(ctx, row->due, ctx->lang);
    line->kind = due.kind;
}

static enum rc load_clocks(struct ctx *ctx, struct case_view *view)
{
    const struct workflow *workflow = view->definition->workflow;
    struct clocks_of_rows rows;
    enum rc rc = clocks_read(ctx, view->row.id, &rows);

    if (rc)
        return rc;
    view->clocks = ARENA_ARRAY(ctx->arena, rows.n, struct case_clock_line);
    if (!view->clocks)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < rows.n; i++) {
        struct case_clock_line *line = &view->clocks[view->clock_n++];

        line->name = rows.rows[i].kind;
        for (size_t j = 0; j < workflow->clock_n; j++)
            if (str_eq(workflow->clocks[j].id, line->name))
                line->name = text_in(&workflow->clocks[j].name, ctx->lang);
        mark_clock(ctx, &rows.rows[i], line);
        rc = explain(ctx, &rows.rows[i], line);
    }
    return rc;
}

static enum rc load_steps(struct ctx *ctx, struct case_view *view)
{
    const struct team *team =
        view->row.team_is_null ? NULL : city_team_by_row(ctx->city, view->row.team);

    return case_steps_open(ctx,
                           &(struct case_standing){
                               .definition = view->definition,
                               .state = view->row.state,
                               .team = team ? team->id : STR_NONE,
                               .is_merged = !view->row.merged_into_is_null,
                           },
                           &view->steps, &view->step_n);
}

bool case_form_is_date(struct str field)
{
    return str_eq(field, S("date")) || str_eq(field, S("day")) || str_eq(field, S("month")) ||
           str_eq(field, S("year"));
}

enum rc case_view_load(struct ctx *ctx, struct str number, struct case_view *view)
{
    enum rc rc = load_row(ctx, number, view);

    if (rc)
        return rc;
    name_it(ctx, view);
    rc = load_people(ctx, view);
    if (!rc)
        rc = load_facts(ctx, view);
    if (!rc)
        rc = case_events_load(ctx, view);
    if (!rc)
        rc = load_clocks(ctx, view);
    if (!rc)
        rc = photos_of_case(ctx, view->row.id, AUDIENCE_STAFF, &view->photos);
    if (!rc)
        rc = case_rating_of(ctx, view->row.id, &view->is_rated, &view->rating);
    return rc ? rc : load_steps(ctx, view);
}

bool case_view_is_new(const struct case_view *view, const struct case_event_line *event)
{
    return instant_cmp(event->at, view->form.seen) > 0;
}

bool case_view_has_step(const struct case_view *view, struct str step)
{
    for (size_t i = 0; i < view->step_n; i++)
        if (str_eq(view->steps[i]->id, step))
            return true;
    return false;
}
