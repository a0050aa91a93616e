/* Finds the few boxes near a place among many: a uniform grid over boxes that never change.
 *
 * Each cell lists the boxes that overlap it. Chosen over a tree because the shapes of a city are
 * spread evenly and the whole index is two arrays. Layer: place. Immutable after building: any
 * thread.
 */
#ifndef PLACE_GRID_H
#define PLACE_GRID_H

#include "base/arena.h"
#include "place/geometry.h"

struct grid {
    struct box box;
    uint32_t rows, columns;
    double rows_per_e7, columns_per_e7;
    const uint32_t *starts; /* of each cell in items; one more than there are cells */
    const uint32_t *items;  /* numbers of boxes, ascending within a cell */
};

/* Builds in the arena; false when it is full. */
bool grid_build(struct arena *arena, const struct box *boxes, size_t count, struct grid *ret);

/* The cells that a box overlaps, last ones included; is_empty when it lies beside the grid. */
struct grid_range {
    uint32_t row_from, row_to, column_from, column_to;
    bool is_empty;
};
struct grid_range grid_range(const struct grid *grid, struct box box);

/* The boxes listed in one cell. */
struct grid_cell {
    const uint32_t *items;
    size_t n;
};
struct grid_cell grid_cell(const struct grid *grid, uint32_t row, uint32_t column);

#endif
