/* A fixed number of threads that take jobs from one bounded queue.
 *
 * Nothing queues without bound: a full queue says so at once, and the caller answers 503. Each
 * worker has an arena that is emptied between jobs. Layer: web. pool_push from any thread.
 */
#ifndef WEB_POOL_H
#define WEB_POOL_H

#include "base/ctx.h"

/* Embedded in what is queued. */
struct pool_job {
    struct pool_job *next;
};

struct shelf;

struct pool_options {
    const char *thread_name; /* at most 15 characters */
    int threads;
    int max_queued;
    struct shelf *shelf; /* where arenas come from; borrowed */
    int patience;        /* how often a worker without work looks again before it sleeps */
    /* The arena is empty; run may keep it by setting *arena to NULL, and puts it back later. */
    void (*run)(struct pool_job *job, struct arena **arena);
};

struct pool;

/* Starts the threads. NULL when there is no memory or no thread could be made. Owned: pool_free. */
struct pool *pool_new(const struct pool_options *options);

/* False when the queue is full: the job stays the caller's. Otherwise some worker runs it once. */
bool pool_push(struct pool *pool, struct pool_job *job);

/* Whether pool_push would work now; somebody else may fill the queue before it is called. */
bool pool_has_room(struct pool *pool);

/* Queues whatever the length: for the next part of a job that was admitted before, of which there
 * are as many as the caller keeps. */
void pool_push_again(struct pool *pool, struct pool_job *job);

/* Jobs that wait now. */
int pool_queued(struct pool *pool);

/* Waits until the queue is empty and every worker has ended. NULL is allowed. */
void pool_free(struct pool *pool);

#endif
