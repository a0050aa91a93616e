/* Service request updates: what happened to requests, read by other programs; and what residents
 * say through those. As mySociety's clients and servers extend GeoReport v2. */
#include <stdlib.h>

#include "base/mail.h"
#include "base/msg.h"
#include "base/text.h"
#include "engine/cases/access.h"
#include "engine/cases/external.h"
#include "engine/cases/number.h"
#include "engine/cases/public_story.h"
#include "svc/requests/open311.h"
#include "web/form.h"

#define UPDATES_MAX 5000 /* in one answer: what comes after is on the next page */
#define PAGES_MAX   10   /* who wants more asks about a shorter time */
#define WINDOW_US   (90 * US_PER_DAY)
#define MAX_TEXT    20000
#define LINE_MOST   2000 /* characters of a name or an address in the update */

/* ---- Read */

static int oldest_first(const void *left, const void *right)
{
    const struct public_told *a = left, *b = right;
    int order = instant_cmp(a->update.at, b->update.at);

    return order ? order : (a->update.id > b->update.id) - (a->update.id < b->update.id);
}

static enum rc tell_of(struct ctx *ctx, struct str id, const struct public_events_ask *ask,
                       struct public_happened *ret)
{
    struct public_cases found = {.n = 0};
    struct public_updates updates = {.n = 0};
    struct str number;
    enum rc rc = RC_OK;

    if (number_parse(ctx->arena, str_trim(id), &number))
        rc = public_cases_numbered(ctx, &number, 1, &found);
    if (!rc && !found.n)
        rc = FAIL(ctx, ERR_NOT_FOUND, .field = S("service_request_id"), .arg = id);
    if (!rc)
        rc = public_updates(ctx, &found.of[0], ask->from, ask->until, &updates);
    if (rc)
        return rc;
    *ret =
        (struct public_happened){.of = ARENA_ARRAY(ctx->arena, updates.n + 1, struct public_told)};
    if (!ret->of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < updates.n && i < UPDATES_MAX; i++)
        ret->of[ret->n++] = (struct public_told){found.of[0], updates.of[i]};
    return RC_OK;
}

/* mySociety's words for the states of a report. */
static struct str status_word(const struct public_told *told)
{
    const struct workflow *workflow = told->shown.definition->workflow;
    const struct state *state = told->update.state ? told->update.state : told->shown.state;

    if (state->type == STATE_CLOSED)
        return S("CLOSED");
    return state == &workflow->states[workflow->start] ? S("OPEN") : S("IN_PROGRESS");
}

static struct str description_of(struct ctx *ctx, const struct public_update *update)
{
    if (update->text.n)
        return update->text;
    if (update->outcome)
        return text_in(&update->outcome->name, ctx->lang);
    return text_in(&update->state->says, ctx->lang);
}

static void put_update(struct ctx *ctx, struct document *document, const struct public_told *told)
{
    document_begin_thing(document, "request_update");
    document_text(document, "update_id", str_fmt(ctx->arena, "%lld", (long long)told->update.id));
    document_text(document, "service_request_id", told->shown.number);
    document_text(document, "status", status_word(told));
    document_text(document, "updated_datetime", open311_time(ctx, told->update.at));
    document_text(document, "description", description_of(ctx, &told->update));
    document_text(document, "media_url", STR_NONE);
    document_end_thing(document);
}

/* The last ninety days without a beginning, and then the latest that happened in them; with one
 * what happened first after it, so that who asks again from where an answer ends misses nothing. */
static enum rc read_ask(struct ctx *ctx, const struct request *request, int64_t *ret_page,
                        struct public_events_ask *ret)
{
    struct open311_span span;
    int64_t page = 1;
    enum rc rc = open311_span(ctx, request, "start_date", "end_date", &span);

    if (!rc)
        rc = open311_number(ctx, request, "page", INT32_MAX, &page);
    if (!rc && page > PAGES_MAX)
        rc = FAIL(ctx, ERR_TOO_BIG, .field = S("page"), .arg = S("10"));
    if (rc)
        return rc;
    *ret = (struct public_events_ask){
        .until = instant_plus_us(span.has_until ? span.until : ctx->now, 1),
        .is_from_end = !span.has_from,
        .skipped = (page - 1) * UPDATES_MAX,
        .most = UPDATES_MAX,
    };
    ret->from = span.has_from ? span.from : instant_plus_us(ret->until, -WINDOW_US);
    *ret_page = page;
    return RC_OK;
}

enum rc open311_updates(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str id = request_value(request, S("service_request_id"));
    struct public_happened happened = {.n = 0};
    struct public_events_ask ask;
    struct document document;
    int64_t page;
    enum rc rc = open311_begin(ctx, request, reply);

    if (!rc)
        rc = read_ask(ctx, request, &page, &ask);
    if (!rc)
        rc = id.n ? tell_of(ctx, id, &ask, &happened) : public_happened(ctx, &ask, &happened);
    if (rc)
        return rc;
    if (happened.has_more)
        open311_link_next(ctx, request, reply, "/servicerequestupdates", page + 1);
    if (happened.n)
        qsort(happened.of, happened.n, sizeof *happened.of, oldest_first);
    document = open311_document(request, reply);
    document_begin_list(&document, "service_request_updates");
    for (size_t i = 0; i < happened.n; i++)
        put_update(ctx, &document, &happened.of[i]);
    document_end_list(&document);
    return RC_OK;
}

