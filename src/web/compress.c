#include "web/compress.h"

#include <zlib.h>

#define LEVEL       3    /* of 9: a page is made for one reader, so time counts more than bytes */
#define MIN_BYTES   1400 /* less goes out in one packet anyway */
#define GZIP_WINDOW (15 + 16)
#define MEMORY      8

bool coding_is_taken(struct str accept_encoding, struct str coding)
{
    struct str item;

    while (str_next(&accept_encoding, ',', &item)) {
        ptrdiff_t at = str_find(item, S("q=0"));
        struct str weight = at < 0 ? STR_NONE : str_trim(str_slice(item, (size_t)at + 3, item.n));

        if (str_eq_ascii_nocase(http_media_type(item), coding))
            return at < 0 || (weight.n > 1 && str_find_byte(S("123456789"), weight.p[1]) >= 0);
    }
    return false;
}

/* What is made of letters; pictures are packed already. */
static bool is_text(const char *content_type)
{
    static const struct str types[] = {
        STR("application/json"),     STR("application/problem+json"), STR("application/geo+json"),
        STR("application/atom+xml"), STR("application/xml"),          STR("image/svg+xml"),
    };
    struct str media = http_media_type(str_of(content_type));

    for (size_t i = 0; i < COUNT(types); i++)
        if (str_eq_ascii_nocase(media, types[i]))
            return true;
    return str_starts_with(media, S("text/"));
}

static bool may_be_compressed(const struct reply *reply)
{
    if (reply->file_fd >= 0 || reply->produce || reply->body.n < MIN_BYTES)
        return false;
    for (size_t i = 0; i < reply->header_count; i++)
        if (str_eq_ascii_nocase(reply->headers[i].name, S("Content-Encoding")))
            return false;
    return is_text(reply->content_type);
}

static void *take(void *arena, unsigned items, unsigned size)
{
    return arena_alloc(arena, (size_t)items * size);
}

/* The arena ends with the reply. */
static void give(void *arena, void *block)
{
    (void)arena;
    (void)block;
}

/* The body as gzip; empty without memory. */
static struct str packed(struct arena *arena, struct str body)
{
    z_stream stream = {.zalloc = take, .zfree = give, .opaque = arena};
    unsigned char *out;
    size_t room;

    if (deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return STR_NONE;
    room = deflateBound(&stream, body.n);
    out = arena_alloc(arena, room);
    if (!out)
        return STR_NONE;
    stream.next_in = (unsigned char *)(uintptr_t)body.p;
    stream.avail_in = (unsigned)body.n;
    stream.next_out = out;
    stream.avail_out = (unsigned)room;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        return STR_NONE;
    return (struct str){(const char *)out, room - stream.avail_out};
}

void compress_reply(struct reply *reply, const struct request *request)
{
    struct str body;
    struct buf small;

    if (!may_be_compressed(reply))
        return;
    reply_header(reply, S("Vary"), S("Accept-Encoding"));
    if (!coding_is_taken(request_header(request, S("accept-encoding")), S("gzip")))
        return;
    body = packed(reply->arena, buf_str(&reply->body));
    if (!body.n || body.n >= reply->body.n)
        return;
    small = buf_in(reply->arena, body.n);
    buf_add(&small, body);
    if (buf_has_failed(&small))
        return;
    reply->body = small;
    reply_header(reply, S("Content-Encoding"), S("gzip"));
}
