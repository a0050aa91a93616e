/* Whether all is well: /healthz for whoever balances load, /metrics for Prometheus.
 *
 * /healthz says "ok" or "unavailable" and no more, on an I/O thread (ROUTE_AT_EDGE): however many
 * requests wait and whatever the store is at. It goes by what the worker found when it last looked
 * into the store, a second ago. /metrics is for this machine, and for keys that
 * may read the cases of the whole city: a scraper elsewhere carries one as its bearer token. What a
 * proxy on this machine passes on is not from this machine. Layer: api.
 */
#ifndef API_STATUS_H
#define API_STATUS_H

#include "base/ctx.h"
#include "web/reply.h"
#include "web/request.h"

/* What only the program knows. */
struct status_load {
    int64_t queued_reads, queued_writes, under_way, overloads, malformed, late_connections,
        abandoned;
    bool has_worker, is_worker_stuck, is_store_away;
    int64_t worker_idle_ms, worker_jobs, worker_messages, worker_failures;
    int64_t webhooks_sent, webhooks_failed;
};

struct status_sources {
    const char *version;
    struct instant started;
    void *app;
    void (*load)(void *app, struct status_load *ret); /* from any thread */
};

/* `sources` is borrowed for ever. Without it health is good and the numbers are the store's alone.
 */
void status_use(const struct status_sources *sources);

enum rc health_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;
enum rc metrics_send(struct ctx *ctx, struct request *request, struct reply *reply) MUST_CHECK;

#endif
