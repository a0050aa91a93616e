#include "place/streets.h"

#include <math.h>
#include <stdlib.h>

#include "place/street_keys.h"

#define OFFSET_M       9.0   /* from the centre line to the front door */
#define INSET_M        6.0   /* the first and last house stand so far from the crossing */
#define BESIDE_M       150.0 /* a place this far from a street may still have its address there */
#define ONE_CROSSING_M 60.0
#define RANGE_WIDE     4000 /* a wider range is a fault of the data */

const struct street *streets_by_slug(const struct streets *streets, struct str slug)
{
    size_t from = 0, to = streets->count;

    while (from < to) {
        size_t middle = (from + to) / 2;
        int order = str_cmp(streets->of[middle].slug, slug);

        if (order == 0)
            return &streets->of[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

static int32_t low(const struct street_range *range)
{
    return range->from < range->to ? range->from : range->to;
}

static int32_t high(const struct street_range *range)
{
    return range->from > range->to ? range->from : range->to;
}

/* The number of the range that is nearest to `number`. */
static int32_t nearest_in(const struct street_range *range, int32_t number)
{
    if (number <= low(range))
        return low(range);
    if (number >= high(range))
        return high(range);
    return number - (number - low(range)) % range->step;
}

const struct street_range *street_range_of(const struct street *street, int32_t number)
{
    for (uint32_t i = 0; i < street->range_count; i++) {
        if (nearest_in(&street->ranges[i], number) == number)
            return &street->ranges[i];
    }
    return NULL;
}

const struct street_range *street_range_near(const struct street *street, int32_t number,
                                             int32_t *ret_number)
{
    const struct street_range *best = NULL;
    int64_t least = INT64_MAX;

    for (uint32_t i = 0; i < street->range_count; i++) {
        const struct street_range *range = &street->ranges[i];
        int32_t near = nearest_in(range, number);
        int64_t off = llabs((int64_t)near - number);

        /* The other side of the street is worse than the next block. */
        if ((near - number) % 2 != 0)
            off += 100;
        if (off < least) {
            least = off;
            best = range;
            *ret_number = near;
        }
    }
    return best;
}

struct point street_range_point(const struct street_range *range, int32_t number)
{
    double length_m = line_length_m(range->line);
    double inset_m = length_m / 4 < INSET_M ? length_m / 4 : INSET_M;
    double part = range->from == range->to
                      ? 0.5
                      : (double)(number - range->from) / (double)(range->to - range->from);

    return line_point(range->line, inset_m + part * (length_m - 2 * inset_m),
                      range->is_left ? OFFSET_M : -OFFSET_M);
}

/* The number of a range at the foot of a place. */
static int32_t number_at_foot(const struct street_range *range, double along_m)
{
    double length_m = line_length_m(range->line);
    double part = length_m > 2 * INSET_M ? (along_m - INSET_M) / (length_m - 2 * INSET_M) : 0.5;
    double number;

    part = part < 0 ? 0 : part > 1 ? 1 : part;
    number = range->from + part * (range->to - range->from);
    return low(range) + (int32_t)lround((number - low(range)) / range->step) * range->step;
}

const struct street_range *street_number_at(const struct street *street, struct point at,
                                            int32_t *ret_number)
{
    const struct street_range *best = NULL;
    double least_m = BESIDE_M;

    for (uint32_t i = 0; i < street->range_count; i++) {
        const struct street_range *range = &street->ranges[i];
        struct foot foot = line_nearest(range->line, at);
        /* The other side of the same stretch only when its own has no numbers. */
        double distance_m = foot.distance_m + (foot.is_left == range->is_left ? 0 : 20);

        if (distance_m < least_m) {
            least_m = distance_m;
            best = range;
            *ret_number = number_at_foot(range, foot.along_m);
        }
    }
    return best;
}

struct point street_middle(const struct street *street)
{
    const struct line *longest = &street->lines[0];
    double longest_m = -1;

    for (uint32_t i = 0; i < street->line_count; i++) {
        double length_m = line_length_m(street->lines[i]);

        if (length_m > longest_m) {
            longest_m = length_m;
            longest = &street->lines[i];
        }
    }
    return line_point(*longest, longest_m / 2, 0);
}

static bool range_read(const struct layer_feature *feature, struct str from_name,
                       struct str to_name, struct street_range *ret)
{
    int64_t from, to;

    if (!str_to_i64(layer_property(feature, from_name), &from) ||
        !str_to_i64(layer_property(feature, to_name), &to))
        return false;
    if (from < 1 || to < 1 || from > 999999 || to > 999999 || llabs(from - to) > RANGE_WIDE)
        return false;
    *ret = (struct street_range){
        .line = feature->parts[0],
        .from = (int32_t)from,
        .to = (int32_t)to,
        .step = (from - to) % 2 ? 1 : 2,
        .is_left = str_eq(from_name, S("lf")),
    };
    return true;
}

static void numbers_note(struct street *street, const struct street_range *range)
{
    if (street->number_count == 0) {
        street->number_min = low(range);
        street->number_max = high(range);
    }
    if (low(range) < street->number_min)
        street->number_min = low(range);
    if (high(range) > street->number_max)
        street->number_max = high(range);
    street->number_count += (uint32_t)((high(range) - low(range)) / range->step + 1);
}

struct builder {
    struct ctx *ctx;
    struct arena *home;
    const struct layer *lines;
    const struct layer *nodes;
    struct streets *streets;
    struct street *of;
    uint32_t *street_of;
    uint32_t *order; /* features of `lines` by name */
};

static int by_label(const void *a, const void *b, void *builder)
{
    const struct layer_feature *features = ((const struct builder *)builder)->lines->features;

    return str_cmp(features[*(const uint32_t *)a].label, features[*(const uint32_t *)b].label);
}

/* One street from the features order[from..to), which share its name. */
static enum rc street_make(struct builder *builder, struct street *street, size_t from, size_t to)
{
    size_t n = to - from;
    struct street_range *ranges = ARENA_ARRAY(builder->home, 2 * n, struct street_range);
    struct line *lines = ARENA_ARRAY(builder->home, n, struct line);

    if (!ranges || !lines)
        return FAIL(builder->ctx, ERR_MEMORY);
    street->ranges = ranges;
    street->lines = lines;
    for (size_t i = from; i < to; i++) {
        const struct layer_feature *feature = &builder->lines->features[builder->order[i]];

        street->name = feature->label;
        lines[street->line_count++] = feature->parts[0];
        for (int side = 0; side < 2; side++) {
            struct street_range *range = &ranges[street->range_count];

            if (!range_read(feature, side ? S("rf") : S("lf"), side ? S("rt") : S("lt"), range))
                continue;
            numbers_note(street, range);
            street->range_count++;
        }
    }
    street->slug = str_copy(builder->home, words_slug(builder->ctx->arena, street->name));
    return RC_OK;
}

static int by_slug(const void *a, const void *b)
{
    return str_cmp(((const struct street *)a)->slug, ((const struct street *)b)->slug);
}

static enum rc streets_make(struct builder *builder)
{
    size_t features = builder->lines->feature_count;
    struct streets *streets = builder->streets;
    enum rc rc = RC_OK;

    builder->order = ARENA_ARRAY(builder->ctx->arena, features, uint32_t);
    builder->of = ARENA_ARRAY(builder->home, features, struct street);
    builder->street_of = ARENA_ARRAY(builder->home, features, uint32_t);
    if (!builder->order || !builder->of || !builder->street_of)
        return FAIL(builder->ctx, ERR_MEMORY);
    for (uint32_t i = 0; i < features; i++)
        builder->order[i] = i;
    qsort_r(builder->order, features, sizeof *builder->order, by_label, builder);
    for (size_t from = 0, to; !rc && from < features; from = to) {
        struct str name = builder->lines->features[builder->order[from]].label;

        for (to = from + 1; to < features; to++) {
            if (!str_eq(builder->lines->features[builder->order[to]].label, name))
                break;
        }
        rc = street_make(builder, &builder->of[streets->count++], from, to);
    }
    qsort(builder->of, streets->count, sizeof *builder->of, by_slug);
    streets->of = builder->of;
    streets->lines = builder->lines;
    streets->street_of = builder->street_of;
    for (uint32_t i = 0; !rc && i < features; i++) {
        const struct street *street = streets_by_slug(
            streets, words_slug(builder->ctx->arena, builder->lines->features[i].label));

        builder->street_of[i] = (uint32_t)(street ? street - streets->of : 0);
    }
    return rc;
}

/* The streets named in a crossing's label, "A & B & C". */
static void crossing_read(struct builder *builder, struct crossing *crossing)
{
    struct str rest = crossing->feature->label, name;

    while (str_next(&rest, '&', &name)) {
        const struct street *street =
            streets_by_slug(builder->streets, words_slug(builder->ctx->arena, str_trim(name)));

        if (street && crossing->street_count < 4)
            crossing->streets[crossing->street_count++] = (uint32_t)(street - builder->streets->of);
    }
}

static enum rc crossings_share(struct builder *builder, const struct crossing *crossings)
{
    struct streets *streets = builder->streets;

    for (size_t i = 0; i < streets->crossing_count; i++) {
        for (uint32_t k = 0; k < crossings[i].street_count; k++)
            builder->of[crossings[i].streets[k]].crossing_count++;
    }
    for (size_t i = 0; i < streets->count; i++) {
        builder->of[i].crossings =
            ARENA_ARRAY(builder->home, builder->of[i].crossing_count, uint32_t);
        if (!builder->of[i].crossings)
            return FAIL(builder->ctx, ERR_MEMORY);
        builder->of[i].crossing_count = 0;
    }
    for (size_t i = 0; i < streets->crossing_count; i++) {
        for (uint32_t k = 0; k < crossings[i].street_count; k++) {
            struct street *street = &builder->of[crossings[i].streets[k]];

            street->crossings[street->crossing_count++] = (uint32_t)i;
        }
    }
    return RC_OK;
}

/* Finds the earlier crossing of the same streets nearby; marks it and this one when they are far
 * apart. A third one far from both stays as it is, unless it is near one of them. */
static void repeat_note(struct builder *builder, struct crossing *crossings, uint32_t at)
{
    struct crossing *crossing = &crossings[at];
    const struct street *street = &builder->of[crossing->streets[0]];
    struct point here = crossing->feature->parts[0].points[0];

    for (uint32_t i = 0; i < street->crossing_count && street->crossings[i] < at; i++) {
        struct crossing *other = &crossings[street->crossings[i]];
        struct point there = other->feature->parts[0].points[0];
        struct plane plane = plane_at(there);
        struct metres off = plane_metres(&plane, here);
        bool is_upright = fabs(off.y) > fabs(off.x);

        if (other->is_repeated || !str_eq(other->feature->label, crossing->feature->label))
            continue;
        if (hypot(off.x, off.y) < ONE_CROSSING_M) {
            crossing->is_repeated = true;
            crossing->repeats = street->crossings[i];
            crossing->mark = STR_NONE;
            return;
        }
        crossing->mark = is_upright ? (off.y > 0 ? S("N") : S("S")) : off.x > 0 ? S("E") : S("W");
        if (str_is_empty(other->mark))
            other->mark = is_upright ? (off.y > 0 ? S("S") : S("N")) : off.x > 0 ? S("W") : S("E");
    }
}

static enum rc crossings_make(struct builder *builder)
{
    size_t n = builder->nodes->feature_count;
    struct crossing *crossings = ARENA_ARRAY(builder->home, n, struct crossing);
    enum rc rc;

    if (!crossings)
        return FAIL(builder->ctx, ERR_MEMORY);
    for (size_t i = 0; i < n; i++) {
        crossings[i].feature = &builder->nodes->features[i];
        crossing_read(builder, &crossings[i]);
    }
    builder->streets->crossings = crossings;
    builder->streets->crossing_count = n;
    rc = crossings_share(builder, crossings);
    for (uint32_t i = 0; !rc && i < n; i++) {
        if (crossings[i].street_count > 0)
            repeat_note(builder, crossings, i);
    }
    return rc;
}

enum rc streets_build(struct ctx *ctx, struct arena *home, const struct layers *layers,
                      struct streets *ret)
{
    struct builder builder = {
        .ctx = ctx,
        .home = home,
        .lines = layers_find(layers, S("street")),
        .nodes = layers_find(layers, S("intersection")),
        .streets = ret,
    };
    enum rc rc = RC_OK;

    *ret = (struct streets){.count = 0};
    if (!builder.lines || builder.lines->kind != LAYER_LINES)
        return RC_OK;
    rc = streets_make(&builder);
    if (!rc && builder.nodes && builder.nodes->kind == LAYER_POINTS)
        rc = crossings_make(&builder);
    if (!rc)
        rc = street_keys_build(ctx, home, ret);
    if (!rc && arena_has_failed(home))
        rc = FAIL(ctx, ERR_MEMORY);
    return rc;
}
