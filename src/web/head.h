/* The strict check of a request's head (RFC 9112) that the HTTP library does not make.
 *
 * libmicrohttpd takes many heads that a proxy in front may read differently, which is how requests
 * are smuggled. It cuts a head into strings in place, in one buffer, so where each string begins
 * shows exactly which bytes stood between them: one space in the request line, CRLF after each
 * line, nothing that was folded, cut at a NUL or ended by a lone LF. Everything else is checked on
 * the strings. Layer: web. Any thread.
 */
#ifndef WEB_HEAD_H
#define WEB_HEAD_H

#include "web/http.h"

#define HEAD_MAX_HEADERS 64
#define HEAD_MAX_BYTES   (16 * 1024)

/* A head as the library cut it; all slices point into its one buffer. */
struct head {
    struct str method;
    struct str target; /* only where it stands: its bytes may be cut already */
    struct str version;
    struct params headers;
    const char *end; /* one past the empty line's LF */
};

struct head_facts {
    enum http_method method;
    int64_t content_length; /* -1 when there is none */
    bool is_chunked;
    bool expects_continue;
    bool has_body; /* a length above 0, or chunked */
};

enum head_result {
    HEAD_OK,
    HEAD_MALFORMED,
    HEAD_TOO_LARGE, /* more than HEAD_MAX_BYTES or HEAD_MAX_HEADERS */
};

/* Checks the head. HEAD_MALFORMED, with a word for the log in *ret_fault, for: strings that do not
 * lie as CRLF lines leave them; an unknown method; a version other than HTTP/1.0 and 1.1; no Host
 * in 1.1; a repeated Host, Content-Length, Content-Type, Transfer-Encoding, Expect, Origin, Cookie
 * or Authorization; a name that is no token or a value with control characters; a Content-Length
 * that is not digits or stands beside Transfer-Encoding; any Transfer-Encoding but "chunked" in
 * 1.1; any Expect but "100-continue"; a body with GET, HEAD or OPTIONS. */
enum head_result head_check(const struct head *head, struct head_facts *ret_facts,
                            const char **ret_fault);

#endif
