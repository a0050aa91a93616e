#include "app/rest.h"

#include <time.h>

void rest_until_woken(pthread_mutex_t *lock, pthread_cond_t *wake, const atomic_bool *is_stopping,
                      int64_t pause_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += pause_ms / 1000;
    pthread_mutex_lock(lock);
    while (!atomic_load(is_stopping) && pthread_cond_timedwait(wake, lock, &until) == 0)
        ;
    pthread_mutex_unlock(lock);
}
