/* Drawings that were made once: the map on a case's page is the same for everybody who looks, and
 * drawing it costs more than all else on the page together.
 *
 * A drawing is kept under everything that it was made from, the version of the layers included, so
 * nothing here ever has to be thrown away for being old. The table has a fixed size; a newcomer
 * takes the place of what was there. Layer: portal. Any thread.
 */
#ifndef PORTAL_DRAWN_H
#define PORTAL_DRAWN_H

#include "base/buf.h"
#include "place/map.h"

/* What stands for the picture of these layers: a digest of all that map_draw reads. In the arena;
 * empty without memory, and then it is no key. */
struct str drawn_key(struct arena *arena, const struct layers *layers,
                     const struct map_picture *picture);

/* Appends the drawing of that key to `out`; false when it is not there. */
bool drawn_find(struct str key, struct buf *out);

/* Keeps a copy; one too large to be kept is left out. */
void drawn_keep(struct str key, struct str drawing);

#endif
