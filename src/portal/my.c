#include "portal/my.h"

#include "base/mail.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "db/db.h"
#include "engine/cases/cases.h"
#include "engine/cases/resident_erase.h"
#include "engine/message/notice.h"
#include "portal/browser.h"
#include "portal/caps.h"
#include "portal/identity.h"
#include "portal/keyring.h"
#include "portal/my.ct.h"
#include "web/server.h"
#include "web/url.h"

#define COOKIE_S ((int64_t)30 * 24 * 3600)

static void go(struct ctx *ctx, struct reply *reply, struct str path)
{
    reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang, path));
}

/* Who is signed in; ERR_SIGN_IN for nobody. */
static enum rc my_of(struct ctx *ctx, const struct request *request, const struct resident **ret)
{
    *ret = identity_resident(request);
    return *ret ? RC_OK : FAIL(ctx, ERR_SIGN_IN);
}

/* ---- Signing in */

static enum rc show_sign_in(struct ctx *ctx, struct request *request, struct reply *reply,
                            const struct me *me)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_me_sign_in));

    page_needs_form(&page, reply);
    page.has_errors = me->err.id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(me->err.id);
    sign_in_page(&page.view, &page, me);
    return RC_OK;
}

enum rc my_sign_in(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (!identity_resident(request))
        return show_sign_in(ctx, request, reply, &(struct me){0});
    go(ctx, reply, S("/me"));
    return RC_OK;
}

struct asking {
    struct str email, base_url;
    struct str note; /* of a browser that has signed in with it; empty: none */
};

/* An address that was sent too many links gets none, and who asks hears the same as ever. */
static enum rc ask_tx(struct ctx *ctx, void *arg)
{
    static const char *const paths[LANG__PUBLIC] = {"", "/es", "/vi"};
    const struct asking *asking = arg;
    const char *path = ctx->lang < LANG__PUBLIC ? paths[ctx->lang] : "";
    struct str token = STR_NONE;
    struct msg_arg args[2];
    enum rc rc = resident_ticket_make(ctx, asking->email, asking->note, &token);

    if (rc == RC_LIMIT && ctx->err.id == ERR_TOO_MANY) {
        ctx_clear_error(ctx);
        return RC_OK;
    }
    if (rc)
        return rc;
    args[0] = MSG_ARG("city", text_in(&ctx->city->name, ctx->lang));
    args[1] = MSG_ARG("link", str_fmt(ctx->arena, "%.*s%s/me/open/%.*s", STR_ARG(asking->base_url),
                                      path, STR_ARG(token)));
    return notice_queue_plain(
        ctx, &(struct plain_mail){
                 .notice = S("sign-in"),
                 .email = asking->email,
                 .lang = ctx->lang,
                 .trust = asking->note.n ? MAILBOX_PROVEN : MAILBOX_SIGN_IN,
                 .is_waited_for = true,
                 .subject = msg_format(ctx->arena, ctx->lang, MSG_mail_signin_subject, args, 2),
                 .body = msg_format(ctx->arena, ctx->lang, MSG_mail_signin_body, args, 2),
             });
}

enum rc my_ask(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct me me = {.typed = utf8_cut(request_value(request, S("email")), MAIL_TYPED_MAX)};
    struct asking asking = {str_lower_ascii(ctx->arena, str_trim(me.typed)),
                            request_csrf(request)->base_url};
    enum rc rc = RC_OK;

    asking.note = browser_note(ctx, request, asking.email);
    if (!asking.email.n)
        rc = FAIL(ctx, ERR_REQUIRED, .field = S("email"));
    else if (!mail_address_is_public(asking.email))
        rc = FAIL(ctx, ERR_NOT_AN_EMAIL, .field = S("email"));
    else
        rc = caps_take(ctx, request, reply, S("mail"));
    if (!rc)
        rc = db_tx(ctx, ask_tx, &asking);
    if (rc == RC_INVALID || (rc && ctx->err.id == ERR_TOO_MANY)) {
        me.err = ctx->err;
        me.err.field = S("email");
        ctx_clear_error(ctx);
        return show_sign_in(ctx, request, reply, &me);
    }
    if (!rc)
        go(ctx, reply, S("/me/sign-in/sent"));
    return rc;
}

enum rc my_sent(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_watch_sent));

    sign_in_sent_page(&page.view, &page);
    return RC_OK;
}

enum rc my_link(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_me_open_title));
    struct str token = request_param(request, S("token")), email;
    enum rc rc = resident_ticket_look(ctx, token, &email);

    if (rc)
        return rc;
    page_needs_form(&page, reply);
    sign_in_link_page(&page.view, &page, email, token);
    return RC_OK;
}

enum rc my_open(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct resident_sign_in input = {
        .token = request_param(request, S("token")),
        .address = request->remote,
        .agent = request_header(request, S("user-agent")),
    };
    struct str email, token;
    enum rc rc = resident_ticket_look(ctx, input.token, &email);

    if (!rc)
        rc = resident_sign_in(ctx, &input, &token);
    if (rc)
        return rc;
    browser_remember(ctx, request, reply, email);
    reply_cookie(reply, &(struct cookie){ME_COOKIE, token, COOKIE_S});
    go(ctx, reply, S("/me"));
    return RC_OK;
}

enum rc my_sign_out(struct ctx *ctx, struct request *request, struct reply *reply)
{
    enum rc rc = identity_leave(ctx, request);

    if (rc)
        return rc;
    browser_forget(reply);
    reply_cookie(reply, &(struct cookie){ME_COOKIE, STR_NONE, 0});
    go(ctx, reply, S("/"));
    return RC_OK;
}

