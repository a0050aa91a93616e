#include "engine/cases/public_case.h"

#include <stdlib.h>

#include "base/msg.h"
#include "engine/cases/access.h"
#include "engine/cases/public_search.h"
#include "engine/cases/queries.h"
#include "place/place.h"

#define ROWS_MAX 2000 /* read for one page */

static struct place_choice choice_of(struct ctx *ctx, const struct public_place_source *source)
{
    struct place_choice choice = {.kind = PLACE_POINT, .point = source->point};

    if (source->address.n && gazetteer_by_id(ctx, ctx->city->gazetteer, source->address, &choice)) {
        ctx_clear_error(ctx);
        choice = (struct place_choice){.kind = PLACE_POINT, .point = source->point};
    }
    return choice;
}

static struct str block_label(struct ctx *ctx, const struct place_block *block)
{
    const struct msg_arg args[] = {MSG_ARG("hundred", (int64_t)block->hundred),
                                   MSG_ARG("street", block->street)};

    if (block->hundred < 0)
        return block->street;
    return msg_format(ctx->arena, ctx->lang,
                      block->hundred ? MSG_place_block : MSG_place_first_block, args, 2);
}

enum rc public_place(struct ctx *ctx, const struct definition *definition,
                     const struct public_place_source *source, struct public_place *ret)
{
    struct place_block block;
    struct place_choice choice;
    enum rc rc;

    *ret = (struct public_place){.is_blurred = definition->place.blur == BLUR_BLOCK};
    if (!ret->is_blurred) {
        ret->label = source->label;
        ret->has_point = source->has_point;
        ret->point = source->point;
        return RC_OK;
    }
    if (!ctx->city->gazetteer || (!source->has_point && !source->address.n))
        return RC_OK;
    choice = choice_of(ctx, source);
    if (choice.kind == PLACE_POINT && !source->has_point)
        return RC_OK;
    rc = gazetteer_block_of(ctx, ctx->city->gazetteer, &choice, &block);
    if (rc) {
        ctx_clear_error(ctx);
        return rc == RC_INVALID ? RC_OK : FAIL(ctx, ERR_MEMORY);
    }
    ret->label = block_label(ctx, &block);
    ret->has_point = true;
    ret->point = block.point;
    return RC_OK;
}

struct str public_cursor_text(struct arena *arena, struct public_cursor cursor)
{
    return str_fmt(arena, "%lld-%lld", (long long)cursor.opened.us_utc, (long long)cursor.id);
}

bool public_cursor_parse(struct str text, struct public_cursor *ret)
{
    struct public_cursor cursor;
    ptrdiff_t at = text.n ? str_find_byte(str_slice(text, 1, text.n), '-') : -1;

    if (at < 0 || !str_to_i64(str_slice(text, 0, (size_t)at + 1), &cursor.opened.us_utc) ||
        !str_to_i64(str_slice(text, (size_t)at + 2, text.n), &cursor.id))
        return false;
    *ret = cursor;
    return true;
}

/* Fills *ret, or leaves *ret_is_public false. */
static enum rc project(struct ctx *ctx, const struct public_run_row *row, struct public_case *ret,
                       bool *ret_is_public)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);
    int state, outcome;

    *ret_is_public = false;
    if (!definition || !case_service_is_public(ctx->city, definition))
        return RC_OK;
    state = workflow_state(definition->workflow, row->state);
    if (state < 0)
        return RC_OK;
    outcome = row->outcome_is_null ? -1 : workflow_outcome(definition->workflow, row->outcome);
    *ret = (struct public_case){
        .id = row->id,
        .number = row->number,
        .definition = definition,
        .state = &definition->workflow->states[state],
        .opened = row->opened,
        .updated = row->updated,
        .is_closed = !row->closed_is_null,
        .closed = row->closed,
        .has_due = !row->due_is_null,
        .due = row->due,
        .district = row->district,
        .description = row->is_description_public ? row->description : STR_NONE,
        .outcome = outcome < 0 ? NULL : &definition->workflow->outcomes[outcome],
    };
    *ret_is_public = true;
    if (row->place_kind_is_null)
        return RC_OK;
    return public_place(ctx, definition,
                        &(struct public_place_source){
                            .address = row->place_address_is_null ? STR_NONE : row->place_address,
                            .label = row->place_label,
                            .has_point = !row->lat_e7_is_null && !row->lon_e7_is_null,
                            .point = {(int32_t)row->lat_e7, (int32_t)row->lon_e7},
                        },
                        &ret->place);
}

