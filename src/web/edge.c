#include "web/exchange.h"

#include <sys/socket.h>

#include "web/limit.h"

/* What is read and dropped after a reply that was written past the library, so that the client
 * gets to read it before the connection breaks. */
/* A list has a dozen, a form a hundred; the library's memory holds some three hundred. */
#define MAX_PARAMETERS 200

#define LINGER_BYTES (INT64_C(8) << 20)
#define LINGER_MS    3000

/* A body that is refused but small is read to its end: the connection can then go on. */
#define SMALL_BODY_BYTES (256 * 1024)

/* The slowest average rate at which a body may come or a reply be taken. */
#define BYTES_PER_MS 8

/* The slowest rate of a body that holds a place for files, after a start of a few seconds: what
 * Apache's mod_reqtimeout asks of every body by default (MinRate=500). */
#define UPLOAD_MS_PER_BYTE 2

/* False: the connection was late already and is cut off. */
static bool set_deadline(struct exchange *exchange, int64_t deadline_ms)
{
    return !exchange->sweep_entry || sweep_set_deadline(exchange->sweep_entry, deadline_ms);
}

/* What the client is told when the next deadline passes; NULL: nothing. */
static void set_farewell(struct exchange *exchange, const struct str *text)
{
    if (exchange->sweep_entry)
        atomic_store(&exchange->sweep_entry->farewell, text);
}

void edge_connection(void *cls, struct MHD_Connection *connection, void **entry,
                     enum MHD_ConnectionNotificationCode what)
{
    struct server *server = cls;
    const union MHD_ConnectionInfo *info;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        struct sweep_entry *closed = *entry;

        if (closed)
            exchange_free(closed->unfinished);
        sweep_remove(server->sweep, closed);
        *entry = NULL;
        return;
    }
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!info)
        return;
    *entry = sweep_add(server->sweep, info->connect_fd,
                       clock_monotonic_ms() + server->options.head_deadline_ms);
    /* A connection without a deadline would be one too many. */
    if (!*entry)
        shutdown(info->connect_fd, SHUT_RDWR);
}

/* The log line and counters of a request that no worker sees. */
static void note_edge_answer(struct exchange *exchange, int status, const struct err *err)
{
    struct server *server = exchange->server;
    struct server_event event = {
        .work_id = atomic_fetch_add(&server->next_work_id, 1),
        .method = exchange->head.method,
        .remote = exchange->peer,
        .status = status,
        .duration_us = clock_now().us_utc - exchange->started_us,
        .err = err,
    };

    atomic_fetch_add(&server->by_status_class[status / 100], 1);
    if (server->options.hooks.log)
        server->options.hooks.log(server->options.app, &event);
}

static struct sweep_entry *entry_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static size_t parameters_in(const char *target)
{
    size_t n = 1;

    for (; *target; target++)
        n += *target == '&';
    return n;
}

/* The library keeps the parameters in the connection's memory and does not answer when it is too
 * small for them: it is answered here, before they are read. */
static void refuse_target(struct exchange *exchange)
{
    exchange->started_us = clock_now().us_utc;
    exchange->request.target = (struct str){exchange->target, exchange->target_n};
    atomic_fetch_add(&exchange->server->requests, 1);
    atomic_fetch_add(&exchange->server->malformed_count, 1);
    note_edge_answer(exchange, fixed_status(FIXED_LONG_HEAD),
                     &(struct err){.id = ERR_MALFORMED, .detail = S("parameters")});
    respond_fixed_past_library(exchange, FIXED_LONG_HEAD);
    exchange->stage = STAGE_GONE;
}

void *edge_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct exchange *exchange = exchange_new(cls, connection, target);
    struct sweep_entry *entry = entry_of(connection);

    if (!exchange)
        return NULL;
    if (entry)
        entry->unfinished = exchange;
    if (parameters_in(target) > MAX_PARAMETERS)
        refuse_target(exchange);
    return exchange;
}

void edge_completed(void *cls, struct MHD_Connection *connection, void **cls_exchange,
                    enum MHD_RequestTerminationCode why)
{
    struct server *server = cls;
    struct exchange *exchange = *cls_exchange;
    struct sweep_entry *entry = entry_of(connection);

