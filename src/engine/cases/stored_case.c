#include "engine/cases/stored_case.h"

#include "engine/cases/case_entries.h"
#include "engine/cases/queries.h"

static enum rc read_place(struct ctx *ctx, struct stored_case *stored)
{
    const struct case_for_rules_row *row = &stored->row;

    if (row->place_is_null)
        return RC_OK;
    stored->has_place = true;
    stored->place = (struct place){
        .address = row->place_address,
        .label = row->place_label,
        .unit = row->place_unit,
        .zip = row->place_zip,
        .has_point = !row->lat_e7_is_null && !row->lon_e7_is_null,
        .point = {(int32_t)row->lat_e7, (int32_t)row->lon_e7},
    };
    if (!place_kind_of(row->place_kind, &stored->place.kind))
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a place of an unknown kind"));
    return place_layers_parse(ctx, row->place_layers, &stored->place);
}

static enum rc read_links(struct ctx *ctx, struct stored_case *stored)
{
    struct links_open_rows rows;
    struct link_count *links;
    enum rc rc = links_open(ctx, stored->row.id, &rows);

    if (rc)
        return rc;
    links = ARENA_ARRAY(ctx->arena, rows.n, struct link_count);
    if (!links)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++)
        links[i] = (struct link_count){rows.rows[i].kind, rows.rows[i].open};
    stored->links = links;
    stored->link_n = rows.n;
    return RC_OK;
}

enum rc stored_case_read(struct ctx *ctx, int64_t case_id, struct stored_case *ret)
{
    struct stored_case stored = {.lang = LANG_EN};
    bool is_found;
    enum rc rc = case_for_rules(ctx, case_id, &is_found, &stored.row);

    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    stored.definition = city_version(ctx->city, stored.row.service_version);
    if (!stored.definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    lang_parse(stored.row.lang, &stored.lang);
    rc = answers_parse(ctx, stored.definition, stored.row.answers, &stored.answers);
    if (!rc)
        rc = read_place(ctx, &stored);
    if (!rc)
        rc = read_links(ctx, &stored);
    if (!rc)
        *ret = stored;
    return rc;
}

struct facts stored_case_facts(const struct ctx *ctx, const struct stored_case *stored)
{
    return (struct facts){
        .answers = &stored->answers,
        .place = stored->has_place ? &stored->place : NULL,
        .filed = stored->row.opened,
        .today = city_local(ctx->city, ctx->now).date,
        .channel = stored->row.channel,
        .lang = stored->lang,
        .calendar = &ctx->city->calendar,
        .links = stored->links,
        .link_n = stored->link_n,
    };
}

enum rc stored_case_answer(struct ctx *ctx, const struct stored_case *stored,
                           const struct answers *answers)
{
    struct projection_words words = {
        .number = stored->row.number,
        .place_label = stored->has_place ? stored->place.label : STR_NONE,
        .description = stored->row.description,
        .answers = answers,
        .is_public = stored->row.is_description_public,
    };
    enum rc rc = case_answers_set(ctx, stored->row.id, answers_json(ctx, answers), NULL);

    return rc ? rc : case_entries_renew(ctx, stored->row.id, &words);
}
