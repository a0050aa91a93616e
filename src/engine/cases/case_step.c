#include "engine/cases/cases.h"

#include "base/json.h"
#include "base/text.h"
#include "db/db.h"
#include "engine/cases/access.h"
#include "engine/cases/case_effect.h"
#include "engine/cases/case_tell.h"
#include "engine/cases/kept.h"
#include "engine/cases/photo.h"
#include "engine/cases/queries.h"
#include "engine/cases/timer.h"
#include "engine/clock/turn.h"
#include "engine/record/case_event.h"
#include "people/actor.h"

struct step_work {
    int64_t case_id;
    const struct step_input *input;
    struct case_for_step_row row;
    const struct definition *definition;
    const struct workflow *workflow;
    const struct step *step;
    struct str outcome; /* the one chosen, or the step's own */
    int from;           /* index of the state it leaves */
    bool has_rules;     /* a guard or effects: then `stored` is set */
    struct stored_case stored;
    struct clocks_sum clocks; /* after the step */
};

static bool staff_may(const struct actor *actor, unsigned by, const struct case_reach *reach)
{
    return ((by & STEP_BY_STAFF) && case_may_work(actor, reach)) ||
           ((by & STEP_BY_SUPERVISOR) && case_may_supervise(actor, reach));
}

static enum rc check_actor(struct ctx *ctx, const struct step_work *work)
{
    const struct actor *actor = ctx->actor;
    const struct case_for_step_row *row = &work->row;
    const struct case_reach reach = {
        .reach = case_reach_within(ctx->city, work->definition, row->team_is_null ? 0 : row->team),
        .case_id = row->id,
        .reporter = row->reporter_is_null ? 0 : row->reporter,
        .confidentiality = case_audience(ctx->city, work->definition, row->confidentiality),
    };
    unsigned by = work->step->by;
    bool is_own = case_is_own(actor, &reach) && case_resident_may_read(actor, &reach);
    bool may = actor ? ((by & STEP_BY_RESIDENT) && is_own) || staff_may(actor, by, &reach)
                     : (by & STEP_BY_TIMER) != 0;

    return may ? RC_OK : FAIL(ctx, ERR_DENIED);
}

/* Whether the time in which the public may reopen what was closed then has passed. */
static enum rc is_too_late(struct ctx *ctx, const struct workflow *workflow, struct instant closed,
                           bool *ret)
{
    struct calendar_deadline end;
    enum rc rc = deadline_of_span(ctx, ctx->city, closed, workflow->reopen_within, &end);

    if (!rc)
        *ret = instant_cmp(ctx->now, end.end) >= 0;
    return rc;
}

/* The public may reopen only for a while after closing. */
static enum rc check_reopening(struct ctx *ctx, const struct step_work *work)
{
    const struct workflow *workflow = work->workflow;
    bool is_late = false;
    enum rc rc;

    if (workflow->states[work->from].type != STATE_CLOSED || !ctx->actor ||
        ctx->actor->kind != ACTOR_RESIDENT)
        return RC_OK;
    if (!workflow->may_reopen || work->row.closed_is_null)
        return FAIL(ctx, ERR_TRANSITION);
    rc = is_too_late(ctx, workflow, work->row.closed, &is_late);
    return rc || !is_late ? rc : FAIL(ctx, ERR_EXPIRED);
}

static enum rc check_text(struct ctx *ctx, struct str text, struct str field, bool is_needed)
{
    if (is_needed && str_trim(text).n == 0)
        return FAIL(ctx, ERR_REQUIRED, .field = field);
    return text_check(ctx, text, field, TEXT_LONG_MAX);
}

static enum rc check_input(struct ctx *ctx, const struct step_work *work)
{
    const struct step_input *input = work->input;
    unsigned asks = work->step->asks;
    struct date date;
    enum rc rc = check_text(ctx, input->message, S("message"), asks & STEP_NEEDS_MESSAGE);

