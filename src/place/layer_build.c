#include "place/layer_build.h"

enum rc layer_draft_fail(struct layer_draft *draft, const char *sentence)
{
    return FAIL(draft->ctx, ERR_FORMAT,
                .detail = str_fmt(draft->ctx->arena, "layer %.*s: feature %zu: %s",
                                  STR_ARG(draft->name), draft->feature_count, sentence));
}

/* Room for one more item; NULL when the arena is full. */
static void *with_room(struct ctx *ctx, void *items, size_t n, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : 256;
    void *grown;

    if (n < *room)
        return items;
    if (more > UINT32_MAX)
        return NULL;
    grown = arena_grow(ctx->arena, items, *room * size, more * size);
    if (grown)
        *room = more;
    return grown;
}

enum rc layer_draft_feature(struct layer_draft *draft, json_t *id, json_t *properties)
{
    struct layer_draft_feature *features = with_room(
        draft->ctx, draft->features, draft->feature_count, &draft->feature_room, sizeof *features);

    if (!features)
        return FAIL(draft->ctx, ERR_MEMORY);
    draft->features = features;
    features[draft->feature_count++] = (struct layer_draft_feature){
        .id = id,
        .properties = json_is_object(properties) ? properties : NULL,
        .first_part = (uint32_t)draft->part_count,
    };
    return RC_OK;
}

void layer_draft_feature_end(struct layer_draft *draft)
{
    if (draft->features[draft->feature_count - 1].part_count == 0)
        draft->feature_count--;
}

enum rc layer_draft_part(struct layer_draft *draft, enum layer_kind kind)
{
    struct layer_draft_part *parts =
        with_room(draft->ctx, draft->parts, draft->part_count, &draft->part_room, sizeof *parts);

    if (!parts)
        return FAIL(draft->ctx, ERR_MEMORY);
    draft->parts = parts;
    if (draft->kind != LAYER_EMPTY && draft->kind != kind)
        return layer_draft_fail(draft, "a layer holds points, lines or areas, not a mixture");
    draft->kind = kind;
    parts[draft->part_count++] =
        (struct layer_draft_part){.first_point = (uint32_t)draft->point_count};
    draft->features[draft->feature_count - 1].part_count++;
    return RC_OK;
}

enum rc layer_draft_point(struct layer_draft *draft, struct point at)
{
    struct point *points = with_room(draft->ctx, draft->points, draft->point_count,
                                     &draft->point_room, sizeof *points);

    if (!points)
        return FAIL(draft->ctx, ERR_MEMORY);
    draft->points = points;
    points[draft->point_count++] = at;
    draft->parts[draft->part_count - 1].point_count++;
    return RC_OK;
}

static bool is_closed(const struct point *points, size_t n)
{
    return points[0].lat_e7 == points[n - 1].lat_e7 && points[0].lon_e7 == points[n - 1].lon_e7;
}

enum rc layer_draft_part_end(struct layer_draft *draft, enum layer_kind kind)
{
    const struct layer_draft_part *part = &draft->parts[draft->part_count - 1];
    size_t n = part->point_count;

    if (kind == LAYER_AREAS && n > 0 && !is_closed(draft->points + part->first_point, n))
        return layer_draft_fail(draft, "a ring ends where it begins");
    if (n >= (kind == LAYER_AREAS ? 4 : kind == LAYER_LINES ? 2 : 1))
        return RC_OK;
    draft->point_count -= n;
    draft->part_count--;
    draft->features[draft->feature_count - 1].part_count--;
    return RC_OK;
}

enum rc layer_draft_position(struct layer_draft *draft, const json_t *position, struct point *ret)
{
    const json_t *lon = json_array_get(position, 0);
    const json_t *lat = json_array_get(position, 1);

    if (!json_is_number(lon) || !json_is_number(lat))
        return layer_draft_fail(draft, "a position is an array of two numbers");
    if (!point_of(json_number_value(lat), json_number_value(lon), ret))
        return layer_draft_fail(draft, "a position is a longitude from -180 to 180 and a latitude "
                                       "from -90 to 90");
    return RC_OK;
}
