#include "engine/cases/nearby.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/cases/access.h"
#include "engine/cases/queries.h"
#include "place/place.h"

#define CELLS_MAX      1200 /* more than a circle of NEARBY_MAX_M touches */
#define ROWS_MAX       200  /* looked at; the newest of each run of squares */
#define DAYS_PER_MONTH 31

struct public_place_source nearby_at(const struct place *place)
{
    return (struct public_place_source){
        .address = place->address,
        .label = place->label,
        .has_point = place->has_point,
        .point = place->point,
    };
}

/* Never less than was meant: five workdays are a week, and some are holidays. */
static struct instant opened_from(const struct ctx *ctx, struct span back)
{
    int64_t us = US_PER_S;

    switch (back.unit) {
    case SPAN_ELAPSED: break;
    case SPAN_WORK_TIME: us = 6 * US_PER_S; break;
    case SPAN_WORKDAYS: us = 2 * US_PER_DAY; break;
    case SPAN_MONTHS: us = DAYS_PER_MONTH * US_PER_DAY; break;
    }
    if (__builtin_mul_overflow(back.amount, us, &us))
        return (struct instant){INT64_MIN};
    return instant_plus_us(ctx->now, -us);
}

static int by_number(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

struct candidates {
    const struct cases_near_row *rows;
    size_t n;
};

/* Squares that follow each other are read as one run. */
static enum rc load(struct ctx *ctx, const struct nearby_ask *ask, struct point center,
                    int32_t radius_m, struct candidates *ret)
{
    int64_t *cells = ARENA_ARRAY(ctx->arena, CELLS_MAX, int64_t);
    struct cases_near_row *rows = ARENA_ARRAY(ctx->arena, ROWS_MAX, struct cases_near_row);
    size_t cell_n, n = 0;

    if (!cells || !rows)
        return FAIL(ctx, ERR_MEMORY);
    cell_n = place_cells_around(center, radius_m, cells, CELLS_MAX);
    qsort(cells, cell_n, sizeof *cells, by_number);
    for (size_t from = 0, to; from < cell_n && n < ROWS_MAX; from = to) {
        struct cases_near_rows run;
        enum rc rc;

        for (to = from + 1; to < cell_n && cells[to] == cells[to - 1] + 1;)
            to++;
        rc = cases_near(ctx,
                        &(struct cases_near_args){
                            .service = ask->definition->service_id,
                            .cell_from = cells[from],
                            .cell_to = cells[to - 1],
                            .opened_from = opened_from(ctx, ask->definition->duplicates.back),
                            .most = (int64_t)(ROWS_MAX - n),
                        },
                        &run);
        if (rc)
            return rc;
        for (size_t i = 0; i < run.n; i++)
            if (run.rows[i].id != ask->not_case)
                rows[n++] = run.rows[i];
    }
    *ret = (struct candidates){rows, n};
    return RC_OK;
}

static int32_t radius_of(const struct definition *definition)
{
    int32_t within_m = definition->duplicates.within_m;

    return within_m < NEARBY_MAX_M ? within_m : NEARBY_MAX_M;
}

struct ranked {
    double distance_m;
    int64_t id;
    size_t index;
};

static int nearest_first(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;

    if (a->distance_m < b->distance_m || a->distance_m > b->distance_m)
        return a->distance_m < b->distance_m ? -1 : 1;
    return (b->id > a->id) - (b->id < a->id);
}

/* The ranked ones in their order, at most as many as were asked for. */
static enum rc take_public(struct ctx *ctx, const struct nearby_ask *ask, struct ranked *ranked,
                           size_t n, const struct public_case *found, struct nearby_public *ret)
{
    size_t most = n < ask->most ? n : ask->most;
    struct public_case *of = ARENA_ARRAY(ctx->arena, most, struct public_case);
    int64_t *ids = ARENA_ARRAY(ctx->arena, most, int64_t);

    if (most && (!of || !ids))
        return FAIL(ctx, ERR_MEMORY);
    qsort(ranked, n, sizeof *ranked, nearest_first);
    for (size_t i = 0; i < most; i++) {
        of[i] = found[ranked[i].index];
        ids[i] = ranked[i].id;
    }
    *ret = (struct nearby_public){of, ids, most};
    return RC_OK;
}

static enum rc rank_public(struct ctx *ctx, const struct nearby_ask *ask, struct point center,
                           const struct candidates *candidates, struct nearby_public *ret)
{
    struct public_case *found = ARENA_ARRAY(ctx->arena, candidates->n, struct public_case);
    struct ranked *ranked = ARENA_ARRAY(ctx->arena, candidates->n, struct ranked);
    size_t n = 0;

    if (candidates->n && (!found || !ranked))
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < candidates->n; i++) {
        enum rc rc = public_case_get(ctx, candidates->rows[i].id, &found[n]);
        double distance_m;

        if (rc == RC_NOT_FOUND) {
            ctx_clear_error(ctx);
            continue;
        }
        if (rc)
            return rc;
        if (!found[n].place.has_point)
            continue;
        distance_m = point_distance_m(center, found[n].place.point);
        if (distance_m > radius_of(ask->definition))
            continue;
        ranked[n] = (struct ranked){distance_m, candidates->rows[i].id, n};
        n++;
    }
    return take_public(ctx, ask, ranked, n, found, ret);
}

