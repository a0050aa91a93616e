#include "engine/cases/case_edit.h"

#include "base/text.h"
#include "engine/cases/case_words.h"
#include "engine/cases/projection.h"
#include "engine/cases/queries.h"
#include "people/account.h"

enum rc case_edit_open(struct ctx *ctx, struct case_edit *edit, enum case_right right)
{
    struct case_reach reach = {.case_id = edit->case_id};
    bool may;
    enum rc rc = case_for_edit(ctx, edit->case_id, &edit->row);

    if (rc)
        return rc;
    edit->definition = city_version(ctx->city, edit->row.service_version);
    if (!edit->definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    edit->team = edit->row.team_is_null ? NULL : city_team_by_row(ctx->city, edit->row.team);
    edit->reach = case_reach_within(ctx->city, edit->definition, edit->team ? edit->row.team : 0);
    reach.reach = edit->reach;
    may = right == CASE_RIGHT_SUPERVISE ? case_may_supervise(ctx->actor, &reach)
                                        : case_may_work(ctx->actor, &reach);
    if (!may)
        return FAIL(ctx, ERR_DENIED);
    if (edit->lock_version && edit->lock_version != edit->row.lock_version)
        return FAIL(ctx, ERR_STALE);
    return RC_OK;
}

enum rc case_edit_bump(struct ctx *ctx, const struct case_edit *edit)
{
    int64_t changed;
    enum rc rc = case_bump(ctx, edit->case_id, edit->row.lock_version, ctx->now, &changed);

    return rc || changed ? rc : FAIL(ctx, ERR_STALE);
}

enum rc case_reason_check(struct ctx *ctx, struct str reason)
{
    if (!str_trim(reason).n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("reason"));
    return text_check(ctx, reason, S("reason"), REASON_MAX_CHARACTERS);
}

enum rc case_edit_place(struct ctx *ctx, const struct case_edit *edit,
                        const struct place **ret_place)
{
    struct place *place = ARENA_NEW(ctx->arena, struct place);
    struct place_get_row row;
    enum rc rc;

    if (edit->row.place_is_null) {
        *ret_place = NULL;
        return RC_OK;
    }
    if (!place)
        return FAIL(ctx, ERR_MEMORY);
    rc = place_get(ctx, edit->row.place, &row);
    if (rc)
        return rc;
    if (!place_kind_of(row.kind, &place->kind))
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a place of an unknown kind"));
    place->address = row.address_is_null ? STR_NONE : row.address;
    place->label = row.label;
    place->unit = row.unit;
    place->zip = row.zip;
    place->has_point = !row.lat_e7_is_null && !row.lon_e7_is_null;
    if (place->has_point)
        place->point = (struct point){(int32_t)row.lat_e7, (int32_t)row.lon_e7};
    rc = place_layers_parse(ctx, row.layers, place);
    if (!rc)
        *ret_place = place;
    return rc;
}

enum rc case_place_add(struct ctx *ctx, const struct place *place, int64_t *ret_id)
{
    return case_place_add_with(ctx, place, place_layers_json(ctx->arena, place), ret_id);
}

enum rc case_place_add_with(struct ctx *ctx, const struct place *place, struct str layers,
                            int64_t *ret_id)
{
    return place_add(ctx,
                     &(struct place_add_args){
                         .address = place->address,
                         .address_is_null = !place->address.n,
                         .kind = place_kind_word(place->kind),
                         .label = place->label,
                         .unit = place->unit,
                         .zip = place->zip,
                         .lat_e7 = place->point.lat_e7,
                         .lat_e7_is_null = !place->has_point,
                         .lon_e7 = place->point.lon_e7,
                         .lon_e7_is_null = !place->has_point,
                         .cell = place->has_point ? place_cell(place->point) : 0,
                         .cell_is_null = !place->has_point,
                         .layers = layers,
                     },
                     ret_id);
}

enum rc case_route(struct ctx *ctx, const struct definition *definition, const struct facts *facts,
                   struct case_route *ret)
{
    struct case_route route = {0};

    for (size_t i = 0; i < definition->route_n; i++) {
        bool holds;
        enum rc rc = rule_explain(ctx, &definition->routes[i].when, facts, &holds, &route.trace);

        if (rc)
            return rc;
        if (!holds)
            continue;
        route.team = city_team(ctx->city, definition->routes[i].team);
        break;
    }
    *ret = route;
    return RC_OK;
}

struct facts case_edit_facts(const struct ctx *ctx, const struct case_edit *edit,
                             const struct answers *answers, const struct place *place)
{
    struct facts facts = {
        .answers = answers,
        .place = place,
        .filed = edit->row.opened,
        .today = city_local(ctx->city, ctx->now).date,
        .channel = edit->row.channel,
        .lang = LANG_EN,
        .calendar = &ctx->city->calendar,
    };

    lang_parse(edit->row.lang, &facts.lang);
    return facts;
}

enum rc case_edit_team(struct ctx *ctx, const struct case_edit *edit,
                       const struct definition *definition, const struct team *team)
{
    struct accounts members;
    bool stays = false;
    enum rc rc = RC_OK;

    if (!edit->row.assignee_is_null) {
        rc = account_members(ctx, case_reach_within(ctx->city, definition, team ? team->row : 0),
                             &members);
        for (size_t i = 0; !rc && i < members.n; i++)
            stays |= members.items[i].id == edit->row.assignee;
    }
    return rc ? rc
              : case_team_set(ctx,
                              &(struct case_team_set_args){
                                  .id = edit->case_id,
                                  .team = team ? team->row : 0,
                                  .team_is_null = !team,
                                  .assignee = edit->row.assignee,
                                  .assignee_is_null = !stays,
                              },
                              NULL);
}

enum rc case_edit_words(struct ctx *ctx, const struct case_edit *edit, struct str place_label,
                        struct str description, const struct answers *answers)
{
    return case_words_replace(ctx, edit->case_id,
                              &(struct projection_words){
                                  .number = edit->row.number,
                                  .place_label = place_label,
                                  .description = description,
                                  .answers = answers,
                                  .is_public = edit->row.is_description_public,
                              });
}

void case_event_begin(struct ctx *ctx, struct case_event *event)
{
    event->out = buf_in(ctx->arena, RECORD_PAYLOAD_MAX);
    event->json = json_writer_on(&event->out);
    json_begin_object(&event->json);
}

enum rc case_event_add(struct ctx *ctx, struct case_event *event, const struct event *about,
                       int64_t *ret_id)
{
    struct event whole = *about;

    json_end_object(&event->json);
    if (!json_is_complete(&event->json))
        return FAIL(ctx, ERR_TOO_LARGE);
    whole.payload = buf_str(&event->out);
    return record_add(ctx, &whole, ret_id);
}

enum rc case_event_end(struct ctx *ctx, struct case_event *event, int64_t case_id,
                       enum event_kind kind, enum event_audience audience)
{
    return case_event_add(
        ctx, event, &(struct event){.kind = kind, .case_id = case_id, .audience = audience}, NULL);
}
