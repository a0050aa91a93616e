#include "web/limit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/crypto.h"

#define WAYS 8

/* A bucket is stored as the moment at which it will be full again (the "theoretical arrival time"
 * of the generic cell rate algorithm): no separate count, nothing to refill. */
struct bucket {
    unsigned char tag[crypto_shorthash_siphashx24_BYTES]; /* all zero: free */
    int64_t full_at_ms;
    int64_t used_at_ms;
};

struct limiter {
    pthread_mutex_t lock;
    unsigned char key[crypto_shorthash_siphashx24_KEYBYTES];
    size_t sets;
    struct bucket buckets[];
};

struct limiter *limiter_new(size_t buckets)
{
    size_t sets = buckets / WAYS + 1;
    struct limiter *limiter = calloc(1, sizeof *limiter + sets * WAYS * sizeof(struct bucket));

    if (!limiter)
        return NULL;
    pthread_mutex_init(&limiter->lock, NULL);
    crypto_random_bytes(limiter->key, sizeof limiter->key);
    limiter->sets = sets;
    return limiter;
}

void limiter_free(struct limiter *limiter)
{
    if (!limiter)
        return;
    pthread_mutex_destroy(&limiter->lock);
    free(limiter);
}

/* The key's bucket; a new one takes the place that was used longest ago. */
static struct bucket *find(struct limiter *limiter, struct str key, int64_t now_ms)
{
    unsigned char tag[crypto_shorthash_siphashx24_BYTES];
    struct bucket *set, *oldest;
    uint64_t hash;

    crypto_shorthash_siphashx24(tag, (const unsigned char *)key.p, key.n, limiter->key);
    memcpy(&hash, tag, sizeof hash);
    set = &limiter->buckets[hash % limiter->sets * WAYS];
    oldest = set;
    for (int way = 0; way < WAYS; way++) {
        if (memcmp(set[way].tag, tag, sizeof tag) == 0)
            return &set[way];
        if (set[way].used_at_ms < oldest->used_at_ms)
            oldest = &set[way];
    }
    memcpy(oldest->tag, tag, sizeof tag);
    oldest->full_at_ms = now_ms;
    return oldest;
}

/* How long until a token is there; 0 when there is one now. */
static int64_t wait_ms(const struct bucket *bucket, const struct limit *limit, int64_t now_ms)
{
    int64_t missing_ms = bucket->full_at_ms - now_ms;
    int64_t allowed_ms = (limit->burst - 1) * limit->interval_ms;

    return missing_ms > allowed_ms ? missing_ms - allowed_ms : 0;
}

bool limiter_take(struct limiter *limiter, struct str key, const struct limit *limit,
                  int64_t now_ms, int64_t *ret_wait_s)
{
    struct bucket *bucket;
    int64_t wait;

    pthread_mutex_lock(&limiter->lock);
    bucket = find(limiter, key, now_ms);
    bucket->used_at_ms = now_ms;
    wait = wait_ms(bucket, limit, now_ms);
    if (wait == 0) {
        if (bucket->full_at_ms < now_ms)
            bucket->full_at_ms = now_ms;
        bucket->full_at_ms += limit->interval_ms;
    }
    pthread_mutex_unlock(&limiter->lock);
    if (wait)
        *ret_wait_s = (wait + 999) / 1000;
    return wait == 0;
}

/* An IPv6 address loses all but its first `kept` bytes. */
static struct str key_of(struct arena *arena, struct str what, struct str address, size_t kept)
{
    struct in6_addr v6;
    char net[INET6_ADDRSTRLEN];

    if (str_find_byte(address, ':') >= 0 && inet_pton(AF_INET6, str_z(arena, address), &v6) == 1 &&
        !IN6_IS_ADDR_V4MAPPED(&v6)) {
        memset(v6.s6_addr + kept, 0, sizeof v6.s6_addr - kept);
        inet_ntop(AF_INET6, &v6, net, sizeof net);
        address = str_copy(arena, str_of(net));
    }
    return str_join(arena, (struct str[]){what, address}, 2, S(" "));
}

struct str limit_key(struct arena *arena, struct str what, struct str address)
{
    return key_of(arena, what, address, 8);
}

struct str limit_home_key(struct arena *arena, struct str what, struct str address)
{
    return key_of(arena, what, address, 7);
}
