#include "portal/drawn.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/crypto.h"

#define PLACES    128
#define MAX_BYTES ((size_t)64 << 10) /* a whole city; 8 MB in all at most */
#define KEY_TEXT  4000

struct drawn {
    struct crypto_hash key;
    char *bytes; /* NULL: free */
    size_t n;
};

static struct drawn table[PLACES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct str drawn_key(struct arena *arena, const struct layers *layers,
                     const struct map_picture *picture)
{
    const struct map_view *view = &picture->view;
    struct buf text = buf_in(arena, KEY_TEXT + picture->title.n);
    struct crypto_hash hash;

    buf_add_fmt(&text, "%.*s %d %d %.6f %d %d\n%.*s\n", STR_ARG(layers->version),
                view->center.lat_e7, view->center.lon_e7, view->m_per_px, view->width_px,
                view->height_px, STR_ARG(picture->title));
    for (size_t i = 0; i < picture->marker_count; i++) {
        const struct map_marker *marker = &picture->markers[i];

        buf_add_fmt(&text, "%d %d %.*s %.*s\n", marker->at.lat_e7, marker->at.lon_e7,
                    STR_ARG(marker->kind), STR_ARG(marker->text));
    }
    if (buf_has_failed(&text))
        return STR_NONE;
    hash = crypto_sha256(buf_str(&text));
    return str_copy(arena, crypto_hash_str(&hash));
}

/* The only place where a key may lie. */
static struct drawn *place_of(struct str key)
{
    return &table[(unsigned char)key.p[0] % PLACES];
}

bool drawn_find(struct str key, struct buf *out)
{
    const struct drawn *drawn;
    bool is_there;

    if (!key.n)
        return false;
    drawn = place_of(key);
    pthread_mutex_lock(&lock);
    is_there = drawn->bytes && str_eq(crypto_hash_str(&drawn->key), key);
    if (is_there)
        buf_add(out, (struct str){drawn->bytes, drawn->n});
    pthread_mutex_unlock(&lock);
    return is_there;
}

void drawn_keep(struct str key, struct str drawing)
{
    struct drawn *drawn;
    char *bytes, *old;

    if (!key.n || !drawing.n || drawing.n > MAX_BYTES)
        return;
    bytes = malloc(drawing.n);
    if (!bytes)
        return;
    memcpy(bytes, drawing.p, drawing.n);
    drawn = place_of(key);
    pthread_mutex_lock(&lock);
    old = drawn->bytes;
    drawn->bytes = bytes;
    drawn->n = drawing.n;
    memcpy(drawn->key.bytes, key.p, sizeof drawn->key.bytes);
    pthread_mutex_unlock(&lock);
    free(old);
}
