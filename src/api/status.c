#include "api/status.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <unistd.h>

#include "api/caller.h"
#include "api/metrics.h"
#include "api/queries.h"
#include "base/address.h"
#include "db/stats.h"
#include "engine/record/record_tree.h"
#include "engine/work/job.h"

#define MAX_STATM_BYTES 200

static _Atomic(const struct status_sources *) sources;

void status_use(const struct status_sources *given)
{
    sources = given;
}

static struct status_load load_now(void)
{
    const struct status_sources *from = sources;
    struct status_load load = {0};

    if (from)
        from->load(from->app, &load);
    return load;
}

enum rc health_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct status_load load = load_now();

    (void)ctx;
    (void)request;
    reply->content_type = "text/plain; charset=utf-8";
    if (load.is_store_away || load.is_worker_stuck) {
        reply->status = 503;
        BUF_ADD(&reply->body, "unavailable\n");
        return RC_OK;
    }
    BUF_ADD(&reply->body, "ok\n");
    return RC_OK;
}

static bool is_from_here(const struct request *request)
{
    bool is_passed_on = request_header(request, S("x-forwarded-for")).p ||
                        request_header(request, S("forwarded")).p ||
                        request_header(request, S("via")).p;

    return !is_passed_on && address_is_loopback(request->remote);
}

static bool may_see(const struct request *request)
{
    const struct api_caller *caller = request->session;

    return is_from_here(request) ||
           (caller && api_key_may(caller->key, API_RIGHT_READ, (struct reach){STR_NONE}));
}

static void put_server(struct buf *out, const struct status_load *load)
{
    metrics_put_help(out, "cityhall_requests_queued", "gauge",
                     "Requests that wait for a worker, by pool.");
    metrics_put(out, "cityhall_requests_queued", "pool=\"read\"", (double)load->queued_reads);
    metrics_put(out, "cityhall_requests_queued", "pool=\"write\"", (double)load->queued_writes);
    metrics_put_help(out, "cityhall_requests_under_way", "gauge", "Requests not yet answered.");
    metrics_put(out, "cityhall_requests_under_way", NULL, (double)load->under_way);
    metrics_put_help(out, "cityhall_refused_total", "counter",
                     "Requests refused before any work, by reason.");
    metrics_put(out, "cityhall_refused_total", "reason=\"overload\"", (double)load->overloads);
    metrics_put(out, "cityhall_refused_total", "reason=\"malformed\"", (double)load->malformed);
    metrics_put(out, "cityhall_refused_total", "reason=\"late\"", (double)load->late_connections);
    metrics_put(out, "cityhall_refused_total", "reason=\"abandoned\"", (double)load->abandoned);
}

static void put_worker(struct buf *out, const struct status_load *load)
{
    metrics_put_help(out, "cityhall_worker_up", "gauge",
                     "1 while the worker gets on with its work, 0 when it is stuck or ended.");
    metrics_put(out, "cityhall_worker_up", NULL, load->has_worker && !load->is_worker_stuck);
    metrics_put_help(out, "cityhall_worker_idle_seconds", "gauge",
                     "Since the worker last ended a piece of work.");
    metrics_put(out, "cityhall_worker_idle_seconds", NULL, (double)load->worker_idle_ms / 1000);
    metrics_put_help(out, "cityhall_worker_done_total", "counter",
                     "What the worker has done, by kind.");
    metrics_put(out, "cityhall_worker_done_total", "kind=\"job\"", (double)load->worker_jobs);
    metrics_put(out, "cityhall_worker_done_total", "kind=\"message\"",
                (double)load->worker_messages);
    metrics_put(out, "cityhall_worker_done_total", "kind=\"webhook\"", (double)load->webhooks_sent);
    metrics_put_help(out, "cityhall_worker_failures_total", "counter",
                     "What failed in the background, by kind.");
    metrics_put(out, "cityhall_worker_failures_total", "kind=\"work\"",
                (double)load->worker_failures);
    metrics_put(out, "cityhall_worker_failures_total", "kind=\"webhook\"",
                (double)load->webhooks_failed);
}

static void put_store(struct ctx *ctx, struct buf *out)
{
    struct db_stats stats = db_stats(ctx->db);

    metrics_put_help(out, "cityhall_store_queued", "gauge",
                     "Transactions that wait for the one writer (SQLite) or for a connection.");
    metrics_put(out, "cityhall_store_queued", NULL, (double)stats.queued);
    metrics_put_help(out, "cityhall_store_transactions_total", "counter",
                     "Transactions that were run.");
    metrics_put(out, "cityhall_store_transactions_total", NULL, (double)stats.transactions);
    metrics_put_help(out, "cityhall_store_groups_total", "counter",
                     "Commits; on SQLite each holds one or more transactions.");
    metrics_put(out, "cityhall_store_groups_total", NULL, (double)stats.groups);
    metrics_put_help(out, "cityhall_store_repeated_total", "counter",
                     "Transactions begun again after a conflict (PostgreSQL).");
    metrics_put(out, "cityhall_store_repeated_total", NULL, (double)stats.repeated);
}