    if (!rc)
        rc = check_text(ctx, input->note, S("note"), asks & STEP_NEEDS_NOTE);
    if (rc)
        return rc;
    if ((asks & STEP_ASK_OUTCOME) && ctx->actor) {
        if (!input->outcome.n)
            return FAIL(ctx, ERR_REQUIRED, .field = S("outcome"));
        if (workflow_outcome(work->workflow, input->outcome) < 0)
            return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("outcome"));
    }
    if ((asks & STEP_NEEDS_PHOTO) && !input->photo_n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("photo"));
    if (asks & STEP_ASK_DATE) {
        if (!input->date.n)
            return FAIL(ctx, ERR_REQUIRED, .field = S("date"));
        if (!date_parse(input->date, &date))
            return FAIL(ctx, ERR_NOT_A_DATE, .field = S("date"));
    }
    return RC_OK;
}

static enum rc ask_guard(struct ctx *ctx, const struct stored_case *stored, const struct step *step,
                         bool *ret_holds)
{
    struct facts facts = stored_case_facts(ctx, stored);

    return rule_holds(ctx, &step->when, &facts, ret_holds);
}

static enum rc check_guard(struct ctx *ctx, struct step_work *work)
{
    const struct step *step = work->step;
    bool holds;
    enum rc rc;

    work->has_rules = step->when.program || step->effect_n;
    if (!work->has_rules)
        return RC_OK;
    rc = stored_case_read(ctx, work->case_id, &work->stored);
    if (!rc)
        rc = ask_guard(ctx, &work->stored, step, &holds);
    if (rc || holds)
        return rc;
    return FAIL(ctx, ERR_GUARD, .arg = text_in(&step->else_says, ctx->lang));
}

enum rc case_step_guard(struct ctx *ctx, int64_t case_id, const struct step *step, bool *ret_holds)
{
    struct stored_case stored;
    enum rc rc;

    if (!step->when.program) {
        *ret_holds = true;
        return RC_OK;
    }
    rc = stored_case_read(ctx, case_id, &stored);
    return rc ? rc : ask_guard(ctx, &stored, step, ret_holds);
}

/* Finds the case, its workflow and the step, and refuses what may not be. */
static enum rc prepare(struct ctx *ctx, struct step_work *work)
{
    enum rc rc = case_for_step(ctx, work->case_id, &work->row);

    if (rc)
        return rc;
    work->definition = city_version(ctx->city, work->row.service_version);
    if (!work->definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    work->workflow = work->definition->workflow;
    work->from = workflow_state(work->workflow, work->row.state);
    work->step = workflow_step(work->workflow, work->input->step);
    if (!work->step || work->from < 0)
        return FAIL(ctx, ERR_TRANSITION);
    work->outcome = work->step->outcome;
    if (work->step->asks & STEP_ASK_OUTCOME)
        work->outcome = work->input->outcome;
    rc = check_actor(ctx, work);
    if (rc)
        return rc;
    if (work->input->lock_version && work->input->lock_version != work->row.lock_version)
        return FAIL(ctx, ERR_STALE);
    if (!work->row.merged_into_is_null)
        return FAIL(ctx, ERR_MERGED);
    if (!(work->step->from & (UINT64_C(1) << work->from)))
        return FAIL(ctx, ERR_TRANSITION);
    rc = check_reopening(ctx, work);
    if (!rc)
        rc = check_input(ctx, work);
    return rc ? rc : check_guard(ctx, work);
}

static enum rc record_step(struct ctx *ctx, const struct step_work *work, int64_t *ret_event)
{
    const struct step_input *input = work->input;
    struct case_event event;
    enum rc rc;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("step"), work->step->id);
    json_put_member(&event.json, S("from"), work->row.state);
    json_put_member(&event.json, S("to"), work->workflow->states[work->step->to].id);
    if (work->outcome.n)
        json_put_member(&event.json, S("outcome"), work->outcome);
    if (input->date.n)
        json_put_member(&event.json, S("date"), input->date);
    rc = case_event_add(ctx, &event,
                        &(struct event){.kind = EVENT_CASE_STEP,
                                        .case_id = work->case_id,
                                        .audience = EVENT_PUBLIC},
                        ret_event);
    if (!rc && input->message.n)
        rc =
            case_event_text(ctx, work->case_id, EVENT_MESSAGE_ADDED, EVENT_PARTIES, input->message);
    if (!rc && input->note.n)
        rc = case_event_text(ctx, work->case_id, EVENT_NOTE_ADDED, EVENT_STAFF, input->note);
    return rc;
}

