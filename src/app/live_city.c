#include "app/live_city.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#define MAX_STAMP_BYTES 64

struct held_city {
    struct held_city *next; /* an older one that somebody still holds */
    struct city *city;
    int64_t holders;
};

struct live_city {
    pthread_mutex_t lock;
    struct held_city *newest;
    struct home *home;
    char stamp[MAX_STAMP_BYTES];
    size_t stamp_n;
};

/* As long as it is the newest, whether held or not; after that while it is held. */
static void drop_unheld(struct live_city *live)
{
    struct held_city **at = &live->newest->next;

    while (*at) {
        struct held_city *held = *at;

        if (held->holders) {
            at = &held->next;
            continue;
        }
        *at = held->next;
        city_free(held->city);
        free(held);
    }
}

static bool put_newest(struct live_city *live, struct city *city)
{
    struct held_city *held = calloc(1, sizeof *held);

    if (!held)
        return false;
    held->city = city;
    held->next = live->newest;
    live->newest = held;
    drop_unheld(live);
    return true;
}

static void keep_stamp(struct live_city *live, struct str stamp)
{
    live->stamp_n = stamp.n < MAX_STAMP_BYTES ? stamp.n : MAX_STAMP_BYTES;
    if (live->stamp_n)
        memcpy(live->stamp, stamp.p, live->stamp_n);
}

enum rc live_city_new(struct ctx *ctx, struct home *home, struct live_city **ret)
{
    struct live_city *live = calloc(1, sizeof *live);

    if (!live)
        return FAIL(ctx, ERR_MEMORY);
    live->home = home;
    pthread_mutex_init(&live->lock, NULL);
    keep_stamp(live, home->city->stamp);
    if (!put_newest(live, home->city)) {
        pthread_mutex_destroy(&live->lock);
        free(live);
        return FAIL(ctx, ERR_MEMORY);
    }
    *ret = live;
    return RC_OK;
}

void live_city_free(struct live_city *live)
{
    if (!live)
        return;
    drop_unheld(live);
    assert(!live->newest->next && !live->newest->holders);
    city_free(live->newest->city);
    live->home->city = NULL;
    free(live->newest);
    pthread_mutex_destroy(&live->lock);
    free(live);
}

struct city *live_city_take(struct live_city *live)
{
    struct city *city;

    pthread_mutex_lock(&live->lock);
    live->newest->holders++;
    city = live->newest->city;
    pthread_mutex_unlock(&live->lock);
    return city;
}

void live_city_put(struct live_city *live, const struct city *city)
{
    struct held_city *held;

    pthread_mutex_lock(&live->lock);
    for (held = live->newest; held && held->city != city;)
        held = held->next;
    assert(held && held->holders > 0);
    held->holders--;
    drop_unheld(live);
    pthread_mutex_unlock(&live->lock);
}

static enum rc read_newer(struct ctx *ctx, struct live_city *live, struct str stamp)
{
    const struct city *old = live->newest->city;
    struct city *city;
    bool is_kept;
    enum rc rc = city_load(ctx, &city);

    if (rc)
        return rc;
    city->is_demonstration = old->is_demonstration;
    city->files_folder = old->files_folder;
    city->pictures = old->pictures;
    city->record_keys = old->record_keys;
    pthread_mutex_lock(&live->lock);
    is_kept = put_newest(live, city);
    if (is_kept) {
        live->home->city = city;
        keep_stamp(live, stamp);
    }
    pthread_mutex_unlock(&live->lock);
    if (is_kept)
        return RC_OK;
    city_free(city);
    return FAIL(ctx, ERR_MEMORY);
}

enum rc live_city_refresh(struct ctx *ctx, struct live_city *live, bool *ret_is_new)
{
    struct str stamp;
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    rc = city_stamp(ctx, &stamp);
    *ret_is_new = !rc && !str_eq(stamp, (struct str){live->stamp, live->stamp_n});
    if (*ret_is_new)
        rc = read_newer(ctx, live, stamp);
    db_reader_release(ctx);
    return rc;
}
