/* Connections that threads take and give back; opened when first needed. Any thread. */
#ifndef DB_POOL_H
#define DB_POOL_H

#include <pthread.h>

#include "base/ctx.h"

#define DB_WAITING_MAX 1024 /* threads that may wait for one connection */

struct db_options;

struct db_pool {
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t is_free;
    void **free_items; /* `max` of them */
    unsigned free_count, open_count, max, waiting, waiting_max;
};

/* False without memory. Owned: db_pool_done. */
bool db_pool_init(struct db_pool *pool, unsigned max, unsigned waiting_max) MUST_CHECK;
/* Closes what is free; something still taken is a programming fault. */
void db_pool_done(struct db_pool *pool, void (*close)(void *item));

/* A free one, or NULL in *ret when the caller may open one more. Waits until ctx->deadline_ms,
 * at most ten seconds. ERR_DEADLINE or ERR_OVERLOAD after that; ERR_OVERLOAD at once when too
 * many wait already. */
enum rc db_pool_take(struct db_pool *pool, struct ctx *ctx, void **ret) MUST_CHECK;
/* Gives one back; NULL when the one that might have been opened was not. */
void db_pool_give(struct db_pool *pool, void *item);

/* What options.reader_max means. */
unsigned db_reader_max(const struct db_options *options);

#endif
