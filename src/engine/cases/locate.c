#include "engine/cases/locate.h"

#include "base/msg.h"

#define SURE_SCORE  95    /* as the city writes it, or as people shorten that */
#define CLEAR_SCORE 80    /* a street's type is missing, or the city does not list that number */
#define CLEAR_LEAD  20    /* and what is like it is so much less so: a typing error's worth */
#define NEAR_M      300.0 /* so far an address may lie from the point that came with it */
#define UNSURE_TOLD 3

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

enum rc locate_check(struct ctx *ctx, enum place_kind kind, struct str label)
{
    if (place_kind_is_wide(kind))
        return FAIL(ctx, ERR_PLACE_WIDE, .field = S("place"), .arg = label);
    return RC_OK;
}

static struct str label_of(struct ctx *ctx, const struct city *city, struct point at)
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

static enum rc point_choice(struct ctx *ctx, const struct city *city, struct point at,
                            struct place *ret)
{
    struct place_choice choice = {
        .kind = PLACE_POINT,
        .label = label_of(ctx, city, at),
        .point = at,
    };

    return locate_choice(ctx, city, &choice, ret);
}

static bool is_sure(const struct place_choice *choice)
{
    return choice->score >= SURE_SCORE;
}

static bool has_sure(const struct place_choices *found)
{
    int best = found->of[0].score, next = found->n > 1 ? found->of[1].score : 0;

    return (best >= SURE_SCORE && next < SURE_SCORE) ||
           (best >= CLEAR_SCORE && best - next >= CLEAR_LEAD);
}

/* Of what a text may mean, that which a case may be at. */
static enum rc keep_exact(struct ctx *ctx, const struct place_choices *found,
                          struct place_choices *ret)
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

/* What may be taken unasked has a place; it gives its id, too. */
static enum rc take_sure(struct ctx *ctx, const struct city *city,
                         const struct place_choice *choice, struct located *ret)
{
    struct place place;
    enum rc rc = locate_check(ctx, choice->kind, choice->label);

    if (!rc)
        rc = locate_choice(ctx, city, choice, &place);
    if (!rc)
        *ret = (struct located){.is_sure = true, .place = place, .id = choice->id};
    return rc;
}

enum rc locate_text(struct ctx *ctx, const struct city *city, struct str text, struct located *ret)
{
    struct place_choices found = {.n = 0};
    struct located located = {.is_sure = true, .id = text};
    struct point at;
    enum rc rc = RC_OK;

    if (point_parse(text, &at)) {
        rc = point_choice(ctx, city, at, &located.place);
    } else {
        if (city->gazetteer)
            rc = gazetteer_find(ctx, city->gazetteer, text, &found);
        /* Without streets nothing has a name: no other spelling would help. */
        if (!rc && !found.n)
            rc = FAIL(ctx, city->gazetteer ? ERR_PLACE_UNKNOWN : ERR_PLACE_NAMELESS,
                      .field = S("place"));
        if (!rc && has_sure(&found))
            return take_sure(ctx, city, &found.of[0], ret);
        located = (struct located){.is_sure = false};
        if (!rc)
            rc = keep_exact(ctx, &found, &located.choices);
        if (!rc && located.choices.n == 1 && is_sure(&located.choices.of[0]))
            return take_sure(ctx, city, &located.choices.of[0], ret);
    }
    if (!rc)
        *ret = located;
    return rc;
}

/* "795 Massachusetts Ave; 795 Main St": as many as a sentence takes. */
static struct str labels_of(struct arena *arena, const struct place_choices *choices)
{
    struct str labels[UNSURE_TOLD];
    size_t n = 0;

    for (; n < choices->n && n < UNSURE_TOLD; n++)
        labels[n] = choices->of[n].label;
    return str_join(arena, labels, n, S("; "));
}

enum rc locate_sure(struct ctx *ctx, const struct city *city, struct str text, struct place *ret)
{
    struct located located;
    enum rc rc = locate_text(ctx, city, text, &located);

    if (!rc && !located.is_sure)
        rc = FAIL(ctx, ERR_PLACE_UNSURE, .field = S("place"),
                  .arg = labels_of(ctx->arena, &located.choices));
    if (!rc)
        *ret = located.place;
    return rc;
}

enum rc locate_id(struct ctx *ctx, const struct city *city, struct str id, struct place *ret)
{
    struct place_choice choice;
    struct point at;
    enum rc rc;

    if (point_parse(id, &at))
        return point_choice(ctx, city, at, ret);
    rc = city->gazetteer ? gazetteer_by_id(ctx, city->gazetteer, id, &choice)
                         : FAIL(ctx, ERR_PLACE_UNKNOWN);
    if (rc == RC_INVALID)
        ctx->err.field = S("place");
    if (!rc)
        rc = locate_check(ctx, choice.kind, choice.label);
    return rc ? rc : locate_choice(ctx, city, &choice, ret);
}

enum rc locate_point(struct ctx *ctx, const struct city *city, struct point at, struct str address,
                     struct place *ret)
{
    struct place_choices found = {.n = 0};
    enum rc rc = RC_OK;

    if (address.n && city->gazetteer)
        rc = gazetteer_find(ctx, city->gazetteer, address, &found);
    if (rc)
        return rc;
    for (size_t i = 0; i < found.n; i++)
        if (is_sure(&found.of[i]) && !place_kind_is_wide(found.of[i].kind) &&
            point_distance_m(found.of[i].point, at) <= NEAR_M)
            return locate_choice(ctx, city, &found.of[i], ret);
    return point_choice(ctx, city, at, ret);
}
