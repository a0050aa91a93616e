#include "engine/cases/case_tell.h"

#include "base/crypto.h"
#include "base/msg.h"
#include "engine/cases/follower.h"
#include "engine/cases/private_link.h"
#include "engine/cases/queries.h"
#include "engine/definition/show.h"

enum rc case_mailed_link(struct ctx *ctx, int64_t case_id, struct str base_url,
                         struct str *ret_link)
{
    struct str token = crypto_token(ctx->arena);
    struct crypto_hash hash = crypto_sha256(token);

    *ret_link = str_fmt(ctx->arena, "%.*s/follow/%.*s", STR_ARG(base_url), STR_ARG(token));
    return link_token_add(ctx,
                          &(struct link_token_add_args){
                              .token_hash = crypto_hash_str(&hash),
                              .purpose = S("case"),
                              .cases = case_id,
                              .party_is_null = true,
                              .subject = PRIVATE_LINK_MAILED,
                              .created = ctx->now,
                              .expires_is_null = true,
                          },
                          NULL);
}

enum mailbox_trust case_contact_trust(bool verified_is_null)
{
    return verified_is_null ? MAILBOX_UNPROVEN : MAILBOX_PROVEN;
}

static enum rc tell_reporter(struct ctx *ctx, const struct case_news *news,
                             struct notice_facts facts)
{
    struct contacts_of_party_rows contacts;
    struct date date;
    enum lang lang = LANG_EN;
    enum rc rc;

    if (news->row->reporter_is_null || !(news->notice->to & NOTICE_TO_REPORTER) ||
        news->definition->audience == AUDIENCE_STAFF)
        return RC_OK;
    lang_parse(news->row->lang, &lang);
    if (date_parse(news->date, &date))
        facts.date = show_date(ctx->arena, date, lang);
    rc = contacts_of_party(ctx, news->row->reporter, &contacts);
    for (size_t i = 0; !rc && i < contacts.n; i++) {
        if (!str_eq(contacts.rows[i].kind, S("email")))
            continue;
        rc = case_mailed_link(ctx, news->row->id, news->base_url, &facts.link);
        if (!rc)
            rc = notice_queue(ctx, news->row->id, news->event_id, news->notice, &facts,
                              &(struct recipient){
                                  .email = contacts.rows[i].value,
                                  .lang = lang,
                                  .trust = case_contact_trust(contacts.rows[i].verified_is_null),
                              });
    }
    return rc;
}

static enum rc tell_team(struct ctx *ctx, const struct case_news *news, struct notice_facts facts)
{
    struct date date;

    if (date_parse(news->date, &date))
        facts.date = show_date(ctx->arena, date, LANG_EN);
    return case_tell_team(ctx, &(struct team_news){news->row->id, news->event_id, news->notice,
                                                   facts, news->base_url});
}

enum rc case_tell(struct ctx *ctx, const struct case_news *news)
{
    const struct case_for_step_row *row = news->row;
    struct case_place_label_row place = {0};
    struct notice_facts facts = {
        .number = row->number,
        .definition = news->definition,
        .team = row->team_is_null ? NULL : city_team_by_row(ctx->city, row->team),
        .has_due = news->has_due,
        .due = news->due,
        .outcome = news->outcome,
        .message = news->message,
    };
    bool is_found = false;
    enum rc rc = RC_OK;

    if (!row->place_is_null)
        rc = case_place_label(ctx, row->place, &is_found, &place);
    facts.place = place.label;
    if (!rc)
        rc = tell_reporter(ctx, news, facts);
    if (!rc && (news->notice->to & NOTICE_TO_FOLLOWERS))
        rc = follower_tell(ctx, &(struct follower_news){
                                    .case_id = row->id,
                                    .event_id = news->event_id,
                                    .notice = news->notice,
                                    .facts = &facts,
                                    .date = news->date,
                                    .base_url = news->base_url,
                                });
    return rc ? rc : tell_team(ctx, news, facts);
}

/* ---- Another service */

static struct notice_rule words_of_transfer(struct ctx *ctx, bool has_due)
{
    struct notice_rule notice = {.id = S("transferred"),
                                 .to = NOTICE_TO_REPORTER | NOTICE_TO_FOLLOWERS};
    const struct str none = S("");

    for (enum lang lang = 0; lang < LANG__N; lang++) {
        struct str body = msg_text(lang, MSG_notice_transferred_body);
        struct str due = msg_text(lang, MSG_notice_transferred_due);

        notice.subject.in[lang] = msg_text(lang, MSG_notice_transferred_subject);
        notice.body.in[lang] =
            str_fmt(ctx->arena, "%.*s\n%.*s\n{link}", STR_ARG(body), STR_ARG(has_due ? due : none));
    }
    return notice;
}

enum rc case_tell_transfer(struct ctx *ctx, const struct case_news *news)
{
    const struct workflow *workflow = news->definition->workflow;
    struct notice_rule words;
    struct case_news told = *news;

    if (workflow->is_transfer_silent || news->definition->audience == AUDIENCE_STAFF)
        return RC_OK;
    words = words_of_transfer(ctx, news->has_due);
    told.notice = workflow->transferred_notice ? workflow->transferred_notice : &words;
    return case_tell(ctx, &told);
}

/* ---- The team */

enum rc case_tell_team(struct ctx *ctx, const struct team_news *news)
{
    const struct team *team = news->facts.team;
    struct notice_facts facts = news->facts;

    if (!(news->notice->to & NOTICE_TO_TEAM) || !team || !team->email.n)
        return RC_OK;
    facts.link = str_fmt(ctx->arena, "%.*s/staff/cases/%.*s", STR_ARG(news->base_url),
                         STR_ARG(facts.number));
    return notice_queue(
        ctx, news->case_id, news->event_id, news->notice, &facts,
        &(struct recipient){.email = team->email, .lang = LANG_EN, .trust = MAILBOX_PROVEN});
}
