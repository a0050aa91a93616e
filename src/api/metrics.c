#include "api/metrics.h"

#include <stdatomic.h>
#include <stdlib.h>

#define BUCKETS 12

static const int statuses[] = {200, 201, 202, 204, 206, 303, 304, 308, 400, 401, 403, 404, 405,
                               408, 409, 410, 412, 413, 415, 422, 429, 431, 500, 502, 503};
#define STATUSES (COUNT(statuses))

static const int64_t bounds_us[BUCKETS] = {1000,   2500,   5000,   10000,   25000,   50000,
                                           100000, 250000, 500000, 1000000, 2500000, 10000000};

struct counts {
    const struct route *route;               /* NULL: no route was found */
    _Atomic int64_t by_status[STATUSES + 1]; /* the last: any other */
    _Atomic int64_t by_bucket[BUCKETS + 1];  /* the last: slower than all bounds */
    _Atomic int64_t sum_us;
};

static struct counts *all; /* by the route's address, the one without route first */
static size_t all_n;

static int by_route(const void *left, const void *right)
{
    const struct counts *a = left, *b = right;

    return (a->route > b->route) - (a->route < b->route);
}

enum rc metrics_begin(struct ctx *ctx, const struct route *const *tables)
{
    size_t n = 1;

    for (size_t i = 0; tables[i]; i++)
        for (const struct route *route = tables[i]; route->pattern; route++)
            n++;
    free(all);
    all_n = 0;
    all = calloc(n, sizeof *all);
    if (!all)
        return FAIL(ctx, ERR_MEMORY);
    all_n = 1;
    for (size_t i = 0; tables[i]; i++)
        for (const struct route *route = tables[i]; route->pattern; route++)
            all[all_n++].route = route;
    qsort(all, all_n, sizeof *all, by_route);
    return RC_OK;
}

void metrics_note(const struct server_event *event)
{
    const struct counts wanted = {.route = event->route};
    struct counts *counts = all_n ? bsearch(&wanted, all, all_n, sizeof *all, by_route) : NULL;
    size_t status = 0, bucket = 0;

    if (!counts)
        return;
    while (status < STATUSES && statuses[status] != event->status)
        status++;
    while (bucket < BUCKETS && bounds_us[bucket] < event->duration_us)
        bucket++;
    atomic_fetch_add_explicit(&counts->by_status[status], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counts->by_bucket[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&counts->sum_us, event->duration_us, memory_order_relaxed);
}

void metrics_put(struct buf *out, const char *name, const char *labels, double value)
{
    if (labels)
        buf_add_fmt(out, "%s{%s} %.15g\n", name, labels, value);
    else
        buf_add_fmt(out, "%s %.15g\n", name, value);
}

void metrics_put_help(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_add_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A pattern has none of the characters that a label escapes. */
static const char *labels_of(struct buf *out, const struct counts *counts)
{
    struct str method = counts->route ? http_method_name(counts->route->method) : STR_NONE;

    return str_z(out->arena, str_fmt(out->arena, "route=\"%s\",method=\"%.*s\"",
                                     counts->route ? counts->route->pattern : "", STR_ARG(method)));
}

static void put_statuses(struct buf *out, const struct counts *counts)
{
    const char *labels = labels_of(out, counts);

    for (size_t i = 0; i <= STATUSES; i++) {
        int64_t count = counts->by_status[i];

        if (!count)
            continue;
        if (i < STATUSES)
            buf_add_fmt(out, "cityhall_requests_total{%s,status=\"%d\"} %lld\n", labels,
                        statuses[i], (long long)count);
        else
            buf_add_fmt(out, "cityhall_requests_total{%s,status=\"other\"} %lld\n", labels,
                        (long long)count);
    }
}

static void put_durations(struct buf *out, const struct counts *counts)
{
    const char *labels = labels_of(out, counts);
    int64_t sum_us = counts->sum_us, total = 0;
    int64_t by_bucket[BUCKETS + 1];

    for (size_t i = 0; i <= BUCKETS; i++)
        total += by_bucket[i] = counts->by_bucket[i];
    if (!total)
        return;
    total = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        total += by_bucket[i];
        buf_add_fmt(out, "cityhall_request_seconds_bucket{%s,le=\"%g\"} %lld\n", labels,
                    (double)bounds_us[i] / 1e6, (long long)total);
    }
    total += by_bucket[BUCKETS];
    buf_add_fmt(out, "cityhall_request_seconds_bucket{%s,le=\"+Inf\"} %lld\n", labels,
                (long long)total);
    buf_add_fmt(out, "cityhall_request_seconds_sum{%s} %.6f\n", labels, (double)sum_us / 1e6);
    buf_add_fmt(out, "cityhall_request_seconds_count{%s} %lld\n", labels, (long long)total);
}

void metrics_write_requests(struct buf *out)
{
    metrics_put_help(out, "cityhall_requests_total", "counter",
                     "Requests that are over, by route, method and status.");
    for (size_t i = 0; i < all_n; i++)
        put_statuses(out, &all[i]);
    metrics_put_help(out, "cityhall_request_seconds", "histogram",
                     "How long requests took, waiting in the queue included.");
    for (size_t i = 0; i < all_n; i++)
        put_durations(out, &all[i]);
}
