#include "portal/later.h"

#include "base/mail.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "portal/browser.h"
#include "portal/caps.h"
#include "portal/identity.h"
#include "portal/keyring.h"
#include "portal/later.ct.h"
#include "portal/my.h"
#include "portal/report.h"
#include "web/server.h"
#include "web/url.h"

#define MAX_CODE 320

static void go(struct ctx *ctx, struct reply *reply, struct str path)
{
    reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang, path));
}

static void go_to_report(struct ctx *ctx, struct reply *reply, const struct definition *service,
                         const char *rest)
{
    go(ctx, reply, str_fmt(ctx->arena, "/report/%.*s%s", STR_ARG(service->code), rest));
}

/* ---- Leaving */

static enum rc show(struct ctx *ctx, struct request *request, struct reply *reply,
                    struct later *later)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_later_title));

    later->url = str_fmt(ctx->arena, "%.*s%.*s", STR_ARG(request_csrf(request)->base_url),
                         STR_ARG(url_in_lang(ctx->arena, ctx->lang, S("/continue"))));
    page_needs_form(&page, reply);
    page.has_errors = later->err.id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(later->err.id);
    later_page(&page.view, &page, later);
    return RC_OK;
}

enum rc later_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct later later = {.code = portal_cookie(request, LATER_COOKIE)};
    enum rc rc = report_draft(ctx, request, &later.draft);

    if (rc)
        return rc;
    if (!later.draft.id) {
        go_to_report(ctx, reply, later.draft.definition, "");
        return RC_OK;
    }
    later.is_sent = str_eq(request_value(request, S("done")), S("mail"));
    if (!str_eq(request_value(request, S("done")), S("code")) || later.code.n != DRAFT_CODE_CHARS)
        later.code = STR_NONE;
    return show(ctx, request, reply, &later);
}

enum rc later_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct later later = {.typed = utf8_cut(request_value(request, S("email")), MAIL_TYPED_MAX)};
    bool wants_code = str_eq(request_value(request, S("how")), S("code"));
    struct str code = STR_NONE;
    enum rc rc = report_draft(ctx, request, &later.draft);

    if (!rc && !later.draft.id)
        rc = FAIL(ctx, ERR_NOT_FOUND);
    if (!rc)
        rc = caps_take(ctx, request, reply, wants_code ? S("new-code") : S("mail"));
    if (!rc)
        rc = wants_code ? draft_code(ctx, later.draft.id, &code)
                        : draft_mail(ctx, &(struct draft_mail){
                                              .draft = &later.draft,
                                              .email = later.typed,
                                              .base_url = request_csrf(request)->base_url,
                                              .trust = browser_trust(ctx, request, later.typed),
                                          });
    if (rc == RC_INVALID || (rc && ctx->err.id == ERR_TOO_MANY && !wants_code)) {
        later.err = ctx->err;
        ctx_clear_error(ctx);
        return show(ctx, request, reply, &later);
    }
    if (rc)
        return rc;
    if (wants_code)
        reply_cookie(reply, &(struct cookie){LATER_COOKIE, code, DRAFT_CODE_US / US_PER_S});
    go_to_report(ctx, reply, later.draft.definition,
                 wants_code ? "/later?done=code" : "/later?done=mail");
    return RC_OK;
}

/* ---- Coming back */

static enum rc show_code(struct ctx *ctx, struct request *request, struct reply *reply,
                         struct str typed, bool is_wrong)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_later_code_enter));

    page_needs_form(&page, reply);
    page.has_errors = is_wrong;
    if (is_wrong)
        reply->status = 422;
    code_page(&page.view, &page, typed, is_wrong);
    return RC_OK;
}

enum rc later_code(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return show_code(ctx, request, reply, STR_NONE, false);
}

/* The draft of a link; what a link does not open any more is gone, whatever became of it. */
static enum rc draft_of_link(struct ctx *ctx, struct str token, struct draft *ret)
{
    enum rc rc = draft_load(ctx, token, ret);

    if (rc != RC_NOT_FOUND)
        return rc;
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_EXPIRED);
}

