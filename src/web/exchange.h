/* Internal to the web layer: one request and its reply on their way through the threads.
 *
 * An exchange belongs to one thread at a time: to the connection's I/O thread, or, while the
 * connection is suspended, to a worker. The stage says whose it is and what comes next:
 *
 *     stage      owner       what happens                       next
 *     HEAD       I/O thread  the head is complete: checked      BODY; SENT if it is refused
 *     BODY       I/O thread  the body comes in, or the library  WORK; REFUSED; SENT for an asset or
 *                            calls once more                    an overload; ANSWER for a
 *                                                               route that it answers itself
 *     REFUSED    I/O thread  a small body is read to its end,   WORK
 *                            a large one no further
 *     WORK       worker      the handler runs                   ANSWER; LINGER if the body was not
 *                                                               read; GONE if nobody waits any more
 *     ANSWER     I/O thread  the library gets the response      SENT; STREAMING
 *     STREAMING  I/O thread  the library asks for parts         the same, or the end
 *                worker      makes one while the connection     the I/O thread has it again
 *                            is suspended, the stage stays
 *     LINGER     I/O thread  what still comes is dropped        the end
 *     GONE       I/O thread  the connection is closed           the end
 *     SENT       library     sends the response                 the end
 *
 * The end is edge_completed, which the library calls whatever happened; it frees the exchange.
 * Layer: web.
 */
#ifndef WEB_EXCHANGE_H
#define WEB_EXCHANGE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "web/assets.h"
#include "web/body.h"
#include "web/fixed.h"
#include "web/head.h"
#include "web/pool.h"
#include "web/server.h"
#include "web/shelf.h"
#include "web/sweep.h"
#include "web/upload_places.h"

enum stage {
    STAGE_HEAD,
    STAGE_BODY,
    STAGE_REFUSED,
    STAGE_WORK,
    STAGE_ANSWER,
    STAGE_LINGER,
    STAGE_GONE,
    STAGE_SENT,
    STAGE_STREAMING,
};

/* A body made part by part; the reader's position is the library's. */
struct stream {
    reply_produce_fn *produce;
    void *state;
    struct arena *arena;
    struct exchange *exchange;
    char *chunk; /* owned */
    size_t chunk_n, chunk_at;
    bool is_last, has_failed;
};

struct exchange {
    struct pool_job job;
    struct server *server;
    struct MHD_Connection *connection;
    struct sweep_entry *sweep_entry; /* borrowed, the connection's */
    enum stage stage;
    struct head_facts facts;
    struct head head;
    struct param headers[HEAD_MAX_HEADERS];
    size_t header_count;
    const char *target_at; /* where the library has the target */

    struct request request;
    struct route_match match;
    enum lang lang;
    bool is_routed;     /* request.path, match and lang are set */
    bool has_begun;     /* the hook was called, so end() is due */
    bool is_counted;    /* counted in under_way */
    struct str peer;    /* into peer_text */
    char peer_text[46]; /* INET6_ADDRSTRLEN */

    struct arena *arena; /* of the body; NULL for requests without one */
    struct body *body;
    struct body_limits limits;
    struct err refusal; /* what is wrong with the body; ERR_NONE when nothing is */
    int64_t body_bytes, lingered_bytes, reply_bytes;
    bool is_past_library; /* the body is not read to its end: see respond_past_library */

    /* While its files come in and are worked on. */
    struct upload_place upload_place;
    int64_t upload_since_ms, upload_since_bytes; /* 0, or when the first file began */

    struct reply *reply;       /* the worker's, in STAGE_ANSWER, with its memory */
    struct arena *reply_arena; /* owned */
    int64_t started_us, started_ms;
    struct stream *stream; /* owned */

    size_t target_n;
    char target[]; /* as it came */
};

struct server {
    struct server_options options;
    const struct router *router;
    struct csrf csrf;
    struct MHD_Daemon *daemon;
    struct fixed *fixed;
    struct assets *assets;
    struct shelf *shelf;
    struct pool *readers, *writers;
    struct sweep *sweep;
    int port;
    int stop_fd;
    _Atomic bool is_draining;
    struct upload_places *uploads;
    _Atomic int under_way;
    _Atomic uint64_t next_work_id;
    _Atomic int64_t requests, overloads, malformed_count, abandoned;
    _Atomic int64_t by_status_class[6];
};

/* exchange.c */
struct exchange *exchange_new(struct server *server, struct MHD_Connection *connection,
                              const char *target);
void exchange_free(struct exchange *exchange);

/* Copies the library's strings into exchange->head and checks them. */
enum head_result exchange_check_head(struct exchange *exchange, const char *method,
                                     const char *version, const char **ret_fault);

/* Decodes path and query and finds the route, with memory of ctx->arena. RC_OK also when no route
 * is found: exchange->match says so. */
enum rc exchange_route(struct exchange *exchange, struct ctx *ctx) MUST_CHECK;

/* A ctx for this exchange over an arena. */
struct ctx exchange_ctx(const struct exchange *exchange, struct arena *arena);

/* edge.c: what libmicrohttpd calls, `cls` is the server. */
void *edge_target(void *cls, const char *target, struct MHD_Connection *connection);
enum MHD_Result edge_handle(void *cls, struct MHD_Connection *connection, const char *url,
                            const char *method, const char *version, const char *data,
                            size_t *data_n, void **exchange);
void edge_completed(void *cls, struct MHD_Connection *connection, void **exchange,
                    enum MHD_RequestTerminationCode why);
void edge_connection(void *cls, struct MHD_Connection *connection, void **entry,
                     enum MHD_ConnectionNotificationCode what);

/* work.c: a worker runs one exchange, or one part of its stream. */
void work_run(struct pool_job *job, struct arena **arena);

/* Runs the handler of a route with ROUTE_AT_EDGE on the I/O thread; STAGE_ANSWER comes next. */
void work_run_at_edge(struct exchange *exchange, const struct route *route);

/* respond.c */

/* The library's response for a reply, whose memory it borrows until the exchange ends; takes over
 * its file and stream. Made on the I/O thread: the library allocates each header by itself, and
 * frees it there. NULL without memory. */
struct MHD_Response *respond_make(struct exchange *exchange, struct reply *reply);

/* Writes a small reply straight to the socket and ends our direction, for a request whose body is
 * not going to be read: the library can answer before a body or after it, never within. */
void respond_past_library(struct exchange *exchange, struct reply *reply);

/* The same for one of the fixed answers. */
void respond_fixed_past_library(struct exchange *exchange, enum fixed_kind kind);

/* Fills the reply with the plain page or the RFC 9457 problem for ctx->err. */
void respond_plain_error(struct ctx *ctx, const struct request *request, struct reply *reply);

#endif
