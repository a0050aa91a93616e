#include "engine/cases/public_list.h"

#include <stdlib.h>

#include "base/piece.h"
#include "engine/cases/public_row.h"
#include "engine/cases/queries.h"
#include "place/place.h"

#define SQUARE_E7      100000
#define SQUARE_REACH_M 600.0 /* from the middle of a square to its sides, and a little */
#define ROWS_MAX       2000  /* looked at for one page */
#define IN_BOX_MAX     5000  /* more are read in the order of their time, until enough lie in it */
#define RUN_ROWS_MIN   16    /* of each run, when many are merged */

void public_case_keep(struct arena *arena, struct public_case *shown)
{
    shown->number = str_copy(arena, shown->number);
    shown->district = str_copy(arena, shown->district);
    shown->description = str_copy(arena, shown->description);
    shown->place.label = str_copy(arena, shown->place.label);
}

/* Keeps the cases of *page from the n-th on. */
static void end_piece(struct ctx *ctx, const struct piece *piece, struct public_cases *page,
                      size_t n)
{
    for (size_t i = n; i < page->n; i++)
        public_case_keep(piece->home, &page->of[i]);
    piece_end(ctx, piece);
}

/* ---- Runs in the order of time */

static struct instant time_of(const struct public_filter *filter, const struct public_run_row *row)
{
    return filter->is_by_updated ? row->updated : row->opened;
}

/* What lists are in the order of. */
struct spot {
    struct instant at;
    int64_t id;
};

static int newest_spot_first(const void *left, const void *right)
{
    const struct spot *a = left, *b = right;
    int order = instant_cmp(b->at, a->at);

    return order ? order : (b->id > a->id) - (b->id < a->id);
}

static int newest_opened_first(const void *left, const void *right)
{
    const struct public_run_row *a = left, *b = right;

    return newest_spot_first(&(struct spot){a->opened, a->id}, &(struct spot){b->opened, b->id});
}

static int newest_updated_first(const void *left, const void *right)
{
    const struct public_run_row *a = left, *b = right;

    return newest_spot_first(&(struct spot){a->updated, a->id}, &(struct spot){b->updated, b->id});
}

static bool has_some_states(const struct public_filter *filter)
{
    return filter->has_state || filter->states;
}

/* The services whose runs make up the filter, as row ids: a filter by state has an index under
 * each service alone. None: one run over all cases. */
static enum rc services_of(struct ctx *ctx, const struct public_filter *filter, int64_t **ret,
                           size_t *ret_n)
{
    const struct city *city = ctx->city;
    int64_t *ids = ARENA_ARRAY(ctx->arena, city->ever_n + filter->service_n + 1, int64_t);
    bool is_any = !filter->service && !filter->service_n;
    size_t n = 0;

    if (!ids)
        return FAIL(ctx, ERR_MEMORY);
    if (filter->service)
        ids[n++] = filter->service;
    for (size_t i = 0; !filter->service && i < filter->service_n; i++)
        ids[n++] = filter->services[i];
    for (size_t i = 0; is_any && has_some_states(filter) && i < city->ever_n; i++)
        if (city->ever[i]->audience == AUDIENCE_PUBLIC)
            ids[n++] = city->ever[i]->service_id;
    *ret = ids;
    *ret_n = n;
    return RC_OK;
}

struct runs {
    struct public_run_row *rows; /* merged, newest first */
    size_t n;
    bool is_whole; /* there are no more rows than these */
    bool is_cut;   /* a run has more: what is older than where it ends waits for the next turn */
    struct public_run_row end;
};

static struct public_run_args run_args(const struct public_filter *filter)
{
    bool is_by_updated = filter->is_by_updated;

    return (struct public_run_args){
        .district = filter->district,
        .with_district = filter->district.n > 0,
        .opened_from = filter->from,
        .with_opened_from = filter->has_from && !is_by_updated,
        .with_opened_since = filter->has_from && is_by_updated,
        .opened_until = filter->until,
        .with_opened_until = filter->has_until && !is_by_updated,
        .with_opened_before = filter->has_until && is_by_updated,
        .updated_from = filter->updated_from,
        .with_updated_from = filter->has_updated_from,
        .updated_until = filter->updated_until,
        .with_updated_until = filter->has_updated_until,
        .opened = filter->after.opened,
        .after_id = filter->after.id,
        .with_after = filter->has_after && !is_by_updated,
        .with_after_updated = filter->has_after && is_by_updated,
        .order = is_by_updated ? PUBLIC_RUN_BY_UPDATED : PUBLIC_RUN_BY_OPENED,
    };
}

