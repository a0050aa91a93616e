#include "engine/cases/case_transfer.h"

#include "db/db.h"
#include "engine/cases/asset.h"
#include "engine/cases/case_edit.h"
#include "engine/cases/case_entries.h"
#include "engine/cases/case_tell.h"
#include "engine/cases/cases.h"
#include "engine/cases/queries.h"
#include "engine/cases/timer.h"
#include "engine/clock/queries.h"
#include "engine/clock/turn.h"
#include "engine/record/queries.h"

struct transferring {
    struct case_edit edit;
    const struct transfer *transfer;
    const struct place *place;
    struct answers before; /* of the service it has */
    struct facts facts;    /* for the rules of the new one */
    struct transfer_plan plan;
    struct clocks_of_rows clocks; /* that the case has */
    struct clocks_sum sum;        /* of those that it has then */
};

/* ---- Answers */

/* Whether the new field takes the old answer. */
static bool is_kept(struct ctx *ctx, const struct transferring *work, const struct field *field,
                    size_t old_index, struct answer *ret)
{
    const struct field *old_field = &work->plan.from->fields[old_index];
    const struct answer *old = &work->before.of[old_index];
    struct str one = answer_typed(ctx->arena, old_field, old), *typed = &one;
    size_t n = 1;

    if (old->value.kind == CEL_LIST) {
        n = old->value.list->n;
        typed = ARENA_ARRAY(ctx->arena, n, struct str);
        for (size_t i = 0; typed && i < n; i++)
            typed[i] = old->value.list->items[i].text;
    }
    if (typed && field->type == old_field->type &&
        answer_read(ctx, field, typed, n, ret) == RC_OK && ret->is_given &&
        asset_check(ctx, field, ret, work->place) == RC_OK)
        return true;
    ctx_clear_error(ctx);
    *ret = (struct answer){.is_given = false};
    return false;
}

/* What the case had left behind when it was last transferred away from this service. */
static enum rc find_left_before(struct ctx *ctx, const struct transferring *work,
                                struct answers *ret)
{
    struct events_of_kind_rows rows;
    enum rc rc = answers_new(ctx, work->plan.to, ret);

    if (!rc)
        rc =
            events_of_kind(ctx, work->edit.case_id, event_kind_word(EVENT_CASE_TRANSFERRED), &rows);
    for (size_t i = 0; !rc && i < rows.n; i++) {
        json_t *payload;
        struct str from, left;

        if (rows.rows[i].payload_is_null)
            continue;
        if (json_parse(ctx, rows.rows[i].payload, RECORD_PAYLOAD_MAX, &payload) ||
            json_get_str(ctx, payload, S("from"), &from) ||
            json_get_str(ctx, payload, S("left"), &left)) {
            ctx_clear_error(ctx);
            continue;
        }
        if (!str_eq(from, work->plan.to->code))
            continue;
        if (answers_parse(ctx, work->plan.to, left, ret)) {
            ctx_clear_error(ctx);
            rc = answers_new(ctx, work->plan.to, ret);
        }
        break;
    }
    return rc;
}

/* An answer that the case had under this service before, where it still fits. */
static void take_back(struct ctx *ctx, const struct transferring *work, const struct field *field,
                      const struct answer *left, struct answer *ret)
{
    if (asset_check(ctx, field, left, work->place))
        ctx_clear_error(ctx);
    else
        *ret = *left;
}

/* What staff answer may make the case as long as a filing may be, or as it was before: answers that
 * were stored when there was no bound are no reason to keep a case where it is. */
static enum rc check_given(struct ctx *ctx, const struct transferring *work)
{
    const struct answers *given = work->transfer->given;
    const struct filing filing = {.definition = work->plan.to, .answers = work->plan.kept};
    const struct field *longest = NULL;
    size_t most = 0;

    if (!given || given->definition != work->plan.to ||
        answers_json(ctx, &work->plan.kept).n <= work->edit.row.answers.n)
        return RC_OK;
    for (size_t i = 0; i < work->plan.to->field_n; i++) {
        const struct field *field = &work->plan.to->fields[i];
        size_t n = given->of[i].is_given ? answer_typed(ctx->arena, field, &given->of[i]).n : 0;

        if (n > most) {
            longest = field;
            most = n;
        }
    }
    return longest ? filing_check_answers(ctx, &filing, longest) : RC_OK;
}