static enum rc change_case(struct ctx *ctx, const struct step_work *work)
{
    const struct state *to = &work->workflow->states[work->step->to];
    bool is_closed = to->type == STATE_CLOSED;
    int64_t changed;
    enum rc rc = case_step_set(ctx,
                               &(struct case_step_set_args){
                                   .id = work->case_id,
                                   .lock_version = work->row.lock_version,
                                   .state = to->id,
                                   .state_type = to->type,
                                   .state_since = ctx->now,
                                   .outcome = work->outcome,
                                   .outcome_is_null = !is_closed || !work->outcome.n,
                                   .updated = ctx->now,
                                   .closed = ctx->now,
                                   .closed_is_null = !is_closed,
                                   .due = work->clocks.due,
                                   .due_is_null = !work->clocks.has_due,
                               },
                               &changed);

    if (!rc && changed == 0)
        return FAIL(ctx, ERR_STALE);
    if (!rc && (is_closed || !work->row.closed_is_null))
        rc = kept_turn(ctx, work->case_id, is_closed ? &ctx->now : NULL);
    return rc ? rc : timer_enter(ctx, work->case_id, work->workflow, work->step->to, ctx->now);
}

static struct case_news news_of(const struct step_work *work, const struct notice_rule *notice,
                                int64_t event_id)
{
    int outcome = workflow_outcome(work->workflow, work->outcome);

    return (struct case_news){
        .event_id = event_id,
        .notice = notice,
        .row = &work->row,
        .definition = work->definition,
        .outcome = outcome < 0 ? NULL : &work->workflow->outcomes[outcome],
        .has_due = work->clocks.has_due,
        .due = work->clocks.due,
        .message = work->input->message,
        .date = work->input->date,
        .base_url = work->input->base_url,
    };
}

static enum rc tell(struct ctx *ctx, const struct step_work *work, const struct notice_rule *notice,
                    int64_t event_id)
{
    struct case_news news = news_of(work, notice, event_id);

    return case_tell(ctx, &news);
}

/* Whether a resident has done what the case waited for, and the work goes on. */
static bool is_answer(const struct ctx *ctx, const struct step_work *work)
{
    const struct state *states = work->workflow->states;

    return ctx->actor && ctx->actor->kind == ACTOR_RESIDENT &&
           states[work->from].type == STATE_WAITING && states[work->step->to].type == STATE_OPEN;
}

static enum rc tell_all(struct ctx *ctx, const struct step_work *work, int64_t event_id)
{
    enum rc rc = work->step->notice ? tell(ctx, work, work->step->notice, event_id) : RC_OK;

    for (size_t i = 0; !rc && i < work->step->effect_n; i++)
        if (work->step->effects[i].kind == EFFECT_NOTIFY)
            rc = tell(ctx, work, workflow_notice(work->workflow, work->step->effects[i].subject),
                      event_id);
    if (!rc && is_answer(ctx, work)) {
        struct case_news news = news_of(work, NULL, event_id);

        rc = case_tell_answered(ctx, &news);
    }
    return rc;
}

static enum rc turn_clocks(struct ctx *ctx, struct step_work *work)
{
    struct clock_turn turn = {work->case_id, work->workflow, work->from, work->step->to, 0};
    enum rc rc =
        work->has_rules ? effects_clocks(ctx, &work->stored, work->step, &turn.is_met) : RC_OK;

    work->clocks = (struct clocks_sum){0};
    return rc ? rc : clocks_turn(ctx, &turn, &work->clocks);
}

static enum rc attach_photos(struct ctx *ctx, const struct step_work *work)
{
    enum rc rc = RC_OK;

