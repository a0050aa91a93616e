#include "web/crowd.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/crypto.h"

#define TAG_BYTES crypto_shorthash_siphashx24_BYTES

struct place {
    unsigned char tag[TAG_BYTES];
    bool is_taken;
};

struct crowd {
    pthread_mutex_t lock;
    unsigned char key[crypto_shorthash_siphashx24_KEYBYTES];
    size_t n;
    struct place places[];
};

struct crowd *crowd_new(size_t places)
{
    struct crowd *crowd = calloc(1, sizeof *crowd + places * sizeof(struct place));

    if (!crowd)
        return NULL;
    pthread_mutex_init(&crowd->lock, NULL);
    crypto_random_bytes(crowd->key, sizeof crowd->key);
    crowd->n = places;
    return crowd;
}

void crowd_free(struct crowd *crowd)
{
    if (!crowd)
        return;
    pthread_mutex_destroy(&crowd->lock);
    free(crowd);
}

/* The places are few: looking at each is cheaper than an index. */
static enum crowd_answer take(struct crowd *crowd, const unsigned char tag[TAG_BYTES],
                              size_t max_of_key, size_t *ret_place)
{
    size_t of_key = 0, free_at = crowd->n;

    for (size_t i = crowd->n; i-- > 0;) {
        const struct place *place = &crowd->places[i];

        if (!place->is_taken)
            free_at = i;
        else
            of_key += memcmp(place->tag, tag, TAG_BYTES) == 0;
    }
    if (of_key >= max_of_key)
        return CROWD_KEY_FULL;
    if (free_at == crowd->n)
        return CROWD_FULL;
    memcpy(crowd->places[free_at].tag, tag, TAG_BYTES);
    crowd->places[free_at].is_taken = true;
    *ret_place = free_at + 1;
    return CROWD_ENTERED;
}

enum crowd_answer crowd_enter(struct crowd *crowd, struct str key, size_t max_of_key,
                              size_t *ret_place)
{
    unsigned char tag[TAG_BYTES];
    enum crowd_answer answer;

    crypto_shorthash_siphashx24(tag, (const unsigned char *)key.p, key.n, crowd->key);
    pthread_mutex_lock(&crowd->lock);
    answer = take(crowd, tag, max_of_key, ret_place);
    pthread_mutex_unlock(&crowd->lock);
    return answer;
}

void crowd_leave(struct crowd *crowd, size_t place)
{
    if (!place)
        return;
    pthread_mutex_lock(&crowd->lock);
    assert(place <= crowd->n && crowd->places[place - 1].is_taken);
    crowd->places[place - 1].is_taken = false;
    pthread_mutex_unlock(&crowd->lock);
}
