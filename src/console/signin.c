#include "console/signin.h"

#include "base/msg.h"
#include "console/console.h"
#include "console/signin.ct.h"
#include "people/device.h"
#include "people/people.h"
#include "web/lasting_limit.h"
#include "web/server.h"
#include "web/url.h"

#define LIMIT_BUCKETS 65536 /* so many tries with other logins before one is forgotten */

#define DEVICE_COOKIE S("device")

/* An office of sixty behind one address signs in within minutes; a guesser has years to go. Who
 * tries a login from elsewhere uses up tries of that address, then those of all unknown browsers
 * (100, as many as NIST SP 800-63B, section 5.2.2, lets fail on one account), and none of a browser
 * on which that login has signed in before. */
static const struct limit per_address = {.burst = 30, .interval_ms = 2000};
static const struct limit per_login_there = {.burst = 10, .interval_ms = 60000};
static const struct limit per_login = {.burst = 100, .interval_ms = 30000};
static const struct limit per_device = {.burst = 10, .interval_ms = 30000};

struct begun {
    struct str login, token;
};

static struct lasting_limit tries = {.buckets = LIMIT_BUCKETS};

static struct str device_cookie(const struct ctx *ctx, const struct request *request)
{
    return request_cookie(
        request, cookie_full_name(ctx->arena, DEVICE_COOKIE, request_csrf(request)->is_https));
}

static bool may_try(struct ctx *ctx, const struct request *request, struct str login,
                    int64_t *ret_wait_s)
{
    struct str address = limit_key(ctx->arena, S("sign-in"), request->remote);
    struct str name = str_fmt(ctx->arena, "login %.*s", STR_ARG(str_slice(login, 0, 100))), id;

    if (login.n && device_knows(ctx, device_cookie(ctx, request), login, &id))
        return lasting_limit_take(&tries,
                                  str_join(ctx->arena, (struct str[]){S("device"), id}, 2, S(" ")),
                                  &per_device, ret_wait_s);
    if (!lasting_limit_take(&tries, address, &per_address, ret_wait_s))
        return false;
    return !login.n || (lasting_limit_take(&tries, limit_key(ctx->arena, name, request->remote),
                                           &per_login_there, ret_wait_s) &&
                        lasting_limit_take(&tries, name, &per_login, ret_wait_s));
}

/* ERR_TOO_MANY when the address or the login has been tried too often. */
static enum rc take_try(struct ctx *ctx, const struct request *request, struct str login,
                        struct reply *reply)
{
    int64_t wait_s = 1;

    return may_try(ctx, request, login, &wait_s) ? RC_OK : lasting_limit_refuse(ctx, reply, wait_s);
}

static struct str next_of(const struct request *request)
{
    struct str next = request_value(request, S("next"));

    return url_is_local(next) ? next : STR_NONE;
}

static enum rc show(struct ctx *ctx, struct request *request, struct reply *reply,
                    struct str trouble)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_signin_title));
    struct signin_view view = {
        .login = request->method == HTTP_POST ? request_value(request, S("login")) : STR_NONE,
        .next = next_of(request),
        .asks_code = !people_setup()->is_demonstration,
        .trouble = trouble,
    };

    page.has_errors = trouble.n > 0;
    signin_page(&page.view, &page, &view);
    return RC_OK;
}

enum rc signin_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    if (!request->session)
        return show(ctx, request, reply, STR_NONE);
    staff_redirect(ctx, reply, S("/staff/queue"));
    return RC_OK;
}

const struct err *setup_error_of(const struct setup_view *view, const char *name)
{
    for (size_t i = 0; i < view->err_n; i++)
        if (str_eq(view->errs[i].field, str_of(name)))
            return &view->errs[i];
    return NULL;
}

struct str setup_label(const struct err *err, enum lang lang)
{
    return msg_text(lang, str_eq(err->field, S("password")) ? MSG_signin_new_password
                          : str_eq(err->field, S("again"))  ? MSG_signin_again
                                                            : MSG_signin_code);
}

struct str setup_error(const struct staff_page *page, const struct err *err)
{
    if (err->id == ERR_PATTERN && str_eq(err->field, S("code")))
        return msg_text(page->view.lang, MSG_signin_code_wrong);
    return staff_error(page, err);
}

