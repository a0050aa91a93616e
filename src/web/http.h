/* Words of HTTP that every part of the web layer shares: methods, statuses, headers, parameters.
 *
 * RFC 9110 (semantics) and RFC 9112 (HTTP/1.1). Layer: web. Any thread; nothing here keeps state.
 */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include "base/arena.h"
#include "base/str.h"

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP__N,
};

/* "GET"; case matters in methods. http_method_parse: false, *ret untouched, for any other word. */
struct str http_method_name(enum http_method method);
bool http_method_parse(struct str word, enum http_method *ret);

/* Safe methods change nothing (RFC 9110, section 9.2.1): no token is asked of them, and they are
 * served by the readers. */
bool http_method_is_safe(enum http_method method);

/* "Not Found"; "Error" for a status this program never sends. */
const char *http_status_text(int status);

/* A header, query or form parameter, or cookie. Both slices are borrowed. */
struct param {
    struct str name, value;
};

/* Parameters in the order they came; names may repeat. */
struct params {
    struct param *items;
    size_t n;
};

/* The first value of that name, or the empty slice with p == NULL when there is none: a parameter
 * that is present but empty has p != NULL. Names are compared exactly. */
struct str params_get(const struct params *params, struct str name);

/* The value of that name at or after *at, moving *at past it; for repeated parameters:
 * `for (size_t at = 0; params_next(params, name, &at, &value);)`. */
bool params_next(const struct params *params, struct str name, size_t *at, struct str *ret_value);

/* The first header of that name (ASCII case folded), p == NULL when there is none. */
struct str headers_get(const struct params *headers, struct str name);

/* RFC 9110 token characters: what methods, header names and cookie names are made of. */
bool http_is_token(struct str s);

/* Whether `s` is well-formed UTF-8 without NUL. */
bool http_is_text(struct str s);

/* The part of a header value before the first ';', trimmed: "text/html" of
 * "text/html; charset=utf-8". */
struct str http_media_type(struct str value);

/* A parameter of a header value such as `multipart/form-data; boundary="a b"`: the name is compared
 * with ASCII case folded, a quoted string loses its quotes and its backslashes. False when there
 * is none or when the value breaks RFC 9110, section 5.6.6. *ret_value is in the arena. */
bool http_value_param(struct arena *arena, struct str value, struct str name,
                      struct str *ret_value);

#endif