static int newest_first(const void *left, const void *right)
{
    const struct public_run_row *a = left, *b = right;
    int order = instant_cmp(b->opened, a->opened);

    return order ? order : (b->id > a->id) - (b->id < a->id);
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
    int64_t *ids = ARENA_ARRAY(ctx->arena, city->version_n + filter->service_n + 1, int64_t);
    bool is_any = !filter->service && !filter->service_n;
    size_t n = 0;

    if (!ids)
        return FAIL(ctx, ERR_MEMORY);
    if (filter->service)
        ids[n++] = filter->service;
    for (size_t i = 0; !filter->service && i < filter->service_n; i++)
        ids[n++] = filter->services[i];
    for (size_t i = 0; is_any && has_some_states(filter) && i < city->version_n; i++) {
        bool is_known = !case_service_is_public(city, city->versions[i]);

        for (size_t j = 0; !is_known && j < n; j++)
            is_known = ids[j] == city->versions[i]->service_id;
        if (!is_known)
            ids[n++] = city->versions[i]->service_id;
    }
    *ret = ids;
    *ret_n = n;
    return RC_OK;
}

struct runs {
    struct public_run_row *rows; /* merged, newest first */
    size_t n;
    bool is_whole; /* there are no more rows than these */
};

static enum rc add_run(struct ctx *ctx, const struct public_run_args *args, struct runs *runs)
{
    struct public_run_rows run;
    enum rc rc = public_run(ctx, args, &run);

    for (size_t i = 0; !rc && i < run.n; i++)
        runs->rows[runs->n++] = run.rows[i];
    return rc;
}

static struct public_run_args run_args(const struct public_filter *filter, size_t most)
{
    return (struct public_run_args){
        .district = filter->district,
        .with_district = filter->district.n > 0,
        .opened_from = filter->from,
        .with_opened_from = filter->has_from,
        .opened_until = filter->until,
        .with_opened_until = filter->has_until,
        .updated_from = filter->updated_from,
        .with_updated_from = filter->has_updated_from,
        .updated_until = filter->updated_until,
        .with_updated_until = filter->has_updated_until,
        .opened = filter->after.opened,
        .after_id = filter->after.id,
        .with_after = filter->has_after && !filter->is_by_updated,
        .with_after_updated = filter->has_after && filter->is_by_updated,
        .order = filter->is_by_updated ? PUBLIC_RUN_BY_UPDATED : PUBLIC_RUN_BY_OPENED,
        .most = (int64_t)most + 1,
    };
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

/* The next `most` rows of the filter: each run is in the order of an index, then they are merged,
 * so that a page costs what it shows. By the time of the last change there is one index for all,
 * and what is not asked for is left out of its run. */
static enum rc load(struct ctx *ctx, const struct public_filter *filter, size_t most,
                    struct runs *ret)
{
    struct public_run_args args = run_args(filter, most);
    int64_t *services = NULL, states[3];
    size_t n = 0, state_n = states_of(filter, states);
    struct runs runs = {.n = 0};
    enum rc rc = filter->is_by_updated ? RC_OK : services_of(ctx, filter, &services, &n);

    if (rc)
        return rc;
    runs.rows = ARENA_ARRAY(ctx->arena, (most + 1) * (n ? n * state_n : 1), struct public_run_row);
    if (!runs.rows)
        return FAIL(ctx, ERR_MEMORY);
    args.with_service = args.with_state_type = n > 0;
    for (size_t i = 0; !rc && i < n * state_n; i++) {
        args.service = services[i / state_n];
        args.state_type = states[i % state_n];
        rc = add_run(ctx, &args, &runs);
    }
    if (!rc && !n && (filter->is_by_updated || !has_some_states(filter)))
        rc = add_run(ctx, &args, &runs);
    if (n)
        qsort(runs.rows, runs.n, sizeof *runs.rows, newest_first);
    runs.is_whole = runs.n <= most;
    if (!runs.is_whole)
        runs.n = most;
    *ret = runs;
    return rc;
}

/* What a run in the order of the last change did not ask. */
static bool is_asked_for(const struct public_filter *filter, const struct public_case *shown)
{
    bool is_of_service = !filter->service && !filter->service_n;

    if (filter->service)
        is_of_service = shown->definition->service_id == filter->service;
    for (size_t i = 0; !is_of_service && i < filter->service_n; i++)
        is_of_service = shown->definition->service_id == filter->services[i];
    if (filter->has_state)
        return is_of_service && shown->state->type == filter->state;
    return is_of_service && (!filter->states || (filter->states & (1U << shown->state->type)));
}

static bool is_between(struct instant at, const struct instant *from, const struct instant *until)
{
    return (!from || instant_cmp(at, *from) >= 0) && (!until || instant_cmp(at, *until) < 0);
}

bool public_filter_has(const struct public_filter *filter, const struct public_case *shown)
{
    return is_asked_for(filter, shown) &&
           (!filter->district.n || str_eq(filter->district, shown->district)) &&
           is_between(shown->opened, filter->has_from ? &filter->from : NULL,
                      filter->has_until ? &filter->until : NULL) &&
           is_between(shown->updated, filter->has_updated_from ? &filter->updated_from : NULL,
                      filter->has_updated_until ? &filter->updated_until : NULL) &&
           (!filter->has_box ||
            (shown->place.has_point && box_contains(filter->box, shown->place.point)));
}

static bool is_within(const struct public_filter *filter, const struct public_case *shown)
{
    if (filter->is_by_updated && !is_asked_for(filter, shown))
        return false;
    return !filter->has_box ||
           (shown->place.has_point && box_contains(filter->box, shown->place.point));
}

/* Takes the rows into *page until it is full; *next is the last that was looked at. */
static enum rc take(struct ctx *ctx, const struct runs *runs, const struct public_filter *filter,
                    struct public_cases *page, size_t *ret_taken)
{
    size_t i;

