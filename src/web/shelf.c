#include "web/shelf.h"

#include <pthread.h>
#include <stdlib.h>

struct shelf {
    pthread_mutex_t lock;
    size_t arena_cap_bytes;
    int kept, max_kept;
    struct arena *arenas[];
};

struct shelf *shelf_new(size_t arena_cap_bytes, int max_kept)
{
    struct shelf *shelf = calloc(1, sizeof *shelf + (size_t)max_kept * sizeof shelf->arenas[0]);

    if (!shelf)
        return NULL;
    pthread_mutex_init(&shelf->lock, NULL);
    shelf->arena_cap_bytes = arena_cap_bytes;
    shelf->max_kept = max_kept;
    return shelf;
}

void shelf_free(struct shelf *shelf)
{
    if (!shelf)
        return;
    while (shelf->kept)
        arena_free(shelf->arenas[--shelf->kept]);
    pthread_mutex_destroy(&shelf->lock);
    free(shelf);
}

struct arena *shelf_take(struct shelf *shelf)
{
    struct arena *arena = NULL;

    pthread_mutex_lock(&shelf->lock);
    if (shelf->kept)
        arena = shelf->arenas[--shelf->kept];
    pthread_mutex_unlock(&shelf->lock);
    return arena ? arena : arena_new(shelf->arena_cap_bytes);
}

void shelf_put(struct shelf *shelf, struct arena *arena)
{
    if (!arena)
        return;
    arena_reset(arena);
    pthread_mutex_lock(&shelf->lock);
    if (shelf->kept < shelf->max_kept) {
        shelf->arenas[shelf->kept++] = arena;
        arena = NULL;
    }
    pthread_mutex_unlock(&shelf->lock);
    arena_free(arena);
}
