#include "web/upload_places.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/crypto.h"

#define TAG_BYTES crypto_shorthash_siphashx24_BYTES

/* Staff who work at the same time, and then some; whoever signed in longest ago gives way. */
#define TRUSTED 1024

struct tag {
    unsigned char bytes[TAG_BYTES];
};

struct trusted {
    struct tag session, person;
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

static struct tag tag_of(const struct upload_places *places, struct str text)
{
    struct tag tag;

    crypto_shorthash_siphashx24(tag.bytes, (const unsigned char *)text.p, text.n, places->key);
    return tag;
}

static bool is_same(const struct tag *a, const struct tag *b)
{
    return memcmp(a->bytes, b->bytes, TAG_BYTES) == 0;
}

/* The entry of that session, else the one that has been there longest. Under the lock. Looking at
 * each takes a microsecond, once for a page of staff's or a photo. */
static struct trusted *find(struct upload_places *places, const struct tag *session)
{
    struct trusted *oldest = places->trusted;

    for (size_t i = 0; i < TRUSTED; i++) {
        struct trusted *entry = &places->trusted[i];

        if (is_same(&entry->session, session))
            return entry;
        if (entry->until_ms < oldest->until_ms)
            oldest = entry;
    }
    return oldest;
}

void upload_places_trust(struct upload_places *places, struct str session, struct str person,
                         int64_t now_ms)
{
    struct trusted trusted = {.until_ms = now_ms + UPLOAD_PLACES_TRUST_MS};

    if (!session.n)
        return;
    trusted.session = tag_of(places, session);
    trusted.person = tag_of(places, person);
    pthread_mutex_lock(&places->lock);
    *find(places, &trusted.session) = trusted;
    pthread_mutex_unlock(&places->lock);
}

void upload_places_distrust(struct upload_places *places, struct str person)
{
    struct tag tag = tag_of(places, person);

    pthread_mutex_lock(&places->lock);
    for (size_t i = 0; i < TRUSTED; i++)
        if (is_same(&places->trusted[i].person, &tag))
            places->trusted[i] = (struct trusted){.until_ms = 0};
    pthread_mutex_unlock(&places->lock);
}

/* Whose session it is, if it is trusted. */
static bool is_trusted(struct upload_places *places, struct str session, int64_t now_ms,
                       struct tag *ret_person)
{
    struct tag tag;
    const struct trusted *entry;
    bool is_there;

    if (!session.n)
        return false;
    tag = tag_of(places, session);
    pthread_mutex_lock(&places->lock);
    entry = find(places, &tag);
    is_there = entry->until_ms > now_ms && is_same(&entry->session, &tag);
    *ret_person = entry->person;
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
    struct tag person;

    if (is_trusted(places, session, now_ms, &person))
        answer = enter(places->reserve, (struct str){(const char *)person.bytes, TAG_BYTES},
                       options->max_of_person, ret_place);
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
