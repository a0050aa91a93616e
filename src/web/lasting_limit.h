/* A limiter for the life of the program, made when it is first asked: what a page that may be tried
 * so often, and no oftener, keeps as one static variable.
 *
 *     static struct lasting_limit tries = {.buckets = 1024};
 *
 * Layer: web. Any thread. */
#ifndef WEB_LASTING_LIMIT_H
#define WEB_LASTING_LIMIT_H

#include <stdatomic.h>

#include "web/limit.h"
#include "web/reply.h"

struct lasting_limit {
    size_t buckets;                    /* limiter_new */
    _Atomic(struct limiter *) limiter; /* NULL until it is first asked */
};

/* limiter_take at this moment. Ends the program when there is no memory for the table, of which
 * there is one for each such variable. */
bool lasting_limit_take(struct lasting_limit *limit, struct str key, const struct limit *rate,
                        int64_t *ret_wait_s);

/* The same as a handler wants it: ERR_TOO_MANY, with Retry-After. */
enum rc lasting_limit_try(struct ctx *ctx, struct reply *reply, struct lasting_limit *limit,
                          struct str key, const struct limit *rate) MUST_CHECK;

/* ERR_TOO_MANY, with Retry-After: of who has asked several limits. */
enum rc lasting_limit_refuse(struct ctx *ctx, struct reply *reply, int64_t wait_s) MUST_CHECK;

#endif
