/* Rate limits: token buckets in a table of fixed size.
 *
 * A bucket belongs to a key such as "sign-in 203.0.113.7". The table never grows: when a place is
 * needed, the bucket that was used longest ago among a few neighbours gives way, so a flood of
 * keys costs no memory and at worst forgets limits of others. Keys are hashed with a secret, so
 * nobody can aim at a neighbour's place. Layer: web. Any thread.
 */
#ifndef WEB_LIMIT_H
#define WEB_LIMIT_H

#include "base/arena.h"

/* `burst` at once, then one more every `interval_ms`. */
struct limit {
    int burst;           /* 1 to 1,000,000 */
    int64_t interval_ms; /* at least 1 */
};

struct limiter;

/* A table of at least `buckets` places, 32 bytes each; NULL when there is no memory. Owned. */
struct limiter *limiter_new(size_t buckets);
void limiter_free(struct limiter *limiter);

/* Takes one token of the key's bucket. True when there was one; else *ret_wait_s says after how
 * many seconds the next one comes, for Retry-After. `now_ms` is monotonic. */
bool limiter_take(struct limiter *limiter, struct str key, const struct limit *limit,
                  int64_t now_ms, int64_t *ret_wait_s);

/* "<what> <address>": an IPv4 address counts by itself, an IPv6 address by its /64, which is one
 * network in a house or one telephone. In the arena. */
struct str limit_key(struct arena *arena, struct str what, struct str address);

/* The same by the /56, the 256 networks that a home is commonly given (RIPE-690, section 4.2): for
 * what a single house could use up. The telephones that share one are counted together. */
struct str limit_home_key(struct arena *arena, struct str what, struct str address);

#endif
