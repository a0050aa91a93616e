#include "engine/cases/case_merge.h"

#include "base/crypto.h"
#include "base/msg.h"
#include "db/db.h"
#include "engine/cases/case_edit.h"
#include "engine/cases/case_link.h"
#include "engine/cases/case_tell.h"
#include "engine/cases/follower.h"
#include "engine/cases/kept.h"
#include "engine/cases/queries.h"
#include "engine/cases/timer.h"
#include "engine/clock/queries.h"
#include "engine/clock/turn.h"
#include "engine/message/notice.h"
#include "engine/record/queries.h"
#include "people/actor.h"

struct merging {
    struct case_edit from, into;
    const struct merge *merge;
    int64_t event_id; /* that the notices speak of */
    struct case_event kept;
};

/* ---- Telling people */

enum telling_kind { TELL_MERGED, TELL_UNMERGED };

/* The program's own words as a workflow's notice; {other} is filled in here, the rest by notice.c.
 */
static struct notice_rule notice_of(struct ctx *ctx, enum telling_kind kind, struct str other)
{
    struct notice_rule notice = {.id = kind == TELL_MERGED ? S("merged") : S("unmerged")};
    struct msg_arg arg = MSG_ARG("other", other);

    for (enum lang lang = 0; lang < LANG__N; lang++) {
        notice.subject.in[lang] = msg_format(
            ctx->arena, lang,
            kind == TELL_MERGED ? MSG_notice_merged_subject : MSG_notice_unmerged_subject, &arg, 1);
        notice.body.in[lang] = msg_format(
            ctx->arena, lang,
            kind == TELL_MERGED ? MSG_notice_merged_body : MSG_notice_unmerged_body, &arg, 1);
    }
    return notice;
}

static struct str page_of(struct ctx *ctx, const struct merging *work, const struct case_edit *edit)
{
    return str_fmt(ctx->arena, "%.*s/cases/%.*s", STR_ARG(work->merge->base_url),
                   STR_ARG(edit->row.number));
}

static bool is_public(const struct ctx *ctx, const struct case_edit *edit)
{
    return case_is_public(&(struct case_reach){
        .is_service_public = case_service_is_public(ctx->city, edit->definition),
        .confidentiality = case_audience(ctx->city, edit->definition, edit->row.confidentiality),
        .is_hidden = edit->row.is_hidden,
    });
}

/* No place in it: followers may know the block alone, and nobody the address of the other case. */
static enum rc tell(struct ctx *ctx, const struct merging *work, enum telling_kind kind,
                    const struct recipient *recipient)
{
    struct notice_rule notice = notice_of(ctx, kind, work->into.row.number);
    bool is_other = kind == TELL_MERGED && is_public(ctx, &work->into);
    const struct case_edit *about = is_other ? &work->into : &work->from;
    struct notice_facts facts = {
        .number = work->from.row.number,
        .definition = about->definition,
        .team = about->team,
        .link = page_of(ctx, work, about),
    };

    return notice_queue(ctx, work->from.case_id, work->event_id, &notice, &facts, recipient);
}

/* The addresses of a case's reporter; none for who stayed anonymous. */
static enum rc mails_of(struct ctx *ctx, const struct case_edit *edit,
                        struct contacts_of_party_rows *ret)
{
    enum rc rc;

    *ret = (struct contacts_of_party_rows){0};
    if (edit->row.reporter_is_null)
        return RC_OK;
    rc = contacts_of_party(ctx, edit->row.reporter, ret);
    for (size_t i = 0; !rc && i < ret->n; i++)
        if (!str_eq(ret->rows[i].kind, S("email")))
            ret->rows[i--] = ret->rows[--ret->n];
    return rc;
}

static enum lang lang_of(struct str code)
{
    enum lang lang = LANG_EN;

    lang_parse(code, &lang);
    return lang;
}

/* ---- Followers */

struct person {
    struct str email, lang;
    int64_t party; /* 0: not known */
    enum mailbox_trust trust;
};

