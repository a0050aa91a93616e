#include "engine/cases/follower.h"

#include "base/crypto.h"
#include "base/mail.h"
#include "base/msg.h"
#include "db/db.h"
#include "engine/cases/cases.h"
#include "engine/cases/queries.h"
#include "engine/definition/show.h"
#include "engine/message/notice.h"
#include "engine/record/record.h"

#define ASKS    S("confirm-follow")
#define ENDS    S("unfollow")
#define NO_FACT S("{}")

static struct str hash_of(struct ctx *ctx, struct str token)
{
    struct crypto_hash hash = crypto_sha256(token);

    return str_copy(ctx->arena, crypto_hash_str(&hash));
}

/* What stands before a path in that language. */
static const char *lang_path(enum lang lang)
{
    static const char *const paths[LANG__PUBLIC] = {[LANG_ES] = "/es", [LANG_VI] = "/vi"};

    return lang < LANG__PUBLIC && paths[lang] ? paths[lang] : "";
}

static bool is_active_row(bool confirmed_is_null, bool ended_is_null)
{
    return !confirmed_is_null && ended_is_null;
}

/* ---- Asking */

struct asking {
    const struct follower_ask *ask;
    struct str email, token;
    struct public_case shown;
};

static enum rc send_confirmation(struct ctx *ctx, const struct asking *asking)
{
    struct str link = str_fmt(ctx->arena, "%.*s%s/follows/%.*s", STR_ARG(asking->ask->base_url),
                              lang_path(ctx->lang), STR_ARG(asking->token));
    const struct msg_arg args[] = {
        MSG_ARG("number", asking->shown.number),
        MSG_ARG("service", text_in(&asking->shown.definition->name, ctx->lang)),
        MSG_ARG("city", text_in(&ctx->city->name, ctx->lang)),
        MSG_ARG("link", link),
    };

    return notice_queue_plain(
        ctx, &(struct plain_mail){
                 .case_id = asking->ask->case_id,
                 .notice = ASKS,
                 .email = asking->email,
                 .lang = ctx->lang,
                 .trust = asking->ask->trust,
                 .is_waited_for = true,
                 .subject = msg_format(ctx->arena, ctx->lang, MSG_mail_follow_subject, args, 4),
                 .body = msg_format(ctx->arena, ctx->lang, MSG_mail_follow_body, args, 4),
             });
}

static enum rc ask_tx(struct ctx *ctx, void *arg)
{
    const struct asking *asking = arg;
    int64_t case_id = asking->ask->case_id;
    struct follower_get_row before;
    struct links_since_row sent;
    bool is_known;
    enum rc rc = follower_get(ctx, case_id, asking->email, &is_known, &before);

    if (rc || (is_known && is_active_row(before.confirmed_is_null, before.ended_is_null)))
        return rc;
    rc = links_since(ctx, ASKS, asking->email, instant_plus_us(ctx->now, -US_PER_DAY), &sent);
    if (rc || sent.total >= FOLLOWER_MAILS_PER_DAY)
        return rc;
    rc =
        link_token_add(ctx,
                       &(struct link_token_add_args){
                           .token_hash = hash_of(ctx, asking->token),
                           .purpose = ASKS,
                           .cases = case_id,
                           .party_is_null = true,
                           .subject = asking->email,
                           .created = ctx->now,
                           .expires = instant_plus_us(ctx->now, FOLLOWER_CONFIRM_DAYS * US_PER_DAY),
                       },
                       NULL);
    return rc ? rc : send_confirmation(ctx, asking);
}

enum rc follower_ask(struct ctx *ctx, const struct follower_ask *ask)
{
    struct asking asking = {
        .ask = ask,
        .email = str_lower_ascii(ctx->arena, str_trim(ask->email)),
        .token = crypto_token(ctx->arena),
    };
    enum rc rc;

    if (!asking.email.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("email"));
    if (!mail_address_is_public(asking.email))
        return FAIL(ctx, ERR_NOT_AN_EMAIL, .field = S("email"));
    rc = public_case_get(ctx, ask->case_id, &asking.shown);
    return rc ? rc : db_tx(ctx, ask_tx, &asking);
}

/* ---- The link of the mail that asks */

static enum rc asked(struct ctx *ctx, struct str token, struct link_token_get_row *ret)
{
    bool is_found;
    enum rc rc = link_token_get(ctx, hash_of(ctx, token), &is_found, ret);

    if (rc)
        return rc;
    if (!is_found || !str_eq(ret->purpose, ASKS) || ret->cases_is_null ||
        instant_cmp(ret->expires, ctx->now) < 0)
        return FAIL(ctx, ERR_EXPIRED);
    return RC_OK;
}

enum rc follower_look(struct ctx *ctx, struct str token, struct follower_link *ret)
{
    struct link_token_get_row row;
    struct follower_get_row follower;
    struct follower_link link;
    bool is_known;
    enum rc rc = asked(ctx, token, &row);