    for (i = 0; i < runs->n && page->n < filter->most; i++) {
        bool is_public;
        enum rc rc = project(ctx, &runs->rows[i], &page->of[page->n], &is_public);

        if (rc)
            return rc;
        page->n += is_public && is_within(filter, &page->of[page->n]);
        page->next = (struct public_cursor){
            filter->is_by_updated ? runs->rows[i].updated : runs->rows[i].opened, runs->rows[i].id};
    }
    *ret_taken = i;
    return RC_OK;
}

static enum rc list(struct ctx *ctx, const struct public_filter *filter, struct public_cases *ret)
{
    struct public_filter rest = *filter;
    struct public_cases page = {
        .of = ARENA_ARRAY(ctx->arena, filter->most + 1, struct public_case),
        .has_more = true,
    };
    size_t chunk = filter->has_box ? PUBLIC_CASES_MAX : filter->most;

    if (!page.of)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t read = 0; page.has_more && page.n < filter->most && read < ROWS_MAX;) {
        struct runs runs = {.n = 0};
        size_t taken = 0;
        enum rc rc = load(ctx, &rest, chunk, &runs);

        if (!rc)
            rc = take(ctx, &runs, filter, &page, &taken);
        if (rc)
            return rc;
        read += runs.n;
        page.has_more = !runs.is_whole || taken < runs.n;
        rest.has_after = true;
        rest.after = page.next;
    }
    *ret = page;
    return RC_OK;
}

enum rc public_cases(struct ctx *ctx, const struct public_filter *filter, struct public_cases *ret)
{
    return filter->words.n ? public_search(ctx, filter, ret) : list(ctx, filter, ret);
}

enum rc public_case_get(struct ctx *ctx, int64_t case_id, struct public_case *ret)
{
    struct public_run_rows run;
    bool is_public = false;
    enum rc rc = public_run(
        ctx, &(struct public_run_args){.with_only = true, .only = case_id, .most = 1}, &run);

    if (!rc && run.n)
        rc = project(ctx, &run.rows[0], ret, &is_public);
    if (rc)
        return rc;
    return is_public ? RC_OK : FAIL(ctx, ERR_NOT_FOUND);
}

enum rc public_cases_numbered(struct ctx *ctx, const struct str *numbers, size_t n,
                              struct public_cases *ret)
{
    struct public_cases page = {.of = ARENA_ARRAY(ctx->arena, n + 1, struct public_case)};
    enum rc rc = page.of ? RC_OK : FAIL(ctx, ERR_MEMORY);

    for (size_t i = 0; !rc && i < n; i++) {
        struct public_run_rows run;
        bool is_public = false;

        rc = public_run(
            ctx, &(struct public_run_args){.number = numbers[i], .with_number = true, .most = 1},
            &run);
        if (!rc && run.n)
            rc = project(ctx, &run.rows[0], &page.of[page.n], &is_public);
        page.n += is_public;
    }
    if (!rc)
        *ret = page;
    return rc;
}

bool public_box_parse(struct arena *arena, struct str text, struct box *ret)
{
    double degrees[4];
    struct str rest = text, piece;
    struct box box;
    size_t n = 0;

    if (!text.n || text.n > 200)
        return false;
    while (str_next(&rest, ',', &piece)) {
        const char *z = str_z(arena, str_trim(piece));
        char *end;

        if (n == 4 || !*z || strspn(z, "-.0123456789") != strlen(z))
            return false;
        degrees[n++] = strtod(z, &end);
        if (*end)
            return false;
    }
    if (n != 4 || !point_of(degrees[1], degrees[0], &box.min) ||
        !point_of(degrees[3], degrees[2], &box.max) || box.min.lat_e7 >= box.max.lat_e7 ||
        box.min.lon_e7 >= box.max.lon_e7)
        return false;
    *ret = box;
    return true;
}
