#include "place/gazetteer.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "place/gazetteer_index.h"

#define INDEX_MAX_BYTES (64u << 20)
#define AT_CROSSING_M   15.0
#define NEAR_STREET_M   150.0
#define WORST_COST      400 /* score 0 */
#define NOT_ALIKE       320 /* dearer choices than this are not worth showing */
#define BEHIND_BEST_MAX 260
#define WITHOUT_TAIL    80 /* what follows a comma was not understood */

enum rc gazetteer_new(struct ctx *ctx, const struct layers *layers, struct gazetteer_city city,
                      struct gazetteer **ret)
{
    struct arena *arena = arena_new(INDEX_MAX_BYTES);
    struct gazetteer *gazetteer = arena ? ARENA_NEW(arena, struct gazetteer) : NULL;
    enum rc rc = RC_OK;

    if (!gazetteer) {
        arena_free(arena);
        return FAIL(ctx, ERR_MEMORY);
    }
    *gazetteer = (struct gazetteer){
        .arena = arena,
        .layers = layers,
        .city = {str_copy(arena, city.name), str_copy(arena, city.state),
                 str_copy(arena, city.state_code)},
        .nodes = layers_find(layers, S("intersection")),
    };
    rc = streets_build(ctx, arena, layers, &gazetteer->streets);
    if (!rc)
        rc = landmarks_build(ctx, arena, layers, &gazetteer->landmarks);
    if (!rc && arena_has_failed(arena))
        rc = FAIL(ctx, ERR_MEMORY);
    if (rc)
        arena_free(arena);
    else
        *ret = gazetteer;
    return rc;
}

void gazetteer_free(struct gazetteer *gazetteer)
{
    if (gazetteer)
        arena_free(gazetteer->arena);
}

static struct place_choice address_write(struct arena *arena, const struct gazetteer *gazetteer,
                                         const struct candidate *candidate)
{
    const struct street *street = &gazetteer->streets.of[candidate->street];
    int32_t number = candidate->number;
    const struct street_range *range = street_range_of(street, number);

    if (!range)
        range = street_range_near(street, number, &number);
    return (struct place_choice){
        .id = str_fmt(arena, "a/%.*s/%d", STR_ARG(street->slug), (int)candidate->number),
        .label = str_fmt(arena, "%d %.*s", (int)candidate->number, STR_ARG(street->name)),
        .street = street->name,
        .number = candidate->number,
        .point = range ? street_range_point(range, number) : street_middle(street),
    };
}

static struct place_choice street_write(struct arena *arena, const struct gazetteer *gazetteer,
                                        const struct candidate *candidate)
{
    const struct street *street = &gazetteer->streets.of[candidate->street];

    return (struct place_choice){
        .id = str_fmt(arena, "s/%.*s", STR_ARG(street->slug)),
        .label = street->name,
        .street = street->name,
        .point = street_middle(street),
    };
}

/* Streets that meet twice are told apart by where: "A & B (N)". */
static struct place_choice crossing_write(struct arena *arena, const struct gazetteer *gazetteer,
                                          const struct candidate *candidate)
{
    const struct crossing *crossing = &gazetteer->streets.crossings[candidate->crossing];
    struct buf id = buf_in(arena, 1024);
    struct str label = crossing->feature->label;

    BUF_ADD(&id, "i/");
    for (uint32_t i = 0; i < crossing->street_count; i++) {
        if (i)
            BUF_ADD(&id, "+");
        buf_add(&id, gazetteer->streets.of[crossing->streets[i]].slug);
    }
    if (!str_is_empty(crossing->mark)) {
        BUF_ADD(&id, "/");
        buf_add(&id, crossing->mark);
        label = str_fmt(arena, "%.*s (%.*s)", STR_ARG(label), STR_ARG(crossing->mark));
    }
    return (struct place_choice){
        .id = buf_str(&id),
        .label = label,
        .point = crossing->feature->parts[0].points[0],
    };
}

static struct place_choice landmark_write(struct arena *arena, const struct candidate *candidate)
{
    const struct landmark *landmark = candidate->landmark;

    return (struct place_choice){
        .id = str_fmt(arena, "f/%.*s/%.*s", STR_ARG(landmark->layer->name),
                      STR_ARG(landmark->feature->id)),
        .label = landmark->feature->label,
        .point = landmark->point,
    };
}

static int score_of(int32_t cost)
{
    /* What only orders equals (the streets' lengths) does not count. */
    return cost < 10 ? 100 : cost > WORST_COST ? 0 : 100 - cost * 100 / WORST_COST;
}