static enum rc keep_answers(struct ctx *ctx, struct transferring *work)
{
    struct transfer_plan *plan = &work->plan;
    const struct answers *given = work->transfer->given;
    struct answers left_before;
    enum rc rc = answers_new(ctx, plan->to, &plan->kept);

    if (!rc)
        rc = find_left_before(ctx, work, &left_before);
    if (!rc)
        rc = answers_parse(ctx, plan->from, work->edit.row.answers, &work->before);
    if (!rc)
        rc = answers_parse(ctx, plan->from, work->edit.row.answers, &plan->left);
    for (size_t i = 0; !rc && i < plan->to->field_n; i++) {
        const struct field *field = &plan->to->fields[i];

        for (size_t j = 0; j < plan->from->field_n; j++)
            if (str_eq(plan->from->fields[j].id, field->id) && work->before.of[j].is_given &&
                is_kept(ctx, work, field, j, &plan->kept.of[i]))
                plan->left.of[j].is_given = false;
        if (!plan->kept.of[i].is_given && given && given->definition == plan->to) {
            plan->kept.of[i] = given->of[i];
            rc = asset_check(ctx, field, &given->of[i], work->place);
        }
        if (!plan->kept.of[i].is_given)
            take_back(ctx, work, field, &left_before.of[i], &plan->kept.of[i]);
    }
    return rc ? rc : check_given(ctx, work);
}

/* What the new service asks everybody and the case has no answer to. A condition that cannot be
 * told yet hangs on a question that is itself missing. */
static enum rc find_missing(struct ctx *ctx, struct transferring *work)
{
    struct transfer_plan *plan = &work->plan;

    plan->missing = ARENA_ARRAY(ctx->arena, plan->to->field_n, const struct field *);
    if (!plan->missing)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < plan->to->field_n; i++) {
        const struct field *field = &plan->to->fields[i];
        bool is_asked = false;

        if (!field->is_required || field->audience == AUDIENCE_STAFF || field->has_default ||
            plan->kept.of[i].is_given)
            continue;
        if (rule_holds(ctx, &field->when, &work->facts, &is_asked)) {
            ctx_clear_error(ctx);
            is_asked = false;
        }
        if (is_asked)
            plan->missing[plan->missing_n++] = field;
    }
    return RC_OK;
}

/* ---- Deadlines */

/* A clock that a step began anew has several rows: the one that runs, else the last. */
static const struct clocks_of_row *clock_of(const struct transferring *work, struct str kind)
{
    const struct clocks_of_row *found = NULL;

    for (size_t i = 0; i < work->clocks.n; i++) {
        const struct clocks_of_row *row = &work->clocks.rows[i];

        if (str_eq(row->kind, kind) && (!found || found->met_is_null <= row->met_is_null))
            found = row;
    }
    return found;
}

/* The facts for a clock's rule: one that was begun anew counts from then. */
static struct facts facts_from(struct facts facts, const struct clocks_of_row *row)
{
    if (row && instant_cmp(row->started, facts.filed) > 0)
        facts.filed = row->started;
    return facts;
}

/* How much later than its rule says a clock is due: it stood still. */
static enum rc delay_of(struct ctx *ctx, const struct transferring *work,
                        const struct clocks_of_row *row, struct clock_delay *ret)
{
    const struct definition *from = work->plan.from;
    struct facts facts =
        facts_from(case_edit_facts(ctx, &work->edit, &work->before, work->place), row);

    *ret = (struct clock_delay){0};
    for (size_t i = 0; i < from->clock_n; i++) {
        struct deadline was;

        if (!str_eq(from->workflow->clocks[from->clocks[i].kind].id, row->kind))
            continue;
        if (deadline_of_clock(ctx, ctx->city, &from->clocks[i], &facts, &was)) {
            ctx_clear_error(ctx);
            return RC_OK;
        }
        if (was.is_date && !row->due_date_is_null)
            ret->workdays =
                calendar_workdays_between(&ctx->city->calendar, was.date, row->due_date);
        if (!was.is_date && row->due_date_is_null)
            ret->us = row->due.us_utc - was.due.us_utc;
    }
    return RC_OK;
}

