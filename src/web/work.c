#include "web/exchange.h"

#include <poll.h>
#include <stdlib.h>

#include "web/compress.h"
#include "web/typed.h"

#define CHUNK_BYTES   ((size_t)256 << 10)
#define KEPT_BYTES    ((size_t)128 << 10)
#define RETRY_AFTER_S 5

/* A request that waited as long is not done without looking whether somebody waits for it. */
#define LOOK_AFTER_MS 500

static struct exchange *exchange_of(struct pool_job *job)
{
    return (struct exchange *)((char *)job - offsetof(struct exchange, job));
}

/* What a failure is that a handler returned without saying more. */
static enum err_id default_error(enum rc rc)
{
    static const enum err_id ids[RC__N] = {
        [RC_OK] = ERR_INTERNAL,
        [RC_NOT_FOUND] = ERR_NOT_FOUND,
        [RC_INVALID] = ERR_MALFORMED,
        [RC_DENIED] = ERR_DENIED,
        [RC_CONFLICT] = ERR_STALE,
        [RC_GONE] = ERR_EXPIRED,
        [RC_LIMIT] = ERR_TOO_MANY,
        [RC_RETRY] = ERR_RETRY,
        [RC_UNAVAILABLE] = ERR_UNAVAILABLE,
        [RC_INTERNAL] = ERR_INTERNAL,
    };

    return ids[rc];
}

/* A path that exists with or without its last slash: the same, in the same language, there. */
static enum rc redirect_slash(struct ctx *ctx, struct exchange *exchange, struct reply *reply)
{
    struct url_path path = exchange->request.path;
    ptrdiff_t at = str_find_byte(exchange->request.target, '?');
    struct str query =
        at < 0 ? STR_NONE
               : str_slice(exchange->request.target, (size_t)at, exchange->request.target.n);
    struct str target;

    if (path.n > 1 && path.segments[path.n - 1].n == 0)
        path.n--;
    else
        path.segments[path.n++] = S("");
    target = url_in_lang(ctx->arena, ctx->lang, url_path_encode(ctx->arena, &path));
    reply_redirect(reply, str_join(ctx->arena, (struct str[]){target, query}, 2, S("")));
    reply->status = 308;
    return RC_OK;
}

static enum rc answer_without_route(struct ctx *ctx, struct exchange *exchange, struct reply *reply)
{
    if (exchange->match.result == ROUTE_SLASH)
        return redirect_slash(ctx, exchange, reply);
    if (exchange->match.result != ROUTE_BAD_METHOD)
        return FAIL(ctx, ERR_NOT_FOUND);
    reply_header(reply, S("Allow"), route_allow_text(ctx->arena, exchange->match.allow));
    if (exchange->request.method != HTTP_OPTIONS)
        return FAIL(ctx, ERR_METHOD);
    reply->status = 204;
    return RC_OK;
}

static void read_request(struct ctx *ctx, struct exchange *exchange)
{
    struct request *request = &exchange->request;
    const struct server_options *options = &exchange->server->options;
    struct str cookies = request_header(request, S("cookie"));

    request->exchange = exchange;
    if (cookies.n)
        request->cookies = cookies_parse(ctx->arena, cookies);
    if (options->proxies.n)
        request->remote = address_of_client(exchange->peer, &request->headers, options->proxies);
}

static enum rc begin_work(struct ctx *ctx, struct exchange *exchange)
{
    const struct server_options *options = &exchange->server->options;

    struct request *request = &exchange->request;
    enum rc rc = RC_OK;

    exchange->has_begun = true;
    if (options->hooks.begin)
        rc = options->hooks.begin(options->app, ctx, request);
    if (!rc && request->trusted_person.n)
        upload_places_trust(exchange->server->uploads,
                            request_cookie(request, exchange->server->csrf.session_cookie),
                            request->trusted_person, clock_monotonic_ms());
    return rc;
}

/* The handler's own checks find what is wrong with a field and show the form again; what they have
 * no check for stops at the first write, with the field's name. */
static struct err flaw_of(struct ctx *ctx, const struct request *request)
{
    const struct input_flaw *flaw = request->flaws;

