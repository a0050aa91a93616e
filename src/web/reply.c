#include "web/reply.h"

#include <sys/stat.h>
#include <unistd.h>

#define STREAM_ARENA_BYTES ((size_t)8 << 20)

struct reply reply_in(struct arena *arena, bool is_https)
{
    return (struct reply){
        .arena = arena,
        .status = 200,
        .content_type = "text/html; charset=utf-8",
        .body = buf_in(arena, REPLY_MAX_BODY_BYTES),
        .is_https = is_https,
        .file_fd = -1,
    };
}

void reply_done(struct reply *reply)
{
    if (reply->file_fd >= 0)
        close(reply->file_fd);
    reply->file_fd = -1;
    arena_free(reply->stream_arena);
    reply->stream_arena = NULL;
}

static bool is_header_value(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
            return false;
    return true;
}

void reply_header(struct reply *reply, struct str name, struct str value)
{
    if (!http_is_token(name) || !is_header_value(value) ||
        reply->header_count == REPLY_MAX_HEADERS) {
        reply->has_failed = true;
        return;
    }
    reply->headers[reply->header_count++] = (struct param){name, value};
}

enum rc reply_file(struct ctx *ctx, struct reply *reply, int fd, const char *content_type)
{
    struct stat stat;

    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
        close(fd);
        return FAIL(ctx, ERR_FILE, .detail = S("not a regular file"));
    }
    reply->file_fd = fd;
    reply->file_size_bytes = stat.st_size;
    reply->content_type = content_type;
    return RC_OK;
}

struct arena *reply_stream_arena(struct reply *reply)
{
    if (!reply->stream_arena)
        reply->stream_arena = arena_new(STREAM_ARENA_BYTES);
    return reply->stream_arena;
}

void reply_stream(struct reply *reply, const char *content_type, reply_produce_fn *produce,
                  void *state)
{
    reply->content_type = content_type;
    reply->produce = produce;
    reply->produce_state = state;
}

void reply_redirect(struct reply *reply, struct str path)
{
    if (!url_is_local(path)) {
        reply->has_failed = true;
        return;
    }
    reply->status = 303;
    reply_header(reply, S("Location"), path);
}

struct str cookie_full_name(struct arena *arena, struct str name, bool is_https)
{
    struct str pieces[] = {S("__Host-"), name};

    return is_https ? str_join(arena, pieces, 2, S("")) : name;
}

static bool is_cookie_value(struct str value)
{
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];

        if (c <= ' ' || c == 0x7f || c == '"' || c == ',' || c == ';' || c == '\\')
            return false;
    }
    return true;
}

void reply_cookie(struct reply *reply, const struct cookie *cookie)
{
    struct buf buf = buf_in(reply->arena, 4096);

    if (!http_is_token(cookie->name) || !is_cookie_value(cookie->value)) {
        reply->has_failed = true;
        return;
    }
    buf_add(&buf, cookie_full_name(reply->arena, cookie->name, reply->is_https));
    BUF_ADD(&buf, "=");
    buf_add(&buf, cookie->value);
    BUF_ADD(&buf, "; Path=/; HttpOnly; SameSite=Lax");
    if (reply->is_https)
        BUF_ADD(&buf, "; Secure");
    if (cookie->max_age_s || cookie->value.n == 0) {
        BUF_ADD(&buf, "; Max-Age=");
        buf_add_i64(&buf, cookie->value.n ? cookie->max_age_s : 0);
    }
    reply->has_failed |= buf_has_failed(&buf);
    reply_header(reply, S("Set-Cookie"), buf_str(&buf));
}

static struct str without_weak(struct str tag)
{
    return str_starts_with(tag, S("W/")) ? str_slice(tag, 2, tag.n) : tag;
}

bool etag_matches(struct str if_none_match, struct str etag)
{
    struct str tag;

    if (str_eq(str_trim(if_none_match), S("*"))) /* alone, not one of a list (RFC 9110, 13.1.2) */
        return true;
    while (str_next(&if_none_match, ',', &tag))
        if (str_eq(without_weak(str_trim(tag)), without_weak(etag)))
            return true;
    return false;
}

#define FIXED_HEADERS                                                                           \
    {"Content-Security-Policy",                                                                 \
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "          \
     "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "               \
     "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default"},      \
        {"Cross-Origin-Opener-Policy", "same-origin"},                                          \
        {"Cross-Origin-Resource-Policy", "same-origin"}, {"X-Content-Type-Options", "nosniff"}, \
        {"Referrer-Policy", "same-origin"},                                                     \
    {                                                                                           \
        "Permissions-Policy", "camera=(), geolocation=(self), microphone=(), payment=()"        \
    }

const struct fixed_header *reply_fixed_headers(bool is_https)
{
    static const struct fixed_header http[] = {FIXED_HEADERS, {NULL, NULL}};
    static const struct fixed_header https[] = {
        FIXED_HEADERS, {"Strict-Transport-Security", "max-age=31536000"}, {NULL, NULL}};

    return is_https ? https : http;
}

const char *reply_cache_text(enum reply_cache cache)
{
    switch (cache) {
    case REPLY_FIVE_MINUTES: return "public, max-age=300";
    case REPLY_IMMUTABLE: return "public, max-age=31536000, immutable";
    case REPLY_NO_STORE: break;
    }
    return "no-store";
}
