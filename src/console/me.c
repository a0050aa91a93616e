#include "console/me.h"

#include "base/msg.h"
#include "console/console.h"
#include "console/me.ct.h"
#include "people/account.h"

enum rc me_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_staff_nav_me));
    struct me_view view = {.is_saved = str_eq(request_value(request, S("done")), S("1"))};
    enum rc rc = session_list(ctx, ctx->actor->id, &view.sessions, &view.session_n);

    page.current = S("/staff/me");
    if (!rc)
        me_page(&page.view, &page, &view);
    return rc;
}

enum rc me_keys_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    bool has_keys = str_eq(request_value(request, S("keys")), S("on"));
    enum rc rc = account_use_keys(ctx, ctx->actor->id, has_keys);

    if (!rc)
        staff_redirect(ctx, reply, S("/staff/me?done=1"));
    return rc;
}

enum rc me_session_end(struct ctx *ctx, struct request *request, struct reply *reply)
{
    int64_t id = 0;
    enum rc rc;

    if (!str_to_i64(request_value(request, S("session")), &id))
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = session_end_one(ctx, ctx->actor->id, id);
    if (rc)
        return rc;
    console_signed_out(ctx, request, ctx->actor->id);
    staff_redirect(ctx, reply, S("/staff/me?done=1"));
    return RC_OK;
}