    (void)why;
    *cls_exchange = NULL;
    if (entry)
        entry->unfinished = NULL;
    if (!exchange)
        return;
    if (exchange->sweep_entry) {
        if (sweep_was_late(exchange->sweep_entry) && atomic_load(&exchange->sweep_entry->farewell))
            note_edge_answer(exchange, 408, &(struct err){.id = ERR_DEADLINE, .detail = S("body")});
        set_farewell(exchange, NULL);
        set_deadline(exchange, clock_monotonic_ms() + server->options.head_deadline_ms);
        atomic_store_explicit(&exchange->sweep_entry->is_idle, true, memory_order_relaxed);
    }
    exchange_free(exchange);
}

static enum MHD_Result send_response(struct exchange *exchange, int status,
                                     struct MHD_Response *response)
{
    exchange->stage = exchange->stream ? STAGE_STREAMING : STAGE_SENT;
    return MHD_queue_response(exchange->connection, (unsigned)status, response);
}

static enum MHD_Result send_fixed(struct exchange *exchange, enum fixed_kind kind)
{
    return send_response(exchange, fixed_status(kind),
                         fixed_answer(exchange->server->fixed, kind, exchange->request.target));
}

static enum MHD_Result answer_malformed(struct exchange *exchange, const char *fault)
{
    atomic_fetch_add(&exchange->server->malformed_count, 1);
    note_edge_answer(exchange, 400, &(struct err){.id = ERR_MALFORMED, .detail = str_of(fault)});
    return send_fixed(exchange, FIXED_MALFORMED);
}

/* A head that nearly fills the library's block leaves no room there for the head of a reply: it
 * would close without a word. Whatever body follows is dropped, as far as the library has room to
 * read it. */
static enum MHD_Result answer_long_head(struct exchange *exchange, const char *method)
{
    note_edge_answer(exchange, 431, &(struct err){.id = ERR_TOO_LARGE, .detail = S("head")});
    respond_fixed_past_library(exchange, FIXED_LONG_HEAD);
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        return MHD_NO;
    exchange->stage = STAGE_LINGER;
    set_deadline(exchange, clock_monotonic_ms() + LINGER_MS);
    return MHD_YES;
}

/* After chunks the connection has to end, which the library's answer does not say. */
static enum MHD_Result answer_overload(struct exchange *exchange)
{
    struct server *server = exchange->server;

    atomic_fetch_add(&server->overloads, 1);
    atomic_fetch_add(&server->by_status_class[5], 1);
    if (!exchange->facts.is_chunked)
        return send_fixed(exchange, FIXED_OVERLOAD);
    respond_fixed_past_library(exchange, FIXED_OVERLOAD);
    return MHD_NO;
}

static enum MHD_Result hand_over(struct exchange *exchange)
{
    struct server *server = exchange->server;
    struct pool *pool =
        http_method_is_safe(exchange->facts.method) ? server->readers : server->writers;

    if (!set_deadline(exchange, 0))
        return MHD_NO;
    set_farewell(exchange, NULL);
    if (!pool_has_room(pool))
        return answer_overload(exchange);
    exchange->stage = STAGE_WORK;
    MHD_suspend_connection(exchange->connection);
    if (!pool_push(pool, &exchange->job)) {
        /* It filled up since: the overload goes out when the connection is called again. */
        exchange->stage = STAGE_ANSWER;
        MHD_resume_connection(exchange->connection);
    }
    return MHD_YES;
}

