#include "console/act_transfer.h"

#include "console/act_transfer.ct.h"
#include "engine/clock/turn.h"
#include "engine/definition/service_search.h"
#include "engine/definition/show.h"
#include "web/csrf.h"
#include "web/server.h"

#define MAX_TYPED 32 /* values of one question */

static struct str input_name(struct arena *arena, const struct field *field)
{
    return str_fmt(arena, "f.%.*s", STR_ARG(field->id));
}

struct str transfer_typed(const struct case_act *act, const struct field *field)
{
    char name[200] = "f.";

    if (field->id.n > sizeof name - 3)
        return STR_NONE;
    memcpy(name + 2, field->id.p, field->id.n);
    return str_trim(request_value(act->request, (struct str){name, field->id.n + 2}));
}

bool transfer_chose(const struct case_act *act, const struct field *field, struct str option)
{
    const struct params *form = &act->request->form;

    for (size_t i = 0; i < form->n; i++)
        if (str_starts_with(form->items[i].name, S("f.")) &&
            str_eq(str_slice(form->items[i].name, 2, form->items[i].name.n), field->id) &&
            str_eq(form->items[i].value, option))
            return true;
    return false;
}

/* The answers that staff gave to the new service's questions. */
static enum rc read_given(struct ctx *ctx, const struct case_act *act, const struct definition *to,
                          struct answers *ret)
{
    enum rc rc = answers_new(ctx, to, ret);

    for (size_t i = 0; !rc && i < to->field_n; i++) {
        struct str name = input_name(ctx->arena, &to->fields[i]);
        const struct params *form = &act->request->form;
        struct str typed[MAX_TYPED];
        size_t n = 0;

        for (size_t j = 0; j < form->n && n < MAX_TYPED; j++)
            if (str_eq(form->items[j].name, name) && str_trim(form->items[j].value).n)
                typed[n++] = str_trim(form->items[j].value);
        if (n)
            rc = answer_read(ctx, &to->fields[i], typed, n, &ret->of[i]);
    }
    return rc;
}

static enum rc tell_answers(struct ctx *ctx, const struct answers *answers, struct case_fact **ret,
                            size_t *ret_n)
{
    const struct definition *definition = answers->definition;
    struct case_fact *facts = ARENA_ARRAY(ctx->arena, definition->field_n, struct case_fact);
    size_t n = 0;

    if (!facts)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < definition->field_n; i++) {
        const struct field *field = &definition->fields[i];
        struct str prompt = text_in(&field->prompt, ctx->lang);

        if (answers->of[i].is_given)
            facts[n++] =
                (struct case_fact){prompt.n ? prompt : text_in(&field->text, ctx->lang),
                                   answer_shown(ctx->arena, field, &answers->of[i], ctx->lang)};
    }
    *ret = facts;
    *ret_n = n;
    return RC_OK;
}

static enum rc tell_dues(struct ctx *ctx, const struct case_act *act, struct transfer_form *form)
{
    const struct transfer_plan *plan = &form->plan;
    struct clocks_of_rows clocks;
    enum rc rc = clocks_read(ctx, act->view.row.id, &clocks);

    form->dues = ARENA_ARRAY(ctx->arena, plan->to->clock_n, struct due_change);
    if (!rc && !form->dues)
        rc = FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && !plan->missing_n && i < plan->to->clock_n; i++) {
        const struct clock_kind *kind = &plan->to->workflow->clocks[plan->to->clocks[i].kind];
        struct due_change *due = &form->dues[form->due_n++];

        due->clock = text_in(&kind->name, ctx->lang);
        due->after = show_due(ctx, plan->deadlines[i].due, ctx->lang);
        for (size_t j = 0; j < clocks.n; j++)
            if (str_eq(clocks.rows[j].kind, kind->id))
                due->before = show_due(ctx, clocks.rows[j].due, ctx->lang);
    }
    return rc;
}

static enum rc make_plan(struct ctx *ctx, const struct case_act *act,
                         const struct transfer *transfer, struct transfer_form *form)
{
    enum rc rc = case_transfer_plan(ctx, act->view.row.id, transfer, &form->plan);

    if (!rc)
        rc = tell_answers(ctx, &form->plan.kept, &form->kept, &form->kept_n);
    if (!rc)
        rc = tell_answers(ctx, &form->plan.left, &form->left, &form->left_n);
    if (!rc)
        rc = tell_dues(ctx, act, form);
    form->has_plan = !rc;
    return rc;
}

static enum rc open_transfer(struct ctx *ctx, struct case_act *act)
{
    struct transfer_form *form = act->own;

    return city_services_by_name(ctx, &form->services);
}

/* Whether the plan that was seen is of the service that is chosen now. */
static bool is_planned(const struct case_act *act)
{
    return str_eq(case_act_typed(act, S("planned")), case_act_typed(act, S("service")));
}

static enum rc take_transfer(struct ctx *ctx, struct case_act *act)
{
    struct transfer_form *form = act->own;
    struct transfer transfer = {
        .service = case_act_typed(act, S("service")),
        .reason = act->reason,
        .base_url = request_csrf(act->request)->base_url,
    };
    const struct definition *to = city_service(ctx->city, transfer.service);
    struct answers given;
    enum rc rc = to ? read_given(ctx, act, to, &given) : RC_OK;

    /* The plan is shown beside an answer that could not be read. */
    if (case_act_is_refused(ctx, act, rc))
        rc = RC_OK;
    else if (to)
        transfer.given = &given;
    if (!rc)
        rc = make_plan(ctx, act, &transfer, form);
    /* Beside one that names no thing of the map, as well. */
    if (transfer.given && definition_field(to, ctx->err.field) &&
        case_act_is_refused(ctx, act, rc)) {
        transfer.given = NULL;
        rc = make_plan(ctx, act, &transfer, form);
    }
    if (rc || !case_act_is_doing(act) || !is_planned(act) || act->view.form.err.id)
        return rc;
    rc = case_transfer(ctx, act->view.row.id, act->lock_version, &transfer);
    act->is_done = !rc;
    return rc;
}

const struct case_act_kind act_transfer = {
    .title = MSG_case_transfer,
    .own_bytes = sizeof(struct transfer_form),
    .open = open_transfer,
    .take = take_transfer,
    .page = transfer_page,
};
