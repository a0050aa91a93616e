#include "console/case_act.h"

#include "base/msg.h"
#include "console/case_page.h"
#include "engine/cases/number.h"

#include <assert.h>

const struct case_act_row case_act_rows[] = {
#define ACT(name, permission, when, form_summary, summary) \
    {#name, PERMISSION_##permission, CASE_ACT_##when, &act_##name},
#include "console/acts.def"
#undef ACT
};

static const struct case_act_row *row_of(const struct request *request)
{
    struct str rest = str_of(request->route->pattern), segment;

    while (str_next(&rest, '/', &segment) && rest.n)
        continue;
    for (size_t i = 0; i < CASE_ACT__N; i++)
        if (str_eq(segment, str_of(case_act_rows[i].name)))
            return &case_act_rows[i];
    return NULL;
}

/* The case of the path and what every act's form has. RC_NOT_FOUND as case_view_load. */
static enum rc act_open(struct ctx *ctx, const struct request *request, struct case_act *act)
{
    enum rc rc;

    *act = (struct case_act){.row = row_of(request), .request = request};
    assert(act->row);
    rc = case_view_load(ctx, request_param(request, S("number")), &act->view);
    if (rc)
        return rc;
    act->reason = str_trim(case_act_typed(act, S("reason")));
    act->lock_version = staff_seen_version(request, &act->view);
    str_to_i64(case_act_typed(act, S("seen")), &act->view.form.seen.us_utc);
    act->own = arena_alloc(ctx->arena, act->row->kind->own_bytes);
    if (!act->own)
        return FAIL(ctx, ERR_MEMORY);
    return act->row->kind->open ? act->row->kind->open(ctx, act) : RC_OK;
}

/* The act's page, with the status of its error. */
static enum rc act_show(struct ctx *ctx, struct reply *reply, const struct case_act *act)
{
    struct str title = msg_text(ctx->lang, case_act_title(act->row, &act->view));
    const struct err *err = &act->view.form.err;
    struct staff_page page = staff_page_on(
        ctx, act->request, reply,
        str_fmt(ctx->arena, "%.*s, %.*s", STR_ARG(title), STR_ARG(act->view.row.number)));

    page.current = S("/staff/queue");
    page.has_errors = err->id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(err->id);
    act->row->kind->page(&page.view, &page, act);
    return RC_OK;
}

enum rc case_act_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_act act;
    enum rc rc = act_open(ctx, request, &act);

    return rc ? rc : act_show(ctx, reply, &act);
}

enum rc case_act_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_act act;
    enum rc rc = act_open(ctx, request, &act);

    if (rc)
        return rc;
    rc = act.row->kind->take(ctx, &act);
    if (!rc && act.is_done) {
        staff_redirect(
            ctx, reply,
            str_fmt(ctx->arena, "/staff/cases/%.*s?done=1", STR_ARG(act.view.row.number)));
        return RC_OK;
    }
    if (case_act_is_refused(ctx, &act, rc))
        rc = RC_OK;
    return rc ? rc : act_show(ctx, reply, &act);
}

bool case_act_is_offered(const struct case_act_row *row, const struct actor *actor,
                         const struct case_view *view)
{
    bool is_merged = !view->row.merged_into_is_null;

    if (!actor_may(actor, row->permission) ||
        (row->permission == PERMISSION_SUPERVISE && !view->may_supervise))
        return false;
    switch (row->when) {
    case CASE_ACT_ALWAYS: return true;
    case CASE_ACT_OPEN: return view->state->type != STATE_CLOSED && !is_merged;
    case CASE_ACT_MERGED: return is_merged;
    }
    return false;
}

enum msg_id case_act_title(const struct case_act_row *row, const struct case_view *view)
{
    return row->kind->title_for ? row->kind->title_for(view) : row->kind->title;
}

bool case_act_is_doing(const struct case_act *act)
{
    return str_eq(case_act_typed(act, S("act")), S("do"));
}

struct str case_act_typed(const struct case_act *act, struct str name)
{
    return request_value(act->request, name);
}

const struct err *case_act_error(const struct case_act *act, const char *field)
{
    const struct err *err = &act->view.form.err;

    return err->id && str_eq(err->field, str_of(field)) ? err : NULL;
}

bool case_act_is_refused(struct ctx *ctx, struct case_act *act, enum rc rc)
{
    if (rc != RC_INVALID && rc != RC_CONFLICT)
        return false;
    act->view.form.err = ctx->err;
    ctx_clear_error(ctx);
    return true;
}

enum rc case_act_other(struct ctx *ctx, struct str typed, const char *field, struct case_view *ret)
{
    struct str number;
    enum rc rc;

    if (!typed.n)
        return FAIL(ctx, ERR_REQUIRED, .field = str_of(field));
    if (!number_parse(ctx->arena, typed, &number))
        return FAIL(ctx, ERR_CASE_UNKNOWN, .field = str_of(field));
    rc = case_view_load(ctx, number, ret);
    if (rc != RC_NOT_FOUND)
        return rc;
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_CASE_UNKNOWN, .field = str_of(field));
}
