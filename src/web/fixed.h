/* Answers that no worker makes: to a head that breaks HTTP, to who is too slow, and when nobody has
 * time.
 *
 * They are made once at the start, one of each kind in each style, so that giving one costs
 * nothing; as the library's response, and as bytes for where the library cannot answer. A style is
 * how an interface writes its errors: a program that speaks XML or JSON gets these in its own
 * format too. Layer: web. After fixed_new any thread.
 */
#ifndef WEB_FIXED_H
#define WEB_FIXED_H

#include <microhttpd.h>

#include "web/reply.h"

enum fixed_kind {
    FIXED_MALFORMED, /* 400 */
    FIXED_LATE,      /* 408 */
    FIXED_LONG_BODY, /* 413 */
    FIXED_LONG_HEAD, /* 431 */
    FIXED_OVERLOAD,  /* 503 with Retry-After */
    FIXED__N,
};

/* Which targets get it, and how it is written. The first row that fits is taken. */
struct edge_style {
    const char *prefix, *suffix; /* of the path as it was sent; NULL as prefix ends a table */
    const char *content_type;
    const char *text; /* with {status} and {says}, a sentence without quotes and angle brackets */
};

struct fixed;

/* For the styles and, behind them, plain text for everything else. NULL without memory. Owned:
 * fixed_free, which takes NULL. */
struct fixed *fixed_new(const struct edge_style *styles, bool is_https);
void fixed_free(struct fixed *fixed);

int fixed_status(enum fixed_kind kind);

/* For a request with that target, as it came. */
struct MHD_Response *fixed_answer(const struct fixed *fixed, enum fixed_kind kind,
                                  struct str target);

/* The same as bytes, head and body, after which the connection ends. Borrowed from `fixed`. */
const struct str *fixed_text(const struct fixed *fixed, enum fixed_kind kind, struct str target);

/* Writes the reply of that status for a target in its style, with `says` as the sentence: for what
 * fails so that nothing else can be written. False, *reply untouched, for a target without one. */
bool fixed_write(const struct fixed *fixed, struct str target, struct str says,
                 struct reply *reply);

#endif