    if (!flaw)
        return (struct err){.id = ERR_NONE};
    return (struct err){
        .id = flaw->error,
        .field = flaw->name,
        .arg = str_fmt(ctx->arena, "%d", TYPED_MAX_CHARACTERS),
        .detail = S("an input that was mended"),
        .file = __FILE__,
        .line = __LINE__,
    };
}

static enum rc handle(struct ctx *ctx, struct exchange *exchange, struct reply *reply)
{
    const struct server_options *options = &exchange->server->options;
    struct request *request = &exchange->request;
    enum rc rc = RC_OK;

    if (!exchange->is_routed && !exchange->refusal.id)
        rc = exchange_route(exchange, ctx);
    if (!rc)
        rc = begin_work(ctx, exchange);
    if (!rc && exchange->refusal.id && (request->route || !exchange->is_routed))
        rc = ctx_fail(ctx, exchange->refusal);
    if (!rc && !request->route)
        return answer_without_route(ctx, exchange, reply);
    if (!rc && options->hooks.authorize)
        rc = options->hooks.authorize(options->app, ctx, request, request->route);
    if (!rc && !(request->route->flags & (ROUTE_API_KEY | ROUTE_SECRET_PATH)))
        rc = csrf_check(&exchange->server->csrf, ctx, request);
    if (rc)
        return rc;
    ctx->unusable = flaw_of(ctx, request);
    return request->route->handle(ctx, request, reply);
}

static bool outlives_failure(struct str name)
{
    return str_eq_ascii_nocase(name, S("allow")) || str_eq_ascii_nocase(name, S("retry-after")) ||
           str_eq_ascii_nocase(name, S("www-authenticate"));
}

/* Begins the reply anew for a failure: what the handler wrote is gone, but for the headers that
 * explain it. */
static struct reply failed_reply(struct ctx *ctx, struct reply *reply)
{
    struct reply anew = reply_in(ctx->arena, reply->is_https);
    bool has_retry_after = false;

    anew.status = err_status(ctx->err.id);
    for (size_t i = 0; i < reply->header_count; i++) {
        if (!outlives_failure(reply->headers[i].name))
            continue;
        has_retry_after |= str_eq_ascii_nocase(reply->headers[i].name, S("retry-after"));
        anew.headers[anew.header_count++] = reply->headers[i];
    }
    if ((anew.status == 503 || anew.status == 429) && !has_retry_after)
        reply_header(&anew, S("Retry-After"), str_fmt(ctx->arena, "%d", RETRY_AFTER_S));
    reply_done(reply);
    return anew;
}

static void render_error(struct ctx *ctx, struct exchange *exchange, struct reply *reply,
                         enum rc rc)
{
    const struct server_options *options = &exchange->server->options;
    struct err err = ctx->err;
    struct reply plain;

    *reply = failed_reply(ctx, reply);
    plain = *reply;
    if (options->hooks.render_error &&
        !options->hooks.render_error(options->app, ctx, &exchange->request, reply, rc) &&
        !reply->has_failed && !buf_has_failed(&reply->body) && reply->body.n)
        return;
    reply_done(reply);
    ctx->err = err;
    *reply = plain;
    respond_plain_error(ctx, &exchange->request, reply);
}

static void note(struct ctx *ctx, struct exchange *exchange, const struct reply *reply, enum rc rc)
{
    struct server *server = exchange->server;
    struct server_event event = {
        .work_id = ctx->work_id,
        .method = exchange->head.method,
        .remote = exchange->request.remote,
        .route = exchange->request.route,
        .params = exchange->request.route ? &exchange->request.params : NULL,
        .status = reply->status,
        .duration_us = clock_now().us_utc - exchange->started_us,
        .err = rc ? &ctx->err : NULL,
    };

    atomic_fetch_add_explicit(&server->by_status_class[reply->status / 100], 1,
                              memory_order_relaxed);
    if (server->options.hooks.log)
        server->options.hooks.log(server->options.app, &event);
}

