#include "web/pool.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "web/shelf.h"

struct pool {
    struct pool_options options;
    pthread_mutex_t lock;
    pthread_cond_t has_work;
    struct pool_job *first, **last;
    _Atomic int queued; /* written under the lock */
    int idle, wakes;    /* idle: asleep and not yet called */
    bool is_stopping;
    int started;
    pthread_t threads[];
};

/* Sleeps until a pusher wakes it. A pusher counts the sleeper out itself: several pushes in a row
 * then wake as many sleepers, and none is woken twice. */
static void sleep_until_woken(struct pool *pool)
{
    pool->idle++;
    while (!pool->wakes && !pool->is_stopping)
        pthread_cond_wait(&pool->has_work, &pool->lock);
    if (pool->wakes)
        pool->wakes--;
}

/* Takes the next job, waiting for one; NULL when the pool stops and nothing is left. */
static struct pool_job *take(struct pool *pool)
{
    struct pool_job *job;

    /* Under load the next job is a moment away: giving the processor to the thread that brings it
     * costs less than falling asleep and being woken. */
    for (int i = 0; i < pool->options.patience; i++) {
        if (atomic_load_explicit(&pool->queued, memory_order_relaxed))
            break;
        sched_yield();
    }
    pthread_mutex_lock(&pool->lock);
    while (!pool->first && !pool->is_stopping)
        sleep_until_woken(pool);
    job = pool->first;
    if (job) {
        pool->first = job->next;
        if (!pool->first)
            pool->last = &pool->first;
        pool->queued--;
    }
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static void *work(void *cls)
{
    struct pool *pool = cls;
    struct arena *arena = NULL;
    struct pool_job *job;

    pthread_setname_np(pthread_self(), pool->options.thread_name);
    while ((job = take(pool))) {
        /* Without memory even for an empty arena there is nothing to answer with but time. */
        while (!arena && !(arena = shelf_take(pool->options.shelf)))
            poll(NULL, 0, 10);
        pool->options.run(job, &arena);
        if (arena)
            arena_reset(arena);
    }
    shelf_put(pool->options.shelf, arena);
    return NULL;
}

struct pool *pool_new(const struct pool_options *options)
{
    struct pool *pool =
        calloc(1, sizeof *pool + (size_t)options->threads * sizeof pool->threads[0]);

    if (!pool)
        return NULL;
    pool->options = *options;
    pool->last = &pool->first;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->has_work, NULL);
    while (pool->started < options->threads &&
           pthread_create(&pool->threads[pool->started], NULL, work, pool) == 0)
        pool->started++;
    if (pool->started == options->threads)
        return pool;
    pool_free(pool);
    return NULL;
}

static bool push(struct pool *pool, struct pool_job *job, bool is_bounded)
{
    bool has_room, must_wake;

    job->next = NULL;
    pthread_mutex_lock(&pool->lock);
    has_room = !is_bounded || pool->queued < pool->options.max_queued;
    if (has_room) {
        *pool->last = job;
        pool->last = &job->next;
        pool->queued++;
    }
    must_wake = has_room && pool->idle > 0;
    if (must_wake) {
        pool->idle--;
        pool->wakes++;
    }
    pthread_mutex_unlock(&pool->lock);
    if (must_wake)
        pthread_cond_signal(&pool->has_work);
    return has_room;
}

bool pool_push(struct pool *pool, struct pool_job *job)
{
    return push(pool, job, true);
}

void pool_push_again(struct pool *pool, struct pool_job *job)
{
    push(pool, job, false);
}

bool pool_has_room(struct pool *pool)
{
    return pool_queued(pool) < pool->options.max_queued;
}

int pool_queued(struct pool *pool)
{
    return atomic_load_explicit(&pool->queued, memory_order_relaxed);
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->is_stopping = true;
    pthread_mutex_unlock(&pool->lock);
    pthread_cond_broadcast(&pool->has_work);
    for (int i = 0; i < pool->started; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->has_work);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}
