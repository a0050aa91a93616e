#include "engine/cases/case_own.h"

#include "base/json.h"
#include "base/mail.h"
#include "base/msg.h"
#include "base/text.h"
#include "db/db.h"
#include "engine/cases/access.h"
#include "engine/cases/queries.h"
#include "engine/message/notice.h"
#include "engine/record/case_event.h"

struct saying {
    int64_t case_id, score;
    struct str text;
};

/* A case that is for staff alone, perhaps since, is its reporter's no more. */
static enum rc check_own(struct ctx *ctx, int64_t case_id, struct case_for_step_row *ret)
{
    enum rc rc = case_for_step(ctx, case_id, ret);
    const struct definition *definition;
    struct case_reach reach = {.case_id = case_id};

    if (rc)
        return rc;
    definition = city_version(ctx->city, ret->service_version);
    if (!definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    reach.reporter = ret->reporter_is_null ? 0 : ret->reporter;
    reach.confidentiality = case_audience(ctx->city, definition, ret->confidentiality);
    return case_is_own(ctx->actor, &reach) && case_resident_may_read(ctx->actor, &reach)
               ? RC_OK
               : FAIL(ctx, ERR_DENIED);
}

/* ---- A word to the city */

static enum rc comment_tx(struct ctx *ctx, void *arg)
{
    const struct saying *saying = arg;
    struct case_for_step_row row;
    struct own_events_since_row lately;
    struct own_message_last_row last;
    bool is_found;
    enum rc rc = check_own(ctx, saying->case_id, &row);

    if (!rc)
        rc = own_message_last(ctx, saying->case_id, &is_found, &last);
    if (rc || (is_found && case_event_is_again(ctx, last.at, last.payload, saying->text)))
        return rc;
    rc = own_events_since(ctx, saying->case_id, event_kind_word(EVENT_MESSAGE_ADDED),
                          instant_plus_us(ctx->now, -US_PER_DAY), &lately);
    if (!rc && lately.total >= OWN_TEXTS_PER_DAY)
        return FAIL(ctx, ERR_TOO_MANY);
    if (!rc)
        rc =
            case_event_text(ctx, saying->case_id, EVENT_MESSAGE_ADDED, EVENT_PARTIES, saying->text);
    return rc ? rc : case_touch(ctx, saying->case_id, ctx->now, NULL);
}

enum rc case_comment(struct ctx *ctx, int64_t case_id, struct str text)
{
    struct saying saying = {.case_id = case_id, .text = str_trim(text)};
    enum rc rc = saying.text.n ? text_check(ctx, saying.text, S("comment"), OWN_TEXT_MAX)
                               : FAIL(ctx, ERR_REQUIRED, .field = S("comment"));

    return rc ? rc : db_tx(ctx, comment_tx, &saying);
}

/* ---- A photo */

struct adding {
    int64_t case_id;
    struct photo_made photo;
};

static enum rc check_photo(struct ctx *ctx, int64_t case_id, const struct definition **ret)
{
    struct case_for_step_row row;
    enum rc rc = check_own(ctx, case_id, &row);

    if (rc)
        return rc;
    *ret = city_version(ctx->city, row.service_version);
    if (!*ret || (*ret)->photos.max == 0)
        return FAIL(ctx, ERR_NOT_FOUND);
    return row.closed_is_null ? RC_OK : FAIL(ctx, ERR_TRANSITION);
}

static enum rc add_tx(struct ctx *ctx, void *arg)
{
    const struct adding *adding = arg;
    const struct definition *definition;
    enum rc rc = check_photo(ctx, adding->case_id, &definition);

    if (!rc)
        rc = photo_attach(ctx, adding->case_id, definition, &adding->photo);
    return rc ? rc : case_touch(ctx, adding->case_id, ctx->now, NULL);
}

enum rc case_photo_add(struct ctx *ctx, int64_t case_id, const struct photo_upload *upload)
{
    struct adding adding = {.case_id = case_id};
    const struct definition *definition;
    enum rc rc = check_photo(ctx, case_id, &definition);

    if (!rc)
        rc = photo_check_case(ctx, case_id, definition, 0);
    if (!rc)
        rc = photo_make(ctx, upload, &adding.photo);
    return rc ? rc : db_tx(ctx, add_tx, &adding);
}

/* ---- How it went */

/* The record keeps each of them for ever. */
static enum rc check_changes(struct ctx *ctx, int64_t case_id)
{
    struct own_events_since_row said;
    enum rc rc = own_events_since(ctx, case_id, event_kind_word(EVENT_CASE_RATED),
                                  (struct instant){0}, &said);

    if (rc || said.total <= OWN_RATING_CHANGES)
        return rc;
    return FAIL(ctx, ERR_RATED, .field = S("rating"),
                .arg = str_fmt(ctx->arena, "%d", OWN_RATING_CHANGES));
}

static enum rc record_rating(struct ctx *ctx, const struct saying *saying)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member_i64(&event.json, S("score"), saying->score);
    json_put_member(&event.json, S("text"), saying->text);
    return case_event_end(ctx, &event, saying->case_id, EVENT_CASE_RATED, EVENT_PARTIES);
}

static enum rc rate_tx(struct ctx *ctx, void *arg)
{
    const struct saying *saying = arg;
    struct case_for_step_row row;
    struct satisfaction_get_row before;
    bool is_rated;
    enum rc rc = check_own(ctx, saying->case_id, &row);