static void end_work(struct ctx *ctx, struct exchange *exchange)
{
    const struct server_options *options = &exchange->server->options;

    if (exchange->has_begun && options->hooks.end)
        options->hooks.end(options->app, ctx, &exchange->request);
    exchange->has_begun = false;
    ctx_done(ctx);
}

/* Runs the request; what comes out is a reply that can be sent. An arena at its cap cannot hold an
 * error page either: then all ends first, and a plain page is made in the emptied arena. Whatever
 * was found wrong after that, such as a token that did not fit, is for want of memory. */
static void run_request(struct ctx *ctx, struct exchange *exchange, struct reply *reply)
{
    enum rc rc;
    bool is_starved;

    read_request(ctx, exchange);
    rc = handle(ctx, exchange, reply);
    is_starved = arena_has_failed(ctx->arena);
    if (is_starved)
        ctx_clear_error(ctx);
    if (is_starved || (!rc && buf_has_failed(&reply->body)))
        rc = FAIL(ctx, ERR_MEMORY);
    if (!rc && reply->has_failed)
        rc = FAIL(ctx, ERR_INTERNAL, .detail = S("a reply that HTTP cannot carry"));
    if (rc && ctx->err.id == ERR_NONE)
        rc = FAIL(ctx, default_error(rc));
    if (rc && !is_starved)
        render_error(ctx, exchange, reply, rc);
    if (is_starved) {
        *reply = failed_reply(ctx, reply);
        reply->header_count = 0;
    }
    if (exchange->request.signed_out_person.n)
        upload_places_distrust(exchange->server->uploads, exchange->request.signed_out_person);
    note(ctx, exchange, reply, rc);
    end_work(ctx, exchange);
    if (is_starved) {
        arena_reset(ctx->arena);
        exchange->request.cookies = exchange->request.query = (struct params){.n = 0};
        respond_plain_error(ctx, &exchange->request, reply);
    }
}

static uint64_t next_work_id(struct server *server)
{
    return atomic_fetch_add_explicit(&server->next_work_id, 1, memory_order_relaxed);
}

/* Makes the next part of a stream. */
static void run_part(struct exchange *exchange, struct arena *arena)
{
    struct server *server = exchange->server;
    struct ctx ctx = exchange_ctx(exchange, arena);
    struct stream *stream = exchange->stream;
    struct buf chunk = buf_in(arena, CHUNK_BYTES);
    bool is_last = false;
    enum rc rc = RC_OK;

    ctx.work_id = next_work_id(server);
    ctx.deadline_ms = clock_monotonic_ms() + server->options.work_deadline_ms;
    /* What the first run put into the worker's arena is gone. */
    exchange->request.session = NULL;
    rc = exchange_route(exchange, &ctx);
    read_request(&ctx, exchange);
    if (!rc)
        rc = begin_work(&ctx, exchange);
    if (!rc)
        rc = stream->produce(&ctx, stream->state, &chunk, &is_last);
    free(stream->chunk);
    stream->chunk = !rc && chunk.n ? malloc(chunk.n) : NULL;
    stream->chunk_at = 0;
    stream->chunk_n = stream->chunk ? chunk.n : 0;
    if (stream->chunk)
        memcpy(stream->chunk, chunk.p, chunk.n);
    stream->is_last = is_last;
    stream->has_failed =
        rc || buf_has_failed(&chunk) || (chunk.n && !stream->chunk) || (!chunk.n && !is_last);
    if (stream->has_failed)
        note(&ctx, exchange, &(struct reply){.status = 500}, RC_INTERNAL);
    end_work(&ctx, exchange);
}

/* Copies the reply to an arena of its own and empties the worker's; without memory for that it
 * stays where it is. */
static void repack(struct exchange *exchange, struct reply *reply, struct arena **arena)
{
    struct arena *anew = shelf_take(exchange->server->shelf);
    struct reply copy = *reply;

    if (!anew)
        return;
    copy.arena = anew;
    copy.body = buf_in(anew, REPLY_MAX_BODY_BYTES);
    buf_add(&copy.body, buf_str(&reply->body));
    copy.etag = str_copy(anew, reply->etag);
    copy.content_type = str_z(anew, str_of(reply->content_type));
    for (size_t i = 0; i < copy.header_count; i++)
        copy.headers[i] = (struct param){str_copy(anew, reply->headers[i].name),
                                         str_copy(anew, reply->headers[i].value)};
    if (arena_has_failed(anew)) {
        shelf_put(exchange->server->shelf, anew);
        return;
    }
    *reply = copy;
    shelf_put(exchange->server->shelf, *arena);
    *arena = anew;
}