enum rc nearby_public(struct ctx *ctx, const struct nearby_ask *ask, struct nearby_public *ret)
{
    bool is_blurred = ask->definition->place.blur == BLUR_BLOCK;
    struct candidates candidates = {0};
    struct public_place shown;
    enum rc rc = public_place(ctx, ask->definition, &ask->place, &shown);

    assert(ask->most >= 1 && ask->most <= NEARBY_MAX);
    if (!rc && ask->definition->duplicates.is_on && shown.has_point)
        rc =
            load(ctx, ask, shown.point,
                 radius_of(ask->definition) + (is_blurred ? PUBLIC_BLOCK_REACH_M : 0), &candidates);
    return rc ? rc : rank_public(ctx, ask, shown.point, &candidates, ret);
}

/* False for one of another's grant, and for one whose version is not known any more. */
static bool staff_case(const struct ctx *ctx, const struct cases_near_row *row,
                       struct nearby_case *ret)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);
    int state = definition ? workflow_state(definition->workflow, row->state) : -1;
    struct case_reach reach = {
        .case_id = row->id,
        .reporter = row->reporter_is_null ? 0 : row->reporter,
        .confidentiality = row->confidentiality,
        .is_hidden = row->is_hidden,
    };

    if (state < 0)
        return false;
    reach.reach = case_reach_within(ctx->city, definition, row->team_is_null ? 0 : row->team);
    if (!case_may_read(ctx->actor, &reach))
        return false;
    *ret = (struct nearby_case){
        .case_id = row->id,
        .number = row->number,
        .definition = definition,
        .state = &definition->workflow->states[state],
        .opened = row->opened,
        .place = row->label,
    };
    return true;
}

static int staff_order(const void *left, const void *right)
{
    const struct nearby_case *a = left, *b = right;
    const struct ranked ranked[2] = {{a->distance_m, a->case_id, 0},
                                     {b->distance_m, b->case_id, 0}};

    return nearest_first(&ranked[0], &ranked[1]);
}

enum rc nearby_staff(struct ctx *ctx, const struct nearby_ask *ask, struct nearby_cases *ret)
{
    struct candidates candidates = {0};
    struct nearby_case *of;
    size_t n = 0;
    enum rc rc = RC_OK;

    assert(ask->most >= 1 && ask->most <= NEARBY_MAX);
    if (ask->definition->duplicates.is_on && ask->place.has_point)
        rc = load(ctx, ask, ask->place.point, radius_of(ask->definition), &candidates);
    if (rc)
        return rc;
    of = ARENA_ARRAY(ctx->arena, candidates.n + 1, struct nearby_case);
    if (!of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < candidates.n; i++) {
        const struct cases_near_row *row = &candidates.rows[i];

        if (row->lat_e7_is_null || row->lon_e7_is_null || !staff_case(ctx, row, &of[n]))
            continue;
        of[n].distance_m = point_distance_m(
            ask->place.point, (struct point){(int32_t)row->lat_e7, (int32_t)row->lon_e7});
        n += of[n].distance_m <= radius_of(ask->definition);
    }
    qsort(of, n, sizeof *of, staff_order);
    *ret = (struct nearby_cases){of, n < ask->most ? n : ask->most};
    return RC_OK;
}
