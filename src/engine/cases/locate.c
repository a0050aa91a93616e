#include "engine/cases/locate.h"

#include "base/msg.h"
enum rc locate_choice(struct ctx *ctx, const struct city *city, const struct place_choice *choice,
                      struct place *ret)
{
    struct place_layer *layers = ARENA_ARRAY(ctx->arena, city->layers->count, struct place_layer);
    struct place place = {
        .kind = choice->kind,
        .address = choice->id,
        .label = choice->label,
        .unit = choice->unit,
        .zip = layers_value(city->layers, S("zip"), choice->point),
        .has_point = true,
        .point = choice->point,
        .layers = layers,
    };

    if (!layers)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < city->layers->count; i++) {
        const struct layer *layer = city->layers->layers[i];
        const struct layer_feature *feature = layer_at(layer, choice->point);

        if (feature)
            layers[place.layer_n++] =
                (struct place_layer){layer->name, feature->id, layer->version};
    }
    *ret = place;
    return RC_OK;
}

enum rc locate_text(struct ctx *ctx, const struct city *city, struct str text, struct place *ret)
{
    struct place_choice point = {.kind = PLACE_POINT, .label = text, .score = 100};
    struct place_choices choices;
    enum rc rc;

    if (point_parse(text, &point.point))
        return locate_choice(ctx, city, &point, ret);
    if (!city->gazetteer)
        return FAIL(ctx, ERR_PLACE_UNKNOWN, .field = S("place"));
    rc = gazetteer_find(ctx, city->gazetteer, text, &choices);
    if (rc)
        return rc;
    if (choices.n == 0)
        return FAIL(ctx, ERR_PLACE_UNKNOWN, .field = S("place"));
    return locate_choice(ctx, city, &choices.of[0], ret);
}

struct str locate_label(struct ctx *ctx, const struct city *city, struct point at)
{
    struct place_choice near;
    struct msg_arg args[2];

    if (city->gazetteer && gazetteer_near(ctx, city->gazetteer, at, &near) == RC_OK) {
        args[0] = MSG_ARG("place", near.label);
        return msg_format(ctx->arena, ctx->lang, MSG_place_near, args, 1);
    }
    ctx_clear_error(ctx);
    args[0] = MSG_ARG("lat", str_fmt(ctx->arena, "%.6f", point_lat(at)));
    args[1] = MSG_ARG("lon", str_fmt(ctx->arena, "%.6f", point_lon(at)));
    return msg_format(ctx->arena, ctx->lang, MSG_place_coordinates, args, 2);
}

enum rc locate_check(struct ctx *ctx, enum place_kind kind, struct str label)
{
    if (place_kind_is_wide(kind))
        return FAIL(ctx, ERR_PLACE_WIDE, .field = S("place"), .arg = label);
    return RC_OK;
}

enum rc locate_which(struct ctx *ctx, const struct place_choices *found, struct place_choices *ret)
{
    struct place_choices exact = {.ignored = found->ignored};

    for (size_t i = 0; i < found->n; i++)
        if (!place_kind_is_wide(found->of[i].kind))
            exact.of[exact.n++] = found->of[i];
    if (!exact.n)
        return locate_check(ctx, found->of[0].kind, found->of[0].label);
    *ret = exact;
    return RC_OK;
}
