#include "portal/draft_limit.h"

#include <assert.h>
#include <pthread.h>

#include "web/limit.h"

#define LIMIT_BUCKETS 4096

static const struct limit per_address = {.burst = 300, .interval_ms = 500};

static struct limiter *limiter;
static pthread_once_t limiter_once = PTHREAD_ONCE_INIT;

static void make_limiter(void)
{
    limiter = limiter_new(LIMIT_BUCKETS);
    assert(limiter);
}

enum rc draft_limit_take(struct ctx *ctx, const struct request *request, struct reply *reply,
                         const struct draft *draft)
{
    struct str key = limit_key(ctx->arena, S("draft"), request->remote);
    int64_t wait_s = 1;

    if (draft->id)
        return RC_OK;
    pthread_once(&limiter_once, make_limiter);
    if (limiter_take(limiter, key, &per_address, clock_monotonic_ms(), &wait_s))
        return RC_OK;
    reply_header(reply, S("Retry-After"), str_fmt(ctx->arena, "%lld", (long long)wait_s));
    return FAIL(ctx, ERR_TOO_MANY);
}
