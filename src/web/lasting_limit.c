#include "web/lasting_limit.h"

#include <assert.h>

#include "base/instant.h"

static struct limiter *made(struct lasting_limit *limit)
{
    struct limiter *limiter = atomic_load(&limit->limiter), *fresh;

    if (limiter)
        return limiter;
    fresh = limiter_new(limit->buckets);
    assert(fresh);
    if (atomic_compare_exchange_strong(&limit->limiter, &limiter, fresh))
        return fresh;
    limiter_free(fresh);
    return limiter;
}

bool lasting_limit_take(struct lasting_limit *limit, struct str key, const struct limit *rate,
                        int64_t *ret_wait_s)
{
    return limiter_take(made(limit), key, rate, clock_monotonic_ms(), ret_wait_s);
}

enum rc lasting_limit_try(struct ctx *ctx, struct reply *reply, struct lasting_limit *limit,
                          struct str key, const struct limit *rate)
{
    int64_t wait_s = 1;

    if (lasting_limit_take(limit, key, rate, &wait_s))
        return RC_OK;
    return lasting_limit_refuse(ctx, reply, wait_s);
}

enum rc lasting_limit_refuse(struct ctx *ctx, struct reply *reply, int64_t wait_s)
{
    reply_header(reply, S("Retry-After"), str_fmt(ctx->arena, "%lld", (long long)wait_s));
    return FAIL(ctx, ERR_TOO_MANY);
}
