#include "web/sweep.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/instant.h"

#define LOOK_EVERY_MS 250
#define LATE          INT64_C(-1)

struct sweep {
    pthread_mutex_t lock;
    pthread_cond_t stop_asked;
    struct sweep_entry *entries;
    int count;
    int64_t late_count;
    bool is_draining, is_stopping;
    pthread_t thread;
};

/* Whether the connection is overdue; from then on it is late for good. */
static bool is_found_late(struct sweep_entry *entry, int64_t now_ms)
{
    int64_t deadline_ms = atomic_load_explicit(&entry->deadline_ms, memory_order_relaxed);

    return deadline_ms > 0 && deadline_ms < now_ms &&
           atomic_compare_exchange_strong(&entry->deadline_ms, &deadline_ms, LATE);
}

static void cut_off(const struct sweep_entry *entry)
{
    const struct str *farewell = atomic_load(&entry->farewell);

    /* One try: it fits the buffer of whoever has got no reply yet. */
    if (farewell)
        (void)!send(entry->fd, farewell->p, farewell->n, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(entry->fd, SHUT_RDWR);
}

static void look(struct sweep *sweep)
{
    int64_t now_ms = clock_monotonic_ms();

    for (struct sweep_entry *entry = sweep->entries; entry; entry = entry->next) {
        if (is_found_late(entry, now_ms)) {
            cut_off(entry);
            sweep->late_count++;
        } else if (sweep->is_draining &&
                   atomic_load_explicit(&entry->is_idle, memory_order_relaxed)) {
            shutdown(entry->fd, SHUT_RD);
        }
    }
}

static void *run(void *cls)
{
    struct sweep *sweep = cls;
    struct timespec until;

    pthread_setname_np(pthread_self(), "web-sweep");
    pthread_mutex_lock(&sweep->lock);
    while (!sweep->is_stopping) {
        look(sweep);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LOOK_EVERY_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&sweep->stop_asked, &sweep->lock, &until);
    }
    pthread_mutex_unlock(&sweep->lock);
    return NULL;
}

struct sweep *sweep_new(void)
{
    struct sweep *sweep = calloc(1, sizeof *sweep);
    pthread_condattr_t attr;

    if (!sweep)
        return NULL;
    pthread_mutex_init(&sweep->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&sweep->stop_asked, &attr);
    pthread_condattr_destroy(&attr);
    if (pthread_create(&sweep->thread, NULL, run, sweep) == 0)
        return sweep;
    pthread_cond_destroy(&sweep->stop_asked);
    pthread_mutex_destroy(&sweep->lock);
    free(sweep);
    return NULL;
}

void sweep_free(struct sweep *sweep)
{
    if (!sweep)
        return;
    pthread_mutex_lock(&sweep->lock);
    sweep->is_stopping = true;
    pthread_cond_signal(&sweep->stop_asked);
    pthread_mutex_unlock(&sweep->lock);
    pthread_join(sweep->thread, NULL);
    pthread_cond_destroy(&sweep->stop_asked);
    pthread_mutex_destroy(&sweep->lock);
    free(sweep);
}

struct sweep_entry *sweep_add(struct sweep *sweep, int fd, int64_t deadline_ms)
{
    struct sweep_entry *entry = calloc(1, sizeof *entry);

    if (!entry)
        return NULL;
    entry->fd = fd;
    entry->deadline_ms = deadline_ms;
    entry->is_idle = true;
    pthread_mutex_lock(&sweep->lock);
    entry->next = sweep->entries;
    if (entry->next)
        entry->next->prev = entry;
    sweep->entries = entry;
    sweep->count++;
    pthread_mutex_unlock(&sweep->lock);
    return entry;
}

void sweep_remove(struct sweep *sweep, struct sweep_entry *entry)
{
    if (!entry)
        return;
    pthread_mutex_lock(&sweep->lock);
    if (entry->next)
        entry->next->prev = entry->prev;
    if (entry->prev)
        entry->prev->next = entry->next;
    else
        sweep->entries = entry->next;
    sweep->count--;
    pthread_mutex_unlock(&sweep->lock);
    free(entry);
}

bool sweep_set_deadline(struct sweep_entry *entry, int64_t deadline_ms)
{
    int64_t before = atomic_load_explicit(&entry->deadline_ms, memory_order_relaxed);

    do {
        if (before == LATE)
            return false;
    } while (!atomic_compare_exchange_weak(&entry->deadline_ms, &before, deadline_ms));
    return true;
}

bool sweep_was_late(const struct sweep_entry *entry)
{
    return atomic_load_explicit(&entry->deadline_ms, memory_order_relaxed) == LATE;
}

void sweep_drain(struct sweep *sweep)
{
    pthread_mutex_lock(&sweep->lock);
    sweep->is_draining = true;
    pthread_cond_signal(&sweep->stop_asked);
    pthread_mutex_unlock(&sweep->lock);
}

int64_t sweep_late_count(struct sweep *sweep)
{
    int64_t count;

    pthread_mutex_lock(&sweep->lock);
    count = sweep->late_count;
    pthread_mutex_unlock(&sweep->lock);
    return count;
}

int sweep_count(struct sweep *sweep)
{
    int count;

    pthread_mutex_lock(&sweep->lock);
    count = sweep->count;
    pthread_mutex_unlock(&sweep->lock);
    return count;
}
