#include "console/case_links.h"

#include "console/case_act.h"
#include "console/case_page.h"
#include "engine/cases/case_link.h"
#include "engine/cases/case_privacy.h"
#include "engine/cases/follower.h"
#include "web/csrf.h"
#include "web/server.h"

enum rc description_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_view view = {0};
    struct case_form form = {.kind = CASE_FORM_DESCRIPTION};
    enum rc rc = case_view_load(ctx, request_param(request, S("number")), &view);

    if (rc)
        return rc;
    rc = case_description_release(ctx, view.row.id, staff_seen_version(request, &view),
                                  str_eq(request_value(request, S("show")), S("public")));
    return staff_case_answer(ctx, request, reply, rc, &form);
}

/* The mail that asks for confirmation speaks the language of who is to follow. */
static enum rc ask_follower(struct ctx *ctx, const struct request *request,
                            const struct case_view *view, const struct case_form *form)
{
    enum lang own = ctx->lang;
    enum rc rc;

    lang_parse(form->lang, &ctx->lang);
    rc = follower_ask(ctx, &(struct follower_ask){.case_id = view->row.id,
                                                  .email = form->email,
                                                  .base_url = request_csrf(request)->base_url});
    ctx->lang = own;
    if (rc != RC_NOT_FOUND)
        return rc;
    /* The console does not offer it for such a case: it was hidden meanwhile. */
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_GUARD);
}

enum rc follower_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_view view = {0};
    struct case_form form = {
        .kind = CASE_FORM_FOLLOWER,
        .email = str_trim(request_value(request, S("email"))),
        .lang = request_value(request, S("lang")),
    };
    enum rc rc = case_view_load(ctx, request_param(request, S("number")), &view);

    if (rc)
        return rc;
    rc = view.may_work ? ask_follower(ctx, request, &view, &form) : FAIL(ctx, ERR_DENIED);
    return staff_case_answer(ctx, request, reply, rc, &form);
}
enum rc link_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_view view = {0}, other = {0};
    struct case_form form = {
        .kind = CASE_FORM_LINK,
        .other = str_trim(request_value(request, S("other"))),
    };
    enum rc rc = case_view_load(ctx, request_param(request, S("number")), &view);

    if (rc)
        return rc;
    rc = case_act_other(ctx, form.other, "other", &other);
    if (!rc)
        rc = str_eq(request_value(request, S("act")), S("end"))
                 ? case_unrelate(ctx, view.row.id, other.row.id)
                 : case_relate(ctx, view.row.id, other.row.id);
    return staff_case_answer(ctx, request, reply, rc, &form);
}