/* Reads one row more than is taken, which tells whether the run goes on. */
static enum rc add_run(struct ctx *ctx, struct public_run_args *args, size_t most,
                       struct runs *runs)
{
    struct public_run_rows run;
    enum rc rc;

    args->most = (int64_t)most + 1;
    rc = public_run(ctx, args, &run);
    if (rc)
        return rc;
    for (size_t i = 0; i < run.n && i < most; i++)
        runs->rows[runs->n++] = run.rows[i];
    if (run.n <= most)
        return RC_OK;
    if (!runs->is_cut || (args->order == PUBLIC_RUN_BY_UPDATED
                              ? newest_updated_first(&run.rows[most - 1], &runs->end)
                              : newest_opened_first(&run.rows[most - 1], &runs->end)) < 0)
        runs->end = run.rows[most - 1];
    runs->is_cut = true;
    return RC_OK;
}

/* The types of state that are asked for; the number of them. */
static size_t states_of(const struct public_filter *filter, int64_t ret[3])
{
    size_t n = 0;

    for (int type = STATE_OPEN; type <= STATE_CLOSED; type++)
        if (filter->has_state ? (int)filter->state == type
                              : !filter->states || (filter->states & (1U << type)))
            ret[n++] = type;
    return n;
}

static void merge(const struct public_filter *filter, size_t most, struct runs *runs)
{
    int (*order)(const void *, const void *) =
        filter->is_by_updated ? newest_updated_first : newest_opened_first;

    qsort(runs->rows, runs->n, sizeof *runs->rows, order);
    while (runs->is_cut && runs->n && order(&runs->rows[runs->n - 1], &runs->end) > 0)
        runs->n--;
    runs->is_whole = !runs->is_cut && runs->n <= most;
    if (runs->n > most)
        runs->n = most;
}

/* The next `most` rows of the filter, or fewer: each run is in the order of an index, then they are
 * merged. */
static enum rc load(struct ctx *ctx, const struct public_filter *filter, size_t most,
                    struct runs *ret)
{
    struct public_run_args args = run_args(filter);
    int64_t *services = NULL, states[3];
    size_t n = 0, state_n = states_of(filter, states), each = most;
    struct runs runs = {.n = 0};
    enum rc rc = services_of(ctx, filter, &services, &n);

    if (rc)
        return rc;
    if (n * state_n > 1)
        each = 2 * most / (n * state_n) + RUN_ROWS_MIN;
    runs.rows = ARENA_ARRAY(ctx->arena, each * (n ? n * state_n : 1), struct public_run_row);
    if (!runs.rows)
        return FAIL(ctx, ERR_MEMORY);
    args.with_service = args.with_state_type = n > 0;
    for (size_t i = 0; !rc && i < n * state_n; i++) {
        args.service = services[i / state_n];
        args.state_type = states[i % state_n];
        rc = add_run(ctx, &args, each, &runs);
    }
    if (!rc && !n && !has_some_states(filter))
        rc = add_run(ctx, &args, each, &runs);
    merge(filter, most, &runs);
    *ret = runs;
    return rc;
}

/* The middle of the point's square of a hundredth of a degree, some 1.1 km. */
static struct point square_of(struct point at)
{
    int32_t lat = (at.lat_e7 % SQUARE_E7 + SQUARE_E7) % SQUARE_E7;
    int32_t lon = (at.lon_e7 % SQUARE_E7 + SQUARE_E7) % SQUARE_E7;

    return (struct point){at.lat_e7 - lat + SQUARE_E7 / 2, at.lon_e7 - lon + SQUARE_E7 / 2};
}

/* The box and as far around it as the square of what is shown in it may be. */
static struct box reach_of(const struct public_filter *filter)
{
    double reach_m = PUBLIC_BLOCK_REACH_M + SQUARE_REACH_M;

