/* What the program's hooks call for requests of the console. */
#include "console/console.h"

#include "base/msg.h"
#include "console/staff_page.ct.h"
#include "people/permission.h"
#include "web/csrf.h"
#include "web/kept_form.h"
#include "web/server.h"
#include "web/url.h"

bool console_is_asked(const struct request *request)
{
    return request->path.n > 0 && str_eq(request->path.segments[0], S("staff"));
}

static struct str person_of(struct ctx *ctx, int64_t account)
{
    return str_fmt(ctx->arena, "staff %lld", (long long)account);
}

void console_signed_out(struct ctx *ctx, struct request *request, int64_t account)
{
    request->signed_out_person = person_of(ctx, account);
}

enum rc console_begin(struct ctx *ctx, struct request *request)
{
    struct str token = request_cookie(request, request_csrf(request)->session_cookie);
    struct session *session = ARENA_NEW(ctx->arena, struct session);
    bool is_found = false;
    enum rc rc;

    if (!session)
        return FAIL(ctx, ERR_MEMORY);
    if (!token.n)
        return RC_OK;
    rc = session_find(ctx, token, &is_found, session);
    if (rc || !is_found)
        return rc;
    request->session = session;
    request->trusted_person = person_of(ctx, session->actor.id);
    ctx->actor = &session->actor;
    return RC_OK;
}

enum rc console_authorize(struct ctx *ctx, int permission)
{
    if (actor_may(ctx->actor, (enum permission)permission))
        return RC_OK;
    return ctx->actor && ctx->actor->kind == ACTOR_STAFF ? FAIL(ctx, ERR_DENIED)
                                                         : FAIL(ctx, ERR_SIGN_IN);
}

/* Only pages are come back to: of a form's answer, the page that the form stood on. */
static struct str sign_in_url(struct ctx *ctx, const struct request *request)
{
    struct str next = request->method == HTTP_GET ? request->target : kept_form_page(request);
    struct buf out = buf_in(ctx->arena, 4000);

    buf_add(&out, url_in_lang(ctx->arena, ctx->lang, S("/staff/signin")));
    if (next.n && url_is_local(next)) {
        BUF_ADD(&out, "?next=");
        url_escape(&out, next);
    }
    return buf_str(&out);
}

void console_problem(struct ctx *ctx, struct request *request, struct reply *reply)
{
    enum msg_id title = reply->status == 404 ? MSG_page_not_found : MSG_staff_problem;
    struct staff_page page = staff_page_on(ctx, request, reply, msg_text(ctx->lang, title));
    struct str again = STR_NONE;

    if (ctx->err.id == ERR_SIGN_IN)
        again = sign_in_url(ctx, request);
    else if (ctx->err.id == ERR_CSRF)
        again = kept_form_page(request);
    staff_problem_page(&page.view, &page, staff_error(&page, &ctx->err),
                       again.n ? kept_form_text(ctx, request) : STR_NONE, again);
    /* The page goes with the redirect: the server takes an empty body for a failure of ours. */
    if (ctx->err.id == ERR_SIGN_IN && http_method_is_safe(request->method))
        reply_redirect(reply, sign_in_url(ctx, request));
}
