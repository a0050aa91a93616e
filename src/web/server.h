/* The HTTP server: libmicrohttpd at the edge, two pools of workers behind it.
 *
 * I/O threads read and check requests and never wait for anything: a request with all its input
 * goes into the queue of a pool, and the connection sleeps until a worker has run the handler as
 * plain synchronous code. Safe methods go to the readers (as many as cores), the others to the
 * writers, which mostly wait for the disk. A full queue is answered 503 with Retry-After at once.
 * What the program does before and after a handler (connections, sessions, permissions, error
 * pages, the log) it gives as hooks, so that this layer knows nothing above it. Layer: web.
 */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "web/csrf.h"
#include "web/reply.h"
#include "web/request.h"
#include "web/route.h"

struct asset_set;
struct edge_style;

/* One request that is over, for the log: one line each. */
struct server_event {
    uint64_t work_id;
    struct str method, remote;
    const struct route *route;   /* NULL when none was found. The target itself is not given: links,
                                    tokens and keys stand in it, which no log shall keep */
    const struct params *params; /* what stood in the route's {names}; NULL without a route */
    int status;
    int64_t duration_us;   /* from the head to the finished reply, waiting in the queue included */
    const struct err *err; /* NULL when it went well */
};

/* Called by workers, except `log`, which an I/O thread calls for a request that no worker saw.
 * Any may be NULL. `app` is server_options.app. */
struct server_hooks {
    /* Before everything else; may set ctx->actor, ctx->conn, request->session. On failure the
     * handler does not run. */
    enum rc (*begin)(void *app, struct ctx *ctx, struct request *request);

    /* After the route was found and before the form token is checked. */
    enum rc (*authorize)(void *app, struct ctx *ctx, struct request *request,
                         const struct route *route);

    /* Writes the page for a failure: ctx->err has the detail, reply->status is set from it and the
     * body is empty. On failure a plain page of ours is sent. */
    enum rc (*render_error)(void *app, struct ctx *ctx, struct request *request,
                            struct reply *reply, enum rc rc);

    /* Last, whenever begin() was called, also when it failed: gives back what it took. */
    void (*end)(void *app, struct ctx *ctx, struct request *request);

    void (*log)(void *app, const struct server_event *event);

    /* The server accepts connections at this port. */
    void (*ready)(void *app, int port);
};

struct server_options {
    const char *listen;                /* "127.0.0.1:8080", "[::1]:0"; port 0: any free one */
    const char *base_url;              /* "https://city.example": decides Secure and HSTS */
    const struct route *const *routes; /* ended by NULL; each ended by a NULL pattern */
    const struct asset_set *assets;    /* NULL: none */
    const char *temp_dir;              /* uploads; NULL: routes take no files */
    struct str proxies;                /* whose X-Forwarded-For is believed, see request.h */
    const unsigned char *csrf_secret;  /* CSRF_SECRET_BYTES; NULL: made at start */
    const char *session_cookie;        /* without prefix; NULL: "session" */
    bool has_pseudo_language;          /* /qps/ is a language: tests only */
    struct city *city;                 /* into every ctx */
    struct db *db;                     /* into every ctx */
    void *app;
    struct server_hooks hooks;
    const struct edge_style *edge_styles; /* of answers that no worker makes; see fixed.h */

    /* 0 takes the default. */
    int io_threads;             /* as many as cores */
    int readers;                /* as many as cores */
    int writers;                /* 32 */
    int max_queued_reads;       /* 512 */
    int max_queued_writes;      /* 512 */
    int max_connections;        /* 12,000; lowered to what RLIMIT_NOFILE allows */
    int max_uploads_under_way;  /* 64 requests with files at a time: more are answered 503 */
    int max_uploads_of_address; /* 8 of them from one home: more are answered 429 */
    int max_uploads_of_staff;   /* 32 beside them for sessions that were found good, */
    int max_uploads_of_person;  /* 8 for each whose they are */
    size_t arena_cap_bytes;     /* 32 MiB for one request */
    size_t max_body_bytes;      /* 64 KiB are kept of a body, where a route does not say */
    int64_t max_sent_bytes;    /* 16 MiB of a form or JSON are looked at to find what is too long */
    size_t max_fields;         /* 1,000 */
    size_t max_files;          /* 20 per request */
    int64_t max_file_bytes;    /* 16 MiB */
    int64_t max_uploads_bytes; /* 100 MiB per request */
    int64_t head_deadline_ms;  /* 30,000 from the last reply, or the connect, to a whole head */
    int64_t body_deadline_ms;  /* 30,000, and one second more for every 8 KiB that arrived */
    int64_t upload_pause_ms;  /* 10,000 once a file has begun, and one second for every 500 bytes */
    int64_t work_deadline_ms; /* 10,000: ctx->deadline_ms */
    int64_t drain_deadline_ms; /* 10,000 */
};

struct server;

/* Counters since the start, for metrics. */
struct server_stats {
    int64_t requests, overloads, malformed, late_connections;
    int64_t abandoned;          /* nobody waited for them any more when their turn came */
    int64_t by_status_class[6]; /* [2]: 2xx */
    int queued_reads, queued_writes, under_way;
};

/* Starts listening and all threads, which have SIGTERM and SIGINT blocked. Options, routes and what
 * they point to are borrowed until server_free; the router lives in ctx->arena. Raises
 * RLIMIT_NOFILE as far as it may. RC_INVALID (ERR_CONFIG: routes, an address that is
 * none, is taken or is not this machine's), RC_LIMIT. Calls hooks.ready before it returns. Owned:
 * server_free. */
enum rc server_start(struct ctx *ctx, const struct server_options *options,
                     struct server **ret_server) MUST_CHECK;

/* The port that is listened on. */
int server_port(const struct server *server);

/* Waits for SIGTERM or SIGINT (which the caller has blocked in all threads) or for
 * server_ask_stop. */
void server_wait(struct server *server);

/* Lets server_wait return; from any thread. */
void server_ask_stop(struct server *server);

/* Accepts nothing more, answers what is under way, closes idle connections. False when the drain
 * deadline passed with requests still running: then server_free must not be called, the program
 * ends with them, or drains again. */
bool server_drain(struct server *server) MUST_CHECK;

/* After server_drain said true; NULL is allowed. */
void server_free(struct server *server);

struct server_stats server_stats(struct server *server);

/* For pages with forms: the server's settings for csrf_token. */
const struct csrf *request_csrf(const struct request *request);

#endif