/* A candidate written out; texts in the arena or borrowed. */
static struct place_choice candidate_write(struct arena *arena, const struct gazetteer *gazetteer,
                                           const struct candidate *candidate, struct str unit)
{
    struct place_choice choice;

    switch (candidate->kind) {
    case PLACE_ADDRESS: choice = address_write(arena, gazetteer, candidate); break;
    case PLACE_STREET: choice = street_write(arena, gazetteer, candidate); break;
    case PLACE_INTERSECTION: choice = crossing_write(arena, gazetteer, candidate); break;
    default: choice = landmark_write(arena, candidate); break;
    }
    choice.kind = candidate->kind;
    choice.score = score_of(candidate->cost);
    choice.is_estimated = candidate->is_estimated;
    if (candidate->kind == PLACE_ADDRESS && !str_is_empty(unit)) {
        choice.unit = unit;
        choice.label = str_fmt(arena, "%.*s #%.*s", STR_ARG(choice.label), STR_ARG(unit));
    }
    return choice;
}

/* Where what may be left out begins: a comma or a bracket; the text's end when there is none. */
static size_t aside_at(struct str text)
{
    size_t at = 0;

    while (at < text.n && !strchr(",;(\n", text.p[at] ? text.p[at] : 'x'))
        at++;
    return at;
}

static void search_before_comma(struct ctx *ctx, const struct gazetteer *gazetteer, struct str text,
                                struct ranking *ranking, struct str *ret_ignored)
{
    size_t aside = aside_at(text);
    struct str tail = str_trim(str_slice(text, aside + 1, text.n));
    struct ranking before = {.n = 0};
    struct words words;
    struct query query;

    if (str_is_empty(tail))
        return;
    words = words_of(ctx->arena, str_slice(text, 0, aside));
    query = query_read(ctx->arena, &words, &gazetteer->city);
    search_all(ctx->arena, gazetteer, &query, &before);
    for (size_t i = 0; i < before.n; i++) {
        before.of[i].cost += WITHOUT_TAIL;
        if (i == 0 && before.of[i].cost < ranking_best(ranking))
            *ret_ignored = tail;
        ranking_add(ranking, before.of[i]);
    }
}

enum rc gazetteer_find(struct ctx *ctx, const struct gazetteer *gazetteer, struct str text,
                       struct place_choices *ret)
{
    struct arena *scratch = arena_child(ctx->arena);
    struct ctx searching = *ctx;
    struct ranking ranking = {.n = 0};
    struct place_choices choices = {.n = 0};
    struct words words;
    struct query query;

    if (!scratch)
        return FAIL(ctx, ERR_MEMORY);
    searching.arena = scratch;
    text = str_slice(text, 0, WORDS_MAX_BYTES);
    words = words_of(scratch, text);
    query = query_read(scratch, &words, &gazetteer->city);
    search_all(scratch, gazetteer, &query, &ranking);
    if (ranking_best(&ranking) >= WITHOUT_TAIL)
        search_before_comma(&searching, gazetteer, text, &ranking, &choices.ignored);
    for (size_t i = 0; i < ranking.n; i++) {
        int32_t cost = ranking.of[i].cost;

        if (cost > NOT_ALIKE || cost > ranking.of[0].cost + BEHIND_BEST_MAX)
            break;
        choices.of[choices.n++] = candidate_write(ctx->arena, gazetteer, &ranking.of[i],
                                                  str_copy(ctx->arena, query.unit));
    }
    choices.ignored = str_copy(ctx->arena, choices.ignored);
    arena_free(scratch);
    if (arena_has_failed(ctx->arena))
        return FAIL(ctx, ERR_MEMORY);
    *ret = choices;
    return RC_OK;
}

static enum rc address_by_id(struct ctx *ctx, const struct gazetteer *gazetteer, struct str slug,
                             struct str number_text, struct place_choice *ret)
{
    const struct street *street = streets_by_slug(&gazetteer->streets, slug);
    int64_t number;

    if (!street || !str_to_i64(number_text, &number) || number < 1 || number > 999999)
        return FAIL(ctx, ERR_PLACE_UNKNOWN);
    *ret = candidate_write(ctx->arena, gazetteer,
                           &(struct candidate){
                               PLACE_ADDRESS,
                               .street = (uint32_t)(street - gazetteer->streets.of),
                               .number = (int32_t)number,
                               .is_estimated = !street_range_of(street, (int32_t)number),
                           },
                           STR_NONE);
    return RC_OK;
}

