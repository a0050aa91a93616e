/* Webhooks: servers of others that are told when something happens to a case.
 *
 * A subscription belongs to a key (people/api_key.h), and is told of what that key may see: of
 * every event within its scopes, of what the parties may know of the cases it filed, of what is
 * public in the others. What is sent names the case and the event and nothing else, so that no
 * personal data leaves this way: who wants more asks the interface with the key.
 *
 * A delivery is a row added in the event's transaction, so it exists exactly when the event does.
 * It is sent by POST behind the fence of fetch.h, in the style of Standard Webhooks: the headers
 * webhook-id (the same in every try), webhook-timestamp (seconds) and webhook-signature, "v1," and
 * the base64 of HMAC-SHA256 over "ID.TIMESTAMP.BODY" with the subscription's secret. An answer of
 * 2xx ends it; any other, or none, has it tried again with growing pauses, ten times in all. While
 * one server does not answer everything for it waits. A subscription ends when it has failed for
 * five days, answers 410, is removed, or its key has ended; that is an event. Layer: engine.
 * Tables: webhook, webhook_delivery.
 */
#ifndef ENGINE_WEBHOOK_H
#define ENGINE_WEBHOOK_H

#include <stdatomic.h>

#include "base/ctx.h"

#define WEBHOOK_TRIES      10
#define WEBHOOK_FAILING_US (5 * US_PER_DAY)
#define WEBHOOK_KEPT_US    (30 * US_PER_DAY) /* so long a delivery that has ended is kept */

struct webhook_new {
    struct str url;             /* https; in a demonstration http on this machine too */
    struct str key_prefix;      /* whose it is */
    const struct str *kinds;    /* of events, such as "case.step"; none: all */
    const struct str *services; /* codes; none: all */
    size_t kind_n, service_n;   /* at most 20 each */
};

/* Adds a subscription. *ret_secret, "whsec_..." in the arena, is for the other server and shown
 * once. RC_INVALID with err.field "url" (ERR_PATTERN, the sentence in detail), "key"
 * (ERR_NOT_A_CHOICE), "kind" or "service" (ERR_PATTERN, ERR_NOT_A_CHOICE). Event webhook.added. */
enum rc webhook_add(struct ctx *ctx, const struct webhook_new *made, struct str *ret_secret,
                    int64_t *ret_id) MUST_CHECK;

struct webhook_line {
    int64_t id, failures, queued;
    struct str url, key_prefix, kinds, services, ended_why;
    struct instant created, failing, ended;
    bool is_failing, has_ended;
};

/* All that were ever made, the oldest first. Takes a reader if there is none. */
enum rc webhook_list(struct ctx *ctx, struct webhook_line **ret, size_t *ret_n) MUST_CHECK;

/* Ends one; what waits for it is not sent. Twice changes nothing. ERR_NOT_FOUND. Event
 * webhook.removed. */
enum rc webhook_remove(struct ctx *ctx, int64_t id) MUST_CHECK;

/* The value of webhook-signature. `secret` as it was shown; the empty string for none that is. */
struct str webhook_signature(struct arena *arena, struct str secret, struct str id,
                             int64_t timestamp_s, struct str body);

/* What sends. */
struct webhook_sender {
    struct str base_url;            /* of this city, for the case's address */
    const atomic_bool *is_stopping; /* NULL: nothing stops it */
};

struct webhook_result {
    bool was_there;
    int64_t delivery;   /* the row */
    int status;         /* of the answer; 0: none */
    struct str trouble; /* for the log; empty when it was taken, or not to be sent */
    bool has_ended;     /* the subscription has, with this */
};

/* Sends the delivery that has been due longest at ctx->now and writes down how it ended. The return
 * is about the store; ctx has no reader. */
enum rc webhook_send_next(struct ctx *ctx, const struct webhook_sender *sender,
                          struct webhook_result *ret) MUST_CHECK;

/* Sends an event "webhook.test" now, once, and stores nothing. ERR_NOT_FOUND without such a live
 * subscription. */
enum rc webhook_test(struct ctx *ctx, int64_t id, const struct webhook_sender *sender,
                     struct webhook_result *ret) MUST_CHECK;

/* Puts back what was being sent by a program that is gone, and forgets what ended long ago. */
enum rc webhook_tidy(struct ctx *ctx) MUST_CHECK;

/* webhook_send.c asks webhook.c: ends a subscription inside db_tx, with its event. */
enum rc webhook_end_for(struct ctx *ctx, int64_t id, struct str why) MUST_CHECK;

#endif
