#include "db/pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "db/db.h"

#define WAIT_MAX_MS 10000

bool db_pool_init(struct db_pool *pool, unsigned max, unsigned waiting_max)
{
    pthread_condattr_t monotonic;

    *pool = (struct db_pool){.max = max, .waiting_max = waiting_max};
    pool->free_items = fault_here() ? NULL : calloc(max, sizeof *pool->free_items);
    if (!pool->free_items)
        return false;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->is_free, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return true;
}

void db_pool_done(struct db_pool *pool, void (*close)(void *item))
{
    assert(pool->free_count == pool->open_count);
    for (unsigned i = 0; i < pool->free_count; i++)
        close(pool->free_items[i]);
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->is_free);
    free(pool->free_items);
}

static struct timespec wait_until(const struct ctx *ctx)
{
    int64_t until_ms = clock_monotonic_ms() + WAIT_MAX_MS;

    if (ctx->deadline_ms && ctx->deadline_ms < until_ms)
        until_ms = ctx->deadline_ms;
    return (struct timespec){until_ms / 1000, until_ms % 1000 * 1000000};
}

enum rc db_pool_take(struct db_pool *pool, struct ctx *ctx, void **ret)
{
    struct timespec until = wait_until(ctx);
    bool is_given = false;
    int waited = 0;

    pthread_mutex_lock(&pool->lock);
    if (pool->free_count == 0 && pool->open_count == pool->max &&
        pool->waiting >= pool->waiting_max)
        waited = 1;
    pool->waiting++;
    while (waited == 0 && pool->free_count == 0 && pool->open_count == pool->max)
        waited = pthread_cond_timedwait(&pool->is_free, &pool->lock, &until);
    pool->waiting--;
    if (pool->free_count) {
        *ret = pool->free_items[--pool->free_count];
        is_given = true;
    } else if (pool->open_count < pool->max) {
        pool->open_count++;
        *ret = NULL;
        is_given = true;
    }
    pthread_mutex_unlock(&pool->lock);
    if (is_given)
        return RC_OK;
    return FAIL(ctx, waited == ETIMEDOUT && ctx->deadline_ms ? ERR_DEADLINE : ERR_OVERLOAD,
                .detail = S("no database connection became free"));
}

void db_pool_give(struct db_pool *pool, void *item)
{
    pthread_mutex_lock(&pool->lock);
    if (item)
        pool->free_items[pool->free_count++] = item;
    else
        pool->open_count--;
    pthread_cond_signal(&pool->is_free);
    pthread_mutex_unlock(&pool->lock);
}

unsigned db_reader_max(const struct db_options *options)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (options->reader_max)
        return options->reader_max;
    /* More than can compute at once: some wait for the disk, or for the server. */
    return cores < 2 ? 4 : 2 * (unsigned)cores;
}
