#include "engine/cases/case_read.h"

#include "base/json.h"
#include "engine/cases/asset.h"
#include "engine/cases/number.h"
#include "engine/cases/queries.h"
#include "engine/record/queries.h"

static enum rc find(struct ctx *ctx, struct str typed, struct case_read *read)
{
    struct str number;
    bool is_found;
    enum rc rc;

    if (!number_parse(ctx->arena, typed, &number))
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = case_by_number(ctx, number, &is_found, &read->row);
    return rc || is_found ? rc : FAIL(ctx, ERR_NOT_FOUND);
}

/* The definition, state and team that the row names, and what decides who may read it. */
static enum rc complete(struct ctx *ctx, struct case_read *read)
{
    const struct case_by_number_row *row = &read->row;
    int64_t team_row = row->team_is_null ? 0 : row->team;
    int state;
    enum rc rc;

    read->definition = city_version(ctx->city, row->service_version);
    if (!read->definition)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case of an unknown service version"));
    state = workflow_state(read->definition->workflow, row->state);
    if (state < 0)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a case in an unknown state"));
    read->state = &read->definition->workflow->states[state];
    read->team = team_row ? city_team_by_row(ctx->city, team_row) : NULL;
    read->reach = (struct case_reach){
        .reach = case_reach_within(ctx->city, read->definition, team_row),
        .case_id = row->id,
        .reporter = row->reporter_is_null ? 0 : row->reporter,
        .is_service_public = case_service_is_public(ctx->city, read->definition),
        .confidentiality = case_audience(ctx->city, read->definition, row->confidentiality),
        .is_hidden = row->is_hidden,
    };
    rc = case_reach_ask(ctx, &read->reach);
    read->is_own = !rc && case_is_own(ctx->actor, &read->reach);
    return rc;
}

static enum rc is_opener(struct ctx *ctx, int64_t case_id, bool *ret)
{
    struct case_opener_row opener;
    bool is_found;
    enum rc rc = case_opener(ctx, case_id, &is_found, &opener);

    if (!rc)
        *ret = is_found && ctx->actor && ctx->actor->id && !opener.actor_is_null &&
               opener.actor == ctx->actor->id &&
               str_eq(opener.actor_kind, actor_kind_word(ctx->actor));
    return rc;
}

static enum rc see_as_key(struct ctx *ctx, struct case_read *read)
{
    bool is_filer = false;
    int audience;
    enum rc rc = is_opener(ctx, read->row.id, &is_filer);

    if (rc)
        return rc;
    audience = case_key_audience(ctx->actor, &read->reach, is_filer);
    read->may_read = audience >= 0;
    read->seen_as = read->may_read ? (enum audience)audience : AUDIENCE_PUBLIC;
    return RC_OK;
}

enum rc case_read(struct ctx *ctx, struct str typed, enum case_reader reader, struct case_read *ret)
{
    struct case_read read = {.may_read = false};
    bool is_there = false;
    enum rc rc = find(ctx, typed, &read);

    if (!rc)
        rc = complete(ctx, &read);
    if (rc)
        return rc;
    if (reader == CASE_FOR_KEY)
        rc = see_as_key(ctx, &read);
    else if (reader == CASE_FOR_RESIDENT)
        read.may_read = case_resident_may_read(ctx->actor, &read.reach);
    else
        read.may_read = actor_is_staff(ctx->actor) && case_may_read(ctx->actor, &read.reach);
    is_there = read.may_read;
    if (!is_there && reader == CASE_FOR_OPENER)
        rc = is_opener(ctx, read.row.id, &is_there);
    if (rc)
        return rc;
    if (!is_there)
        return FAIL(ctx, ERR_NOT_FOUND);
    *ret = read;
    return RC_OK;
}

/* A field that the definition does not know is nobody's but staff's. */
static bool answers_are_public(const struct city *city, const struct definition *definition,
                               json_t *answers)
{
    const char *name;
    json_t *value;

    json_object_foreach(answers, name, value)
    {
        const struct field *field = definition_field(definition, str_of(name));

        struct answer answer = {.is_given = true, .value.text = str_of(json_string_value(value))};

        if (!field || !answer_is_public(city, field, &answer))
            return false;
    }
    return true;
}

bool case_payload_is_for(struct ctx *ctx, const struct definition *definition,
                         enum event_audience reader, struct str kind, struct str payload)
{
    bool is_opening = event_is(kind, EVENT_CASE_OPENED);
    json_t *object;

    if (reader == EVENT_STAFF || (!is_opening && !event_is(kind, EVENT_CASE_ANSWERED)))
        return true;
    if (json_parse(ctx, payload, RECORD_PAYLOAD_MAX, &object)) {
        ctx_clear_error(ctx);
        return false;
    }
    if (is_opening)
        return !json_object_get(object, "route");
    return reader == EVENT_PARTIES || answers_are_public(ctx->city, definition, object);
}

enum rc case_events(struct ctx *ctx, const struct case_read *of, enum event_audience reader,
                    struct events_of_rows *ret)
{
    struct events_of_rows rows;
    enum rc rc = events_of(ctx, of->row.id, reader, &rows);

    if (rc)
        return rc;
    for (size_t i = 0; i < rows.n; i++) {
        struct events_of_row *row = &rows.rows[i];

        if (!row->payload_is_null &&
            !case_payload_is_for(ctx, of->definition, reader, row->kind, row->payload)) {
            row->payload_is_null = true;
            row->payload = STR_NONE;
        }
    }
    *ret = rows;
    return RC_OK;
}

enum rc case_contacts(struct ctx *ctx, const struct case_by_number_row *of,
                      struct contacts_of_party_rows *ret)
{
    *ret = (struct contacts_of_party_rows){.n = 0};
    return of->reporter_is_null ? RC_OK : contacts_of_party(ctx, of->reporter, ret);
}
