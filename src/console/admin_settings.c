#include "console/admin_settings.h"

#include "base/mail.h"
#include "base/msg.h"
#include "console/admin_settings.ct.h"
#include "console/queries.h"
#include "db/db.h"
#include "engine/message/notice.h"
#include "people/account.h"
#include "web/lasting_limit.h"

#define HERE "/staff/admin/settings"

/* "a, b" as lines. */
static struct str as_lines(struct ctx *ctx, struct str list)
{
    struct buf out = buf_in(ctx->arena, list.n + 1);
    struct str item;

    while (list.n && str_next(&list, ',', &item)) {
        if (buf_str(&out).n)
            BUF_ADD(&out, "\n");
        buf_add(&out, str_trim(item));
    }
    return buf_str(&out);
}

static struct settings_form form_of(struct ctx *ctx, const struct mail_settings *settings)
{
    struct mail_sender sender = {0};

    mail_sender_parse(settings->value[MAIL_SENDER], &sender);
    return (struct settings_form){
        .relay = settings->value[MAIL_RELAY],
        .user = settings->value[MAIL_USER],
        .sender_name = sender.name,
        .sender_address = sender.address,
        .witnesses = as_lines(ctx, settings->value[MAIL_WITNESSES]),
    };
}

static enum rc show(struct ctx *ctx, const struct request *request, struct reply *reply,
                    struct settings_view *view)
{
    struct admin_page page = admin_page_on(ctx, request, reply, MSG_admin_settings, HERE);
    struct mail_settings settings;
    struct mail_about_row about;
    struct account account;
    enum rc rc = mail_settings_read(ctx, &settings);

    if (!rc)
        rc = mail_about(ctx, instant_plus_us(ctx->now, -US_PER_DAY), &about);
    if (!rc && page.staff.session)
        rc = account_get(ctx, page.staff.session->login, &account);
    if (rc)
        return rc;
    if (!view->err.id || str_eq(view->err.field, S("email")))
        view->form = form_of(ctx, &settings);
    view->has_password = settings.has_password;
    view->is_own_sender = settings.value[MAIL_SENDER].n > 0;
    view->sender = view->is_own_sender ? settings.value[MAIL_SENDER] : ctx->city->mail_from;
    view->own_email = page.staff.session ? account.email : STR_NONE;
    view->waiting = about.queued;
    page.staff.has_errors = view->err.id != ERR_NONE;
    if (page.staff.has_errors)
        reply->status = err_status(view->err.id);
    admin_settings_page(&page.staff.view, &page, view);
    return RC_OK;
}

enum rc admin_settings_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct settings_view view = {
        .is_tried = str_eq(request_value(request, S("tried")), S("1")),
    };

    return show(ctx, request, reply, &view);
}

/* ---- Changing */

static struct str typed(const struct request *request, const char *name)
{
    return str_trim(request_value(request, str_of(name)));
}

static bool is_in_name(char c)
{
    return c != '<' && c != '>' && c != '"' && c != '\n' && c != '\r';
}

/* Name and address as one sender; the city folder's when neither is given. */
static enum rc join_sender(struct ctx *ctx, const struct settings_form *form, struct str *ret)
{
    for (size_t i = 0; i < form->sender_name.n; i++)
        if (!is_in_name(form->sender_name.p[i]))
            return FAIL(ctx, ERR_PATTERN, .field = S("sender-name"));
    if (form->sender_name.n && !form->sender_address.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("sender-address"));
    if (form->sender_address.n && !mail_address_is_plain(form->sender_address))
        return FAIL(ctx, ERR_NOT_AN_EMAIL, .field = S("sender-address"));
    *ret = form->sender_name.n ? str_fmt(ctx->arena, "%.*s <%.*s>", STR_ARG(form->sender_name),
                                         STR_ARG(form->sender_address))
                               : form->sender_address;
    return RC_OK;
}

static bool needs_password(const struct mail_settings *before, const struct settings_form *form)
{
    return form->user.n &&
           (!before->has_password || !str_eq(form->user, before->value[MAIL_USER]) ||
            !str_eq(form->relay, before->value[MAIL_RELAY]));
}