    return (struct box){
        point_moved(filter->box.min, -reach_m, -reach_m),
        point_moved(filter->box.max, reach_m, reach_m),
    };
}

/* Whether what is shown of a case at that point may lie in the box: its block has to be looked up
 * only then. What that costs tells who measures it the square, not the house. */
static bool may_lie_within(struct ctx *ctx, const struct public_filter *filter,
                           int64_t service_version, struct point at)
{
    const struct definition *definition = city_version(ctx->city, service_version);

    if (definition && definition->place.blur == BLUR_BLOCK)
        return box_contains(reach_of(filter), square_of(at));
    return box_contains(filter->box, at);
}

static bool is_worth_showing(struct ctx *ctx, const struct public_filter *filter,
                             const struct public_run_row *row)
{
    if (!row->fits || !filter->has_box)
        return row->fits;
    if (row->lat_e7_is_null || row->lon_e7_is_null)
        return false;
    return may_lie_within(ctx, filter, row->service_version,
                          (struct point){(int32_t)row->lat_e7, (int32_t)row->lon_e7});
}

static enum rc take_row(struct ctx *ctx, const struct public_filter *filter,
                        const struct public_run_row *row, struct public_cases *page)
{
    struct public_case *shown = &page->of[page->n];
    bool is_public = false;
    enum rc rc = RC_OK;

    if (is_worth_showing(ctx, filter, row))
        rc = public_project(ctx, row, filter->is_bare && !filter->has_box, shown, &is_public);
    if (rc)
        return rc;
    if (is_public && public_filter_has(filter, shown))
        page->n++;
    else
        page->missed++;
    page->next = (struct public_cursor){time_of(filter, row), row->id};
    return RC_OK;
}

/* Takes the rows into *page until it is full; *next is the last that was looked at. */
static enum rc take(struct ctx *ctx, const struct runs *runs, const struct public_filter *filter,
                    struct public_cases *page, size_t *ret_taken)
{
    size_t i;

    for (i = 0; i < runs->n && page->n < filter->most; i++) {
        enum rc rc = take_row(ctx, filter, &runs->rows[i], page);

        if (rc)
            return rc;
    }
    *ret_taken = i;
    return RC_OK;
}

/* One turn: what it reads is given back. */
static enum rc turn(struct ctx *ctx, struct public_filter *rest, size_t chunk,
                    struct public_cases *page, size_t *ret_looked)
{
    struct runs runs = {.n = 0};
    struct piece piece;
    size_t taken = 0, n = page->n;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = load(ctx, rest, chunk, &runs);
    if (!rc)
        rc = take(ctx, &runs, rest, page, &taken);
    page->has_more = !runs.is_whole || taken < runs.n;
    *ret_looked = runs.n;
    end_piece(ctx, &piece, page, n);
    return rc;
}

static enum rc list_by_time(struct ctx *ctx, const struct public_filter *filter,
                            struct public_cases *page)
{
    struct public_filter rest = *filter;
    bool is_sparse = filter->has_box || filter->district.n;
    size_t chunk = is_sparse ? PUBLIC_CASES_MAX : filter->most;
    enum rc rc = RC_OK;

    for (size_t read = 0; !rc && page->has_more && page->n < filter->most && read < ROWS_MAX;) {
        size_t looked = 0;

        rc = turn(ctx, &rest, chunk, page, &looked);
        read += looked;
        rest.has_after = true;
        rest.after = page->next;
    }
    return rc;
}

/* ---- What lies in a box */

struct spots {
    struct spot *of;
    size_t n;
    bool is_crowded; /* more than are looked at in this way */
};

static bool is_after_cursor(const struct public_filter *filter, struct spot spot)
{
    return !filter->has_after ||
           newest_spot_first(&(struct spot){filter->after.opened, filter->after.id}, &spot) < 0;
}

static void add_spot(struct ctx *ctx, const struct public_filter *filter,
                     const struct public_in_cells_row *row, struct spots *spots)
{
    const struct public_narrow of = {row->service, row->state_type, row->district, row->opened,
                                     row->updated};
    struct spot spot = {filter->is_by_updated ? row->updated : row->opened, row->id};

    if (row->lat_e7_is_null || row->lon_e7_is_null || !is_after_cursor(filter, spot) ||
        !public_is_asked_for(filter, &of))
        return;
    if (may_lie_within(ctx, filter, row->service_version,
                       (struct point){(int32_t)row->lat_e7, (int32_t)row->lon_e7}))
        spots->of[spots->n++] = spot;
}