/* And by how much a clock is put off that stands still until now and runs from now on. */
static void add_standing(const struct ctx *ctx, const struct transferring *work,
                         const struct clock_kind *kind, struct clock_delay *delay)
{
    const struct clocks_of_row *row = clock_of(work, kind->id);
    struct clock_delay stood;

    if (!row || row->paused_is_null || (kind->pauses_in & (UINT64_C(1) << work->plan.state)))
        return;
    stood = clock_stood(ctx->city, !row->due_date_is_null, row->paused, ctx->now);
    delay->workdays += stood.workdays;
    delay->us += stood.us;
}

/* Puts the deadline of the new rule off, and notes how it comes from the one before, unless that
 * was of a service for staff alone, of which nobody else is to hear. */
static void move_deadline(struct ctx *ctx, const struct clocks_of_row *row,
                          struct clock_delay delay, struct deadline *deadline, bool is_told)
{
    struct deadline of_rule = *deadline, before;
    struct clock_move move;

    deadline_put_off(ctx->city, deadline, delay);
    if (!row)
        return;
    before = clock_deadline(row);
    if (is_told && instant_cmp(before.due, of_rule.due) != 0) {
        move = deadline_move(ctx, CLOCK_MOVED_TRANSFER, &before, &of_rule);
        deadline->moves = clock_moves_add(ctx, deadline->moves, &move);
    }
    if (instant_cmp(of_rule.due, deadline->due) != 0) {
        move = deadline_move(ctx, CLOCK_MOVED_PAUSE, &of_rule, deadline);
        deadline->moves = clock_moves_add(ctx, deadline->moves, &move);
    }
}

static enum rc set_deadlines(struct ctx *ctx, struct transferring *work)
{
    struct transfer_plan *plan = &work->plan;
    enum rc rc = clocks_of(ctx, work->edit.case_id, &work->clocks);

    plan->deadlines = ARENA_ARRAY(ctx->arena, plan->to->clock_n, struct deadline);
    if (!plan->deadlines)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < plan->to->clock_n; i++) {
        const struct clock_rule *rule = &plan->to->clocks[i];
        const struct clock_kind *kind = &plan->to->workflow->clocks[rule->kind];
        const struct clocks_of_row *row = clock_of(work, kind->id);
        struct facts facts = facts_from(work->facts, row);
        struct clock_delay delay = {0};

        rc = deadline_of_clock(ctx, ctx->city, rule, &facts, &plan->deadlines[i]);
        if (!rc && row)
            rc = delay_of(ctx, work, row, &delay);
        if (rc)
            break;
        add_standing(ctx, work, kind, &delay);
        move_deadline(ctx, row, delay, &plan->deadlines[i], plan->from->audience != AUDIENCE_STAFF);
    }
    return rc;
}

/* ---- The plan */

/* Where the case is in the new workflow. An open case is not closed by a name. */
static int state_in(const struct workflow *workflow, struct str name)
{
    int state = workflow_state(workflow, name);

    return state < 0 || workflow->states[state].type == STATE_CLOSED ? workflow->start : state;
}

static enum rc find_service(struct ctx *ctx, struct transferring *work)
{
    struct transfer_plan *plan = &work->plan;
    struct filing filing = {.place = work->place};

    plan->from = work->edit.definition;
    plan->to = city_service(ctx->city, work->transfer->service);
    plan->team_from = work->edit.team;
    if (!plan->to || plan->to->service_id == plan->from->service_id)
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("service"));
    plan->state = state_in(plan->to->workflow, work->edit.row.state);
    filing.definition = plan->to;
    return filing_check_place(ctx, &filing);
}

static enum rc make_plan(struct ctx *ctx, struct transferring *work)
{
    struct transfer_plan *plan = &work->plan;
    struct case_route route;
    enum rc rc = case_edit_open(ctx, &work->edit, CASE_RIGHT_WORK);