static enum rc landmark_by_id(struct ctx *ctx, const struct gazetteer *gazetteer, struct str layer,
                              struct str feature, struct place_choice *ret)
{
    for (size_t i = 0; i < gazetteer->landmarks.count; i++) {
        const struct landmark *landmark = &gazetteer->landmarks.of[i];
        bool is_area = str_eq(landmark->layer->name, S("neighborhood"));

        if (!str_eq(landmark->layer->name, layer) || !str_eq(landmark->feature->id, feature))
            continue;
        *ret = candidate_write(
            ctx->arena, gazetteer,
            &(struct candidate){is_area ? PLACE_AREA : PLACE_LANDMARK, .landmark = landmark},
            STR_NONE);
        return RC_OK;
    }
    return FAIL(ctx, ERR_PLACE_UNKNOWN);
}

static enum rc crossing_by_id(struct ctx *ctx, const struct gazetteer *gazetteer, struct str id,
                              struct str first_slug, struct place_choice *ret)
{
    const struct street *street = streets_by_slug(&gazetteer->streets, first_slug);

    for (uint32_t i = 0; street && i < street->crossing_count; i++) {
        struct candidate candidate = {PLACE_INTERSECTION, .crossing = street->crossings[i]};
        struct place_choice choice;

        if (gazetteer->streets.crossings[candidate.crossing].is_repeated)
            continue;
        choice = candidate_write(ctx->arena, gazetteer, &candidate, STR_NONE);
        if (str_eq(choice.id, id)) {
            *ret = choice;
            return RC_OK;
        }
    }
    return FAIL(ctx, ERR_PLACE_UNKNOWN);
}

enum rc gazetteer_by_id(struct ctx *ctx, const struct gazetteer *gazetteer, struct str id,
                        struct place_choice *ret)
{
    struct str rest = id, kind, first, street;

    if (!str_next(&rest, '/', &kind) || !str_next(&rest, '/', &first))
        return FAIL(ctx, ERR_PLACE_UNKNOWN);
    if (str_eq(kind, S("a")))
        return address_by_id(ctx, gazetteer, first, rest, ret);
    if (str_eq(kind, S("f")))
        return landmark_by_id(ctx, gazetteer, first, rest, ret);
    if (str_eq(kind, S("i")) && str_next(&first, '+', &street))
        return crossing_by_id(ctx, gazetteer, id, street, ret);
    if (str_eq(kind, S("s")) && str_is_empty(rest)) {
        const struct street *found = streets_by_slug(&gazetteer->streets, first);

        if (found) {
            *ret = candidate_write(
                ctx->arena, gazetteer,
                &(struct candidate){PLACE_STREET,
                                    .street = (uint32_t)(found - gazetteer->streets.of)},
                STR_NONE);
            return RC_OK;
        }
    }
    return FAIL(ctx, ERR_PLACE_UNKNOWN);
}

/* The crossing at the point, if it stands at one. */
static bool crossing_at(const struct gazetteer *gazetteer, struct point at, struct candidate *ret)
{
    struct layer_near near;
    const struct crossing *crossing;

    if (!gazetteer->nodes || gazetteer->streets.crossing_count == 0)
        return false;
    near = layer_nearest(gazetteer->nodes, at, AT_CROSSING_M);
    if (!near.feature)
        return false;
    ret->kind = PLACE_INTERSECTION;
    ret->crossing = (uint32_t)(near.feature - gazetteer->nodes->features);
    crossing = &gazetteer->streets.crossings[ret->crossing];
    if (crossing->is_repeated)
        ret->crossing = crossing->repeats;
    return crossing->street_count >= 2;
}

/* The address nearest to the point, or its street when that has no numbers there. */
static bool address_at(const struct gazetteer *gazetteer, struct point at, struct candidate *ret)
{
    const struct streets *streets = &gazetteer->streets;
    struct layer_near near;

    if (!streets->lines)
        return false;
    near = layer_nearest(streets->lines, at, NEAR_STREET_M);
    if (!near.feature)
        return false;
    ret->street = streets->street_of[near.feature - streets->lines->features];
    ret->is_estimated = true;
    ret->kind = street_number_at(&streets->of[ret->street], at, &ret->number) ? PLACE_ADDRESS
                                                                              : PLACE_STREET;
    return true;
}

enum rc gazetteer_near(struct ctx *ctx, const struct gazetteer *gazetteer, struct point at,
                       struct place_choice *ret)
{
    struct candidate candidate = {PLACE_STREET};

    if (!crossing_at(gazetteer, at, &candidate) && !address_at(gazetteer, at, &candidate))
        return FAIL(ctx, ERR_PLACE_UNKNOWN);
    *ret = candidate_write(ctx->arena, gazetteer, &candidate, STR_NONE);
    if (candidate.kind == PLACE_STREET)
        ret->point = at;
    return RC_OK;
}

