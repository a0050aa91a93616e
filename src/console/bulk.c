#include "console/bulk.h"

#include "base/crypto.h"
#include "base/json.h"
#include "base/msg.h"
#include "base/text.h"
#include "console/bulk.ct.h"
#include "console/queries.h"
#include "db/db.h"
#include "engine/cases/access.h"
#include "engine/cases/case_work.h"
#include "engine/cases/cases.h"
#include "web/csrf.h"
#include "web/server.h"

#define ACTS_MAX     64
#define INPUT_MAX    60000
#define REACHES_MAX  20
#define UNDECIDED_US US_PER_DAY
#define JOB_LATER_US (30 * US_PER_S) /* when the answer itself should have done it */

/* ---- What can be done to many */

static bool is_for_many(const struct step *step)
{
    return (step->by & (STEP_BY_STAFF | STEP_BY_SUPERVISOR)) && !(step->asks & STEP_NEEDS_PHOTO);
}

static bool has_act(const struct queue_act *acts, size_t n, struct str value)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(acts[i].value, value))
            return true;
    return false;
}

enum rc bulk_acts(struct ctx *ctx, struct queue_act **ret, size_t *ret_n)
{
    struct queue_act *acts = ARENA_ARRAY(ctx->arena, ACTS_MAX, struct queue_act);
    size_t n = 0;

    if (!acts)
        return FAIL(ctx, ERR_MEMORY);
    acts[n++] = (struct queue_act){S("assign"), msg_text(ctx->lang, MSG_bulk_assign)};
    acts[n++] = (struct queue_act){S("note"), msg_text(ctx->lang, MSG_bulk_note)};
    for (size_t i = 0; i < ctx->city->service_n; i++) {
        const struct workflow *workflow = ctx->city->services[i]->workflow;

        for (size_t j = 0; j < workflow->step_n && n < ACTS_MAX; j++) {
            const struct step *step = &workflow->steps[j];
            struct str value = str_fmt(ctx->arena, "step:%.*s", STR_ARG(step->id));

            if (is_for_many(step) && !has_act(acts, n, value))
                acts[n++] = (struct queue_act){value, text_in(&step->name, ctx->lang)};
        }
    }
    *ret = acts;
    *ret_n = n;
    return RC_OK;
}

/* ---- Choosing */

struct choice {
    struct bulk_add_args args;
    struct case_line *lines;
    size_t n;
};

static enum rc choose_tx(struct ctx *ctx, void *arg)
{
    struct choice *choice = arg;
    struct instant before = instant_plus_us(ctx->now, -UNDECIDED_US);
    int64_t id = 0;
    enum rc rc = bulk_cases_drop(ctx, choice->args.account, before, NULL);

    if (!rc)
        rc = bulk_drop(ctx, choice->args.account, before, NULL);
    if (!rc)
        rc = bulk_add(ctx, &choice->args, &id);
    for (size_t i = 0; !rc && i < choice->n; i++)
        rc = bulk_case_add(ctx, id, choice->lines[i].id, choice->lines[i].lock_version, NULL);
    return rc;
}

/* The cases of the form's boxes, as far as they are the actor's to see. */
static enum rc load_marked(struct ctx *ctx, const struct request *request, struct choice *choice)
{
    struct case_value *values = ARENA_ARRAY(ctx->arena, BULK_MAX, struct case_value);
    struct case_term term = {.key = CASE_KEY_NUMBER, .values = values};
    struct case_filter filter = {&term, 1};
    struct case_found found;
    struct str number;
    enum rc rc;

    if (!values)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t at = 0; params_next(&request->form, S("case"), &at, &number);)
        if (term.value_n < BULK_MAX)
            values[term.value_n++].text = number;
    rc = case_search(ctx, &(struct case_search){.filter = &filter, .most = BULK_MAX}, &found);
    if (rc)
        return rc;
    choice->lines = found.lines;
    choice->n = found.n;
    return RC_OK;
}

/* Every page of the list, up to what one act takes. */
static enum rc load_all(struct ctx *ctx, const struct list_ask *ask, struct choice *choice)
{
    struct str after = STR_NONE;
    enum rc rc = RC_OK;

    choice->lines = ARENA_ARRAY(ctx->arena, BULK_MAX, struct case_line);
    if (!choice->lines)
        return FAIL(ctx, ERR_MEMORY);
    do {
        struct case_found found;

        rc = case_search(ctx,
                         &(struct case_search){.filter = &ask->filter,
                                               .text = ask->text,
                                               .sort = ask->sort,
                                               .after = after,
                                               .most = 200},
                         &found);
        if (rc)
            return rc;
        for (size_t i = 0; i < found.n && choice->n < BULK_MAX; i++)
            choice->lines[choice->n++] = found.lines[i];
        after = found.next;
    } while (after.n && choice->n < BULK_MAX);
    choice->args.is_cut = after.n > 0;
    return RC_OK;
}

