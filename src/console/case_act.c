#include "console/case_act.h"

#include "base/msg.h"
#include "engine/cases/number.h"

enum rc case_act_open(struct ctx *ctx, const struct request *request, struct case_act *act)
{
    enum rc rc = case_view_load(ctx, request_param(request, S("number")), &act->view);

    if (rc)
        return rc;
    act->act = request_value(request, S("act"));
    act->reason = str_trim(request_value(request, S("reason")));
    if (!str_to_i64(request_value(request, S("lock_version")), &act->lock_version) ||
        act->lock_version <= 0)
        act->lock_version = act->view.row.lock_version;
    str_to_i64(request_value(request, S("seen")), &act->view.form.seen.us_utc);
    return RC_OK;
}

bool case_act_is_doing(const struct case_act *act)
{
    return str_eq(act->act, S("do"));
}

bool case_act_is_refused(struct ctx *ctx, struct case_act *act, enum rc rc)
{
    if (rc != RC_INVALID && rc != RC_CONFLICT)
        return false;
    act->view.form.err = ctx->err;
    ctx_clear_error(ctx);
    return true;
}

struct staff_page case_act_page(struct ctx *ctx, const struct request *request, struct reply *reply,
                                const struct case_act *act)
{
    const struct err *err = &act->view.form.err;
    struct staff_page page =
        staff_page_on(ctx, request, reply,
                      str_fmt(ctx->arena, "%.*s, %.*s", STR_ARG(msg_text(ctx->lang, act->title)),
                              STR_ARG(act->view.row.number)));

    page.current = S("/staff/queue");
    page.has_errors = err->id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(err->id);
    return page;
}

void case_act_done(struct ctx *ctx, struct reply *reply, const struct case_act *act)
{
    staff_redirect(ctx, reply,
                   str_fmt(ctx->arena, "/staff/cases/%.*s?done=1", STR_ARG(act->view.row.number)));
}

const struct err *case_act_error(const struct case_act *act, const char *field)
{
    const struct err *err = &act->view.form.err;

    return err->id && str_eq(err->field, str_of(field)) ? err : NULL;
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
