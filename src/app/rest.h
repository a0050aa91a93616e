/* How a thread that has nothing to do waits. Layer: app. */
#ifndef APP_REST_H
#define APP_REST_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* Returns after pause_ms, whole seconds, or at once when is_stopping is true; whoever sets that
 * holds `lock` and signals `wake`, whose clock is CLOCK_MONOTONIC. The caller does not hold the
 * lock. */
void rest_until_woken(pthread_mutex_t *lock, pthread_cond_t *wake, const atomic_bool *is_stopping,
                      int64_t pause_ms);

#endif