static int64_t min_ms(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* A pause may take as long as the start, and the whole no longer than the slowest rate: what came
 * fast at first buys no long silence. Whoever keeps a place from others has less of both. */
static void set_body_deadline(struct exchange *exchange)
{
    const struct server_options *options = &exchange->server->options;
    int64_t now_ms = clock_monotonic_ms();
    int64_t until_ms = min_ms(exchange->started_ms + options->body_deadline_ms +
                                  exchange->body_bytes / BYTES_PER_MS,
                              now_ms + options->body_deadline_ms);

    if (exchange->upload_since_ms) {
        int64_t bytes = exchange->body_bytes - exchange->upload_since_bytes;

        until_ms = min_ms(until_ms, now_ms + options->upload_pause_ms);
        until_ms = min_ms(until_ms, exchange->upload_since_ms + options->upload_pause_ms +
                                        bytes * UPLOAD_MS_PER_BYTE);
    }
    set_deadline(exchange, until_ms);
}

/* Before the workers have seen it, so the proxies' word is looked at here as well. */
static struct str client_of(const struct exchange *exchange)
{
    const struct server_options *options = &exchange->server->options;

    if (!options->proxies.n)
        return exchange->peer;
    return address_of_client(exchange->peer, &exchange->request.headers, options->proxies);
}

/* The first file begins. */
static enum rc enter_uploads(void *cls, struct ctx *ctx)
{
    struct exchange *exchange = cls;
    struct server *server = exchange->server;
    struct params cookies =
        cookies_parse(ctx->arena, request_header(&exchange->request, S("cookie")));
    int64_t now_ms = clock_monotonic_ms();

    switch (upload_places_take(
        server->uploads, limit_home_key(ctx->arena, S("upload"), client_of(exchange)),
        params_get(&cookies, server->csrf.session_cookie), now_ms, &exchange->upload_place)) {
    case CROWD_KEY_FULL: return FAIL(ctx, ERR_TOO_MANY, .detail = S("uploads of one client"));
    case CROWD_FULL:
        atomic_fetch_add(&server->overloads, 1);
        return FAIL(ctx, ERR_OVERLOAD, .detail = S("uploads under way"));
    case CROWD_ENTERED: break;
    }
    exchange->upload_since_ms = now_ms;
    exchange->upload_since_bytes = exchange->body_bytes;
    return RC_OK;
}

static void choose_limits(struct exchange *exchange)
{
    const struct server_options *options = &exchange->server->options;
    const struct route *route = exchange->request.route;
    bool takes_files = (route->flags & ROUTE_UPLOAD) && options->temp_dir;

    exchange->limits = (struct body_limits){
        .max_body_bytes = route->max_body_bytes ? route->max_body_bytes : options->max_body_bytes,
        .max_sent_bytes = options->max_sent_bytes,
        .max_fields = options->max_fields,
        .max_files = takes_files ? options->max_files : 0,
        .max_file_bytes = options->max_file_bytes,
        .max_uploads_bytes = options->max_uploads_bytes,
        .temp_dir = options->temp_dir,
        .may_send_files = enter_uploads,
        .cls = exchange,
    };
}

static int64_t longest_body(const struct exchange *exchange)
{
    const struct body_limits *limits = &exchange->limits;

    return body_longest(exchange->request.media_type, limits) +
           (limits->max_files ? limits->max_uploads_bytes : 0);
}

/* Looks at what the head says of the body: a failure is why it is not read. */
static enum rc open_body(struct exchange *exchange, struct ctx *ctx)
{
    struct request *request = &exchange->request;
    enum rc rc = exchange_route(exchange, ctx);

    if (rc)
        return rc;
    if (!request->route)
        return FAIL(ctx, exchange->match.result == ROUTE_BAD_METHOD ? ERR_METHOD : ERR_NOT_FOUND);
    choose_limits(exchange);
    request->media_type = http_media_type(request_header(request, S("content-type")));
    if (exchange->facts.content_length > longest_body(exchange))
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("Content-Length"));
    return body_new(ctx, request, &exchange->limits, &exchange->body);
}

/* A client that waits for 100 Continue has sent nothing yet: a worker can answer now. */
static enum MHD_Result refuse_before_body(struct exchange *exchange)
{
    exchange->stage = STAGE_REFUSED;
    return exchange->facts.expects_continue ? hand_over(exchange) : MHD_YES;
}

static enum MHD_Result begin_body(struct exchange *exchange)
{
    struct ctx ctx;

    exchange->arena = shelf_take(exchange->server->shelf);
    if (!exchange->arena)
        return answer_overload(exchange);
    ctx = exchange_ctx(exchange, exchange->arena);
    exchange->stage = STAGE_BODY;
    set_farewell(exchange,
                 fixed_text(exchange->server->fixed, FIXED_LATE, exchange->request.target));
    set_body_deadline(exchange);
    if (!open_body(exchange, &ctx))
        return MHD_YES;
    exchange->refusal = ctx.err;
    return refuse_before_body(exchange);
}

static enum MHD_Result on_head(struct exchange *exchange, const char *method, const char *version)
{
    struct server *server = exchange->server;
    const char *fault = "";
    enum head_result result;