/* Whether the person hears of the other case anyway, or has said that they will not. */
static enum rc needs_following(struct ctx *ctx, const struct merging *work, struct str email,
                               bool *ret)
{
    struct contacts_of_party_rows own;
    struct merge_follower_row row;
    enum rc rc = merge_follower(ctx, work->into.case_id, email, ret, &row);

    *ret = !*ret;
    if (!rc)
        rc = mails_of(ctx, &work->into, &own);
    for (size_t i = 0; !rc && i < own.n; i++)
        if (str_eq(str_lower_ascii(ctx->arena, own.rows[i].value), email))
            *ret = false;
    return rc;
}

/* A link that ends their following, in one mail: see follower.h. */
static enum rc add_unfollow(struct ctx *ctx, const struct merging *work, int64_t follower_id,
                            struct str *ret_link)
{
    struct str token = crypto_token(ctx->arena);
    struct crypto_hash hash = crypto_sha256(token);

    *ret_link =
        str_fmt(ctx->arena, "%.*s/unfollow/%.*s", STR_ARG(work->merge->base_url), STR_ARG(token));
    return link_token_add(ctx,
                          &(struct link_token_add_args){
                              .token_hash = crypto_hash_str(&hash),
                              .purpose = S("unfollow"),
                              .cases = work->into.case_id,
                              .party_is_null = true,
                              .subject = str_fmt(ctx->arena, "%lld", (long long)follower_id),
                              .created = ctx->now,
                              .expires_is_null = true,
                          },
                          NULL);
}

/* Tells one person, who from now on follows the other case. */
static enum rc take_along(struct ctx *ctx, struct merging *work, const struct person *person)
{
    struct crypto_hash hash = crypto_sha256(crypto_token(ctx->arena));
    struct recipient recipient = {
        .email = person->email, .lang = lang_of(person->lang), .trust = person->trust};
    struct str email = str_lower_ascii(ctx->arena, person->email);
    bool is_new;
    int64_t id;
    enum rc rc = needs_following(ctx, work, email, &is_new);

    if (!rc && is_new)
        rc = merge_follower_add(ctx,
                                &(struct merge_follower_add_args){
                                    .cases = work->into.case_id,
                                    .party = person->party,
                                    .party_is_null = !person->party,
                                    .email = email,
                                    .lang = person->lang,
                                    .token_hash = crypto_hash_str(&hash),
                                    .created = ctx->now,
                                },
                                &id);
    if (!rc && is_new)
        rc = add_unfollow(ctx, work, id, &recipient.unsubscribe);
    if (!rc && is_new)
        json_put_i64(&work->kept.json, id);
    return rc ? rc : tell(ctx, work, TELL_MERGED, &recipient);
}

static enum rc move_people(struct ctx *ctx, struct merging *work)
{
    struct contacts_of_party_rows own;
    struct followers_of_rows followers;
    enum rc rc = mails_of(ctx, &work->from, &own);

    if (!rc)
        rc = followers_of(ctx, work->from.case_id, &followers);
    json_put_key(&work->kept.json, S("added"));
    json_begin_array(&work->kept.json);
    for (size_t i = 0; !rc && i < own.n; i++)
        rc = take_along(ctx, work,
                        &(struct person){own.rows[i].value, work->from.row.lang,
                                         work->from.row.reporter,
                                         case_contact_trust(own.rows[i].verified_is_null)});
    for (size_t i = 0; !rc && i < followers.n; i++) {
        const struct followers_of_row *row = &followers.rows[i];

        rc = take_along(ctx, work,
                        &(struct person){row->email, row->lang, row->party_is_null ? 0 : row->party,
                                         follower_trust(row->party_is_null)});
        if (!rc)
            rc = follower_set_ended(ctx, row->id, ctx->now, NULL);
    }
    json_end_array(&work->kept.json);
    json_put_key(&work->kept.json, S("ended"));
    json_begin_array(&work->kept.json);
    for (size_t i = 0; !rc && i < followers.n; i++)
        json_put_i64(&work->kept.json, followers.rows[i].id);
    json_end_array(&work->kept.json);
    return rc;
}

/* ---- Merging */

static enum rc open_both(struct ctx *ctx, struct merging *work)
{
    enum rc rc = case_edit_open(ctx, &work->from, CASE_RIGHT_SUPERVISE);

