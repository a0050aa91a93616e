#include "portal/watch.h"

#include "base/mail.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "engine/cases/case_read.h"
#include "portal/browser.h"
#include "portal/caps.h"
#include "portal/watch.ct.h"
#include "web/server.h"
#include "web/url.h"

/* The case of the path, when the public may see it. */
static enum rc case_of(struct ctx *ctx, const struct request *request, int64_t *ret_id,
                       struct public_case *ret)
{
    struct case_read read;
    enum rc rc = case_read(ctx, request_param(request, S("number")), CASE_FOR_RESIDENT, &read);

    if (rc)
        return rc;
    *ret_id = read.row.id;
    return public_case_get(ctx, read.row.id, ret);
}

static enum rc show(struct ctx *ctx, struct request *request, struct reply *reply,
                    const struct watch *watch)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_watch_ask));

    page_needs_form(&page, reply);
    page.has_errors = watch->err.id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(watch->err.id);
    watch_page(&page.view, &page, watch);
    return RC_OK;
}

enum rc watch_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct watch watch = {0};
    int64_t id;
    enum rc rc = case_of(ctx, request, &id, &watch.shown);

    return rc ? rc : show(ctx, request, reply, &watch);
}

enum rc watch_ask(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct watch watch = {.typed = utf8_cut(request_value(request, S("email")), MAIL_TYPED_MAX)};
    struct follower_ask ask = {.email = watch.typed,
                               .base_url = request_csrf(request)->base_url,
                               .trust = browser_trust(ctx, request, watch.typed)};
    enum rc rc = case_of(ctx, request, &ask.case_id, &watch.shown);

    if (!rc)
        rc = caps_take(ctx, request, reply, S("mail"));
    if (!rc)
        rc = follower_ask(ctx, &ask);
    if (rc == RC_INVALID || (rc && ctx->err.id == ERR_TOO_MANY)) {
        watch.err = ctx->err;
        watch.err.field = S("email");
        ctx_clear_error(ctx);
        return show(ctx, request, reply, &watch);
    }
    if (!rc)
        reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang,
                                          str_fmt(ctx->arena, "/cases/%.*s/follow/sent",
                                                  STR_ARG(watch.shown.number))));
    return rc;
}

enum rc watch_sent(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_watch_sent));
    struct public_case shown;
    int64_t id;
    enum rc rc = case_of(ctx, request, &id, &shown);

    if (!rc)
        watch_sent_page(&page.view, &page, shown.number);
    return rc;
}

static struct str with_number(struct ctx *ctx, enum msg_id id, struct str number)
{
    const struct msg_arg arg = MSG_ARG("number", number);

    return msg_format(ctx->arena, ctx->lang, id, &arg, 1);
}

enum rc watch_link(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str token = request_param(request, S("token"));
    struct follower_link link;
    struct page page;
    enum rc rc = follower_look(ctx, token, &link);

    if (rc)
        return rc;
    page = page_on(ctx, request, reply,
                   with_number(ctx, link.is_active ? MSG_watch_confirmed : MSG_watch_confirm_title,
                               link.shown.number));
    page_needs_form(&page, reply);
    watch_link_page(&page.view, &page, &link, token);
    return RC_OK;
}

static enum rc back_to(struct ctx *ctx, struct reply *reply, const char *path, struct str token)
{
    reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang,
                                      str_fmt(ctx->arena, "/%s/%.*s", path, STR_ARG(token))));
    return RC_OK;
}

enum rc watch_confirm(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str token = request_param(request, S("token"));
    enum rc rc = follower_confirm(ctx, token);

    return rc ? rc : back_to(ctx, reply, "follows", token);
}

enum rc watch_end_link(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str token = request_param(request, S("token")), number;
    struct page page;
    bool is_active;
    enum rc rc = follower_end_look(ctx, token, &is_active, &number);

    if (rc)
        return rc;
    page = page_on(ctx, request, reply,
                   with_number(ctx, is_active ? MSG_watch_end_title : MSG_watch_ended, number));
    watch_end_page(
        &page.view, &page,
        &(struct watch_ending){.number = number, .token = token, .is_active = is_active});
    return RC_OK;
}

enum rc watch_end(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str token = request_param(request, S("token"));
    enum rc rc = follower_end(ctx, token);

    return rc ? rc : back_to(ctx, reply, "unfollow", token);
}
