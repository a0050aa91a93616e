#include "web/fixed.h"

#include <stdlib.h>

#include "base/buf.h"
#include "web/reply.h"

#define MAX_STYLES       8
#define OVERLOAD_RETRY_S "2"

struct fixed {
    struct edge_style styles[MAX_STYLES];
    struct MHD_Response *answers[MAX_STYLES][FIXED__N]; /* owned */
    size_t n;
};

static const struct {
    int status;
    struct str says;
    const char *header, *value;
} kinds[FIXED__N] = {
    [FIXED_MALFORMED] = {400, STR("This request breaks the rules of HTTP; nothing was done."),
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

static struct str write_text(struct arena *arena, const char *text, enum fixed_kind kind)
{
    struct buf out = buf_in(arena, 4000);
    struct str rest = str_of(text);

    while (rest.n) {
        if (str_starts_with(rest, S("{status}"))) {
            buf_add_i64(&out, kinds[kind].status);
            rest = str_slice(rest, sizeof "{status}" - 1, rest.n);
        } else if (str_starts_with(rest, S("{says}"))) {
            buf_add(&out, kinds[kind].says);
            rest = str_slice(rest, sizeof "{says}" - 1, rest.n);
        } else {
            buf_add_byte(&out, rest.p[0]);
            rest = str_slice(rest, 1, rest.n);
        }
    }
    return buf_has_failed(&out) ? STR_NONE : buf_str(&out);
}

static bool add_headers(struct MHD_Response *response, const struct edge_style *style,
                        enum fixed_kind kind, bool is_https)
{
    for (const struct fixed_header *header = reply_fixed_headers(is_https); header->name; header++)
        if (MHD_add_response_header(response, header->name, header->value) != MHD_YES)
            return false;
    return MHD_add_response_header(response, "Content-Type", style->content_type) == MHD_YES &&
           MHD_add_response_header(response, "Cache-Control", "no-store") == MHD_YES &&
           MHD_add_response_header(response, kinds[kind].header, kinds[kind].value) == MHD_YES;
}

static struct MHD_Response *make(const struct edge_style *style, enum fixed_kind kind,
                                 bool is_https)
{
    struct arena *arena = arena_new(16384);
    struct str text = arena ? write_text(arena, style->text, kind) : STR_NONE;
    struct MHD_Response *response =
        text.p ? MHD_create_response_from_buffer(text.n, (void *)(uintptr_t)text.p,
                                                 MHD_RESPMEM_MUST_COPY)
               : NULL;

    arena_free(arena);
    if (!response || add_headers(response, style, kind, is_https))
        return response;
    MHD_destroy_response(response);
    return NULL;
}

struct fixed *fixed_new(const struct edge_style *styles, bool is_https)
{
    struct fixed *fixed = calloc(1, sizeof *fixed);

    if (!fixed)
        return NULL;
    for (; styles && styles->prefix && fixed->n + 1 < MAX_STYLES; styles++)
        fixed->styles[fixed->n++] = *styles;
    fixed->styles[fixed->n++] = plain;
    for (size_t i = 0; i < fixed->n; i++) {
        for (int kind = 0; kind < FIXED__N; kind++) {
            fixed->answers[i][kind] = make(&fixed->styles[i], (enum fixed_kind)kind, is_https);
            if (!fixed->answers[i][kind]) {
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
    free(fixed);
}

int fixed_status(enum fixed_kind kind)
{
    return kinds[kind].status;
}

struct MHD_Response *fixed_answer(const struct fixed *fixed, enum fixed_kind kind,
                                  struct str target)
{
    ptrdiff_t at = str_find_byte(target, '?');
    struct str path = at < 0 ? target : str_slice(target, 0, (size_t)at);
    size_t i = 0;

    while (i + 1 < fixed->n && !(str_starts_with(path, str_of(fixed->styles[i].prefix)) &&
                                 str_ends_with(path, str_of(fixed->styles[i].suffix))))
        i++;
    return fixed->answers[i][kind];
}
