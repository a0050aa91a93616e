#include "web/test_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "web/body.h"

#define REQUEST_BYTES ((size_t)64 << 20)

/* Each asker comes from an address of its own: much is limited by it. */
static int addresses;

void asker_init(struct asker *asker, struct ctx *like, const struct route *const *tables,
                const char *base_url, const struct server_hooks *hooks)
{
    *asker = (struct asker){.like = like};
    asker->server.options =
        (struct server_options){.base_url = base_url, .max_fields = 200, .hooks = *hooks};
    asker->server.csrf.base_url = str_of(base_url);
    asker->server.csrf.is_https = str_starts_with(str_of(base_url), S("https:"));
    asker->server.csrf.session_cookie =
        cookie_full_name(like->arena, S("session"), asker->server.csrf.is_https);
    assert_int_equal(router_new(like, tables, &asker->server.router), RC_OK);
    addresses++;
    asker->remote = str_fmt(like->arena, "198.51.%d.%d", addresses / 250, addresses % 250 + 1);
}

void asker_header(struct asker *asker, const char *name, struct str value)
{
    size_t i = 0;

    while (i < asker->header_n && !str_eq(asker->headers[i].name, str_of(name)))
        i++;
    if (!value.n && i < asker->header_n)
        asker->headers[i] = asker->headers[--asker->header_n];
    if (!value.n)
        return;
    assert_true(i < ASK_HEADERS);
    asker->headers[i] = (struct param){str_of(name), str_copy(asker->like->arena, value)};
    asker->header_n += i == asker->header_n;
}

/* ---- Cookies */

static struct param *cookie_of(struct asker *asker, struct str name)
{
    for (size_t i = 0; i < asker->cookie_n; i++)
        if (str_eq(asker->cookies[i].name, name))
            return &asker->cookies[i];
    assert_true(asker->cookie_n < ASK_COOKIES);
    asker->cookies[asker->cookie_n].name = str_copy(asker->like->arena, name);
    return &asker->cookies[asker->cookie_n++];
}

static struct str full_name(const struct asker *asker, const char *name)
{
    return cookie_full_name(asker->like->arena, str_of(name), asker->server.csrf.is_https);
}

struct str asker_cookie(const struct asker *asker, const char *name)
{
    for (size_t i = 0; i < asker->cookie_n; i++)
        if (str_eq(asker->cookies[i].name, full_name(asker, name)))
            return asker->cookies[i].value;
    return STR_NONE;
}

void asker_cookie_set(struct asker *asker, const char *name, struct str value)
{
    cookie_of(asker, full_name(asker, name))->value = str_copy(asker->like->arena, value);
}

static void keep_cookies(struct asker *asker, const struct params *headers)
{
    for (size_t i = 0; i < headers->n; i++) {
        struct str value = headers->items[i].value, name;

        if (!str_eq(headers->items[i].name, S("Set-Cookie")))
            continue;
        value = str_slice(value, 0, (size_t)str_find_byte(value, ';'));
        assert_true(str_next(&value, '=', &name));
        cookie_of(asker, name)->value = value;
    }
}

/* ---- The request */

static struct exchange *exchange_for(struct asker *asker, enum http_method method,
                                     struct str target)
{
    struct exchange *exchange = calloc(1, sizeof *exchange + target.n + 1);
    struct request *request = &exchange->request;

    assert_non_null(exchange);
    memcpy(exchange->target, target.p, target.n);
    exchange->target_n = target.n;
    exchange->server = &asker->server;
    exchange->facts.method = method;
    request->exchange = exchange;
    request->target = (struct str){exchange->target, target.n};
    request->remote = asker->remote;
    for (size_t i = 0; i < asker->header_n; i++)
        exchange->headers[exchange->header_count++] = asker->headers[i];
    request->headers = (struct params){exchange->headers, exchange->header_count};
    request->cookies = (struct params){asker->cookies, 0};
    while (request->cookies.n < asker->cookie_n && asker->cookies[request->cookies.n].value.n)
        request->cookies.n++;
    return exchange;
}

/* Those that were taken away stand last. */
static void sort_cookies(struct asker *asker)
{
    size_t n = 0;

    for (size_t i = 0; i < asker->cookie_n; i++)
        if (asker->cookies[i].value.n)
            asker->cookies[n++] = asker->cookies[i];
    asker->cookie_n = n;
}

static enum rc read_body(struct ctx *ctx, struct exchange *exchange, struct str bytes,
                         struct body **ret)
{
    static const struct body_limits limits = {
        .max_body_bytes = 65536, .max_sent_bytes = 1 << 24, .max_fields = 200};
    struct request *request = &exchange->request;
    struct str type = request_header(request, S("content-type"));
    enum rc rc;