    if (rc)
        return rc;
    link.case_id = row.cases;
    rc = public_case_get(ctx, row.cases, &link.shown);
    if (!rc)
        rc = follower_get(ctx, row.cases, row.subject, &is_known, &follower);
    if (rc)
        return rc;
    link.is_active = is_known && is_active_row(follower.confirmed_is_null, follower.ended_is_null);
    *ret = link;
    return RC_OK;
}

static enum rc note(struct ctx *ctx, enum event_kind kind, int64_t case_id)
{
    return record_add(ctx, &(struct event){kind, case_id, EVENT_STAFF, NO_FACT}, NULL);
}

static enum rc confirm_tx(struct ctx *ctx, void *arg)
{
    struct str token = *(const struct str *)arg;
    struct link_token_get_row row;
    struct follower_get_row before;
    bool is_known;
    enum rc rc = asked(ctx, token, &row);

    if (rc || !row.used_is_null)
        return rc;
    rc = link_use(ctx, row.id, ctx->now, NULL);
    if (!rc)
        rc = follower_get(ctx, row.cases, row.subject, &is_known, &before);
    if (rc)
        return rc;
    if (is_known && is_active_row(before.confirmed_is_null, before.ended_is_null))
        return RC_OK;
    if (is_known)
        rc = follower_renew(ctx, before.id, lang_code(ctx->lang), ctx->now, NULL);
    else
        rc = follower_add(ctx,
                          &(struct follower_add_args){
                              .cases = row.cases,
                              .email = row.subject,
                              .lang = lang_code(ctx->lang),
                              .token_hash = hash_of(ctx, crypto_token(ctx->arena)),
                              .created = ctx->now,
                          },
                          NULL);
    return rc ? rc : note(ctx, EVENT_FOLLOWER_ADDED, row.cases);
}

enum rc follower_confirm(struct ctx *ctx, struct str token)
{
    return db_tx(ctx, confirm_tx, &token);
}

/* ---- The end of it */

static enum rc ending(struct ctx *ctx, struct str token, struct follower_by_id_row *ret)
{
    struct link_token_get_row row;
    bool is_found;
    int64_t id;
    enum rc rc = link_token_get(ctx, hash_of(ctx, token), &is_found, &row);

    if (rc)
        return rc;
    if (!is_found || !str_eq(row.purpose, ENDS) || !str_to_i64(row.subject, &id))
        return FAIL(ctx, ERR_EXPIRED);
    rc = follower_by_id(ctx, id, &is_found, ret);
    if (rc)
        return rc;
    return is_found ? RC_OK : FAIL(ctx, ERR_EXPIRED);
}

struct follower_at {
    struct case_for_step_row of; /* id 0: no case */
    int64_t id;                  /* of the one who follows it; 0: nobody */
};

/* The same address on the case that goes on for this one after a merge: its followers were taken
 * along there. */
static enum rc find_taken_along(struct ctx *ctx, const struct case_for_step_row *from,
                                struct str email, struct follower_at *ret)
{
    struct follower_get_row row;
    bool is_known;
    enum rc rc;

    *ret = (struct follower_at){0};
    if (from->merged_into_is_null)
        return RC_OK;
    rc = follower_get(ctx, from->merged_into, email, &is_known, &row);
    if (!rc)
        rc = case_for_step(ctx, from->merged_into, &ret->of);
    if (!rc && is_known && is_active_row(row.confirmed_is_null, row.ended_is_null))
        ret->id = row.id;
    return rc;
}

enum rc follower_end_look(struct ctx *ctx, struct str token, bool *ret_is_active,
                          struct str *ret_number)
{
    struct follower_by_id_row row;
    struct follower_at at = {0};
    struct str number;
    bool is_active;
    enum rc rc = ending(ctx, token, &row);

    if (!rc)
        rc = case_for_step(ctx, row.cases, &at.of);
    if (rc)
        return rc;
    number = at.of.number;
    is_active = is_active_row(row.confirmed_is_null, row.ended_is_null);
    do {
        struct case_for_step_row from = at.of;

        rc = find_taken_along(ctx, &from, row.email, &at);
        is_active |= at.id != 0;
    } while (!rc && at.of.id);
    if (rc)
        return rc;
    *ret_is_active = is_active;
    *ret_number = number;
    return RC_OK;
}

static enum rc end_row(struct ctx *ctx, int64_t id, int64_t case_id)
{
    int64_t changed;
    enum rc rc = follower_set_ended(ctx, id, ctx->now, &changed);

    return rc || !changed ? rc : note(ctx, EVENT_FOLLOWER_ENDED, case_id);
}

static enum rc end_tx(struct ctx *ctx, void *arg)
{
    struct follower_by_id_row row;
    struct follower_at at = {0};
    enum rc rc = ending(ctx, *(const struct str *)arg, &row);