/* ---- Posted
 *
 * GeoReport v2 has no updates that are posted; mySociety's extension sends those of residents who
 * use the program to the server that keeps the report. So a program that filed the report speaks to
 * its reporter, and one that may work on it as well; about other reports it tells staff alone, and
 * the page names it. */

static const char *const statuses[] = {
    "OPEN",
    "CLOSED",
    "FIXED",
    "IN_PROGRESS",
    "ACTION_SCHEDULED",
    "INVESTIGATING",
    "DUPLICATE",
    "CANCELLED",
    "NOT_COUNCILS_RESPONSIBILITY",
    "REOPEN",
    "FOR_TRIAGE",
    "NO_FURTHER_ACTION",
    "INTERNAL_REFERRAL",
};

static struct str sent(const struct request *request, const char *name)
{
    return str_trim(params_get(&request->form, str_of(name)));
}

/* Each of these becomes a line of what staff read: it must be one. */
static enum rc check_sender(struct ctx *ctx, const struct request *request)
{
    static const char *const lines[] = {"first_name", "last_name", "media_url"};
    struct str email = sent(request, "email");

    for (size_t i = 0; i < COUNT(lines); i++) {
        enum rc rc = text_check_line(ctx, sent(request, lines[i]), str_of(lines[i]), LINE_MOST);

        if (rc)
            return rc;
    }
    return email.n && !mail_address_is_public(email)
               ? FAIL(ctx, ERR_NOT_AN_EMAIL, .field = S("email"))
               : RC_OK;
}

static enum rc check_update(struct ctx *ctx, const struct request *request)
{
    struct str status = sent(request, "status"), at = sent(request, "updated_datetime");
    struct instant ignored;
    bool is_known = !status.n;
    enum rc rc;

    if (request->body.n)
        return FAIL(ctx, ERR_MEDIA_TYPE);
    for (size_t i = 0; i < COUNT(statuses); i++)
        is_known |= str_eq_ascii_nocase(status, str_of(statuses[i]));
    if (!is_known)
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("status"));
    if (!sent(request, "description").n && !status.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("description"));
    rc = check_sender(ctx, request);
    if (rc)
        return rc;
    return at.n ? open311_instant(ctx, at, "updated_datetime", &ignored) : RC_OK;
}

/* Staff read all of it; what the update says of the state does not change the state, which is a
 * step of the workflow and theirs to take. */
static struct str update_text(struct ctx *ctx, const struct request *request)
{
    static const char *const extra[] = {"status", "media_url", "first_name", "last_name", "email"};
    struct buf out = buf_in(ctx->arena, MAX_TEXT);

    buf_add(&out, sent(request, "description"));
    for (size_t i = 0; i < COUNT(extra); i++) {
        struct str value = sent(request, extra[i]);

        if (value.n)
            buf_add_fmt(&out, "%s%s: %.*s", out.n ? "\n" : "", extra[i], STR_ARG(value));
    }
    return buf_has_failed(&out) ? STR_NONE : buf_str(&out);
}

static enum rc find_case(struct ctx *ctx, const struct request *request, const struct api_key *key,
                         struct public_cases *ret)
{
    struct str id = sent(request, "service_request_id"), number;
    struct public_cases found = {.n = 0};
    const struct definition *definition;
    enum rc rc = RC_OK;

    if (!id.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("service_request_id"));
    if (number_parse(ctx->arena, id, &number))
        rc = public_cases_numbered(ctx, &number, 1, &found);
    if (!rc && !found.n)
        rc = FAIL(ctx, ERR_NOT_FOUND, .field = S("service_request_id"), .arg = id);
    if (rc)
        return rc;
    definition = found.of[0].definition;
    if (!api_key_may(key, API_RIGHT_FILE, case_reach_within(ctx->city, definition, 0)))
        return FAIL(ctx, ERR_DENIED, .field = S("service_request_id"));
    *ret = found;
    return RC_OK;
}

static bool works_on(const struct ctx *ctx, const struct api_key *key,
                     const struct definition *definition)
{
    return api_key_may(key, API_RIGHT_WORK, case_reach_within(ctx->city, definition, 0));
}

enum rc open311_update_add(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct external_message message = {.external_id = sent(request, "update_id")};
    struct public_cases found = {.n = 0};
    struct document document;
    struct api_key key;
    int64_t id;
    enum rc rc = open311_begin(ctx, request, reply);

    if (!rc)
        rc = open311_key(ctx, request, reply, &key);
    if (!rc)
        rc = check_update(ctx, request);
    if (!rc)
        rc = find_case(ctx, request, &key, &found);
    if (rc)
        return rc;
    message.case_id = found.of[0].id;
    message.may_tell = works_on(ctx, &key, found.of[0].definition);
    message.text = update_text(ctx, request);
    message.system = str_fmt(ctx->arena, "key %.*s", STR_ARG(key.prefix));
    if (!message.external_id.n)
        message.external_id = sent(request, "update_id_ext");
    rc = external_message_add(ctx, &message, &id);
    if (rc)
        return rc;
    document = open311_document(request, reply);
    reply->status = 201;
    document_begin_list(&document, "service_request_updates");
    document_begin_thing(&document, "request_update");
    document_text(&document, "update_id", str_fmt(ctx->arena, "%lld", (long long)id));
    document_end_thing(&document);
    document_end_list(&document);
    return RC_OK;
}
