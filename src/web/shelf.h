/* Empty arenas kept for the next request: a reply's arena is filled by a worker and let go by an
 * I/O thread, and returning its memory to the system each time would cost more than the request.
 * Layer: web. Any thread.
 */
#ifndef WEB_SHELF_H
#define WEB_SHELF_H

#include "base/arena.h"

struct shelf;

/* Keeps at most max_kept arenas, each with its first block; NULL without memory. Owned. */
struct shelf *shelf_new(size_t arena_cap_bytes, int max_kept);
void shelf_free(struct shelf *shelf);

/* An empty arena, kept or new; NULL without memory. The caller's, to be put back or freed. */
struct arena *shelf_take(struct shelf *shelf);

/* Empties the arena and keeps it, or frees it. NULL is allowed. */
void shelf_put(struct shelf *shelf, struct arena *arena);

#endif
