#include "web/upload_places.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/crypto.h"

#define TAG_BYTES crypto_shorthash_siphashx24_BYTES

/* Staff who work at the same time, and then some; whoever signed in longest ago gives way. */
#define TRUSTED 1024

struct trusted {
    unsigned char tag[TAG_BYTES];
    int64_t until_ms; /* 0: free */
};

struct upload_places {
    struct upload_places_options options;
    struct crowd *everybody, *reserve;
    pthread_mutex_t lock; /* of what follows */
    unsigned char key[crypto_shorthash_siphashx24_KEYBYTES];
    struct trusted trusted[TRUSTED];
};

struct upload_places *upload_places_new(const struct upload_places_options *options)
{
    struct upload_places *places = calloc(1, sizeof *places);

    if (!places)
        return NULL;
    pthread_mutex_init(&places->lock, NULL);
    crypto_random_bytes(places->key, sizeof places->key);
    places->options = *options;
    places->everybody = crowd_new(options->places);
    places->reserve = crowd_new(options->reserve);
    if (places->everybody && places->reserve)
        return places;
    upload_places_free(places);
    return NULL;
}

void upload_places_free(struct upload_places *places)
{
    if (!places)
        return;
    crowd_free(places->everybody);
    crowd_free(places->reserve);
    pthread_mutex_destroy(&places->lock);
    free(places);
}

static void tag_of(const struct upload_places *places, struct str session,
                   unsigned char tag[TAG_BYTES])
{
    crypto_shorthash_siphashx24(tag, (const unsigned char *)session.p, session.n, places->key);
}

/* The entry with that tag, else the one that has been there longest. Under the lock. Looking at
 * each takes a microsecond, once for a page of staff's or a photo. */
static struct trusted *find(struct upload_places *places, const unsigned char tag[TAG_BYTES])
{
    struct trusted *oldest = places->trusted;

    for (size_t i = 0; i < TRUSTED; i++) {
        struct trusted *entry = &places->trusted[i];

        if (memcmp(entry->tag, tag, TAG_BYTES) == 0)
            return entry;
        if (entry->until_ms < oldest->until_ms)
            oldest = entry;
    }
    return oldest;
}

void upload_places_trust(struct upload_places *places, struct str session, int64_t now_ms)
{
    unsigned char tag[TAG_BYTES];
    struct trusted *entry;

    if (!session.n)
        return;
    tag_of(places, session, tag);
    pthread_mutex_lock(&places->lock);
    entry = find(places, tag);
    memcpy(entry->tag, tag, TAG_BYTES);
    entry->until_ms = now_ms + UPLOAD_PLACES_TRUST_MS;
    pthread_mutex_unlock(&places->lock);
}

static bool is_trusted(struct upload_places *places, struct str session, int64_t now_ms)
{
    unsigned char tag[TAG_BYTES];
    const struct trusted *entry;
    bool is_there;

    if (!session.n)
        return false;
    tag_of(places, session, tag);
    pthread_mutex_lock(&places->lock);
    entry = find(places, tag);
    is_there = entry->until_ms > now_ms && memcmp(entry->tag, tag, TAG_BYTES) == 0;
    pthread_mutex_unlock(&places->lock);
    return is_there;
}

static enum crowd_answer enter(struct crowd *crowd, struct str who, size_t most,
                               struct upload_place *ret_place)
{
    struct upload_place place = {.crowd = crowd};
    enum crowd_answer answer = crowd_enter(crowd, who, most, &place.place);

    if (answer == CROWD_ENTERED)
        *ret_place = place;
    return answer;
}

enum crowd_answer upload_places_take(struct upload_places *places, struct str address,
                                     struct str session, int64_t now_ms,
                                     struct upload_place *ret_place)
{
    const struct upload_places_options *options = &places->options;
    enum crowd_answer answer = CROWD_FULL;

    if (is_trusted(places, session, now_ms))
        answer = enter(places->reserve, session, options->max_of_session, ret_place);
    if (answer == CROWD_FULL)
        answer = enter(places->everybody, address, options->max_of_address, ret_place);
    return answer;
}

void upload_places_leave(struct upload_place *place)
{
    if (place->crowd)
        crowd_leave(place->crowd, place->place);
    *place = (struct upload_place){.crowd = NULL};
}