    exchange->sweep_entry = entry_of(exchange->connection);
    exchange->started_us = clock_now().us_utc;
    exchange->started_ms = clock_monotonic_ms();
    exchange->is_counted = true;
    atomic_fetch_add(&server->under_way, 1);
    atomic_fetch_add(&server->requests, 1);
    if (exchange->sweep_entry)
        atomic_store_explicit(&exchange->sweep_entry->is_idle, false, memory_order_relaxed);
    result = exchange_check_head(exchange, method, version, &fault);
    if (result == HEAD_MALFORMED)
        return answer_malformed(exchange, fault);
    if (result == HEAD_TOO_LARGE)
        return answer_long_head(exchange, method);
    exchange->stage = STAGE_BODY;
    return exchange->facts.has_body ? begin_body(exchange) : MHD_YES;
}

/* The body breaks off being wanted in its middle: the reply cannot wait for its end. */
static enum MHD_Result feed_body(struct exchange *exchange, struct str bytes)
{
    struct ctx ctx = exchange_ctx(exchange, exchange->arena);

    exchange->body_bytes += (int64_t)bytes.n;
    if (exchange->stage == STAGE_BODY && body_feed(exchange->body, &ctx, bytes)) {
        exchange->refusal = ctx.err;
        exchange->stage = STAGE_REFUSED;
    }
    set_body_deadline(exchange);
    if (exchange->stage == STAGE_REFUSED &&
        (exchange->facts.is_chunked || exchange->facts.content_length > SMALL_BODY_BYTES)) {
        exchange->is_past_library = true;
        return hand_over(exchange);
    }
    return MHD_YES;
}

static enum MHD_Result answer(struct exchange *exchange)
{
    struct MHD_Response *response =
        exchange->reply ? respond_make(exchange, exchange->reply) : NULL;
    enum MHD_Result result;

    if (!response)
        return answer_overload(exchange);
    set_deadline(exchange, clock_monotonic_ms() + exchange->server->options.body_deadline_ms +
                               exchange->reply_bytes / BYTES_PER_MS);
    result = send_response(exchange, exchange->reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result finish_without_body(struct exchange *exchange)
{
    const struct route *route = router_find_at_edge(
        exchange->server->router, exchange->facts.method, exchange->request.target);
    int status = 200;
    struct MHD_Response *asset;

    if (route) {
        work_run_at_edge(exchange, route);
        return answer(exchange);
    }
    asset = assets_answer(exchange->server->assets, &exchange->request, &status);
    if (!asset)
        return hand_over(exchange);
    note_edge_answer(exchange, status, NULL);
    return send_response(exchange, status, asset);
}

static enum MHD_Result finish_request(struct exchange *exchange)
{
    struct ctx ctx = exchange_ctx(exchange, exchange->arena);

    if (exchange->stage == STAGE_BODY && exchange->body && body_finish(exchange->body, &ctx))
        exchange->refusal = ctx.err;
    /* A header or a field that memory did not hold looks like one that was not sent. */
    if (exchange->arena && arena_has_failed(exchange->arena) && !exchange->refusal.id &&
        FAIL(&ctx, ERR_MEMORY))
        exchange->refusal = ctx.err;
    if (!exchange->facts.has_body && http_method_is_safe(exchange->facts.method))
        return finish_without_body(exchange);
    return hand_over(exchange);
}

static enum MHD_Result linger(struct exchange *exchange, size_t n)
{
    if (exchange->lingered_bytes == 0)
        set_deadline(exchange, clock_monotonic_ms() + LINGER_MS);
    exchange->lingered_bytes += (int64_t)n + 1;
    return n == 0 || exchange->lingered_bytes > LINGER_BYTES ? MHD_NO : MHD_YES;
}

enum MHD_Result edge_handle(void *cls, struct MHD_Connection *connection, const char *url,
                            const char *method, const char *version, const char *data,
                            size_t *data_n, void **cls_exchange)
{
    struct exchange *exchange = *cls_exchange;
    struct str bytes = {data, *data_n};

    (void)cls;
    (void)connection;
    (void)url;
    if (!exchange)
        return MHD_NO;
    *data_n = 0;
    switch (exchange->stage) {
    case STAGE_HEAD: return on_head(exchange, method, version);
    case STAGE_BODY:
    case STAGE_REFUSED: return bytes.n ? feed_body(exchange, bytes) : finish_request(exchange);
    case STAGE_ANSWER: return answer(exchange);
    case STAGE_LINGER: return linger(exchange, bytes.n);
    case STAGE_GONE: return MHD_NO;
    case STAGE_WORK:
    case STAGE_SENT:
    case STAGE_STREAMING: break;
    }
    return MHD_YES;
}
