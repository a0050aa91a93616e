#include "base/json.h"
#include "base/utf8.h"
#include "db/db.h"
#include "engine/cases/access.h"
#include "engine/message/fetch.h"
#include "engine/message/queries.h"
#include "engine/message/webhook.h"
#include "people/api_key.h"
#include "people/seal.h"

#define TIMEOUT_MS  15000
#define MAX_ANSWER  ((size_t)64 << 10)
#define MAX_BODY    8000
#define MAX_TROUBLE 200
#define LEASE_US    (5 * US_PER_MIN)

struct delivery {
    struct webhook_due_row due;
    bool is_ours, is_wanted, is_key_gone;
    struct webhook_taken_row row;
    struct webhook_sender sender;
    enum fetch_outcome outcome;
    struct fetched answer;
    struct str end_why; /* the subscription's; empty: it goes on */
};

static enum rc look(struct ctx *ctx, struct delivery *delivery, bool *ret_found)
{
    enum rc rc = db_reader_acquire(ctx);

    *ret_found = false;
    if (rc)
        return rc;
    rc = webhook_due(ctx, ctx->now, ret_found, &delivery->due);
    db_reader_release(ctx);
    return rc;
}

static enum rc take_tx(struct ctx *ctx, void *arg)
{
    struct delivery *delivery = arg;
    int64_t changed;
    bool is_found;
    enum rc rc = webhook_take(ctx, delivery->due.id, delivery->due.attempts,
                              instant_plus_us(ctx->now, LEASE_US), &changed);

    delivery->is_ours = false;
    if (rc || changed != 1)
        return rc;
    rc = webhook_taken(ctx, delivery->due.id, &is_found, &delivery->row);
    if (!rc && !is_found)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a delivery without its event"));
    delivery->is_ours = !rc;
    return rc;
}

/* How much of the case's story the key may hear; -1 for nothing. */
static int audience_of(struct ctx *ctx, const struct api_key *key,
                       const struct webhook_taken_row *row)
{
    const struct definition *definition =
        row->service_version_is_null ? NULL : city_version(ctx->city, row->service_version);
    struct case_reach reach;

    if (!definition)
        return -1;
    reach = (struct case_reach){
        .reach = case_reach_within(ctx->city, definition, row->team_is_null ? 0 : row->team),
        .case_id = row->cases,
        .is_service_public = case_service_is_public(ctx->city, definition),
        .confidentiality = case_audience(ctx->city, definition, row->confidentiality),
        .is_hidden = row->is_hidden,
    };
    return case_key_audience(&key->actor, &reach, !row->opener_is_null && row->opener == key->id);
}

static enum rc ask_whether(struct ctx *ctx, struct delivery *delivery)
{
    const struct webhook_taken_row *row = &delivery->row;
    struct api_key key;
    bool is_found;
    enum rc rc = api_key_of(ctx, row->api_key, &is_found, &key);

    db_reader_release(ctx);
    if (rc)
        return rc;
    delivery->is_key_gone = !is_found;
    delivery->is_wanted =
        is_found && row->ended_is_null && row->audience <= audience_of(ctx, &key, row);
    return RC_OK;
}

static struct str body_of(struct ctx *ctx, const struct delivery *delivery)
{
    const struct webhook_taken_row *row = &delivery->row;
    struct buf out = buf_in(ctx->arena, MAX_BODY);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member(&json, S("type"), row->kind);
    json_put_member(&json, S("timestamp"), instant_format_utc(ctx->arena, row->at));
    json_put_key(&json, S("data"));
    json_begin_object(&json);
    if (!row->number_is_null) {
        json_put_member(&json, S("number"), row->number);
        json_put_member(&json, S("service"), row->service);
        json_put_member_i64(&json, S("event"), row->event);
        json_put_member(&json, S("url"),
                        str_fmt(ctx->arena, "%.*s/api/v1/cases/%.*s",
                                STR_ARG(delivery->sender.base_url), STR_ARG(row->number)));
    }
    json_end_object(&json);
    json_end_object(&json);
    return buf_str(&out);
}

