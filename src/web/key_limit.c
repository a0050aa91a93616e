#include "web/key_limit.h"

#include <assert.h>
#include <pthread.h>

#include "base/instant.h"
#include "web/limit.h"

#define BUCKETS       4096
#define MS_PER_MINUTE 60000

static struct limiter *limiter;
static pthread_once_t limiter_once = PTHREAD_ONCE_INIT;

static void make_limiter(void)
{
    limiter = limiter_new(BUCKETS);
    assert(limiter);
}

bool key_limit_take(const struct key_limit *limit, int64_t *ret_wait_s)
{
    int64_t a_minute = limit->a_minute < MS_PER_MINUTE ? limit->a_minute : MS_PER_MINUTE;
    struct limit rate = {(int)limit->burst, MS_PER_MINUTE / a_minute};

    pthread_once(&limiter_once, make_limiter);
    return limiter_take(limiter, limit->key, &rate, clock_monotonic_ms(), ret_wait_s);
}