/* The reply goes to the I/O thread with the arena that holds it. When the work left far more there
 * than the page, only the page goes on: a slow reader shall not keep the rest. */
static void hand_back(struct exchange *exchange, struct reply *reply, struct arena **arena)
{
    struct reply *kept;

    if (arena_used_bytes(*arena) > 2 * reply->body.n + KEPT_BYTES)
        repack(exchange, reply, arena);
    kept = ARENA_NEW(*arena, struct reply);
    if (!kept) {
        reply_done(reply);
        return;
    }
    *kept = *reply;
    exchange->reply = kept;
    exchange->reply_arena = *arena;
    *arena = NULL;
}

/* Whether the client left while its request waited; asked for safe methods alone, since what was
 * received wholly to be done is done. A client that has only ended its own direction looks the same
 * and is answered as long as little waits; nginx takes it for gone as well. A server that drains
 * ends that direction itself. */
static bool is_abandoned(const struct exchange *exchange)
{
    struct pollfd client = {.events = POLLRDHUP};

    if (!http_method_is_safe(exchange->facts.method) || !exchange->sweep_entry ||
        clock_monotonic_ms() - exchange->started_ms < LOOK_AFTER_MS ||
        atomic_load_explicit(&exchange->server->is_draining, memory_order_relaxed))
        return false;
    client.fd = exchange->sweep_entry->fd;
    return poll(&client, 1, 0) == 1 && (client.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

/* What a worker does with the request; the stage that comes next. */
static enum stage run_whole(struct exchange *exchange, struct arena **arena)
{
    struct server *server = exchange->server;
    struct ctx ctx = exchange_ctx(exchange, *arena);
    struct reply reply = reply_in(*arena, server->csrf.is_https);

    if (is_abandoned(exchange)) {
        atomic_fetch_add(&server->abandoned, 1);
        return STAGE_GONE;
    }
    ctx.work_id = next_work_id(server);
    ctx.deadline_ms = clock_monotonic_ms() + server->options.work_deadline_ms;
    run_request(&ctx, exchange, &reply);
    compress_reply(&reply, &exchange->request);
    if (!exchange->is_past_library) {
        hand_back(exchange, &reply, arena);
        return STAGE_ANSWER;
    }
    respond_past_library(exchange, &reply);
    reply_done(&reply);
    return STAGE_LINGER;
}

void work_run(struct pool_job *job, struct arena **arena)
{
    struct exchange *exchange = exchange_of(job);

    if (exchange->stage == STAGE_STREAMING)
        run_part(exchange, *arena);
    else
        exchange->stage = run_whole(exchange, arena);
    MHD_resume_connection(exchange->connection);
}

void work_run_at_edge(struct exchange *exchange, const struct route *route)
{
    struct arena *arena = shelf_take(exchange->server->shelf);
    struct ctx ctx = exchange_ctx(exchange, arena);
    struct reply reply;
    enum rc rc;

    exchange->stage = STAGE_ANSWER;
    if (!arena)
        return;
    reply = reply_in(arena, exchange->server->csrf.is_https);
    ctx.db = NULL;
    ctx.city = NULL;
    ctx.work_id = next_work_id(exchange->server);
    exchange->request.exchange = exchange;
    exchange->request.method = exchange->facts.method;
    exchange->request.route = route;
    rc = route->handle(&ctx, &exchange->request, &reply);
    if (rc) {
        reply.status = err_status(ctx.err.id);
        respond_plain_error(&ctx, &exchange->request, &reply);
    }
    note(&ctx, exchange, &reply, rc);
    hand_back(exchange, &reply, &arena);
    shelf_put(exchange->server->shelf, arena);
}