    if (!rc && row.closed_is_null)
        return FAIL(ctx, ERR_TRANSITION);
    if (!rc)
        rc = satisfaction_get(ctx, saying->case_id, &is_rated, &before);
    if (rc || (is_rated && before.score == saying->score && str_eq(before.text, saying->text)))
        return rc;
    rc = check_changes(ctx, saying->case_id);
    if (!rc)
        rc = satisfaction_put(
            ctx,
            &(struct satisfaction_put_args){saying->case_id, saying->score, saying->text, ctx->now},
            NULL);
    return rc ? rc : record_rating(ctx, saying);
}

enum rc case_rate(struct ctx *ctx, int64_t case_id, int64_t score, struct str text)
{
    struct saying saying = {.case_id = case_id, .score = score, .text = str_trim(text)};
    enum rc rc = score >= 1 && score <= 5 ? text_check(ctx, saying.text, S("rating"), OWN_TEXT_MAX)
                                          : FAIL(ctx, ERR_REQUIRED, .field = S("score"));

    return rc ? rc : db_tx(ctx, rate_tx, &saying);
}

enum rc case_rating_of(struct ctx *ctx, int64_t case_id, bool *ret_is_rated,
                       struct case_rating *ret)
{
    struct satisfaction_get_row row;
    enum rc rc = satisfaction_get(ctx, case_id, ret_is_rated, &row);

    if (!rc && *ret_is_rated)
        *ret = (struct case_rating){row.score, row.text, row.said};
    return rc;
}

/* ---- The way back */

static enum rc link_mail_tx(struct ctx *ctx, void *arg)
{
    const struct link_mail *mailing = arg;
    struct case_for_step_row row;
    struct case_number_row number;
    const struct definition *definition;
    struct msg_arg args[4];
    bool is_found;
    enum rc rc = check_own(ctx, mailing->case_id, &row);

    if (!rc)
        rc = case_number(ctx, mailing->case_id, &is_found, &number);
    if (!rc && !is_found)
        rc = FAIL(ctx, ERR_NOT_FOUND);
    if (rc)
        return rc;
    definition = city_version(ctx->city, row.service_version);
    if (!definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    args[0] = MSG_ARG("city", text_in(&ctx->city->name, ctx->lang));
    args[1] = MSG_ARG("number", number.number);
    args[2] = MSG_ARG("service", text_in(&definition->name, ctx->lang));
    args[3] = MSG_ARG("link", mailing->link);
    return notice_queue_plain(
        ctx, &(struct plain_mail){
                 .case_id = mailing->case_id,
                 .notice = S("link"),
                 .email = mailing->email,
                 .lang = ctx->lang,
                 .trust = mailing->trust,
                 .is_waited_for = true,
                 .subject = msg_format(ctx->arena, ctx->lang, MSG_mail_link_subject, args, 4),
                 .body = msg_format(ctx->arena, ctx->lang, MSG_mail_link_body, args, 4),
             });
}

enum rc case_link_mail(struct ctx *ctx, const struct link_mail *mail)
{
    struct link_mail mailing = *mail;

    mailing.email = str_lower_ascii(ctx->arena, str_trim(mail->email));
    if (!mailing.email.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("email"));
    if (!mail_address_is_public(mailing.email))
        return FAIL(ctx, ERR_NOT_AN_EMAIL, .field = S("email"));
    return db_tx(ctx, link_mail_tx, &mailing);
}

static const struct outcome *own_outcome(const struct workflow *workflow, int state,
                                         const struct own_case_row *row)
{
    int outcome = row->outcome_is_null ? -1 : workflow_outcome(workflow, row->outcome);

    if (outcome < 0 || workflow->states[state].type != STATE_CLOSED)
        return NULL;
    return &workflow->outcomes[outcome];
}

static enum rc own_line(struct ctx *ctx, int64_t case_id, bool *ret_is_found,
                        struct own_case_line *ret)
{
    const struct definition *definition;
    struct own_case_row row;
    bool is_found;
    int state;
    enum rc rc = own_case(ctx, case_id, &is_found, &row);

    *ret_is_found = false;
    if (rc || !is_found)
        return rc;
    definition = city_version(ctx->city, row.service_version);
    state = definition ? workflow_state(definition->workflow, row.state) : -1;
    if (state < 0 || case_audience(ctx->city, definition, row.confidentiality) > AUDIENCE_PARTIES)
        return RC_OK;
    *ret_is_found = true;
    *ret = (struct own_case_line){
        .number = row.number,
        .definition = definition,
        .state = &definition->workflow->states[state],
        .outcome = own_outcome(definition->workflow, state, &row),
        .place = row.place_label_is_null ? STR_NONE : row.place_label,
        .opened = row.opened,
        .updated = row.updated,
    };
    return RC_OK;
}

enum rc own_cases(struct ctx *ctx, const struct own_asking *asking, struct own_cases *ret)
{
    struct cases_of_email_rows rows;
    struct own_cases own = {0};
    enum rc rc = cases_of_email(ctx, asking->email, asking->before, asking->most + 1, &rows);

    if (rc)
        return rc;
    if ((int64_t)rows.n > asking->most)
        own.older = rows.rows[--rows.n - 1].id;
    own.of = ARENA_ARRAY(ctx->arena, rows.n, struct own_case_line);
    if (!own.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < rows.n; i++) {
        bool is_found;

        rc = own_line(ctx, rows.rows[i].id, &is_found, &own.of[own.n]);
        own.n += !rc && is_found;
    }
    if (!rc)
        *ret = own;
    return rc;
}