/* The browser holds the secret from now on. */
static enum rc take_over(struct ctx *ctx, const struct request *request, struct reply *reply,
                         struct str token)
{
    struct draft draft;
    enum rc rc = draft_of_link(ctx, token, &draft);

    if (rc)
        return rc;
    keyring_add(request, reply, KEYRING_DRAFTS, token);
    go_to_report(ctx, reply, draft.definition, "");
    return RC_OK;
}

enum rc later_code_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str typed = utf8_cut(request_value(request, S("code")), MAX_CODE), token;
    enum rc rc = caps_take(ctx, request, reply, S("code"));

    if (!rc)
        rc = draft_of_code(ctx, typed, &token);
    if (rc == RC_GONE || rc == RC_INVALID) {
        ctx_clear_error(ctx);
        return show_code(ctx, request, reply, typed, true);
    }
    return rc ? rc : take_over(ctx, request, reply, token);
}

enum rc later_link(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str token = request_param(request, S("token"));
    struct draft draft;
    struct msg_arg arg;
    struct page page;
    enum rc rc = draft_of_link(ctx, token, &draft);

    if (rc)
        return rc;
    arg = MSG_ARG("service", text_in(&draft.definition->name, ctx->lang));
    page = page_on(ctx, request, reply,
                   msg_format(ctx->arena, ctx->lang, MSG_later_open_title, &arg, 1));
    page_needs_form(&page, reply);
    continue_page(&page.view, &page, token);
    return RC_OK;
}

enum rc later_open(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return take_over(ctx, request, reply, request_param(request, S("token")));
}

/* ---- What was begun */

enum rc later_drafts_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_later_drafts));
    struct held held = {.is_forgotten = str_eq(request_value(request, S("done")), S("forgotten"))};
    enum rc rc = my_drafts(ctx, request, &held.drafts);

    if (rc)
        return rc;
    held.has_keys = held.drafts.n || keyring_of(request, KEYRING_CASES).n;
    page_needs_form(&page, reply);
    drafts_page(&page.view, &page, &held);
    return RC_OK;
}

/* The draft of the path, when it is this browser's or the resident's; *ret_token is the browser's
 * secret, empty when it holds none. */
static enum rc draft_of_path(struct ctx *ctx, const struct request *request, struct draft_line *ret,
                             struct str *ret_token)
{
    struct keyring ring = keyring_of(request, KEYRING_DRAFTS);
    struct draft_lines lines;
    int64_t id;
    enum rc rc = my_drafts(ctx, request, &lines);

    if (rc)
        return rc;
    *ret_token = STR_NONE;
    for (size_t i = 0; str_to_i64(request_param(request, S("id")), &id) && i < lines.n; i++) {
        if (lines.of[i].id != id)
            continue;
        *ret = lines.of[i];
        for (size_t j = 0; j < ring.n; j++) {
            struct draft draft;

            if (!draft_load(ctx, ring.tokens[j], &draft) && draft.id == id)
                *ret_token = ring.tokens[j];
            ctx_clear_error(ctx);
        }
        return RC_OK;
    }
    return FAIL(ctx, ERR_NOT_FOUND);
}

enum rc later_drafts_go_on(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct draft_line line;
    struct str token;
    enum rc rc = draft_of_path(ctx, request, &line, &token);

    if (!rc && !token.n)
        rc = draft_share(ctx, line.id, &token);
    if (rc)
        return rc;
    keyring_add(request, reply, KEYRING_DRAFTS, token);
    go_to_report(ctx, reply, line.definition, "");
    return RC_OK;
}

enum rc later_drafts_drop(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct draft_line line;
    struct str token;
    enum rc rc = draft_of_path(ctx, request, &line, &token);

    if (!rc)
        rc = draft_drop(ctx, line.id);
    if (rc)
        return rc;
    if (token.n)
        keyring_drop(request, reply, KEYRING_DRAFTS, token);
    go(ctx, reply, identity_resident(request) ? S("/me") : S("/drafts"));
    return RC_OK;
}