static enum rc put_jobs(struct ctx *ctx, struct buf *out)
{
    struct api_jobs_row row;
    enum rc rc = api_jobs(ctx, ctx->now, JOB_TRIES, &row);

    if (rc)
        return rc;
    metrics_put_help(out, "cityhall_jobs", "gauge", "Jobs that have not ended, by state.");
    metrics_put(out, "cityhall_jobs", "state=\"due\"", (double)row.due);
    metrics_put(out, "cityhall_jobs", "state=\"later\"", (double)row.later);
    metrics_put(out, "cityhall_jobs", "state=\"failed\"", (double)row.failed);
    return RC_OK;
}

/* States that are over are left out: their rows are many, and never fewer. */
static enum rc put_outboxes(struct ctx *ctx, struct buf *out)
{
    static const char *const states[] = {"queued", "sending", "failed", "uncertain"};
    struct api_messages_by_state_rows messages;
    struct api_deliveries_by_state_rows deliveries;
    enum rc rc = api_messages_by_state(ctx, &messages);

    if (!rc)
        rc = api_deliveries_by_state(ctx, &deliveries);
    if (rc)
        return rc;
    metrics_put_help(out, "cityhall_outbox", "gauge",
                     "What is to be told and was not, by route and state.");
    for (size_t i = 0; i < COUNT(states); i++) {
        int64_t mails = 0, hooks = 0;

        for (size_t j = 0; j < messages.n; j++)
            if (str_eq(messages.rows[j].state, str_of(states[i])))
                mails = messages.rows[j].total;
        for (size_t j = 0; j < deliveries.n; j++)
            if (str_eq(deliveries.rows[j].state, str_of(states[i])))
                hooks = deliveries.rows[j].total;
        metrics_put(
            out, "cityhall_outbox",
            str_z(ctx->arena, str_fmt(ctx->arena, "route=\"mail\",state=\"%s\"", states[i])),
            (double)mails);
        metrics_put(
            out, "cityhall_outbox",
            str_z(ctx->arena, str_fmt(ctx->arena, "route=\"webhook\",state=\"%s\"", states[i])),
            (double)hooks);
    }
    return RC_OK;
}

static enum rc put_record(struct ctx *ctx, struct buf *out)
{
    struct record_head head = {.size = 0};
    int64_t size;
    bool has_head;
    enum rc rc = record_placed(ctx, &size);

    if (!rc)
        rc = record_latest_head(ctx, &has_head, &head);
    if (rc)
        return rc;
    metrics_put_help(out, "cityhall_record_size", "gauge", "Events that have their place.");
    metrics_put(out, "cityhall_record_size", NULL, (double)size);
    metrics_put_help(out, "cityhall_record_signed_size", "gauge",
                     "Events under the newest signed head.");
    metrics_put(out, "cityhall_record_signed_size", NULL, (double)head.size);
    return RC_OK;
}

/* The second number of /proc/self/statm, in pages. */
static int64_t resident_bytes(void)
{
    char text[MAX_STATM_BYTES];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text);
    struct str rest = {text, n > 0 ? (size_t)n : 0}, pages;
    int64_t count = 0;

    if (fd >= 0)
        close(fd);
    if (str_next(&rest, ' ', &pages) && str_next(&rest, ' ', &pages))
        str_to_i64(pages, &count);
    return count * sysconf(_SC_PAGESIZE);
}

static void put_process(struct ctx *ctx, struct buf *out)
{
    const struct status_sources *from = sources;

    metrics_put_help(out, "process_resident_memory_bytes", "gauge",
                     "Resident memory size in bytes.");
    metrics_put(out, "process_resident_memory_bytes", NULL, (double)resident_bytes());
    metrics_put_help(out, "process_start_time_seconds", "gauge",
                     "Start time of the process since unix epoch in seconds.");
    metrics_put(out, "process_start_time_seconds", NULL,
                from ? (double)from->started.us_utc / 1e6 : 0);
    metrics_put_help(out, "cityhall_info", "gauge", "The version that runs.");
    metrics_put(out, "cityhall_info",
                str_z(ctx->arena, str_fmt(ctx->arena, "version=\"%s\"", from ? from->version : "")),
                1);
}

enum rc metrics_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct status_load load;
    struct buf *out = &reply->body;
    enum rc rc;

    if (!may_see(request))
        return FAIL(ctx, ERR_DENIED);
    load = load_now();
    reply->content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_write_requests(out);
    put_server(out, &load);
    put_worker(out, &load);
    put_store(ctx, out);
    rc = put_jobs(ctx, out);
    if (!rc)
        rc = put_outboxes(ctx, out);
    if (!rc)
        rc = put_record(ctx, out);
    if (!rc)
        put_process(ctx, out);
    return rc;
}
