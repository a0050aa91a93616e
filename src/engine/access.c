#include "engine/access.h"

#include "base/json.h"

#define MAX_LIST_BYTES 20000

static bool is_staff(const struct actor *actor)
{
    return actor && (actor->kind == ACTOR_STAFF || actor->kind == ACTOR_API);
}

static bool has_any_role_on(const struct actor *actor, struct reach reach)
{
    for (int role = 0; role < ROLE__N; role++)
        if (actor_has_role_on(actor, (enum role)role, reach))
            return true;
    return false;
}

static bool is_own(const struct actor *actor, const struct case_reach *reach)
{
    if (!actor || actor->kind != ACTOR_RESIDENT)
        return false;
    for (size_t i = 0; i < actor->case_n; i++)
        if (actor->case_ids[i] == reach->case_id)
            return true;
    return actor->id && reach->reporter == actor->id;
}

bool case_may_read(const struct actor *actor, const struct case_reach *reach)
{
    if (is_staff(actor))
        return has_any_role_on(actor, reach->reach);
    if (is_own(actor, reach))
        return reach->confidentiality <= AUDIENCE_PARTIES;
    return reach->confidentiality == AUDIENCE_PUBLIC && !reach->is_hidden;
}

bool case_may_work(const struct actor *actor, const struct case_reach *reach)
{
    return is_staff(actor) && (actor_has_role_on(actor, ROLE_AGENT, reach->reach) ||
                               actor_has_role_on(actor, ROLE_CREW, reach->reach) ||
                               actor_has_role_on(actor, ROLE_SUPERVISOR, reach->reach));
}

struct reach case_reach_within(const struct city *city, const struct definition *definition,
                               int64_t team_row)
{
    const struct team *team = team_row ? city_team_by_row(city, team_row) : NULL;

    return (struct reach){definition->department, team ? team->id : STR_NONE, definition->code};
}

static bool has_city(const struct actor *actor)
{
    for (size_t i = 0; i < actor->grant_n; i++)
        if (actor->grants[i].scope_kind == SCOPE_CITY)
            return true;
    return false;
}

bool case_access_has_team(const struct ctx *ctx, const struct actor *actor, int64_t team_row)
{
    const struct team *team = city_team_by_row(ctx->city, team_row);

    return is_staff(actor) && team && has_any_role_on(actor, (struct reach){.team = team->id});
}

bool case_access_has_service(const struct ctx *ctx, const struct actor *actor,
                             const struct definition *definition)
{
    (void)ctx;
    return is_staff(actor) &&
           has_any_role_on(actor, (struct reach){.department = definition->department,
                                                 .service = definition->code});
}

/* Services withdrawn since still have cases: every version counts, each service once. */
static void put_services(struct json_writer *json, const struct ctx *ctx, const struct actor *actor)
{
    int64_t last = 0;

    for (size_t i = 0; i < ctx->city->version_n; i++) {
        const struct definition *definition = ctx->city->versions[i];

        if (definition->service_id == last || !case_access_has_service(ctx, actor, definition))
            continue;
        last = definition->service_id;
        json_put_i64(json, last);
    }
}

enum rc case_access_of(struct ctx *ctx, const struct actor *actor, struct case_access *ret)
{
    struct buf teams = buf_in(ctx->arena, MAX_LIST_BYTES);
    struct buf services = buf_in(ctx->arena, MAX_LIST_BYTES);
    struct json_writer json = json_writer_on(&teams);

    if (!is_staff(actor))
        return FAIL(ctx, ERR_DENIED);
    json_begin_array(&json);
    for (size_t i = 0; i < ctx->city->team_n; i++)
        if (case_access_has_team(ctx, actor, ctx->city->teams[i].row))
            json_put_i64(&json, ctx->city->teams[i].row);
    json_end_array(&json);
    json = json_writer_on(&services);
    json_begin_array(&json);
    put_services(&json, ctx, actor);
    json_end_array(&json);
    if (buf_has_failed(&teams) || buf_has_failed(&services))
        return FAIL(ctx, ERR_MEMORY);
    *ret = (struct case_access){has_city(actor), buf_str(&teams), buf_str(&services)};
    return RC_OK;
}
