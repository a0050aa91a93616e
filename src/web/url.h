/* Taking URLs apart and putting them together: RFC 3986, and the application/x-www-form-urlencoded
 * format of the WHATWG URL standard, section 5.
 *
 * The library below the server would decode a path before anybody can look at it; here the path
 * is cut into segments first and decoded afterwards, so that an encoded slash or NUL cannot turn
 * one path into another. Layer: web. Any thread.
 */
#ifndef WEB_URL_H
#define WEB_URL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "web/http.h"

#define URL_MAX_SEGMENTS 16

/* A decoded path: its segments between the slashes. "/" has one empty segment, "/staff/" has
 * "staff" and "". */
struct url_path {
    struct str segments[URL_MAX_SEGMENTS];
    size_t n;
};

/* Cuts a request target into a path and the text after '?', still encoded. The absolute form
 * ("http://host/path", RFC 9112, section 3.2.2) loses scheme and host. False for anything that is
 * neither: it does not start with '/'. */
bool url_split(struct str target, struct str *ret_path, struct str *ret_query);

/* Decodes an encoded absolute path. RC_INVALID (ERR_MALFORMED) when a percent sign is not followed
 * by two hex digits, when a segment decodes to '.', '..', or to something with a slash, backslash,
 * NUL or control character, when a byte is not printable ASCII, when the decoded text is not UTF-8,
 * or with more than URL_MAX_SEGMENTS segments. Segments are in ctx->arena. */
enum rc url_path_decode(struct ctx *ctx, struct str path, struct url_path *ret_path) MUST_CHECK;

/* The path as text again, "/a/b", encoded; every segment is escaped. */
struct str url_path_encode(struct arena *arena, const struct url_path *path);

/* Decodes "a=1&b=2" ('+' is a space) in the order given. An empty piece between two '&' is
 * skipped; a piece without '=' has an empty value. A value that is no text is mended (typed.h).
 * RC_INVALID (ERR_MALFORMED) for a bad percent sequence or a name that is no text; RC_LIMIT
 * (ERR_TOO_LARGE) for more than max_params. The result is in ctx->arena. */
enum rc url_params_decode(struct ctx *ctx, struct str encoded, size_t max_params,
                          struct params *ret_params) MUST_CHECK;

/* Appends `s` with all but RFC 3986's unreserved characters percent-encoded. */
void url_escape(struct buf *buf, struct str s);

/* The address of a page in a language: "/report" is "/report" in English and "/es/report" in
 * Spanish. `path` starts with '/'. In the arena. */
struct str url_in_lang(struct arena *arena, enum lang lang, struct str path);

/* Whether `s` may be the target of a redirect or a "return here" field: a path on this server,
 * never another host ("//host", "/\host") and nothing that breaks a header. */
bool url_is_local(struct str s);

#endif