    if (rc)
        return rc;
    if (work->merge->into == work->from.case_id)
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("into"));
    work->into.case_id = work->merge->into;
    rc = case_edit_open(ctx, &work->into, CASE_RIGHT_WORK);
    if (rc == RC_DENIED || rc == RC_NOT_FOUND) {
        ctx_clear_error(ctx);
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("into"));
    }
    if (rc)
        return rc;
    if (!work->from.row.merged_into_is_null)
        return FAIL(ctx, ERR_MERGED);
    if (work->from.row.state_type == STATE_CLOSED)
        return FAIL(ctx, ERR_CASE_CLOSED);
    if (!work->into.row.merged_into_is_null)
        return FAIL(ctx, ERR_MERGED, .field = S("into"));
    if (work->into.row.state_type == STATE_CLOSED)
        return FAIL(ctx, ERR_CASE_CLOSED, .field = S("into"));
    return case_reason_check(ctx, work->merge->reason);
}

/* Its clocks end with it; which ones is kept. */
static enum rc end_clocks(struct ctx *ctx, struct merging *work)
{
    struct clocks_of_rows clocks;
    enum rc rc = clocks_of(ctx, work->from.case_id, &clocks);

    json_put_key(&work->kept.json, S("clocks"));
    json_begin_array(&work->kept.json);
    for (size_t i = 0; !rc && i < clocks.n; i++) {
        if (!clocks.rows[i].met_is_null)
            continue;
        rc = clock_meet(ctx, clocks.rows[i].id, ctx->now, NULL);
        json_put_i64(&work->kept.json, clocks.rows[i].id);
    }
    json_end_array(&work->kept.json);
    return rc;
}

static void keep_state(struct merging *work)
{
    const struct case_for_edit_row *row = &work->from.row;
    struct json_writer *json = &work->kept.json;

    json_put_member(json, S("into"), work->into.row.number);
    json_put_member(json, S("reason"), work->merge->reason);
    json_put_member(json, S("state"), row->state);
    json_put_member_i64(json, S("since"), row->state_since.us_utc);
    if (!row->outcome_is_null)
        json_put_member(json, S("outcome"), row->outcome);
}

static enum rc close_case(struct ctx *ctx, const struct merging *work)
{
    const struct workflow *workflow = work->from.definition->workflow;
    size_t state = 0;
    enum rc rc;

    while (state < workflow->state_n && workflow->states[state].type != STATE_CLOSED)
        state++;
    if (state == workflow->state_n)
        return FAIL(ctx, ERR_GUARD, .detail = S("the workflow has no closed state"));
    rc = case_state_set(ctx,
                        &(struct case_state_set_args){
                            .id = work->from.case_id,
                            .state = workflow->states[state].id,
                            .state_type = STATE_CLOSED,
                            .state_since = ctx->now,
                            .outcome_is_null = true,
                            .closed = ctx->now,
                            .due_is_null = true,
                            .merged_into = work->into.case_id,
                        },
                        NULL);
    return rc ? rc : kept_turn(ctx, work->from.case_id, &ctx->now);
}

/* The event that the public may see, whose id the notices carry. */
static enum rc record_public(struct ctx *ctx, struct merging *work, enum event_kind kind,
                             struct str name)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, name, work->into.row.number);
    json_end_object(&event.json);
    return record_add(ctx,
                      &(struct event){kind, work->from.case_id, EVENT_PUBLIC, buf_str(&event.out)},
                      &work->event_id);
}

static enum rc record_with_other(struct ctx *ctx, const struct merging *work)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("from"), work->from.row.number);
    json_put_member(&event.json, S("reason"), work->merge->reason);
    return case_event_end(ctx, &event, work->into.case_id, EVENT_CASE_TOOK_IN, EVENT_STAFF);
}

static enum rc merge_tx(struct ctx *ctx, void *arg)
{
    struct merging *work = arg;
    enum rc rc = open_both(ctx, work);

