#include "web/exchange.h"

#include <arpa/inet.h>
#include <stdlib.h>

struct exchange *exchange_new(struct server *server, struct MHD_Connection *connection,
                              const char *target)
{
    size_t target_n = strlen(target);
    struct exchange *exchange = malloc(sizeof *exchange + target_n + 1);

    if (!exchange)
        return NULL;
    /* The headers' table is most of the size and is filled before it is read. */
    memset(exchange, 0, offsetof(struct exchange, headers));
    memset(&exchange->header_count, 0, sizeof *exchange - offsetof(struct exchange, header_count));
    exchange->server = server;
    exchange->connection = connection;
    exchange->target_at = target;
    exchange->target_n = target_n;
    memcpy(exchange->target, target, target_n + 1);
    return exchange;
}

static void stream_free(struct stream *stream)
{
    if (!stream)
        return;
    arena_free(stream->arena);
    free(stream->chunk);
    free(stream);
}

void exchange_free(struct exchange *exchange)
{
    struct server *server;

    if (!exchange)
        return;
    server = exchange->server;
    body_done(exchange->body);
    shelf_put(server->shelf, exchange->arena);
    stream_free(exchange->stream);
    if (exchange->reply)
        reply_done(exchange->reply);
    shelf_put(server->shelf, exchange->reply_arena);
    upload_places_leave(&exchange->upload_place);
    if (exchange->is_counted)
        atomic_fetch_sub(&server->under_way, 1);
    free(exchange);
}

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                  size_t name_n, const char *value, size_t value_n)
{
    struct exchange *exchange = cls;

    (void)kind;
    if (exchange->header_count < HEAD_MAX_HEADERS)
        exchange->headers[exchange->header_count] =
            (struct param){{name, name_n}, {value, value_n}};
    exchange->header_count++;
    return MHD_YES;
}

static void read_peer(struct exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    char *text = exchange->peer_text;

    if (address && address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text,
                  sizeof exchange->peer_text);
    else if (address && address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, text,
                  sizeof exchange->peer_text);
    exchange->peer = str_of(text);
    /* On a socket for both families an IPv4 client has a mapped address. */
    if (str_starts_with(exchange->peer, S("::ffff:")) && strchr(text, '.'))
        exchange->peer = str_slice(exchange->peer, 7, exchange->peer.n);
}

enum head_result exchange_check_head(struct exchange *exchange, const char *method,
                                     const char *version, const char **ret_fault)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    struct head *head = &exchange->head;
    enum head_result result;

    read_peer(exchange);
    MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, add_header, exchange);
    head->method = str_of(method);
    head->target = (struct str){exchange->target_at, exchange->target_n};
    head->version = str_of(version);
    head->headers = (struct params){exchange->headers, exchange->header_count};
    head->end = info ? method + info->header_size : method;
    exchange->request.headers = head->headers;
    exchange->request.target = (struct str){exchange->target, exchange->target_n};
    exchange->request.remote = exchange->peer;
    result = head_check(head, &exchange->facts, ret_fault);
    /* The library takes the last blank of the line for the end of the target. */
    if (result == HEAD_OK && str_find_byte(exchange->request.target, ' ') >= 0) {
        *ret_fault = "a blank in the target";
        return HEAD_MALFORMED;
    }
    return result;
}

/* Takes the language off the path: "/es" alone is no page, "/es/" is the Spanish "/". */
static void take_language(struct exchange *exchange)
{
    struct url_path *path = &exchange->request.path;
    enum lang lang;

    exchange->lang = LANG_EN;
    if (path->n < 2 || !lang_parse(path->segments[0], &lang) || lang == LANG_EN ||
        !str_eq(path->segments[0], lang_code(lang)) ||
        (lang >= LANG__PUBLIC && !exchange->server->options.has_pseudo_language))
        return;
    exchange->lang = lang;
    exchange->request.has_language = true;
    path->n--;
    memmove(path->segments, path->segments + 1, path->n * sizeof path->segments[0]);
}

/* "/es": a language without its slash. */
static bool is_bare_language(const struct exchange *exchange)
{
    const struct url_path *path = &exchange->request.path;
    enum lang lang;

    return path->n == 1 && lang_parse(path->segments[0], &lang) && lang != LANG_EN &&
           (lang < LANG__PUBLIC || exchange->server->options.has_pseudo_language);
}

enum rc exchange_route(struct exchange *exchange, struct ctx *ctx)
{
    struct request *request = &exchange->request;
    struct str path, query;
    enum rc rc;

    request->method = exchange->facts.method;
    if (request->method == HTTP_OPTIONS && str_eq(request->target, S("*"))) {
        exchange->match.result = ROUTE_BAD_METHOD;
        exchange->match.allow = (1u << HTTP__N) - 1;
        return RC_OK;
    }
    if (!url_split(request->target, &path, &query))
        return FAIL(ctx, ERR_MALFORMED, .detail = S("request target"));
    rc = url_path_decode(ctx, path, &request->path);
    if (!rc && query.n)
        rc = url_params_decode(ctx, query, exchange->server->options.max_fields, &request->query);
    if (rc)
        return rc;
    take_language(exchange);
    ctx->lang = exchange->lang;
    exchange->match = router_find(exchange->server->router, request->method, &request->path);
    if (exchange->match.result == ROUTE_NOT_FOUND && is_bare_language(exchange))
        exchange->match.result = ROUTE_SLASH;
    request->route = exchange->match.route;
    request->params = (struct params){exchange->match.params, exchange->match.param_count};
    exchange->is_routed = true;
    return RC_OK;
}

struct ctx exchange_ctx(const struct exchange *exchange, struct arena *arena)
{
    const struct server *server = exchange->server;

    return (struct ctx){
        .arena = arena,
        .now = clock_now(),
        .lang = exchange->lang,
        .city = server->options.city,
        .db = server->options.db,
    };
}
