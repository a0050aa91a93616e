/* How often a program may call with its key: one count a key, whichever interface it calls.
 *
 * A key says itself how many calls at once and how many a minute it has. Layer: web. Any thread.
 */
#ifndef WEB_KEY_LIMIT_H
#define WEB_KEY_LIMIT_H

#include "base/str.h"

struct key_limit {
    struct str key;   /* what tells keys apart and is no secret: its prefix */
    int64_t burst;    /* calls at once */
    int64_t a_minute; /* at least 1; more than 60,000 count as so many */
};

/* Takes one call of the key's. True when it has one; else *ret_wait_s says after how many seconds
 * the next one comes, for Retry-After. */
bool key_limit_take(const struct key_limit *limit, int64_t *ret_wait_s);

#endif
