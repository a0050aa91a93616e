/* Counters of requests, and all numbers of the program in Prometheus' text format.
 *
 * Each request that is over is counted by route, method and status, and its duration in a
 * histogram by route and method: what nobody asked for takes no line. Layer: api. Any thread.
 */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "base/buf.h"
#include "base/ctx.h"
#include "web/server.h"

/* Makes room for the routes of all tables (ended by NULL); once, before the server starts. */
enum rc metrics_begin(struct ctx *ctx, const struct route *const *tables) MUST_CHECK;

/* Counts one request that is over: for the server's log hook. */
void metrics_note(const struct server_event *event);

/* One number: `labels` as in `pool="read"`, NULL for none. */
void metrics_put(struct buf *out, const char *name, const char *labels, double value);

/* What comes before the first number of a name. `type` is "counter", "gauge" or "histogram". */
void metrics_put_help(struct buf *out, const char *name, const char *type, const char *help);

/* Writes the counters of requests. */
void metrics_write_requests(struct buf *out);

#endif