    if (!rc && work->edit.row.state_type == STATE_CLOSED)
        rc = FAIL(ctx, ERR_CASE_CLOSED);
    if (!rc)
        rc = case_edit_place(ctx, &work->edit, &work->place);
    if (!rc)
        rc = find_service(ctx, work);
    if (!rc)
        rc = keep_answers(ctx, work);
    if (rc)
        return rc;
    work->facts = case_edit_facts(ctx, &work->edit, &plan->kept, work->place);
    rc = find_missing(ctx, work);
    if (rc || plan->missing_n)
        return rc;
    rc = case_route(ctx, plan->to, &work->facts, &route);
    if (rc)
        return rc;
    plan->team = route.team;
    plan->route = route.trace;
    return set_deadlines(ctx, work);
}

enum rc case_transfer_plan(struct ctx *ctx, int64_t case_id, const struct transfer *transfer,
                           struct transfer_plan *ret)
{
    struct transferring work = {.edit.case_id = case_id, .transfer = transfer};
    enum rc rc = make_plan(ctx, &work);

    if (!rc)
        *ret = work.plan;
    return rc;
}

/* ---- The transfer */

/* The clock of that kind with its new deadline. */
static struct clocks_of_row renewed(const struct ctx *ctx, const struct transferring *work,
                                    const struct clock_kind *kind, const struct deadline *deadline)
{
    const struct clocks_of_row *row = clock_of(work, kind->id);
    uint64_t state = UINT64_C(1) << work->plan.state;
    struct clocks_of_row clock = clock_of_deadline(ctx, deadline);

    clock.id = row ? row->id : 0;
    clock.kind = kind->id;
    clock.started = row ? row->started : work->edit.row.opened;
    clock.paused = row && !row->paused_is_null ? row->paused : ctx->now;
    clock.paused_is_null = !(kind->pauses_in & state);
    clock.met = row ? row->met : ctx->now;
    clock.met_is_null = row ? row->met_is_null : !(kind->stops_in & state);
    if (row && !row->missed_is_null && instant_cmp(deadline->due, ctx->now) <= 0) {
        clock.missed = row->missed;
        clock.missed_is_null = false;
    }
    return clock;
}

/* Writes one deadline of the new service over the clock of that kind, or adds it. */
static enum rc write_clock(struct ctx *ctx, struct transferring *work, size_t i)
{
    const struct transfer_plan *plan = &work->plan;
    const struct clock_kind *kind = &plan->to->workflow->clocks[plan->to->clocks[i].kind];
    struct clocks_of_row clock = renewed(ctx, work, kind, &plan->deadlines[i]);

    clocks_sum_add(&work->sum, &clock);
    return clock_write(ctx, work->edit.case_id, &clock);
}

/* What no rule of the new service speaks of, and what runs beside the one that was renewed. */
static bool is_left_behind(const struct transferring *work, const struct clocks_of_row *row)
{
    return !clock_has_rule(work->plan.to, row->kind) ||
           (row->met_is_null && row != clock_of(work, row->kind));
}

static enum rc write_clocks(struct ctx *ctx, struct transferring *work)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < work->plan.to->clock_n; i++)
        rc = write_clock(ctx, work, i);
    for (size_t i = 0; !rc && i < work->clocks.n; i++)
        if (is_left_behind(work, &work->clocks.rows[i]))
            rc = clock_drop(ctx, work->clocks.rows[i].id, NULL);
    return rc ? rc : clocks_watch(ctx, work->edit.case_id, &work->sum);
}

/* A state that keeps its name goes on since when it began, whatever its type is now; so do the
 * steps by timer that the new workflow has for it. */
static enum rc write_state(struct ctx *ctx, const struct transferring *work)
{
    const struct case_for_edit_row *row = &work->edit.row;
    const struct workflow *workflow = work->plan.to->workflow;
    const struct state *state = &workflow->states[work->plan.state];
    bool is_kept = str_eq(state->id, row->state);
    struct instant since = is_kept ? row->state_since : ctx->now;
    enum rc rc = RC_OK;

    if (!is_kept || row->state_type != state->type)
        rc = case_state_set(ctx,
                            &(struct case_state_set_args){
                                .id = work->edit.case_id,
                                .state = state->id,
                                .state_type = state->type,
                                .state_since = since,
                                .outcome_is_null = true,
                                .closed_is_null = true,
                                .due = work->sum.due,
                                .due_is_null = !work->sum.has_due,
                                .merged_into_is_null = true,
                            },
                            NULL);
    return rc ? rc : timer_enter(ctx, work->edit.case_id, workflow, work->plan.state, since);
}

