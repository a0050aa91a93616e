#include "console/me.h"

#include "base/msg.h"
#include "console/console.h"
#include "console/me.ct.h"
#include "console/signin.ct.h"
#include "people/account.h"
#include "web/lasting_limit.h"

static enum rc show(struct ctx *ctx, struct request *request, struct reply *reply,
                    struct me_view *view)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_staff_nav_me));
    enum rc rc = session_list(ctx, ctx->actor->id, &view->sessions, &view->session_n);

    if (!rc)
        rc = own_codes_read(ctx, ctx->actor->id, &view->codes);
    page.current = S("/staff/me");
    page.has_errors = view->err.id != ERR_NONE;
    if (!rc)
        me_page(&page.view, &page, view);
    return rc;
}

enum rc me_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str done = request_value(request, S("done"));
    struct me_view view = {.is_saved = str_eq(done, S("1")),
                           .is_changed = str_eq(done, S("password"))};

    return show(ctx, request, reply, &view);
}

enum rc me_keys_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    bool has_keys = str_eq(request_value(request, S("keys")), S("on"));
    enum rc rc = account_use_keys(ctx, ctx->actor->id, has_keys);

    if (!rc)
        staff_redirect(ctx, reply, S("/staff/me?done=1"));
    return rc;
}

/* ---- Password and codes: whoever found a screen open has not found out the password. */

static enum rc take_try(struct ctx *ctx, struct reply *reply)
{
    static struct lasting_limit tries = {.buckets = 1024};
    static const struct limit per_account = {.burst = 10, .interval_ms = 60000};
    struct str key = str_fmt(ctx->arena, "own %lld", (long long)ctx->actor->id);

    return lasting_limit_try(ctx, reply, &tries, key, &per_account);
}

/* The page again with what is wrong at its field; passwords are typed anew. What is wrong with the
 * present password, or with none of the fields, stands at the form's own field for it. */
static enum rc refuse(struct ctx *ctx, struct request *request, struct reply *reply,
                      struct str current)
{
    struct me_view view = {.err = ctx->err};

    if (err_rc(ctx->err.id) != RC_INVALID && ctx->err.id != ERR_TOO_MANY)
        return err_rc(ctx->err.id);
    if (!view.err.field.n || str_eq(view.err.field, S("current")))
        view.err.field = current;
    reply->status = err_status(ctx->err.id);
    ctx_clear_error(ctx);
    return show(ctx, request, reply, &view);
}

enum rc me_password_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct own_password input = {
        .current = request_value(request, S("current")),
        .password = request_value(request, S("password")),
        .again = request_value(request, S("again")),
    };
    enum rc rc = take_try(ctx, reply);

    if (!rc)
        rc = own_password_change(ctx, request->session, &input);
    if (rc)
        return refuse(ctx, request, reply, S("current"));
    console_signed_out(ctx, request, ctx->actor->id);
    staff_redirect(ctx, reply, S("/staff/me?done=password"));
    return RC_OK;
}

enum rc me_codes_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str codes[RECOVERY_CODES];
    struct staff_page page;
    enum rc rc = take_try(ctx, reply);

    if (!rc)
        rc = own_codes_renew(ctx, request->session, request_value(request, S("codes-password")),
                             codes);
    if (rc)
        return refuse(ctx, request, reply, S("codes-password"));
    page = staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_signin_codes_title));
    page.current = S("/staff/me");
    recovery_page(&page.view, &page, codes, staff_url(&page, S("/staff/me")));
    return RC_OK;
}

/* ---- Sessions */

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
