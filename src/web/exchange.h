/* Internal to the web layer: one request and its reply on their way through the threads.
 *
 * An exchange belongs to one thread at a time: to the connection's I/O thread, or, while the
 * connection is suspended, to a worker. Layer: web.
 */
#ifndef WEB_EXCHANGE_H
#define WEB_EXCHANGE_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "web/assets.h"
#include "web/body.h"
#include "web/crowd.h"
#include "web/fixed.h"
#include "web/head.h"
#include "web/pool.h"
#include "web/server.h"
#include "web/shelf.h"
#include "web/sweep.h"

enum stage {
    STAGE_HEAD,      /* nothing was looked at yet */
    STAGE_BODY,      /* the body comes in, or there is none and the library will call once more */
    STAGE_REFUSED,   /* the body is not wanted: a worker writes the reply as soon as it can */
    STAGE_WORK,      /* a worker has it */
    STAGE_ANSWER,    /* the worker is done: queue the response */
    STAGE_LINGER,    /* the reply was written past the library; what still comes is dropped */
    STAGE_SENT,      /* the library has the response */
    STAGE_STREAMING, /* and asks for its parts */
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
    bool is_routed;      /* request.path, match and lang are set */
    bool has_begun;      /* the hook was called, so end() is due */
    bool is_counted;     /* counted in under_way */
    size_t upload_place; /* in server->uploads; 0: none */
    struct str peer;     /* into peer_text */
    char peer_text[46];  /* INET6_ADDRSTRLEN */

    struct arena *arena; /* of the body; NULL for requests without one */
    struct body *body;
    struct body_limits limits;
    struct err refusal; /* what is wrong with the body; ERR_NONE when nothing is */
    int64_t body_bytes, lingered_bytes, reply_bytes;
    bool is_past_library; /* the body is not read to its end: see respond_past_library */

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
    struct crowd *uploads; /* requests with files that are under way, by client */
    _Atomic int under_way;
    _Atomic uint64_t next_work_id;
    _Atomic int64_t requests, overloads, malformed_count;
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

/* respond.c */

/* The library's response for a reply, whose memory it borrows until the exchange ends; takes over
 * its file and stream. Made on the I/O thread: the library allocates each header by itself, and
 * frees it there. NULL without memory. */
struct MHD_Response *respond_make(struct exchange *exchange, struct reply *reply);

/* Writes a small reply straight to the socket and ends our direction, for a request whose body is
 * not going to be read: the library can answer before a body or after it, never within. */
void respond_past_library(struct exchange *exchange, struct reply *reply);

/* Fills the reply with the plain page or the RFC 9457 problem for ctx->err. */
void respond_plain_error(struct ctx *ctx, const struct request *request, struct reply *reply);

#endif