    if (!(work->step->asks & (STEP_ASK_PHOTO | STEP_NEEDS_PHOTO)))
        return RC_OK;
    for (size_t i = 0; !rc && i < work->input->photo_n; i++)
        rc = photo_attach(ctx, work->case_id, work->definition, &work->input->photos[i]);
    return rc;
}

/* Each step tells people by mail and stays in the record: to withdraw and reopen has an end. */
static enum rc check_pace(struct ctx *ctx, int64_t case_id)
{
    struct own_events_since_row lately;
    enum rc rc;

    if (!ctx->actor || ctx->actor->kind != ACTOR_RESIDENT)
        return RC_OK;
    rc = own_events_since(ctx, case_id, event_kind_word(EVENT_CASE_STEP),
                          instant_plus_us(ctx->now, -US_PER_DAY), &lately);
    return rc ? rc : lately.total >= OWN_STEPS_PER_DAY ? FAIL(ctx, ERR_TOO_MANY) : RC_OK;
}

static enum rc take_step(struct ctx *ctx, void *arg)
{
    struct step_work *work = arg;
    int64_t event_id;
    enum rc rc = prepare(ctx, work);

    if (!rc)
        rc = check_pace(ctx, work->case_id);
    if (!rc)
        rc = turn_clocks(ctx, work);
    if (!rc)
        rc = change_case(ctx, work);
    if (!rc)
        rc = record_step(ctx, work, &event_id);
    if (!rc && work->has_rules)
        rc = effects_changes(ctx, &work->stored, work->step, work->input->base_url);
    if (!rc)
        rc = attach_photos(ctx, work);
    if (!rc)
        rc = tell_all(ctx, work, event_id);
    return rc;
}

static enum rc step_tx(struct ctx *ctx, void *arg)
{
    return city_days_within(ctx, take_step, arg);
}

enum rc case_step(struct ctx *ctx, int64_t case_id, const struct step_input *input)
{
    struct step_work work = {.case_id = case_id, .input = input};

    return db_tx(ctx, step_tx, &work);
}

/* Whether ctx->actor may take any step at all of a case that stands so, in that state. */
static enum rc may_step(struct ctx *ctx, const struct case_standing *standing, int from, bool *ret)
{
    const struct workflow *workflow = standing->definition->workflow;
    bool is_late = false;
    enum rc rc = RC_OK;

    if (ctx->actor && ctx->actor->kind == ACTOR_RESIDENT &&
        workflow->states[from].type == STATE_CLOSED) {
        is_late = !workflow->may_reopen || !standing->has_closed;
        if (!is_late)
            rc = is_too_late(ctx, workflow, standing->closed, &is_late);
    }
    if (!rc)
        *ret = ctx->actor && !standing->is_merged && !is_late;
    return rc;
}

enum rc case_steps_open(struct ctx *ctx, const struct case_standing *standing,
                        const struct step ***ret, size_t *ret_n)
{
    const struct definition *definition = standing->definition;
    const struct workflow *workflow = definition->workflow;
    const struct step **steps = ARENA_ARRAY(ctx->arena, workflow->step_n, const struct step *);
    const struct case_reach reach = {
        .reach = {definition->department, standing->team, definition->code}};
    int from = workflow_state(workflow, standing->state);
    size_t n = 0;
    bool may = false;
    enum rc rc = RC_OK;

    if (!steps)
        return FAIL(ctx, ERR_MEMORY);
    if (from >= 0)
        rc = may_step(ctx, standing, from, &may);
    if (rc)
        return rc;
    for (size_t i = 0; may && i < workflow->step_n; i++) {
        const struct step *step = &workflow->steps[i];

        if ((step->from & (UINT64_C(1) << from)) &&
            (ctx->actor->kind == ACTOR_RESIDENT ? (step->by & STEP_BY_RESIDENT) != 0
                                                : staff_may(ctx->actor, step->by, &reach)))
            steps[n++] = step;
    }
    *ret = steps;
    *ret_n = n;
    return RC_OK;
}
