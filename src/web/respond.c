#include "web/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#define STREAM_BLOCK_BYTES (32 * 1024)

static bool add_fixed(struct MHD_Response *response, bool is_https)
{
    for (const struct fixed_header *header = reply_fixed_headers(is_https); header->name; header++)
        if (MHD_add_response_header(response, header->name, header->value) != MHD_YES)
            return false;
    return true;
}

/* The next bytes of a stream, on the I/O thread. When there are none, a worker is asked and the
 * connection sleeps. */
static ssize_t read_stream(void *cls, uint64_t at, char *to, size_t room)
{
    struct stream *stream = cls;
    struct exchange *exchange = stream->exchange;
    size_t n = stream->chunk_n - stream->chunk_at;

    (void)at;
    if (n) {
        if (n > room)
            n = room;
        memcpy(to, stream->chunk + stream->chunk_at, n);
        stream->chunk_at += n;
        if (exchange->sweep_entry)
            sweep_set_deadline(exchange->sweep_entry,
                               clock_monotonic_ms() + exchange->server->options.body_deadline_ms);
        return (ssize_t)n;
    }
    if (stream->has_failed)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (stream->is_last)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (exchange->sweep_entry)
        sweep_set_deadline(exchange->sweep_entry, 0);
    MHD_suspend_connection(exchange->connection);
    pool_push_again(exchange->server->readers, &exchange->job);
    return 0;
}

static struct MHD_Response *make_stream(struct exchange *exchange, struct reply *reply)
{
    struct stream *stream = calloc(1, sizeof *stream);
    struct MHD_Response *response;

    if (!stream)
        return NULL;
    *stream = (struct stream){.produce = reply->produce,
                              .state = reply->produce_state,
                              .arena = reply->stream_arena,
                              .exchange = exchange};
    reply->stream_arena = NULL;
    exchange->stream = stream;
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, read_stream,
                                                 stream, NULL);
    return response;
}

static struct MHD_Response *make_body(struct exchange *exchange, struct reply *reply)
{
    struct MHD_Response *response;

    if (reply->status == 304 || reply->status == 204)
        return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    if (reply->produce)
        return make_stream(exchange, reply);
    if (reply->file_fd < 0) {
        exchange->reply_bytes = (int64_t)reply->body.n;
        return MHD_create_response_from_buffer(reply->body.n, reply->body.p,
                                               MHD_RESPMEM_PERSISTENT);
    }
    exchange->reply_bytes = reply->file_size_bytes;
    response = MHD_create_response_from_fd64((uint64_t)reply->file_size_bytes, reply->file_fd);
    if (response)
        reply->file_fd = -1;
    return response;
}

/* The headers of this reply, as opposed to every reply: content type, cache, ETag, the handler's.
 * Collected first, so that both ways of sending agree. */
static size_t own_headers(const struct exchange *exchange, struct reply *reply,
                          struct param headers[REPLY_MAX_HEADERS + 4])
{
    size_t n = 0;

    if (reply->status != 304 && reply->status != 204)
        headers[n++] = (struct param){S("Content-Type"), str_of(reply->content_type)};
    headers[n++] = (struct param){S("Cache-Control"), str_of(reply_cache_text(reply->cache))};
    if (reply->etag.n)
        headers[n++] = (struct param){S("ETag"), reply->etag};
    /* Where a chunked body ends the library reads more loosely than RFC 9112, section 7.1: what
     * follows it is nobody's request. */
    if (reply->is_closing || exchange->facts.is_chunked ||
        atomic_load_explicit(&exchange->server->is_draining, memory_order_relaxed))
        headers[n++] = (struct param){S("Connection"), S("close")};
    for (size_t i = 0; i < reply->header_count; i++)
        headers[n++] = reply->headers[i];
    return n;
}

struct MHD_Response *respond_make(struct exchange *exchange, struct reply *reply)
{
    struct param headers[REPLY_MAX_HEADERS + 4];
    struct MHD_Response *response = make_body(exchange, reply);
    size_t n = own_headers(exchange, reply, headers);

    if (!response)
        return NULL;
    if (!add_fixed(response, reply->is_https))
        goto fail;
    for (size_t i = 0; i < n; i++)
        if (MHD_add_response_header(response, str_z(reply->arena, headers[i].name),
                                    str_z(reply->arena, headers[i].value)) != MHD_YES)
            goto fail;
    return response;
fail:
    MHD_destroy_response(response);
    return NULL;
}

/* One try: a reply of this size fits an empty socket buffer, and a client that has not read earlier
 * replies gets none. */
static void send_whole(const struct exchange *exchange, struct str bytes)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (info &&
        send(info->connect_fd, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)bytes.n)
        shutdown(info->connect_fd, SHUT_WR);
}

void respond_past_library(struct exchange *exchange, struct reply *reply)
{
    struct param headers[REPLY_MAX_HEADERS + 4];
    struct buf head = buf_in(reply->arena, 64 * 1024);
    size_t n;

    reply->is_closing = true;
    n = own_headers(exchange, reply, headers);
    buf_add_fmt(&head, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\n", reply->status,
                http_status_text(reply->status), reply->body.n);
    for (const struct fixed_header *fixed = reply_fixed_headers(reply->is_https); fixed->name;
         fixed++)
        buf_add_fmt(&head, "%s: %s\r\n", fixed->name, fixed->value);
    for (size_t i = 0; i < n; i++)
        buf_add_fmt(&head, "%.*s: %.*s\r\n", STR_ARG(headers[i].name), STR_ARG(headers[i].value));
    BUF_ADD(&head, "\r\n");
    buf_add(&head, buf_str(&reply->body));
    if (!buf_has_failed(&head))
        send_whole(exchange, buf_str(&head));
}

void respond_fixed_past_library(struct exchange *exchange, enum fixed_kind kind)
{
    struct str text = *fixed_text(exchange->server->fixed, kind, exchange->request.target);

    /* A HEAD is answered by a head (RFC 9110, section 9.3.2). */
    if (str_eq(exchange->head.method, S("HEAD")))
        text.n = (size_t)str_find(text, S("\r\n\r\n")) + 4;
    send_whole(exchange, text);
}

static void plain_problem(struct ctx *ctx, struct reply *reply, const char *title)
{
    reply->content_type = "application/problem+json";
    buf_add_fmt(&reply->body, "{\"title\":\"%s\",\"status\":%d,\"code\":\"%s\"}", title,
                reply->status, err_name(ctx->err.id));
}

void respond_plain_error(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    const char *title = http_status_text(reply->status);
    struct str says = reply->status < 500
                          ? str_of(title)
                          : S("Something went wrong on our side. Please try again in a few "
                              "minutes.");

    if (fixed_write(request->exchange->server->fixed, request->target, says, reply))
        return;
    if (request_wants_json(request)) {
        plain_problem(ctx, reply, title);
        return;
    }
    buf_add_fmt(&reply->body,
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                "<title>%s</title></head><body><main><h1>%s</h1>",
                title, title);
    if (reply->status >= 500)
        buf_add_fmt(&reply->body,
                    "<p>Something went wrong on our side. Please try again in a few minutes. "
                    "Reference: %llu</p>",
                    (unsigned long long)ctx->work_id);
    BUF_ADD(&reply->body, "<p><a href=\"/\">Home</a></p></main></body></html>\n");
}