/* Places are counted first, which is quick: each case has one of its own. */
static enum rc count_places(struct ctx *ctx, const struct cell_run *runs, size_t n, bool *ret_many)
{
    int64_t left = IN_BOX_MAX + 1;
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && left > 0 && i < n; i++) {
        struct places_in_cells_row row;

        rc = places_in_cells(ctx, runs[i].from, runs[i].to, left, &row);
        if (!rc)
            left -= row.counted;
    }
    *ret_many = left <= 0;
    return rc;
}

static enum rc read_run(struct ctx *ctx, const struct public_filter *filter, struct cell_run run,
                        size_t most, struct spots *spots, size_t *ret_read)
{
    struct public_in_cells_rows rows;
    struct piece piece;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = public_in_cells(ctx, run.from, run.to, (int64_t)most, &rows);
    for (size_t i = 0; !rc && i < rows.n; i++)
        add_spot(ctx, filter, &rows.rows[i], spots);
    *ret_read = rc ? 0 : rows.n;
    piece_end(ctx, &piece);
    return rc;
}

static enum rc find_spots(struct ctx *ctx, const struct public_filter *filter, struct spots *ret)
{
    struct cell_run runs[CELL_RUNS_MAX];
    size_t n = place_cells_over(reach_of(filter), runs), left = IN_BOX_MAX + 1;
    struct spots spots = {.n = 0};
    enum rc rc = count_places(ctx, runs, n, &spots.is_crowded);

    if (!rc && !spots.is_crowded) {
        spots.of = ARENA_ARRAY(ctx->arena, IN_BOX_MAX + 1, struct spot);
        rc = spots.of ? RC_OK : FAIL(ctx, ERR_MEMORY);
    }
    for (size_t i = 0; !rc && !spots.is_crowded && i < n; i++) {
        size_t read = 0;

        rc = read_run(ctx, filter, runs[i], left, &spots, &read);
        left -= read;
        spots.is_crowded = !left;
    }
    if (!rc && !spots.is_crowded)
        qsort(spots.of, spots.n, sizeof *spots.of, newest_spot_first);
    *ret = spots;
    return rc;
}

static enum rc take_spot(struct ctx *ctx, const struct public_filter *filter, int64_t id,
                         struct public_cases *page)
{
    struct public_run_rows run;
    struct piece piece;
    size_t n = page->n;
    enum rc rc = piece_begin(ctx, &piece);

    if (rc)
        return rc;
    rc = public_run(ctx, &(struct public_run_args){.with_only = true, .only = id, .most = 1}, &run);
    if (!rc && run.n)
        rc = take_row(ctx, filter, &run.rows[0], page);
    end_piece(ctx, &piece, page, n);
    return rc;
}

static enum rc list_spots(struct ctx *ctx, const struct public_filter *filter,
                          const struct spots *spots, struct public_cases *page)
{
    size_t i;
    enum rc rc = RC_OK;

    for (i = 0; !rc && i < spots->n && i < ROWS_MAX && page->n < filter->most; i++)
        rc = take_spot(ctx, filter, spots->of[i].id, page);
    page->has_more = i < spots->n;
    return rc;
}

enum rc public_list(struct ctx *ctx, const struct public_filter *filter, struct public_cases *ret)
{
    struct public_cases page = {
        .of = ARENA_ARRAY(ctx->arena, filter->most + 1, struct public_case),
        .has_more = true,
    };
    struct spots spots = {.is_crowded = true};
    enum rc rc = page.of ? RC_OK : FAIL(ctx, ERR_MEMORY);

    if (!rc && filter->has_box)
        rc = find_spots(ctx, filter, &spots);
    if (!rc)
        rc = spots.is_crowded ? list_by_time(ctx, filter, &page)
                              : list_spots(ctx, filter, &spots, &page);
    if (!rc)
        *ret = page;
    return rc;
}
