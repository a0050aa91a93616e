#include "web/fixed.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "web/reply.h"

#define MAX_STYLES       8
#define ARENA_BYTES      ((size_t)512 << 10)
#define MAX_TEXT         4000
#define OVERLOAD_RETRY_S "2"

struct fixed {
    struct arena *arena; /* owned; of the texts */
    struct edge_style styles[MAX_STYLES];
    struct MHD_Response *answers[MAX_STYLES][FIXED__N]; /* owned */
    struct str texts[MAX_STYLES][FIXED__N];
    size_t n;
};

static const struct {
    int status;
    struct str says;
    const char *header, *value;
} kinds[FIXED__N] = {
    [FIXED_MALFORMED] = {400, STR("This request breaks the rules of HTTP; nothing was done."),
                         "Connection", "close"},
    [FIXED_LATE] = {408,
                    STR("This request did not arrive in time; nothing was done. Please try again, "
                        "with a smaller file or a better connection."),
                    "Connection", "close"},
    [FIXED_LONG_BODY] = {413, STR("More was announced than is taken here; nothing was done."),
                         "Connection", "close"},
    [FIXED_LONG_HEAD] = {431,
                         STR("The headers of this request are too long or too many; nothing was "
                             "done. Send fewer, or delete the cookies of this site."),
                         "Connection", "close"},
    [FIXED_OVERLOAD] = {503,
                        STR("More is asked of this server than it can do at the moment; nothing "
                            "was done. Please try again in a few seconds."),
                        "Retry-After", OVERLOAD_RETRY_S},
};

static const struct edge_style plain = {"", "", "text/plain; charset=utf-8", "{says}\n"};

static void fill_in(struct buf *out, const char *text, int status, struct str says)
{
    struct str rest = str_of(text);

    while (rest.n) {
        if (str_starts_with(rest, S("{status}"))) {
            buf_add_i64(out, status);
            rest = str_slice(rest, sizeof "{status}" - 1, rest.n);
        } else if (str_starts_with(rest, S("{says}"))) {
            buf_add(out, says);
            rest = str_slice(rest, sizeof "{says}" - 1, rest.n);
        } else {
            buf_add_byte(out, rest.p[0]);
            rest = str_slice(rest, 1, rest.n);
        }
    }
}

static struct str write_body(struct arena *arena, const char *text, enum fixed_kind kind)
{
    struct buf out = buf_in(arena, MAX_TEXT);

    fill_in(&out, text, kinds[kind].status, kinds[kind].says);
    return buf_has_failed(&out) ? STR_NONE : buf_str(&out);
}

/* The headers of one kind and style, apart from the length. */
static size_t list_headers(const struct edge_style *style, enum fixed_kind kind, bool is_https,
                           struct fixed_header headers[REPLY_MAX_HEADERS])
{
    size_t n = 0;

    for (const struct fixed_header *fixed = reply_fixed_headers(is_https); fixed->name; fixed++)
        headers[n++] = *fixed;
    headers[n++] = (struct fixed_header){"Content-Type", style->content_type};
    headers[n++] = (struct fixed_header){"Cache-Control", "no-store"};
    headers[n++] = (struct fixed_header){kinds[kind].header, kinds[kind].value};
    assert(n <= REPLY_MAX_HEADERS);
    return n;
}

static struct MHD_Response *make_answer(struct str body, const struct fixed_header *headers,
                                        size_t n)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_PERSISTENT);

    for (size_t i = 0; response && i < n; i++) {
        if (MHD_add_response_header(response, headers[i].name, headers[i].value) == MHD_YES)
            continue;
        MHD_destroy_response(response);
        response = NULL;
    }
    return response;
}

static struct str write_whole(struct arena *arena, struct str body, enum fixed_kind kind,
                              const struct fixed_header *headers, size_t n)
{
    struct buf out = buf_in(arena, 2 * MAX_TEXT);

    buf_add_fmt(&out, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\n", kinds[kind].status,
                http_status_text(kinds[kind].status), body.n);
    for (size_t i = 0; i < n; i++)
        buf_add_fmt(&out, "%s: %s\r\n", headers[i].name, headers[i].value);
    if (!str_eq(str_of(kinds[kind].header), S("Connection")))
        BUF_ADD(&out, "Connection: close\r\n");
    BUF_ADD(&out, "\r\n");
    buf_add(&out, body);
    return buf_has_failed(&out) ? STR_NONE : buf_str(&out);
}

static bool make(struct fixed *fixed, size_t style, enum fixed_kind kind, bool is_https)
{
    struct fixed_header headers[REPLY_MAX_HEADERS];
    size_t n = list_headers(&fixed->styles[style], kind, is_https, headers);
    struct str body = write_body(fixed->arena, fixed->styles[style].text, kind);

    if (!body.p)
        return false;
    fixed->texts[style][kind] = write_whole(fixed->arena, body, kind, headers, n);
    fixed->answers[style][kind] = make_answer(body, headers, n);
    return fixed->texts[style][kind].p && fixed->answers[style][kind];
}

struct fixed *fixed_new(const struct edge_style *styles, bool is_https)
{
    struct fixed *fixed = calloc(1, sizeof *fixed);

    if (!fixed)
        return NULL;
    fixed->arena = arena_new(ARENA_BYTES);
    for (; styles && styles->prefix && fixed->n + 1 < MAX_STYLES; styles++)
        fixed->styles[fixed->n++] = *styles;
    fixed->styles[fixed->n++] = plain;
    for (size_t i = 0; i < fixed->n; i++) {
        for (int kind = 0; kind < FIXED__N; kind++) {
            if (!fixed->arena || !make(fixed, i, (enum fixed_kind)kind, is_https)) {
                fixed_free(fixed);
                return NULL;
            }
        }
    }
    return fixed;
}

void fixed_free(struct fixed *fixed)
{
    if (!fixed)
        return;
    for (size_t i = 0; i < fixed->n; i++)
        for (int kind = 0; kind < FIXED__N; kind++)
            if (fixed->answers[i][kind])
                MHD_destroy_response(fixed->answers[i][kind]);
    arena_free(fixed->arena);
    free(fixed);
}

int fixed_status(enum fixed_kind kind)
{
    return kinds[kind].status;
}

/* The style of a target's path; the last one is for what has none of its own. */
static size_t style_of(const struct fixed *fixed, struct str target)
{
    ptrdiff_t at = str_find_byte(target, '?');
    struct str path = at < 0 ? target : str_slice(target, 0, (size_t)at);
    size_t i = 0;

    while (i + 1 < fixed->n && !(str_starts_with(path, str_of(fixed->styles[i].prefix)) &&
                                 str_ends_with(path, str_of(fixed->styles[i].suffix))))
        i++;
    return i;
}

struct MHD_Response *fixed_answer(const struct fixed *fixed, enum fixed_kind kind,
                                  struct str target)
{
    return fixed->answers[style_of(fixed, target)][kind];
}

const struct str *fixed_text(const struct fixed *fixed, enum fixed_kind kind, struct str target)
{
    return &fixed->texts[style_of(fixed, target)][kind];
}

bool fixed_write(const struct fixed *fixed, struct str target, struct str says, struct reply *reply)
{
    size_t i = style_of(fixed, target);

    if (i + 1 == fixed->n)
        return false;
    fill_in(&reply->body, fixed->styles[i].text, reply->status, says);
    reply->content_type = fixed->styles[i].content_type;
    return true;
}