    request->media_type = type.n ? http_media_type(type) : S("application/x-www-form-urlencoded");
    rc = body_new(ctx, request, &limits, ret);
    if (!rc)
        rc = body_feed(*ret, ctx, bytes);
    return rc ? rc : body_finish(*ret, ctx);
}

static enum rc handle(struct asker *asker, struct ctx *ctx, struct request *request,
                      struct reply *reply)
{
    const struct server_hooks *hooks = &asker->server.options.hooks;
    enum rc rc = RC_OK;

    if (!request->route)
        return FAIL(ctx, ERR_NOT_FOUND);
    if (hooks->authorize)
        rc = hooks->authorize(asker, ctx, request, request->route);
    return rc ? rc : request->route->handle(ctx, request, reply);
}

static void render(struct asker *asker, struct ctx *ctx, struct request *request,
                   struct reply *reply, enum rc rc)
{
    struct reply anew = reply_in(ctx->arena, reply->is_https);

    assert_int_not_equal(ctx->err.id, ERR_NONE);
    asker->last.error = ctx->err.id;
    anew.status = err_status(ctx->err.id);
    for (size_t i = 0; i < reply->header_count; i++)
        if (str_eq(reply->headers[i].name, S("Retry-After")))
            anew.headers[anew.header_count++] = reply->headers[i];
    reply_done(reply);
    *reply = anew;
    assert_int_equal(asker->server.options.hooks.render_error(asker, ctx, request, reply, rc),
                     RC_OK);
}

/* The whole body, streamed or not. */
static void keep(struct asker *asker, struct ctx *ctx, struct reply *reply)
{
    struct arena *arena = asker->like->arena;
    struct param *headers = ARENA_ARRAY(arena, reply->header_count + 1, struct param);
    bool is_last = false;

    while (reply->produce && !is_last)
        assert_int_equal(reply->produce(ctx, reply->produce_state, &reply->body, &is_last), RC_OK);
    assert_false(reply->has_failed || buf_has_failed(&reply->body));
    assert_non_null(headers);
    for (size_t i = 0; i < reply->header_count; i++)
        headers[i] = (struct param){str_copy(arena, reply->headers[i].name),
                                    str_copy(arena, reply->headers[i].value)};
    asker->last.headers = (struct params){headers, reply->header_count};
    asker->last.status = reply->status;
    asker->last.body = str_copy(arena, buf_str(&reply->body));
    asker->last.content_type = str_z(arena, str_of(reply->content_type));
    asker->last.etag = str_copy(arena, reply->etag);
    keep_cookies(asker, &asker->last.headers);
}

int ask(struct asker *asker, enum http_method method, struct str target, struct str body)
{
    const struct server_hooks *hooks = &asker->server.options.hooks;
    struct exchange *exchange;
    struct ctx ctx = {.arena = arena_new(REQUEST_BYTES),
                      .now = asker->like->now,
                      .db = asker->like->db,
                      .city = asker->like->city};
    struct reply reply = reply_in(ctx.arena, asker->server.csrf.is_https);
    struct body *held = NULL;
    enum rc rc;

    sort_cookies(asker);
    exchange = exchange_for(asker, method, target);
    asker->last = (struct asked){.error = ERR_NONE};
    rc = exchange_route(exchange, &ctx);
    if (!rc && body.p)
        rc = read_body(&ctx, exchange, body, &held);
    if (!rc && hooks->begin)
        rc = hooks->begin(asker, &ctx, &exchange->request);
    if (!rc)
        rc = handle(asker, &ctx, &exchange->request, &reply);
    if (rc)
        render(asker, &ctx, &exchange->request, &reply, rc);
    keep(asker, &ctx, &reply);
    reply_done(&reply);
    if (hooks->end)
        hooks->end(asker, &ctx, &exchange->request);
    body_done(held);
    ctx_done(&ctx);
    arena_free(ctx.arena);
    free(exchange);
    return asker->last.status;
}

/* ---- The answer */

struct str asked_header(const struct asker *asker, const char *name)
{
    return params_get(&asker->last.headers, str_of(name));
}

bool asked_has(const struct asker *asker, const char *text)
{
    return str_find(asker->last.body, str_of(text)) >= 0;
}

struct str asked_field(const struct asker *asker, const char *name)
{
    struct str mark = str_fmt(asker->like->arena, "name=\"%s\" value=\"", name);
    ptrdiff_t at = str_find(asker->last.body, mark);
    struct str rest;

    if (at < 0)
        return STR_NONE;
    rest = str_slice(asker->last.body, (size_t)at + mark.n, asker->last.body.n);
    return str_slice(rest, 0, (size_t)str_find_byte(rest, '"'));
}