    if (!rc)
        rc = end_row(ctx, row.id, row.cases);
    if (!rc)
        rc = case_for_step(ctx, row.cases, &at.of);
    while (!rc && at.of.id) {
        struct case_for_step_row from = at.of;

        rc = find_taken_along(ctx, &from, row.email, &at);
        if (!rc && at.id)
            rc = end_row(ctx, at.id, at.of.id);
    }
    return rc;
}

enum rc follower_end(struct ctx *ctx, struct str token)
{
    return db_tx(ctx, end_tx, &token);
}

/* ---- What an address follows */

enum rc follower_list(struct ctx *ctx, struct str email, struct follow_lines *ret)
{
    struct followers_of_email_rows rows;
    struct follow_lines lines = {0};
    enum rc rc = followers_of_email(ctx, str_lower_ascii(ctx->arena, email), &rows);

    if (rc)
        return rc;
    lines.of = ARENA_ARRAY(ctx->arena, rows.n, struct follow_line);
    if (rows.n && !lines.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        lines.of[lines.n].id = rows.rows[i].id;
        rc = public_case_get(ctx, rows.rows[i].cases, &lines.of[lines.n].shown);
        if (rc && rc != RC_NOT_FOUND)
            return rc;
        if (rc)
            ctx_clear_error(ctx);
        else
            lines.n++;
    }
    *ret = lines;
    return RC_OK;
}

struct stopping {
    struct str email;
    int64_t id;
};

enum rc follower_stop_within(struct ctx *ctx, struct str email, int64_t id)
{
    struct followers_of_email_rows rows;
    bool is_found = !id;
    enum rc rc = followers_of_email(ctx, str_lower_ascii(ctx->arena, email), &rows);

    for (size_t i = 0; !rc && i < rows.n; i++) {
        if (id && rows.rows[i].id != id)
            continue;
        is_found = true;
        rc = end_row(ctx, rows.rows[i].id, rows.rows[i].cases);
    }
    return rc || is_found ? rc : FAIL(ctx, ERR_NOT_FOUND);
}

static enum rc stop_tx(struct ctx *ctx, void *arg)
{
    const struct stopping *stopping = arg;

    return follower_stop_within(ctx, stopping->email, stopping->id);
}

enum rc follower_stop(struct ctx *ctx, struct str email, int64_t id)
{
    struct stopping stopping = {email, id};

    return db_tx(ctx, stop_tx, &stopping);
}

/* ---- Telling */

enum mailbox_trust follower_trust(bool party_is_null)
{
    return party_is_null ? MAILBOX_PROVEN : MAILBOX_UNPROVEN;
}

/* The facts as the public may know them, in ctx->lang. */
static enum rc public_facts(struct ctx *ctx, const struct follower_news *news,
                            struct notice_facts *ret)
{
    struct public_case shown;
    enum rc rc = public_case_get(ctx, news->case_id, &shown);

    if (rc)
        return rc;
    *ret = *news->facts;
    ret->place = shown.place.label;
    ret->message = STR_NONE;
    ret->link = str_fmt(ctx->arena, "%.*s%s/cases/%.*s", STR_ARG(news->base_url),
                        lang_path(ctx->lang), STR_ARG(shown.number));
    return RC_OK;
}

static enum rc tell_one(struct ctx *ctx, const struct follower_news *news,
                        const struct followers_of_row *row)
{
    struct str token = crypto_token(ctx->arena);
    struct recipient recipient = {
        .email = row->email, .lang = ctx->lang, .trust = follower_trust(row->party_is_null)};
    struct notice_facts told;
    struct date date;
    enum rc rc = public_facts(ctx, news, &told);

    if (rc)
        return rc;
    if (date_parse(news->date, &date))
        told.date = show_date(ctx->arena, date, recipient.lang);
    recipient.unsubscribe = str_fmt(ctx->arena, "%.*s%s/unfollow/%.*s", STR_ARG(news->base_url),
                                    lang_path(ctx->lang), STR_ARG(token));
    rc = link_token_add(ctx,
                        &(struct link_token_add_args){
                            .token_hash = hash_of(ctx, token),
                            .purpose = ENDS,
                            .cases = news->case_id,
                            .party_is_null = true,
                            .subject = str_fmt(ctx->arena, "%lld", (long long)row->id),
                            .created = ctx->now,
                            .expires_is_null = true,
                        },
                        NULL);
    return rc ? rc
              : notice_queue(ctx, news->case_id, news->event_id, news->notice, &told, &recipient);
}

enum rc follower_tell(struct ctx *ctx, const struct follower_news *news)
{
    enum lang lang = ctx->lang;
    struct followers_of_rows rows;
    enum rc rc = followers_of(ctx, news->case_id, &rows);

    for (size_t i = 0; !rc && i < rows.n; i++) {
        ctx->lang = LANG_EN;
        lang_parse(rows.rows[i].lang, &ctx->lang);
        rc = tell_one(ctx, news, &rows.rows[i]);
    }
    ctx->lang = lang;
    if (rc != RC_NOT_FOUND)
        return rc;
    ctx_clear_error(ctx);
    return RC_OK;
}