static enum rc change(struct ctx *ctx, const struct settings_form *form, struct str password)
{
    struct mail_change changes[MAIL_SETTING__N] = {
        {MAIL_RELAY, form->relay},
        {MAIL_USER, form->user},
        {MAIL_WITNESSES, form->witnesses},
    };
    struct mail_settings before;
    struct str sender;
    size_t n = 3;
    enum rc rc = mail_settings_read(ctx, &before);

    if (!rc)
        rc = join_sender(ctx, form, &sender);
    if (!rc && !password.n && needs_password(&before, form))
        rc = FAIL(ctx, ERR_REQUIRED, .field = mail_setting_name(MAIL_PASSWORD));
    if (!rc && !form->why.n)
        rc = FAIL(ctx, ERR_REQUIRED, .field = S("why"));
    if (rc)
        return rc;
    changes[n++] = (struct mail_change){MAIL_SENDER, sender};
    if (password.n)
        changes[n++] = (struct mail_change){MAIL_PASSWORD, password};
    return mail_settings_change(ctx, changes, n, form->why);
}

enum rc admin_settings_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct settings_view view = {
        .form =
            {
                .relay = typed(request, "smtp"),
                .user = typed(request, "smtp-user"),
                .sender_name = typed(request, "sender-name"),
                .sender_address = typed(request, "sender-address"),
                .witnesses = typed(request, "witnesses"),
                .why = typed(request, "why"),
            },
    };
    enum rc rc = change(ctx, &view.form, request_value(request, S("smtp-password")));

    if (!rc) {
        staff_redirect(ctx, reply, S(HERE "?done=1"));
        return RC_OK;
    }
    if (rc != RC_INVALID)
        return rc;
    view.err = ctx->err;
    ctx_clear_error(ctx);
    return show(ctx, request, reply, &view);
}

/* ---- Trying */

#define LIMIT_BUCKETS 64

static enum rc try_tx(struct ctx *ctx, void *arg)
{
    const struct account *account = arg;
    struct msg_arg city = MSG_ARG("city", text_in(&ctx->city->name, ctx->lang));

    return notice_queue_plain(
        ctx, &(struct plain_mail){
                 .notice = S("mail.test"),
                 .email = account->email,
                 .lang = ctx->lang,
                 .trust = MAILBOX_PROVEN,
                 .is_waited_for = true,
                 .subject = msg_format(ctx->arena, ctx->lang, MSG_mail_test_subject, &city, 1),
                 .body = msg_format(ctx->arena, ctx->lang, MSG_mail_test_body, &city, 1),
             });
}

/* Residents' mails wait behind these. */
static enum rc take_try(struct ctx *ctx, struct reply *reply, struct str login)
{
    static struct lasting_limit tries = {.buckets = LIMIT_BUCKETS};
    static const struct limit per_account = {.burst = 5, .interval_ms = 12 * 60000};
    enum rc rc = lasting_limit_try(ctx, reply, &tries, login, &per_account);

    if (rc)
        ctx->err.field = S("email");
    return rc;
}

enum rc admin_settings_try(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct staff_page page = staff_page_on(ctx, request, reply, STR_NONE);
    struct settings_view view = {0};
    struct account account;
    enum rc rc = account_get(ctx, page.session->login, &account);

    if (!rc && !account.email.n)
        rc = FAIL(ctx, ERR_REQUIRED, .field = S("email"));
    if (!rc)
        rc = take_try(ctx, reply, page.session->login);
    if (!rc)
        rc = db_tx(ctx, try_tx, &account);
    if (!rc) {
        staff_redirect(ctx, reply, S(HERE "?tried=1"));
        return RC_OK;
    }
    if (rc != RC_INVALID && ctx->err.id != ERR_TOO_MANY)
        return rc;
    view.err = ctx->err;
    ctx_clear_error(ctx);
    return show(ctx, request, reply, &view);
}