static void post(struct ctx *ctx, struct delivery *delivery)
{
    const struct webhook_taken_row *row = &delivery->row;
    struct str body = body_of(ctx, delivery), secret, signature, headers[4];
    struct str id = row->id ? str_fmt(ctx->arena, "msg_%lld", (long long)row->id) : S("msg_test");
    int64_t now_s = ctx->now.us_utc / US_PER_S;

    delivery->outcome = FETCH_FAILED;
    delivery->answer = (struct fetched){.trouble = S("its secret cannot be opened")};
    if (!seal_open(ctx->arena, S("webhook"), row->secret, &secret))
        return;
    signature = webhook_signature(ctx->arena, secret, id, now_s, body);
    headers[0] = S("Content-Type: application/json");
    headers[1] = str_fmt(ctx->arena, "webhook-id: %.*s", STR_ARG(id));
    headers[2] = str_fmt(ctx->arena, "webhook-timestamp: %lld", (long long)now_s);
    headers[3] = str_fmt(ctx->arena, "webhook-signature: %.*s", STR_ARG(signature));
    delivery->outcome = fetch_url(ctx,
                                  &(struct fetch){
                                      .url = row->url,
                                      .is_https_only = true,
                                      .may_be_local = ctx->city->is_demonstration,
                                      .headers = headers,
                                      .header_n = 4,
                                      .is_post = true,
                                      .body = body,
                                      .timeout_ms = TIMEOUT_MS,
                                      .max_bytes = MAX_ANSWER,
                                      .fd = -1,
                                      .is_stopping = delivery->sender.is_stopping,
                                  },
                                  &delivery->answer);
    if (delivery->outcome == FETCH_ANSWERED && delivery->answer.status / 100 != 2)
        delivery->answer.trouble = str_fmt(ctx->arena, "it answered %d", delivery->answer.status);
}

static bool was_taken(const struct delivery *delivery)
{
    return delivery->outcome == FETCH_ANSWERED && delivery->answer.status / 100 == 2;
}

static struct instant next_try(const struct ctx *ctx, int64_t failures)
{
    static const int64_t pauses_s[] = {5, 60, 300, 1800, 7200, 18000, 36000, 50400, 50400, 50400};
    int64_t last = (int64_t)(COUNT(pauses_s)) - 1;

    return instant_plus_us(ctx->now, pauses_s[failures < last ? failures : last] * US_PER_S);
}

static enum rc settle(struct ctx *ctx, const struct delivery *delivery, struct str state,
                      const struct instant *again)
{
    return webhook_settle(ctx,
                          &(struct webhook_settle_args){
                              .id = delivery->row.id,
                              .attempts = delivery->row.attempts,
                              .state = state,
                              .next_try = again ? *again : ctx->now,
                              .next_try_is_null = !again,
                              .settled = ctx->now,
                              .settled_is_null = again,
                              .status = delivery->answer.status,
                              .trouble = utf8_cut(delivery->answer.trouble, MAX_TROUBLE),
                          },
                          NULL);
}

static enum rc settle_failure(struct ctx *ctx, struct delivery *delivery)
{
    const struct webhook_taken_row *row = &delivery->row;
    struct instant since = row->failing_is_null ? ctx->now : row->failing;
    struct instant again = next_try(ctx, row->failures);
    bool is_last = row->attempts >= WEBHOOK_TRIES || delivery->outcome == FETCH_REFUSED;
    struct str state = !is_last                               ? S("queued")
                       : delivery->outcome == FETCH_UNCERTAIN ? S("uncertain")
                                                              : S("failed");
    enum rc rc = settle(ctx, delivery, state, is_last ? NULL : &again);

    if (delivery->answer.status == 410)
        delivery->end_why = S("the server answered that it is gone");
    else if (delivery->outcome == FETCH_REFUSED)
        delivery->end_why = delivery->answer.trouble;
    else if (ctx->now.us_utc - since.us_utc >= WEBHOOK_FAILING_US)
        delivery->end_why = S("the server has not taken anything for five days");
    if (!rc)
        rc = webhook_set_health(ctx,
                                &(struct webhook_set_health_args){
                                    .id = row->webhook,
                                    .failures = row->failures + 1,
                                    .failing = since,
                                },
                                NULL);
    if (!rc)
        rc = webhook_put_off(ctx, row->webhook, again, NULL);
    if (!rc && delivery->end_why.n)
        rc = webhook_end_for(ctx, row->webhook, delivery->end_why);
    return rc;
}

