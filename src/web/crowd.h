/* How many of something are under way at a time, in all and for each who asks.
 *
 * A fixed number of places; who enters takes one under a key such as "upload 203.0.113.7" and
 * gives it back at the end. Layer: web. Any thread.
 */
#ifndef WEB_CROWD_H
#define WEB_CROWD_H

#include "base/str.h"

struct crowd;

enum crowd_answer {
    CROWD_ENTERED,
    CROWD_KEY_FULL, /* the key has as many places as it may */
    CROWD_FULL,     /* there is no place left for anybody */
};

/* `places` in all, at least 1; NULL when there is no memory. Owned. */
struct crowd *crowd_new(size_t places);
/* NULL is allowed. */
void crowd_free(struct crowd *crowd);

/* Takes a place for the key unless it has `max_of_key` already. *ret_place, 1 or more, goes to
 * crowd_leave; it is set only with CROWD_ENTERED. */
enum crowd_answer crowd_enter(struct crowd *crowd, struct str key, size_t max_of_key,
                              size_t *ret_place);
/* 0 is no place and changes nothing. */
void crowd_leave(struct crowd *crowd, size_t place);

#endif
