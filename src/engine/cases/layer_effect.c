#include "engine/cases/layer_effect.h"

#include "base/piece.h"
#include "engine/cases/locate.h"
#include "engine/cases/queries.h"
#include "engine/definition/answer.h"
#include "place/layers.h"

struct comparing {
    const struct city *before, *after;
    struct str layer;
    struct layer_effect found;
};

/* The team that the service's rules choose at that place of the city. */
static enum rc route(struct ctx *ctx, const struct city *city,
                     const struct open_placed_cases_row *row, const struct team **ret)
{
    const struct definition *definition = city_version(city, row->service_version);
    struct place_choice choice = {.kind = PLACE_POINT,
                                  .label = row->label,
                                  .point = {(int32_t)row->lat_e7, (int32_t)row->lon_e7}};
    struct answers answers;
    struct place place;
    struct facts facts = {.answers = &answers,
                          .place = &place,
                          .filed = row->opened,
                          .today = city_local(city, row->opened).date,
                          .channel = row->channel,
                          .calendar = &city->calendar};
    enum rc rc;

    *ret = NULL;
    if (!definition)
        return RC_OK;
    lang_parse(row->lang, &facts.lang);
    rc = locate_choice(ctx, city, &choice, &place);
    if (!rc)
        rc = answers_parse(ctx, definition, row->answers, &answers);
    for (size_t i = 0; !rc && i < definition->route_n; i++) {
        bool holds = false;

        rc = rule_holds(ctx, &definition->routes[i].when, &facts, &holds);
        if (!rc && holds) {
            *ret = city_team(city, definition->routes[i].team);
            return RC_OK;
        }
    }
    return rc;
}

static bool is_same_team(const struct team *a, const struct team *b)
{
    return a && b ? str_eq(a->id, b->id) : a == b;
}

static void add_move(struct layer_effect *found, const struct team *from, const struct team *to)
{
    found->rerouted++;
    for (size_t i = 0; i < found->move_n; i++) {
        struct layer_move *move = &found->moves[i];

        if (!is_same_team(move->from, from) || !is_same_team(move->to, to))
            continue;
        move->cases++;
        return;
    }
    if (found->move_n < LAYER_EFFECT_MOVES)
        found->moves[found->move_n++] = (struct layer_move){from, to, 1};
}

static enum rc compare(struct ctx *ctx, struct comparing *comparing,
                       const struct open_placed_cases_row *row)
{
    struct point at = {(int32_t)row->lat_e7, (int32_t)row->lon_e7};
    const struct team *from, *to;
    enum rc rc;

    comparing->found.open++;
    if (str_eq(layers_value(comparing->before->layers, comparing->layer, at),
               layers_value(comparing->after->layers, comparing->layer, at)))
        return RC_OK;
    comparing->found.elsewhere++;
    rc = route(ctx, comparing->before, row, &from);
    if (!rc)
        rc = route(ctx, comparing->after, row, &to);
    if (!rc && !is_same_team(from, to))
        add_move(&comparing->found, from, to);
    return rc;
}

/* Each case in memory of its own. */
static enum rc compare_row(struct ctx *ctx, const struct open_placed_cases_row *row, void *arg)
{
    struct piece piece;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = compare(ctx, arg, row);
    piece_end(ctx, &piece);
    return rc;
}

enum rc layer_effect(struct ctx *ctx, const struct city *before, const struct city *after,
                     struct str layer, struct layer_effect *ret)
{
    struct comparing comparing = {.before = before, .after = after, .layer = layer};
    enum rc rc = open_placed_cases(ctx, compare_row, &comparing);

    if (!rc)
        *ret = comparing.found;
    return rc;
}