static enum rc write_case(struct ctx *ctx, struct transferring *work)
{
    const struct transfer_plan *plan = &work->plan;
    const struct case_edit *edit = &work->edit;
    enum rc rc = case_service_set(ctx,
                                  &(struct case_service_set_args){
                                      .id = edit->case_id,
                                      .service = plan->to->service_id,
                                      .service_version = plan->to->version_id,
                                      .confidentiality = plan->to->audience,
                                      .answers = answers_json(ctx, &plan->kept),
                                      .due = work->sum.due,
                                      .due_is_null = !work->sum.has_due,
                                  },
                                  NULL);

    if (!rc)
        rc = write_state(ctx, work);
    if (!rc)
        rc = case_edit_team(ctx, edit, plan->to, plan->team);
    return rc ? rc
              : case_entries_renew(ctx, edit->case_id,
                                   &(struct projection_words){
                                       .number = edit->row.number,
                                       .place_label = work->place ? work->place->label : STR_NONE,
                                       .description = edit->row.description,
                                       .answers = &plan->kept,
                                       .is_public = edit->row.is_description_public,
                                   });
}

static enum rc record_transfer(struct ctx *ctx, const struct transferring *work, int64_t *ret_event)
{
    const struct transfer_plan *plan = &work->plan;
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("from"), plan->from->code);
    json_put_member_i64(&event.json, S("from_version"), plan->from->version);
    json_put_member(&event.json, S("to"), plan->to->code);
    json_put_member_i64(&event.json, S("to_version"), plan->to->version);
    json_put_member(&event.json, S("team_from"), plan->team_from ? plan->team_from->id : STR_NONE);
    json_put_member(&event.json, S("team"), plan->team ? plan->team->id : STR_NONE);
    if (plan->route.n) {
        json_put_key(&event.json, S("route"));
        json_put_raw(&event.json, plan->route);
    }
    json_put_member(&event.json, S("left"), answers_json(ctx, &plan->left));
    json_put_member(&event.json, S("reason"), work->transfer->reason);
    return case_event_add(ctx, &event,
                          &(struct event){.kind = EVENT_CASE_TRANSFERRED,
                                          .case_id = work->edit.case_id,
                                          .audience = EVENT_STAFF},
                          ret_event);
}

static enum rc tell(struct ctx *ctx, const struct transferring *work, int64_t event_id)
{
    struct case_for_step_row row;
    enum rc rc = case_for_step(ctx, work->edit.case_id, &row);

    return rc ? rc
              : case_tell_transfer(ctx, &(struct case_news){
                                            .event_id = event_id,
                                            .row = &row,
                                            .definition = work->plan.to,
                                            .has_due = work->sum.has_due,
                                            .due = work->sum.due,
                                            .base_url = work->transfer->base_url,
                                        });
}

static enum rc take_over(struct ctx *ctx, void *arg)
{
    struct transferring *work = arg;
    int64_t event_id;
    enum rc rc;

    work->plan = (struct transfer_plan){0};
    work->sum = (struct clocks_sum){0};
    rc = make_plan(ctx, work);
    if (!rc)
        rc = case_reason_check(ctx, work->transfer->reason);
    if (!rc && work->plan.missing_n)
        rc = FAIL(ctx, ERR_REQUIRED, .field = work->plan.missing[0]->id);
    if (!rc)
        rc = case_edit_bump(ctx, &work->edit);
    if (!rc)
        rc = write_clocks(ctx, work);
    if (!rc)
        rc = write_case(ctx, work);
    if (!rc)
        rc = record_transfer(ctx, work, &event_id);
    return rc ? rc : tell(ctx, work, event_id);
}

static enum rc transfer_tx(struct ctx *ctx, void *arg)
{
    return city_days_within(ctx, take_over, arg);
}

enum rc case_transfer(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                      const struct transfer *transfer)
{
    struct transferring work = {
        .edit = {.case_id = case_id, .lock_version = lock_version},
        .transfer = transfer,
    };

    return db_tx(ctx, transfer_tx, &work);
}
