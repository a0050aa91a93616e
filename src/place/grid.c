#include "place/grid.h"

#include <math.h>

#define BOXES_PER_CELL 2
#define SIDE_MAX       128
#define CELLS_PER_BOX  8 /* on average at most, so that large overlapping boxes stay cheap */

static void set_side(struct grid *grid, uint32_t side)
{
    double height = (double)grid->box.max.lat_e7 - grid->box.min.lat_e7 + 1;
    double width = (double)grid->box.max.lon_e7 - grid->box.min.lon_e7 + 1;

    grid->rows = grid->columns = side;
    grid->rows_per_e7 = side / height;
    grid->columns_per_e7 = side / width;
}

static uint32_t clamped(double cell, uint32_t count)
{
    return cell <= 0 ? 0 : cell >= count - 1 ? count - 1 : (uint32_t)cell;
}

struct grid_range grid_range(const struct grid *grid, struct box box)
{
    double south = (double)box.min.lat_e7 - grid->box.min.lat_e7;
    double north = (double)box.max.lat_e7 - grid->box.min.lat_e7;
    double west = (double)box.min.lon_e7 - grid->box.min.lon_e7;
    double east = (double)box.max.lon_e7 - grid->box.min.lon_e7;

    if (grid->rows == 0 || !box_overlaps(grid->box, box))
        return (struct grid_range){.is_empty = true};
    return (struct grid_range){
        clamped(south * grid->rows_per_e7, grid->rows),
        clamped(north * grid->rows_per_e7, grid->rows),
        clamped(west * grid->columns_per_e7, grid->columns),
        clamped(east * grid->columns_per_e7, grid->columns),
        false,
    };
}

static void size_up(struct grid *grid, const struct box *boxes, size_t count)
{
    double side = ceil(sqrt((double)count / BOXES_PER_CELL));

    set_side(grid, side > SIDE_MAX ? SIDE_MAX : (uint32_t)side);
    while (grid->rows > 1) {
        size_t cells = 0;

        for (size_t i = 0; i < count; i++) {
            struct grid_range range = grid_range(grid, boxes[i]);

            cells += (size_t)(range.row_to - range.row_from + 1) *
                     (range.column_to - range.column_from + 1);
        }
        if (cells <= CELLS_PER_BOX * count)
            break;
        set_side(grid, grid->rows / 2);
    }
}

/* Visits every cell of every box: first counting, then filling. */
static void spread(const struct grid *grid, const struct box *boxes, size_t count, uint32_t *counts,
                   uint32_t *items)
{
    for (size_t i = 0; i < count; i++) {
        struct grid_range range = grid_range(grid, boxes[i]);

        for (uint32_t row = range.row_from; !range.is_empty && row <= range.row_to; row++) {
            for (uint32_t column = range.column_from; column <= range.column_to; column++) {
                uint32_t cell = row * grid->columns + column;

                if (items)
                    items[counts[cell]] = (uint32_t)i;
                counts[cell]++;
            }
        }
    }
}

bool grid_build(struct arena *arena, const struct box *boxes, size_t count, struct grid *ret)
{
    struct grid grid = {.box = BOX_NONE};
    size_t cells, sum = 0;
    uint32_t *starts, *items;

    if (count == 0) {
        *ret = grid;
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        box_add(&grid.box, boxes[i].min);
        box_add(&grid.box, boxes[i].max);
    }
    size_up(&grid, boxes, count);
    cells = (size_t)grid.rows * grid.columns;
    starts = ARENA_ARRAY(arena, cells + 1, uint32_t);
    if (!starts)
        return false;
    spread(&grid, boxes, count, starts, NULL);
    for (size_t cell = 0; cell <= cells; cell++) {
        uint32_t here = starts[cell];

        starts[cell] = (uint32_t)sum;
        sum += here;
    }
    items = ARENA_ARRAY(arena, sum, uint32_t);
    if (!items)
        return false;
    spread(&grid, boxes, count, starts, items);
    /* Filling moved each start to the next cell's: move them back. */
    memmove(starts + 1, starts, cells * sizeof *starts);
    starts[0] = 0;
    grid.starts = starts;
    grid.items = items;
    *ret = grid;
    return true;
}

struct grid_cell grid_cell(const struct grid *grid, uint32_t row, uint32_t column)
{
    size_t cell = (size_t)row * grid->columns + column;

    return (struct grid_cell){grid->items + grid->starts[cell],
                              grid->starts[cell + 1] - grid->starts[cell]};
}
