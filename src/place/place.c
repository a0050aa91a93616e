#include "place/place.h"

#include <assert.h>
#include <stdlib.h>

#include "base/json.h"

#define MAX_LAYERS_BYTES 8000
#define CELL_BITS        19   /* more than 1,800,000,000 / 7,200 rows */
#define CELL_LAT_E7      7200 /* 0.00072 degrees: 80 m */
#define CELL_LON_E7      9000 /* 0.0009 degrees: 80 to 100 m in the continental USA */

static const struct str kind_words[] = {
    [PLACE_ADDRESS] = STR("address"), [PLACE_INTERSECTION] = STR("intersection"),
    [PLACE_STREET] = STR("street"),   [PLACE_LANDMARK] = STR("landmark"),
    [PLACE_AREA] = STR("area"),       [PLACE_POINT] = STR("point"),
};

struct str place_kind_word(enum place_kind kind)
{
    assert(kind < COUNT(kind_words));
    return kind_words[kind];
}

bool place_kind_of(struct str word, enum place_kind *ret)
{
    for (size_t i = 0; i < COUNT(kind_words); i++) {
        if (str_eq(word, kind_words[i])) {
            *ret = (enum place_kind)i;
            return true;
        }
    }
    return false;
}

bool place_kind_is_wide(enum place_kind kind)
{
    return kind == PLACE_STREET || kind == PLACE_AREA;
}

struct str place_layer(const struct place *place, struct str layer)
{
    for (size_t i = 0; i < place->layer_n; i++)
        if (str_eq(place->layers[i].layer, layer))
            return place->layers[i].value;
    return S("");
}

struct str place_layers_json(struct arena *arena, const struct place *place)
{
    struct buf out = buf_in(arena, MAX_LAYERS_BYTES);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    for (size_t i = 0; i < place->layer_n; i++) {
        json_put_key(&json, place->layers[i].layer);
        json_begin_object(&json);
        json_put_member(&json, S("id"), place->layers[i].value);
        json_put_member(&json, S("version"), place->layers[i].version);
        json_end_object(&json);
    }
    json_end_object(&json);
    return buf_str(&out);
}

enum rc place_layers_parse(struct ctx *ctx, struct str text, struct place *place)
{
    struct place_layer *layers;
    const char *key;
    json_t *root, *value;
    size_t n = 0;
    enum rc rc = json_parse(ctx, text, MAX_LAYERS_BYTES, &root);

    if (rc)
        return rc;
    layers = ARENA_ARRAY(ctx->arena, json_object_size(root), struct place_layer);
    if (!layers)
        return FAIL(ctx, ERR_MEMORY);
    json_object_foreach(root, key, value)
    {
        rc = json_get_str(ctx, value, S("id"), &layers[n].value);
        if (!rc)
            rc = json_get_str(ctx, value, S("version"), &layers[n].version);
        if (rc)
            return rc;
        layers[n++].layer = str_of(key);
    }
    place->layers = layers;
    place->layer_n = n;
    return RC_OK;
}

static int64_t interleave(uint32_t row, uint32_t column)
{
    uint64_t cell = 0;

    for (int bit = 0; bit < CELL_BITS; bit++) {
        cell |= (uint64_t)(row >> bit & 1) << (2 * bit + 1);
        cell |= (uint64_t)(column >> bit & 1) << (2 * bit);
    }
    return (int64_t)cell;
}

static uint32_t row_of(int64_t lat_e7)
{
    return (uint32_t)((lat_e7 + 90 * (int64_t)E7) / CELL_LAT_E7);
}

static uint32_t column_of(int64_t lon_e7)
{
    return (uint32_t)((lon_e7 + 180 * (int64_t)E7) / CELL_LON_E7);
}

int64_t place_cell(struct point point)
{
    return interleave(row_of(point.lat_e7), column_of(point.lon_e7));
}

static int by_from(const void *left, const void *right)
{
    const struct cell_run *a = left, *b = right;

    return (a->from > b->from) - (a->from < b->from);
}

static size_t join_runs(struct cell_run *runs, size_t n)
{
    size_t kept = 0;

    qsort(runs, n, sizeof *runs, by_from);
    for (size_t i = 1; i < n; i++) {
        if (runs[i].from == runs[kept].to + 1)
            runs[kept].to = runs[i].to;
        else
            runs[++kept] = runs[i];
    }
    return n ? kept + 1 : 0;
}

/* Two to the power of `level` squares in a row and as many rows have numbers that follow each
 * other: the smallest such blocks of which eight or nine span the box each way. */
size_t place_cells_over(struct box box, struct cell_run ret_runs[CELL_RUNS_MAX])
{
    uint32_t row = row_of(box.min.lat_e7), last_row = row_of(box.max.lat_e7);
    uint32_t column = column_of(box.min.lon_e7), last_column = column_of(box.max.lon_e7);
    int level = 0;
    size_t n = 0;

    while ((last_row >> level) - (row >> level) > 8 ||
           (last_column >> level) - (column >> level) > 8)
        level++;
    for (uint32_t r = row >> level; r <= last_row >> level; r++)
        for (uint32_t c = column >> level; c <= last_column >> level; c++) {
            int64_t from = interleave(r, c) << 2 * level;

            ret_runs[n++] = (struct cell_run){from, from + (INT64_C(1) << 2 * level) - 1};
        }
    return join_runs(ret_runs, n);
}

size_t place_cells_around(struct point center, int32_t radius_m, int64_t *ret_cells, size_t max)
{
    struct box box = box_around(center, radius_m);
    size_t n = 0;

    for (uint32_t row = row_of(box.min.lat_e7); row <= row_of(box.max.lat_e7); row++)
        for (uint32_t column = column_of(box.min.lon_e7);
             column <= column_of(box.max.lon_e7) && n < max; column++)
            ret_cells[n++] = interleave(row, column);
    return n;
}
