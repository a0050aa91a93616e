/* Shapes of a map as SVG path data: projected, clipped to the picture, simplified to what half a
 * pixel shows, and written in the shortest form (relative moves in half pixels).
 * Layer: place, internal. */
#ifndef PLACE_MAP_PATH_H
#define PLACE_MAP_PATH_H

#include "place/map.h"

struct map_path {
    const struct map_view *view;
    struct buf *out;
    struct arena *scratch;
    int32_t x, y; /* where the pen is */
    bool has_begun;
};

/* A line, cut where it leaves the picture. */
void map_path_line(struct map_path *path, struct line line);

/* A ring as a closed shape; rings too small to see are left out. */
void map_path_ring(struct map_path *path, struct line ring);

#endif
