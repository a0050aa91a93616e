#include "portal/caps.h"

#include <pthread.h>

#include "base/instant.h"
#include "web/limit.h"

#define BUCKETS 8192

static const struct limit per_address = {.burst = 20, .interval_ms = 120000};
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct limiter *limiter; /* for the life of the program */

static void make(void)
{
    limiter = limiter_new(BUCKETS);
}

enum rc caps_take(struct ctx *ctx, const struct request *request, struct reply *reply,
                  struct str what)
{
    int64_t wait_s;

    pthread_once(&once, make);
    if (!limiter)
        return FAIL(ctx, ERR_MEMORY);
    if (limiter_take(limiter, limit_key(ctx->arena, what, request->remote), &per_address,
                     clock_monotonic_ms(), &wait_s))
        return RC_OK;
    reply_header(reply, S("Retry-After"), str_fmt(ctx->arena, "%lld", (long long)wait_s));
    return FAIL(ctx, ERR_TOO_MANY);
}