enum rc bulk_choose(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct list_ask ask;
    struct choice choice = {
        .args = {.token = crypto_token(ctx->arena),
                 .account = ctx->actor->id,
                 .act = request_value(request, S("act")),
                 .created = ctx->now},
    };
    struct queue_act *acts;
    size_t act_n;
    enum rc rc = bulk_acts(ctx, &acts, &act_n);

    if (!rc && !has_act(acts, act_n, choice.args.act))
        rc = FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("act"));
    if (!rc)
        rc = list_ask_read(ctx, request, &ask);
    if (rc)
        return rc;
    if (ask.trouble.n)
        return FAIL(ctx, ERR_FILTER, .field = S("q"), .arg = ask.trouble);
    choice.args.filter = ask.text;
    if (str_eq(request_value(request, S("which")), S("all")))
        rc = load_all(ctx, &ask, &choice);
    else
        rc = load_marked(ctx, request, &choice);
    if (!rc)
        rc = db_tx(ctx, choose_tx, &choice);
    if (!rc)
        staff_redirect(ctx, reply,
                       str_fmt(ctx->arena, "/staff/bulk/%.*s", STR_ARG(choice.args.token)));
    return rc;
}

/* ---- The preview */

static struct str step_id(const struct bulk_view *view)
{
    return str_starts_with(view->row.act, S("step:"))
               ? str_slice(view->row.act, S("step:").n, view->row.act.n)
               : STR_NONE;
}

/* What became of a case, in words: of a guard its own. `step` may be NULL. */
static struct str trouble_text(struct ctx *ctx, struct str trouble, const struct step *step)
{
    enum msg_id id;

    if (str_eq(trouble, S("GUARD")) && step && step->when.program)
        return text_in(&step->else_says, ctx->lang);
    if (str_eq(trouble, S("STALE")))
        id = MSG_bulk_stale;
    else if (str_eq(trouble, S("TRANSITION")))
        id = MSG_bulk_no_step;
    else if (str_eq(trouble, S("GUARD")))
        id = MSG_bulk_guard;
    else if (str_eq(trouble, S("DENIED")))
        id = MSG_bulk_not_yours;
    else if (!msg_by_key(str_fmt(ctx->arena, "error.%.*s", STR_ARG(trouble)), &id))
        return trouble;
    return msg_text(ctx->lang, id);
}

/* What the step's guard says of a case; a rule that cannot be told is a reason as well. */
static enum rc guard_of(struct ctx *ctx, int64_t case_id, const struct step *step, struct str *ret)
{
    bool holds = true;
    enum rc rc = case_step_guard(ctx, case_id, step, &holds);

    if (rc && rc != RC_INVALID)
        return rc;
    if (rc)
        *ret = trouble_text(ctx, str_of(err_name(ctx->err.id)), step);
    else if (!holds)
        *ret = trouble_text(ctx, S("GUARD"), step);
    ctx_clear_error(ctx);
    return RC_OK;
}

/* Why a case cannot take the act; empty when it can. */
static enum rc reason_of(struct ctx *ctx, struct bulk_view *view, const struct bulk_lines_row *row,
                         const struct definition *definition, struct str *ret)
{
    struct case_reach reach = {
        .reach = case_reach_within(ctx->city, definition, row->team_is_null ? 0 : row->team),
        .case_id = row->cases,
    };
    const struct step **open = NULL;
    struct str id = step_id(view);
    size_t n = 0;
    enum rc rc = RC_OK;

    *ret = STR_NONE;
    if (!case_may_work(ctx->actor, &reach)) {
        *ret = msg_text(ctx->lang, MSG_bulk_not_yours);
        return RC_OK;
    }
    if (row->lock_version != row->now_version) {
        *ret = msg_text(ctx->lang, MSG_bulk_stale);
        return RC_OK;
    }
    if (!id.n)
        return RC_OK;
    rc = case_steps_open(ctx,
                         &(struct case_standing){
                             .definition = definition,
                             .state = row->case_state,
                             .team = reach.reach.team,
                             .is_merged = !row->merged_into_is_null,
                         },
                         &open, &n);
    for (size_t i = 0; !rc && i < n; i++) {
        if (!str_eq(open[i]->id, id))
            continue;
        view->step = open[i];
        view->asks |= open[i]->asks;
        if (open[i]->outcome.n == 0)
            view->workflow = definition->workflow;
        return guard_of(ctx, row->cases, open[i], ret);
    }
    *ret = msg_text(ctx->lang, MSG_bulk_no_step);
    return rc;
}