    if (!rc)
        rc = case_edit_bump(ctx, &work->from);
    if (!rc)
        rc = case_edit_bump(ctx, &work->into);
    if (!rc)
        rc = close_case(ctx, work);
    if (!rc)
        rc = case_link_add(ctx, work->from.case_id, work->into.case_id, LINK_DUPLICATE);
    if (!rc)
        rc = record_public(ctx, work, EVENT_CASE_MERGED, S("into"));
    if (rc)
        return rc;
    case_event_begin(ctx, &work->kept);
    keep_state(work);
    rc = end_clocks(ctx, work);
    if (!rc)
        rc = move_people(ctx, work);
    if (!rc)
        rc = case_event_end(ctx, &work->kept, work->from.case_id, EVENT_CASE_MERGE_KEPT,
                            EVENT_STAFF);
    return rc ? rc : record_with_other(ctx, work);
}

static enum rc run(struct ctx *ctx, db_tx_fn *fn, const struct case_edit *edit,
                   const struct merge *merge)
{
    struct merging work = {.from = *edit, .merge = merge};

    return db_tx(ctx, fn, &work);
}

enum rc case_merge(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                   const struct merge *merge)
{
    return run(ctx, merge_tx, &(struct case_edit){.case_id = case_id, .lock_version = lock_version},
               merge);
}

/* ---- Undoing it */

static enum rc open_merged(struct ctx *ctx, struct merging *work)
{
    enum rc rc = case_edit_open(ctx, &work->from, CASE_RIGHT_SUPERVISE);

    if (rc)
        return rc;
    if (work->from.row.merged_into_is_null)
        return FAIL(ctx, ERR_GUARD);
    work->into.case_id = work->from.row.merged_into;
    rc = case_edit_open(ctx, &work->into, CASE_RIGHT_WORK);
    if (!rc && !work->into.row.merged_into_is_null)
        return FAIL(ctx, ERR_MERGED, .field = S("into"));
    return rc ? rc : case_reason_check(ctx, work->merge->reason);
}

/* What the merge kept. ERR_GUARD when it was erased since. */
static enum rc read_kept(struct ctx *ctx, const struct merging *work, json_t **ret)
{
    struct events_of_kind_rows rows;
    enum rc rc =
        events_of_kind(ctx, work->from.case_id, event_kind_word(EVENT_CASE_MERGE_KEPT), &rows);

    if (rc)
        return rc;
    if (!rows.n || rows.rows[0].payload_is_null)
        return FAIL(ctx, ERR_GUARD);
    return json_parse(ctx, rows.rows[0].payload, RECORD_PAYLOAD_MAX, ret);
}

static enum rc each_id(struct ctx *ctx, const json_t *ids,
                       enum rc (*with)(struct ctx *ctx, struct merging *work, int64_t id),
                       struct merging *work)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < json_array_size(ids); i++)
        rc = with(ctx, work, json_integer_value(json_array_get(ids, i)));
    return rc;
}

static enum rc end_follower(struct ctx *ctx, struct merging *work, int64_t id)
{
    (void)work;
    return follower_set_ended(ctx, id, ctx->now, NULL);
}

/* Back to the case they followed, unless they have stopped following the other one since. */
static enum rc revive_follower(struct ctx *ctx, struct merging *work, int64_t id)
{
    struct merge_follower_of_row row;
    struct merge_follower_row other;
    bool is_found;
    enum rc rc = merge_follower_of(ctx, id, &is_found, &row);

    if (rc || !is_found)
        return rc;
    rc = merge_follower(ctx, work->into.case_id, row.email, &is_found, &other);
    if (rc || (is_found && !other.ended_is_null))
        return rc;
    rc = merge_follower_revive(ctx, id, NULL);
    return rc ? rc
              : tell(ctx, work, TELL_UNMERGED,
                     &(struct recipient){.email = row.email,
                                         .lang = lang_of(row.lang),
                                         .trust = follower_trust(row.party_is_null)});
}

static enum rc tell_reporter(struct ctx *ctx, struct merging *work)
{
    struct contacts_of_party_rows own;
    enum rc rc = mails_of(ctx, &work->from, &own);

    for (size_t i = 0; !rc && i < own.n; i++)
        rc = tell(ctx, work, TELL_UNMERGED,
                  &(struct recipient){.email = own.rows[i].value,
                                      .lang = lang_of(work->from.row.lang),
                                      .trust = case_contact_trust(own.rows[i].verified_is_null)});
    return rc;
}

