#include "engine/cases/public_case.h"

#include <stdlib.h>

#include "base/msg.h"
#include "engine/cases/access.h"
#include "engine/cases/public_list.h"
#include "engine/cases/public_row.h"
#include "engine/cases/public_search.h"
#include "engine/cases/queries.h"
#include "place/place.h"

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
    /* The number of a house, so without groups. */
    const struct msg_arg args[] = {MSG_ARG("hundred", str_fmt(ctx->arena, "%d", block->hundred)),
                                   MSG_ARG("street", block->street)};

    if (block->hundred < 0)
        return block->street;
    return msg_format(ctx->arena, ctx->lang,
                      block->hundred ? MSG_place_block : MSG_place_first_block, args, 2);
}

void public_place_put_point(struct json_writer *json, const struct public_place *place)
{
    json_put_member_bool(json, S("is_block"), place->is_blurred);
    if (place->has_point) {
        json_put_key(json, S("lat"));
        json_put_f64(json, point_lat(place->point));
        json_put_key(json, S("lon"));
        json_put_f64(json, point_lon(place->point));
    }
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

enum rc public_project(struct ctx *ctx, const struct public_run_row *row, bool is_bare,
                       struct public_case *ret, bool *ret_is_public)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);
    int state, outcome;

    *ret_is_public = false;
    if (!row->fits || !definition || !case_service_is_public(ctx->city, definition))
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
    if (is_bare || row->place_kind_is_null)
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

static bool is_of_service(const struct public_filter *filter, int64_t service)
{
    bool is_one = !filter->service && !filter->service_n;

    if (filter->service)
        return service == filter->service;
    for (size_t i = 0; !is_one && i < filter->service_n; i++)
        is_one = service == filter->services[i];
    return is_one;
}

static bool is_of_state(const struct public_filter *filter, int64_t type)
{
    if (filter->has_state)
        return type == filter->state;
    return !filter->states || (filter->states & (1U << type));
}

static bool is_between(struct instant at, const struct instant *from, const struct instant *until)
{
    return (!from || instant_cmp(at, *from) >= 0) && (!until || instant_cmp(at, *until) < 0);
}

bool public_is_asked_for(const struct public_filter *filter, const struct public_narrow *of)
{
    return is_of_service(filter, of->service) && is_of_state(filter, of->state_type) &&
           (!filter->district.n || str_eq(filter->district, of->district)) &&
           is_between(of->opened, filter->has_from ? &filter->from : NULL,
                      filter->has_until ? &filter->until : NULL) &&
           is_between(of->updated, filter->has_updated_from ? &filter->updated_from : NULL,
                      filter->has_updated_until ? &filter->updated_until : NULL);
}

bool public_filter_has(const struct public_filter *filter, const struct public_case *shown)
{
    const struct public_narrow of = {
        .service = shown->definition->service_id,
        .state_type = shown->state->type,
        .district = shown->district,
        .opened = shown->opened,
        .updated = shown->updated,
    };

    return public_is_asked_for(filter, &of) &&
           (!filter->has_box ||
            (shown->place.has_point && box_contains(filter->box, shown->place.point)));
}

enum rc public_cases(struct ctx *ctx, const struct public_filter *filter, struct public_cases *ret)
{
    return filter->words.n ? public_search(ctx, filter, ret) : public_list(ctx, filter, ret);
}

enum rc public_case_get(struct ctx *ctx, int64_t case_id, struct public_case *ret)
{
    struct public_run_rows run;
    bool is_public = false;
    enum rc rc = public_run(
        ctx, &(struct public_run_args){.with_only = true, .only = case_id, .most = 1}, &run);

    if (!rc && run.n)
        rc = public_project(ctx, &run.rows[0], false, ret, &is_public);
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
            rc = public_project(ctx, &run.rows[0], false, &page.of[page.n], &is_public);
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
