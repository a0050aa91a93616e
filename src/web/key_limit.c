#include "web/key_limit.h"

#include "web/lasting_limit.h"

#define MS_PER_MINUTE 60000

static struct lasting_limit calls = {.buckets = 4096};

bool key_limit_take(const struct key_limit *limit, int64_t *ret_wait_s)
{
    int64_t a_minute = limit->a_minute < MS_PER_MINUTE ? limit->a_minute : MS_PER_MINUTE;
    struct limit rate = {(int)limit->burst, MS_PER_MINUTE / a_minute};

    return lasting_limit_take(&calls, limit->key, &rate, ret_wait_s);
}
