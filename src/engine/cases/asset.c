#include "engine/cases/asset.h"

#include "engine/definition/show.h"
#include "place/layers.h"

static const struct layer *layer_of(const struct city *city, const struct field *field)
{
    return city->layers ? layers_find(city->layers, field->layer) : NULL;
}

/* An asset of a register, which a later version runs, names no layer. */
static bool has_layer(const struct field *field)
{
    return field->type == FIELD_ASSET && field->layer.n > 0;
}

enum rc asset_check(struct ctx *ctx, const struct field *field, const struct answer *answer,
                    const struct place *place)
{
    bool has_point = place && place->has_point;
    struct layer_near near = {.feature = NULL};
    const struct layer *layer;

    if (!has_layer(field) || !answer->is_given)
        return RC_OK;
    layer = layer_of(ctx->city, field);
    if (layer && has_point)
        near = layer_near_id(layer, answer->value.text, place->point);
    else if (layer)
        near.feature = layer_by_id(layer, answer->value.text);
    if (!near.feature)
        return FAIL(ctx, ERR_ASSET_UNKNOWN, .field = field->id);
    if (has_point && near.foot.distance_m > field->within_m)
        return FAIL(ctx, ERR_ASSET_FAR, .field = field->id,
                    .arg = show_distance(ctx, near.foot.distance_m));
    return RC_OK;
}

enum rc assets_check(struct ctx *ctx, const struct answers *answers, const struct place *place)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && i < answers->definition->field_n; i++)
        rc = asset_check(ctx, &answers->definition->fields[i], &answers->of[i], place);
    return rc;
}

bool answer_is_public(const struct city *city, const struct field *field,
                      const struct answer *answer)
{
    const struct layer *layer;

    if (!field_is_public(field) || !has_layer(field) || !answer->is_given)
        return field_is_public(field);
    layer = layer_of(city, field);
    return layer && layer_by_id(layer, answer->value.text);
}

void assets_near(const struct city *city, const struct field *field, const struct place *place,
                 struct assets_near *ret)
{
    const struct layer *layer = has_layer(field) ? layer_of(city, field) : NULL;

    *ret = (struct assets_near){.count = 0};
    if (!layer || !place || !place->has_point)
        return;
    ret->count = layer_around(layer, place->point, field->within_m, ret->of, ASSETS_NEAR_MAX);
    ret->n = ret->count < ASSETS_NEAR_MAX ? ret->count : ASSETS_NEAR_MAX;
}

bool asset_is_none_near(const struct city *city, const struct field *field,
                        const struct place *place)
{
    struct assets_near near;

    if (!has_layer(field) || field->is_required || !place || !place->has_point)
        return false;
    assets_near(city, field, place, &near);
    return near.count == 0;
}