/* Whom all of the cases can be given to: members of the first reach who are in every other. */
static enum rc narrow_members(struct ctx *ctx, struct bulk_view *view, struct reach reach,
                              bool is_first)
{
    struct accounts members;
    size_t kept = 0;
    enum rc rc = account_members(ctx, reach, &members);

    if (rc)
        return rc;
    if (is_first)
        view->members = members;
    for (size_t i = 0; i < view->members.n; i++)
        for (size_t j = 0; j < members.n; j++)
            if (view->members.items[i].id == members.items[j].id)
                view->members.items[kept++] = members.items[j];
    view->members.n = kept;
    return RC_OK;
}

static enum rc load_members(struct ctx *ctx, struct bulk_view *view,
                            const struct bulk_lines_rows *rows)
{
    struct reach seen[REACHES_MAX];
    size_t n = 0;
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < rows->n && n < REACHES_MAX; i++) {
        const struct bulk_lines_row *row = &rows->rows[i];
        const struct definition *definition = city_version(ctx->city, row->service_version);
        struct reach reach;
        bool is_new = definition != NULL;

        if (!definition)
            continue;
        reach = case_reach_within(ctx->city, definition, row->team_is_null ? 0 : row->team);
        for (size_t j = 0; j < n; j++)
            is_new &= !str_eq(seen[j].team, reach.team) || !str_eq(seen[j].service, reach.service);
        if (!is_new)
            continue;
        rc = narrow_members(ctx, view, reach, n == 0);
        seen[n++] = reach;
    }
    return rc;
}

static enum rc load_line(struct ctx *ctx, struct bulk_view *view, const struct bulk_lines_row *row)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);
    struct bulk_line line = {
        .number = row->number,
        .place = row->place_label_is_null ? STR_NONE : row->place_label,
        .service = definition ? text_in(&definition->name, ctx->lang) : STR_NONE,
    };
    enum rc rc = RC_OK;

    if (!definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    if (view->row.confirmed_is_null)
        rc = reason_of(ctx, view, row, definition, &line.reason);
    else if (str_eq(row->state, S("refused")))
        line.reason =
            trouble_text(ctx, row->trouble, workflow_step(definition->workflow, step_id(view)));
    view->waiting += str_eq(row->state, S("waiting")) || str_eq(row->state, S("begun"));
    view->done += str_eq(row->state, S("done"));
    view->refused += str_eq(row->state, S("refused"));
    if (line.reason.n)
        view->cannot[view->cannot_n++] = line;
    else
        view->can[view->can_n++] = line;
    return rc;
}

static struct str name_of(struct ctx *ctx, struct str act)
{
    struct queue_act *acts;
    size_t n;

    if (bulk_acts(ctx, &acts, &n))
        return act;
    for (size_t i = 0; i < n; i++)
        if (str_eq(acts[i].value, act))
            return acts[i].name;
    return act;
}

/* One's own act, with all its cases. */
static enum rc load(struct ctx *ctx, struct str token, struct bulk_view *view)
{
    struct bulk_lines_rows rows;
    bool is_found = false;
    enum rc rc = bulk_by_token(ctx, token, &is_found, &view->row);

    if (!rc && (!is_found || view->row.account != ctx->actor->id))
        return FAIL(ctx, ERR_NOT_FOUND);
    if (!rc)
        rc = bulk_lines(ctx, view->row.id, BULK_MAX, &rows);
    if (rc)
        return rc;
    view->token = token;
    view->name = name_of(ctx, view->row.act);
    view->can = ARENA_ARRAY(ctx->arena, rows.n, struct bulk_line);
    view->cannot = ARENA_ARRAY(ctx->arena, rows.n, struct bulk_line);
    if (!view->can || !view->cannot)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < rows.n; i++)
        rc = load_line(ctx, view, &rows.rows[i]);
    if (!rc && str_eq(view->row.act, S("assign")) && view->row.confirmed_is_null)
        rc = load_members(ctx, view, &rows);
    return rc;
}

static enum rc show(struct ctx *ctx, struct request *request, struct reply *reply,
                    const struct bulk_view *view)
{
    struct staff_page page = staff_page_on(ctx, request, reply, view->name);

    page.current = S("/staff/queue");
    page.has_errors = view->err.id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(view->err.id);
    bulk_page(&page.view, &page, view);
    return RC_OK;
}

enum rc bulk_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct bulk_view view = {0};
    enum rc rc = load(ctx, request_param(request, S("bulk")), &view);

    return rc ? rc : show(ctx, request, reply, &view);
}

/* ---- Confirming */