/* ---- My requests */

static bool has_draft(const struct draft_lines *lines, int64_t id)
{
    for (size_t i = 0; i < lines->n; i++)
        if (lines->of[i].id == id)
            return true;
    return false;
}

enum rc my_drafts(struct ctx *ctx, const struct request *request, struct draft_lines *ret)
{
    const struct resident *resident = identity_resident(request);
    struct keyring ring = keyring_of(request, KEYRING_DRAFTS);
    struct draft_lines own = {0}, lines = {0};
    enum rc rc = resident ? draft_list(ctx, resident->party, &own) : RC_OK;

    lines.of = ARENA_ARRAY(ctx->arena, own.n + ring.n + 1, struct draft_line);
    if (!rc && !lines.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < ring.n; i++) {
        rc = draft_line_of(ctx, ring.tokens[i], &lines.of[lines.n]);
        if (rc == RC_NOT_FOUND || rc == RC_GONE) {
            ctx_clear_error(ctx);
            rc = RC_OK;
            continue;
        }
        if (!rc && !has_draft(&lines, lines.of[lines.n].id))
            lines.n++;
    }
    for (size_t i = 0; !rc && i < own.n; i++)
        if (!has_draft(&lines, own.of[i].id))
            lines.of[lines.n++] = own.of[i];
    if (!rc)
        *ret = lines;
    return rc;
}

/* A page of the cases: the newest, or what is older than the query's "before". */
static enum rc load_cases(struct ctx *ctx, const struct request *request, struct me *me)
{
    struct own_asking asking = {me->resident->email, INT64_MAX, MY_CASES};
    int64_t before;
    enum rc rc;

    if (str_to_i64(request_value(request, S("before")), &before) && before > 0)
        asking.before = before;
    rc = own_cases(ctx, &asking, &me->cases);
    if (rc)
        return rc;
    if (me->cases.older)
        me->older_url =
            url_in_lang(ctx->arena, ctx->lang,
                        str_fmt(ctx->arena, "/me?before=%lld", (long long)me->cases.older));
    if (asking.before != INT64_MAX)
        me->newest_url = url_in_lang(ctx->arena, ctx->lang, S("/me"));
    return RC_OK;
}

enum rc my_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_me_cases));
    struct me me = {.resident = identity_resident(request)};
    enum rc rc;

    if (!me.resident) {
        go(ctx, reply, S("/me/sign-in"));
        return RC_OK;
    }
    rc = load_cases(ctx, request, &me);
    if (!rc)
        rc = my_drafts(ctx, request, &me.drafts);
    if (!rc)
        rc = follower_list(ctx, me.resident->email, &me.follows);
    if (rc)
        return rc;
    page.current = S("/me");
    page_needs_form(&page, reply);
    my_page(&page.view, &page, &me);
    return RC_OK;
}

enum rc my_follow_end(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct resident *resident;
    int64_t id;
    enum rc rc = my_of(ctx, request, &resident);

    if (rc)
        return rc;
    if (!str_to_i64(request_param(request, S("id")), &id) || id <= 0)
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = follower_stop(ctx, resident->email, id);
    if (!rc)
        go(ctx, reply, S("/me"));
    return rc;
}

/* ---- Settings */

static enum rc show_settings(struct ctx *ctx, struct request *request, struct reply *reply,
                             struct me *me)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_me_settings));
    enum rc rc = resident_sessions(ctx, me->resident->party, &me->sessions, &me->session_n);

    if (rc)
        return rc;
    page.current = S("/me");
    page_needs_form(&page, reply);
    page.has_errors = me->err.id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(me->err.id);
    my_settings_page(&page.view, &page, me);
    return RC_OK;
}

enum rc my_settings(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct me me = {.is_saved = request_value(request, S("done")).n > 0};
    enum rc rc = my_of(ctx, request, &me.resident);

    if (rc)
        return rc;
    me.typed = me.resident->name;
    return show_settings(ctx, request, reply, &me);
}

enum rc my_change(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct me me = {.typed = request_value(request, S("name"))};
    enum lang lang = ctx->lang;
    enum rc rc = my_of(ctx, request, &me.resident);

    if (rc)
        return rc;
    lang_parse(request_value(request, S("lang")), &lang);
    rc = resident_change(ctx, me.resident->party, me.typed, lang < LANG__PUBLIC ? lang : LANG_EN);
    if (rc == RC_INVALID) {
        me.err = ctx->err;
        ctx_clear_error(ctx);
        return show_settings(ctx, request, reply, &me);
    }
    if (!rc)
        go(ctx, reply, S("/me/settings?done=1"));
    return rc;
}

enum rc my_session_end(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct resident *resident;
    int64_t id;
    enum rc rc = my_of(ctx, request, &resident);

    if (rc)
        return rc;
    if (!str_to_i64(request_param(request, S("id")), &id))
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = resident_session_end(ctx, resident->party, id);
    if (!rc)
        go(ctx, reply, S("/me/settings?done=1"));
    return rc;
}

enum rc my_delete_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_me_delete));
    const struct resident *resident;
    enum rc rc = my_of(ctx, request, &resident);

    if (rc)
        return rc;
    page_needs_form(&page, reply);
    my_delete_page(&page.view, &page, resident);
    return RC_OK;
}

enum rc my_delete(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct resident *resident;
    enum rc rc = my_of(ctx, request, &resident);

    if (!rc)
        rc = resident_erase(ctx, resident);
    if (rc)
        return rc;
    browser_empty(reply);
    go(ctx, reply, S("/me/sign-in"));
    return RC_OK;
}
