#include "engine/cases/case_tell.h"

#include "base/crypto.h"
#include "base/msg.h"
#include "engine/cases/access.h"
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
        case_audience(ctx->city, news->definition, news->row->confidentiality) == AUDIENCE_STAFF)
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

/* ---- The team, and whose case it is */

static struct str staff_link(struct ctx *ctx, struct str base_url, struct str number)
{
    return str_fmt(ctx->arena, "%.*s/staff/cases/%.*s", STR_ARG(base_url), STR_ARG(number));
}

/* To whom a case is assigned; the team otherwise. An empty address: nobody. */
static enum rc find_staff(struct ctx *ctx, const struct case_for_step_row *row,
                          const struct team *team, struct recipient *ret)
{
    struct staff_mailbox_row staff;
    bool is_there = false;
    enum rc rc = RC_OK;

    *ret = (struct recipient){.lang = LANG_EN, .trust = MAILBOX_PROVEN};
    if (!row->assignee_is_null)
        rc = staff_mailbox(ctx, row->assignee, &is_there, &staff);
    if (rc)
        return rc;
    if (is_there && staff.email.n) {
        ret->email = staff.email;
        lang_parse(staff.lang, &ret->lang);
    } else if (team) {
        ret->email = team->email;
    }
    return RC_OK;
}

static enum rc mail_answered(struct ctx *ctx, const struct case_news *news, const struct team *team,
                             const struct recipient *to)
{
    const struct case_for_step_row *row = news->row;
    struct case_place_label_row place = {0};
    bool is_found;
    enum rc rc = RC_OK;

    if (!row->place_is_null)
        rc = case_place_label(ctx, row->place, &is_found, &place);
    if (rc)
        return rc;

    const struct msg_arg args[] = {
        MSG_ARG("number", row->number),
        MSG_ARG("service", text_in(&news->definition->name, to->lang)),
        MSG_ARG("place", place.label.n ? place.label : S("-")),
        MSG_ARG("team", team ? text_in(&team->name, to->lang) : S("-")),
        MSG_ARG("link", staff_link(ctx, news->base_url, row->number)),
    };
    const size_t n = COUNT(args);

    return notice_queue_plain(
        ctx, &(struct plain_mail){
                 .case_id = row->id,
                 .notice = S("case.answered"),
                 .email = to->email,
                 .lang = to->lang,
                 .subject = msg_format(ctx->arena, to->lang, MSG_mail_answered_subject, args, n),
                 .body = msg_format(ctx->arena, to->lang, MSG_mail_answered_body, args, n),
                 .once = str_fmt(ctx->arena, "%lld answered", (long long)news->event_id),
                 .trust = to->trust,
             });
}

enum rc case_tell_answered(struct ctx *ctx, const struct case_news *news)
{
    const struct case_for_step_row *row = news->row;
    const struct workflow *workflow = news->definition->workflow;
    const struct team *team = row->team_is_null ? NULL : city_team_by_row(ctx->city, row->team);
    struct case_news told = *news;
    struct recipient to;
    enum rc rc;

    if (workflow->is_answer_silent)
        return RC_OK;
    told.notice = workflow->answered_notice;
    if (told.notice)
        return case_tell(ctx, &told);
    rc = find_staff(ctx, row, team, &to);
    return rc || !to.email.n ? rc : mail_answered(ctx, news, team, &to);
}

enum rc case_tell_team(struct ctx *ctx, const struct team_news *news)
{
    const struct team *team = news->facts.team;
    struct notice_facts facts = news->facts;

    if (!(news->notice->to & NOTICE_TO_TEAM) || !team || !team->email.n)
        return RC_OK;
    facts.link = staff_link(ctx, news->base_url, facts.number);
    return notice_queue(
        ctx, news->case_id, news->event_id, news->notice, &facts,
        &(struct recipient){.email = team->email, .lang = LANG_EN, .trust = MAILBOX_PROVEN});
}