static enum rc check_text(struct ctx *ctx, struct str text, struct str field, bool is_needed)
{
    if (is_needed && !text.n)
        return FAIL(ctx, ERR_REQUIRED, .field = field);
    return text_check(ctx, text, field, TEXT_LONG_MAX);
}

static enum rc find_assignee(struct ctx *ctx, const struct bulk_view *view, int64_t *ret)
{
    struct str login = view->input.assignee;

    *ret = 0;
    if (str_eq(login, S("nobody")))
        return RC_OK;
    for (size_t i = 0; i < view->members.n; i++)
        if (str_eq(view->members.items[i].login, login))
            *ret = view->members.items[i].id;
    return *ret ? RC_OK
                : FAIL(ctx, login.n ? ERR_NOT_A_CHOICE : ERR_REQUIRED, .field = S("assignee"));
}

static enum rc check_input(struct ctx *ctx, const struct bulk_view *view, int64_t *ret_assignee)
{
    bool is_note = str_eq(view->row.act, S("note"));
    struct date date;
    enum rc rc =
        check_text(ctx, view->input.note, S("note"), is_note || (view->asks & STEP_NEEDS_NOTE));

    *ret_assignee = 0;
    if (!rc)
        rc = check_text(ctx, view->input.message, S("message"), view->asks & STEP_NEEDS_MESSAGE);
    if (!rc && (view->asks & STEP_ASK_OUTCOME) && !view->input.outcome.n)
        rc = FAIL(ctx, ERR_REQUIRED, .field = S("outcome"));
    if (!rc && (view->asks & STEP_ASK_DATE) && !date_parse(view->input.date, &date))
        rc = FAIL(ctx, view->input.date.n ? ERR_NOT_A_DATE : ERR_REQUIRED, .field = S("date"));
    if (!rc && str_eq(view->row.act, S("assign")))
        rc = find_assignee(ctx, view, ret_assignee);
    return rc;
}

struct confirming {
    int64_t id;
    struct str input;
    struct instant later;
    bool is_first; /* not sent before */
};

static enum rc confirm_tx(struct ctx *ctx, void *arg)
{
    struct confirming *confirming = arg;
    int64_t changed = 0;
    enum rc rc = bulk_confirm(ctx, confirming->id, confirming->input, ctx->now, &changed);

    confirming->is_first = changed == 1;
    return rc || !changed ? rc : bulk_order(ctx, confirming->id, confirming->later);
}

static struct str input_json(struct ctx *ctx, const struct bulk_input *input, int64_t assignee)
{
    struct buf out = buf_in(ctx->arena, INPUT_MAX);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member_i64(&json, S("assignee"), assignee);
    json_put_member(&json, S("note"), input->note);
    json_put_member(&json, S("message"), input->message);
    json_put_member(&json, S("outcome"), input->outcome);
    json_put_member(&json, S("date"), input->date);
    json_end_object(&json);
    return buf_str(&out);
}

/* A few are done before the answer; the job stands by, and finds nothing left. */
static enum rc confirm(struct ctx *ctx, const struct request *request, const struct bulk_view *view,
                       int64_t assignee)
{
    struct bulk_doing doing = {view->row.id, request_csrf(request)->base_url};
    bool is_few = view->can_n + view->cannot_n <= BULK_AT_ONCE, is_ended;
    struct confirming confirming = {
        .id = view->row.id,
        .input = input_json(ctx, &view->input, assignee),
        .later = is_few ? instant_plus_us(ctx->now, JOB_LATER_US) : ctx->now,
    };
    enum rc rc = db_tx(ctx, confirm_tx, &confirming);

    if (rc || !confirming.is_first || !is_few)
        return rc;
    return bulk_run(ctx, &doing, BULK_AT_ONCE + 1, &is_ended);
}

static struct str typed(const struct request *request, const char *name)
{
    return str_trim(request_value(request, str_of(name)));
}

enum rc bulk_confirm_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str token = request_param(request, S("bulk"));
    struct bulk_view view = {
        .input = {typed(request, "assignee"), typed(request, "note"), typed(request, "message"),
                  typed(request, "outcome"), typed(request, "date")},
    };
    int64_t assignee = 0;
    enum rc rc = load(ctx, token, &view);

    if (rc)
        return rc;
    if (view.row.confirmed_is_null) {
        rc = check_input(ctx, &view, &assignee);
        if (rc == RC_INVALID) {
            view.err = ctx->err;
            ctx_clear_error(ctx);
            return show(ctx, request, reply, &view);
        }
        if (!rc)
            rc = confirm(ctx, request, &view, assignee);
    }
    if (!rc)
        staff_redirect(ctx, reply, str_fmt(ctx->arena, "/staff/bulk/%.*s", STR_ARG(token)));
    return rc;
}