/* Followers come back before what the merge added ends: what they did to it since decides. */
static enum rc move_back(struct ctx *ctx, struct merging *work, const json_t *kept)
{
    enum rc rc = each_id(ctx, json_get(kept, S("ended")), revive_follower, work);

    if (!rc)
        rc = each_id(ctx, json_get(kept, S("added")), end_follower, work);
    return rc ? rc : tell_reporter(ctx, work);
}

static enum rc start_clock(struct ctx *ctx, struct merging *work, int64_t id)
{
    (void)work;
    return clock_unmeet(ctx, id, NULL);
}

static enum rc restore_case(struct ctx *ctx, struct merging *work, const json_t *kept)
{
    const struct workflow *workflow = work->from.definition->workflow;
    struct clocks_of_rows clocks;
    struct clocks_sum running;
    struct instant since;
    struct str word, outcome;
    int state;
    enum rc rc = json_get_str(ctx, kept, S("state"), &word);

    if (!rc)
        rc = json_get_i64(ctx, kept, S("since"), &since.us_utc);
    if (rc)
        return rc;
    state = workflow_state(workflow, word);
    if (state < 0)
        return FAIL(ctx, ERR_GUARD, .detail = S("the state before the merge is gone"));
    rc = each_id(ctx, json_get(kept, S("clocks")), start_clock, work);
    if (!rc)
        rc = clocks_of(ctx, work->from.case_id, &clocks);
    if (rc)
        return rc;
    running = clocks_sum(&clocks);
    outcome = str_of(json_string_value(json_get(kept, S("outcome"))));
    rc = case_state_set(ctx,
                        &(struct case_state_set_args){
                            .id = work->from.case_id,
                            .state = word,
                            .state_type = workflow->states[state].type,
                            .state_since = since,
                            .outcome = outcome,
                            .outcome_is_null = !outcome.n,
                            .closed_is_null = true,
                            .due = running.due,
                            .due_is_null = !running.has_due,
                            .merged_into_is_null = true,
                        },
                        NULL);
    if (!rc)
        rc = kept_turn(ctx, work->from.case_id, NULL);
    if (!rc)
        rc = clocks_watch(ctx, work->from.case_id, &running);
    return rc ? rc : timer_enter(ctx, work->from.case_id, workflow, state, since);
}

static enum rc record_undone(struct ctx *ctx, const struct merging *work,
                             const struct case_edit *with, const struct case_edit *other)
{
    struct case_event event;

    case_event_begin(ctx, &event);
    json_put_member(&event.json, S("other"), other->row.number);
    json_put_member(&event.json, S("reason"), work->merge->reason);
    return case_event_end(ctx, &event, with->case_id, EVENT_CASE_MERGE_UNDONE, EVENT_STAFF);
}

static enum rc undo_merge(struct ctx *ctx, void *arg)
{
    struct merging *work = arg;
    json_t *kept;
    enum rc rc = open_merged(ctx, work);

    if (!rc)
        rc = read_kept(ctx, work, &kept);
    if (!rc)
        rc = case_edit_bump(ctx, &work->from);
    if (!rc)
        rc = case_edit_bump(ctx, &work->into);
    if (!rc)
        rc = restore_case(ctx, work, kept);
    if (!rc)
        rc = link_end(ctx,
                      &(struct link_end_args){.kind = S(LINK_DUPLICATE),
                                              .from_case = work->from.case_id,
                                              .to_case = work->into.case_id,
                                              .ended = ctx->now},
                      NULL);
    if (!rc)
        rc = record_public(ctx, work, EVENT_CASE_UNMERGED, S("from"));
    if (!rc)
        rc = move_back(ctx, work, kept);
    if (!rc)
        rc = record_undone(ctx, work, &work->from, &work->into);
    return rc ? rc : record_undone(ctx, work, &work->into, &work->from);
}

static enum rc unmerge_tx(struct ctx *ctx, void *arg)
{
    return city_days_within(ctx, undo_merge, arg); /* timers begin anew */
}

enum rc case_unmerge(struct ctx *ctx, int64_t case_id, int64_t lock_version,
                     const struct merge *merge)
{
    return run(ctx, unmerge_tx,
               &(struct case_edit){.case_id = case_id, .lock_version = lock_version}, merge);
}