static enum rc show_setup(struct ctx *ctx, struct request *request, struct reply *reply,
                          struct setup_view *view)
{
    struct staff_page page =
        staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_signin_setup_title));
    enum rc rc = sign_in_setup_of(ctx, view->ticket, &view->setup);

    if (rc)
        return rc;
    view->uri = totp_uri(ctx->arena, view->setup.secret, text_in(&ctx->city->name, ctx->lang),
                         view->setup.login);
    rc = qr_code_of(ctx, view->uri, &view->qr);
    if (rc)
        return rc;
    page.has_errors = view->err_n > 0;
    setup_page(&page.view, &page, view);
    return RC_OK;
}

static void set_cookies(struct ctx *ctx, const struct request *request, struct reply *reply,
                        const struct begun *begun)
{
    reply_cookie(reply, &(struct cookie){.name = S(CONSOLE_COOKIE), .value = begun->token});
    reply_cookie(reply, &(struct cookie){.name = DEVICE_COOKIE,
                                         .value = device_remember(ctx, device_cookie(ctx, request),
                                                                  begun->login),
                                         .max_age_s = DEVICE_DAYS * US_PER_DAY / US_PER_S});
}

static void begin_session(struct ctx *ctx, const struct request *request, struct reply *reply,
                          const struct begun *begun)
{
    struct str next = next_of(request);

    set_cookies(ctx, request, reply, begun);
    if (next.n)
        reply_redirect(reply, next);
    else
        staff_redirect(ctx, reply, S("/staff/queue"));
}

enum rc signin_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct sign_in input = {
        .login = str_lower_ascii(ctx->arena, str_trim(request_value(request, S("login")))),
        .password = request_value(request, S("password")),
        .code = str_trim(request_value(request, S("code"))),
        .address = request->remote,
        .agent = request_header(request, S("user-agent")),
    };
    struct signed_in in = {0};
    struct str id;
    enum rc rc = take_try(ctx, request, input.login, reply);

    input.is_known = device_knows(ctx, device_cookie(ctx, request), input.login, &id);
    if (!rc)
        rc = sign_in(ctx, &input, &in);
    if (rc == RC_OK && in.token.n) {
        begin_session(ctx, request, reply, &(struct begun){input.login, in.token});
        return RC_OK;
    }
    if (rc == RC_OK)
        return show_setup(ctx, request, reply,
                          &(struct setup_view){.ticket = in.ticket, .next = next_of(request)});
    if (ctx->err.id != ERR_SIGN_IN && ctx->err.id != ERR_TOO_MANY)
        return rc;
    reply->status = ctx->err.id == ERR_TOO_MANY ? 429 : 422;
    rc = ctx->err.id == ERR_TOO_MANY
             ? show(ctx, request, reply, msg_text(ctx->lang, MSG_error_TOO_MANY))
             : show(ctx, request, reply, msg_text(ctx->lang, MSG_signin_wrong));
    ctx_clear_error(ctx);
    return rc;
}

enum rc signin_set_up(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct sign_in_finish input = {
        .ticket = request_value(request, S("ticket")),
        .password = request_value(request, S("password")),
        .again = request_value(request, S("again")),
        .code = str_trim(request_value(request, S("code"))),
        .address = request->remote,
        .agent = request_header(request, S("user-agent")),
    };
    struct setup_view view = {.ticket = input.ticket, .next = next_of(request)};
    struct sign_in_finished finished;
    struct staff_page page;
    enum rc rc = take_try(ctx, request, STR_NONE, reply);

    if (!rc)
        rc = sign_in_finish(ctx, &input, &finished);
    if (rc == RC_INVALID) {
        ctx_clear_error(ctx);
        reply->status = 422;
        rc = sign_in_finish_faults(ctx, &input, view.errs, &view.err_n);
        return rc ? rc : show_setup(ctx, request, reply, &view);
    }
    if (rc)
        return rc;
    set_cookies(ctx, request, reply, &(struct begun){finished.login, finished.token});
    page = staff_page_on(ctx, request, reply, msg_text(ctx->lang, MSG_signin_codes_title));
    recovery_page(&page.view, &page, finished.recovery, view.next);
    return RC_OK;
}

enum rc signout_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str token = request_cookie(request, request_csrf(request)->session_cookie);
    enum rc rc = token.n ? session_end(ctx, token) : RC_OK;

    if (rc)
        return rc;
    if (ctx->actor)
        console_signed_out(ctx, request, ctx->actor->id);
    reply_cookie(reply, &(struct cookie){.name = S(CONSOLE_COOKIE)});
    staff_redirect(ctx, reply, S("/staff/signin"));
    return RC_OK;
}