static enum rc settle_success(struct ctx *ctx, const struct delivery *delivery)
{
    const struct webhook_taken_row *row = &delivery->row;
    enum rc rc = settle(ctx, delivery, S("sent"), NULL);

    if (rc || !row->failures)
        return rc;
    rc = webhook_set_health(ctx,
                            &(struct webhook_set_health_args){
                                .id = row->webhook, .failures = 0, .failing_is_null = true},
                            NULL);
    return rc ? rc : webhook_put_on(ctx, row->webhook, ctx->now, NULL);
}

static enum rc settle_tx(struct ctx *ctx, void *arg)
{
    struct delivery *delivery = arg;
    enum rc rc;

    if (!delivery->is_wanted) {
        rc = settle(ctx, delivery, S("skipped"), NULL);
        delivery->end_why = delivery->is_key_gone ? S("its key has ended") : STR_NONE;
        return rc || !delivery->is_key_gone
                   ? rc
                   : webhook_end_for(ctx, delivery->row.webhook, delivery->end_why);
    }
    return was_taken(delivery) ? settle_success(ctx, delivery) : settle_failure(ctx, delivery);
}

enum rc webhook_send_next(struct ctx *ctx, const struct webhook_sender *sender,
                          struct webhook_result *ret)
{
    struct delivery delivery = {.sender = *sender};
    bool is_found;
    enum rc rc = look(ctx, &delivery, &is_found);

    if (!rc && is_found)
        rc = db_tx(ctx, take_tx, &delivery);
    if (!rc && delivery.is_ours)
        rc = ask_whether(ctx, &delivery);
    if (!rc && delivery.is_ours && delivery.is_wanted)
        post(ctx, &delivery);
    if (!rc && delivery.is_ours)
        rc = db_tx(ctx, settle_tx, &delivery);
    if (!rc)
        *ret = (struct webhook_result){
            .was_there = delivery.is_ours,
            .delivery = delivery.row.id,
            .status = delivery.answer.status,
            .trouble =
                delivery.is_wanted && !was_taken(&delivery) ? delivery.answer.trouble : STR_NONE,
            .has_ended = delivery.end_why.n > 0,
        };
    return rc;
}

enum rc webhook_test(struct ctx *ctx, int64_t id, const struct webhook_sender *sender,
                     struct webhook_result *ret)
{
    struct delivery delivery = {.sender = *sender};
    struct webhook_get_row row;
    bool is_found;
    enum rc rc = ctx->conn ? RC_OK : db_reader_acquire(ctx);

    if (!rc)
        rc = webhook_get(ctx, id, &is_found, &row);
    db_reader_release(ctx);
    if (rc)
        return rc;
    if (!is_found || !row.ended_is_null)
        return FAIL(ctx, ERR_NOT_FOUND);
    delivery.row = (struct webhook_taken_row){
        .kind = S("webhook.test"),
        .at = ctx->now,
        .url = row.url,
        .secret = row.secret,
        .number_is_null = true,
    };
    post(ctx, &delivery);
    *ret = (struct webhook_result){
        .was_there = true,
        .status = delivery.answer.status,
        .trouble = was_taken(&delivery) ? STR_NONE : delivery.answer.trouble,
    };
    return RC_OK;
}

static enum rc tidy_tx(struct ctx *ctx, void *arg)
{
    enum rc rc = webhook_requeue_lost(ctx, ctx->now, NULL);

    (void)arg;
    return rc ? rc : webhook_forget(ctx, instant_plus_us(ctx->now, -WEBHOOK_KEPT_US), NULL);
}

enum rc webhook_tidy(struct ctx *ctx)
{
    return db_tx(ctx, tidy_tx, NULL);
}