/* The middle of a block: the centre line beside the number nearest to its fiftieth. */
static void block_fill(struct ctx *ctx, const struct street *street, int32_t hundred,
                       struct place_block *ret)
{
    int32_t number = hundred + 50;
    const struct street_range *range = street_range_near(street, number, &number);
    double length_m = line_length_m(range->line);
    struct foot foot = line_nearest(range->line, street_range_point(range, number));

    if (number / 100 * 100 != hundred)
        foot.along_m = length_m / 2;
    *ret = (struct place_block){
        .street = street->name,
        .hundred = hundred,
        .point = line_point(range->line, foot.along_m, 0),
        .label = hundred > 0
                     ? str_fmt(ctx->arena, "%d block of %.*s", (int)hundred, STR_ARG(street->name))
                     : str_fmt(ctx->arena, "1 to 99 block of %.*s", STR_ARG(street->name)),
    };
}

enum rc gazetteer_block(struct ctx *ctx, const struct gazetteer *gazetteer, struct point at,
                        struct place_block *ret)
{
    struct candidate candidate = {PLACE_STREET};
    const struct street *street;

    if (!address_at(gazetteer, at, &candidate))
        return FAIL(ctx, ERR_PLACE_UNKNOWN);
    street = &gazetteer->streets.of[candidate.street];
    if (candidate.kind == PLACE_ADDRESS)
        block_fill(ctx, street, candidate.number / 100 * 100, ret);
    else
        *ret = (struct place_block){.street = street->name,
                                    .hundred = -1,
                                    .label = street->name,
                                    .point = street_middle(street)};
    return RC_OK;
}

enum rc gazetteer_block_of(struct ctx *ctx, const struct gazetteer *gazetteer,
                           const struct place_choice *place, struct place_block *ret)
{
    const struct street *street =
        streets_by_slug(&gazetteer->streets, words_slug(ctx->arena, place->street));

    if (place->kind != PLACE_ADDRESS || !street || street->number_count == 0)
        return gazetteer_block(ctx, gazetteer, place->point, ret);
    block_fill(ctx, street, place->number / 100 * 100, ret);
    return RC_OK;
}

static int by_number(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;

    return (x > y) - (x < y);
}

/* The numbers of a street, ascending, each once. */
static size_t numbers_of(struct arena *arena, const struct street *street, int32_t **ret)
{
    int32_t *numbers = ARENA_ARRAY(arena, street->number_count, int32_t);
    size_t n = 0, kept = 0;

    for (uint32_t i = 0; numbers && i < street->range_count; i++) {
        const struct street_range *range = &street->ranges[i];
        int32_t from = range->from < range->to ? range->from : range->to;
        int32_t to = range->from < range->to ? range->to : range->from;

        for (int32_t number = from; number <= to; number += range->step)
            numbers[n++] = number;
    }
    if (n)
        qsort(numbers, n, sizeof *numbers, by_number);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || numbers[kept - 1] != numbers[i])
            numbers[kept++] = numbers[i];
    }
    *ret = numbers;
    return kept;
}

static bool visit_street(struct arena *arena, const struct gazetteer *gazetteer, uint32_t street,
                         bool (*visit)(void *arg, const struct place_choice *place), void *arg)
{
    int32_t *numbers;
    size_t n = numbers_of(arena, &gazetteer->streets.of[street], &numbers);

    for (size_t i = 0; i < n; i++) {
        struct candidate candidate = {PLACE_ADDRESS, .street = street, .number = numbers[i]};
        struct place_choice place = candidate_write(arena, gazetteer, &candidate, STR_NONE);

        if (!visit(arg, &place))
            return false;
    }
    return true;
}

void gazetteer_each(struct ctx *ctx, const struct gazetteer *gazetteer,
                    bool (*visit)(void *arg, const struct place_choice *place), void *arg)
{
    bool goes_on = true;
    struct arena *arena;

    for (uint32_t i = 0; goes_on && i < gazetteer->streets.count; i++) {
        arena = arena_child(ctx->arena);
        if (!arena)
            return;
        goes_on = visit_street(arena, gazetteer, i, visit, arg);
        arena_free(arena);
    }
    for (uint32_t i = 0; goes_on && i < gazetteer->streets.crossing_count; i++) {
        struct candidate candidate = {PLACE_INTERSECTION, .crossing = i};
        struct place_choice place;

        if (gazetteer->streets.crossings[i].is_repeated ||
            gazetteer->streets.crossings[i].street_count < 2)
            continue;
        arena = arena_child(ctx->arena);
        if (!arena)
            return;
        place = candidate_write(arena, gazetteer, &candidate, STR_NONE);
        goes_on = visit(arg, &place);
        arena_free(arena);
    }
}
