#include "engine/cases/access.h"

#include "engine/cases/queries.h"

static bool has_any_role_on(const struct actor *actor, struct reach reach)
{
    for (int role = 0; role < ROLE__N; role++)
        if (actor_has_role_on(actor, (enum role)role, reach))
            return true;
    return false;
}

enum rc case_reach_ask(struct ctx *ctx, struct case_reach *reach)
{
    const struct actor *actor = ctx->actor;
    struct contacts_of_party_rows contacts;
    enum rc rc;

    if (!actor || actor->kind != ACTOR_RESIDENT || !actor->email.n || !reach->reporter)
        return RC_OK;
    rc = contacts_of_party(ctx, reach->reporter, &contacts);
    for (size_t i = 0; !rc && i < contacts.n; i++)
        reach->is_of_address |=
            str_eq(contacts.rows[i].kind, S("email")) &&
            str_eq(str_lower_ascii(ctx->arena, contacts.rows[i].value), actor->email);
    return rc;
}

bool case_is_own(const struct actor *actor, const struct case_reach *reach)
{
    if (!actor || actor->kind != ACTOR_RESIDENT)
        return false;
    for (size_t i = 0; i < actor->case_n; i++)
        if (actor->case_ids[i] == reach->case_id)
            return true;
    return reach->is_of_address || (actor->id && reach->reporter == actor->id);
}

int64_t case_audience(const struct city *city, const struct definition *definition,
                      int64_t confidentiality)
{
    const struct definition *service = city_service_ever(city, definition->code);
    int64_t newest = service ? service->audience : AUDIENCE_PUBLIC, own = definition->audience;
    int64_t strictest = newest > own ? newest : own;

    return confidentiality > strictest ? confidentiality : strictest;
}

bool case_service_is_public(const struct city *city, const struct definition *definition)
{
    return case_audience(city, definition, AUDIENCE_PUBLIC) == AUDIENCE_PUBLIC;
}

bool case_is_public(const struct case_reach *reach)
{
    return reach->is_service_public && reach->confidentiality == AUDIENCE_PUBLIC &&
           !reach->is_hidden;
}

static bool is_for_parties(const struct case_reach *reach)
{
    return reach->confidentiality <= AUDIENCE_PARTIES;
}

bool case_resident_may_read(const struct actor *actor, const struct case_reach *reach)
{
    return case_is_own(actor, reach) ? is_for_parties(reach) : case_is_public(reach);
}

bool case_may_read(const struct actor *actor, const struct case_reach *reach)
{
    return actor_is_staff(actor) ? has_any_role_on(actor, reach->reach)
                                 : case_resident_may_read(actor, reach);
}

int case_key_audience(const struct actor *key, const struct case_reach *reach, bool is_filer)
{
    if (actor_is_staff(key) && case_may_read(key, reach))
        return AUDIENCE_STAFF;
    if (is_filer && is_for_parties(reach))
        return AUDIENCE_PARTIES;
    return case_is_public(reach) ? AUDIENCE_PUBLIC : -1;
}

bool case_may_work(const struct actor *actor, const struct case_reach *reach)
{
    return actor_is_staff(actor) && (actor_has_role_on(actor, ROLE_AGENT, reach->reach) ||
                                     actor_has_role_on(actor, ROLE_CREW, reach->reach) ||
                                     actor_has_role_on(actor, ROLE_SUPERVISOR, reach->reach));
}

bool case_may_supervise(const struct actor *actor, const struct case_reach *reach)
{
    return actor_is_staff(actor) && actor_has_role_on(actor, ROLE_SUPERVISOR, reach->reach);
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

    return actor_is_staff(actor) && team &&
           has_any_role_on(actor, (struct reach){.team = team->id});
}

static bool has_service(const struct actor *actor, const struct definition *definition)
{
    return actor_is_staff(actor) &&
           has_any_role_on(actor, (struct reach){.department = definition->department,
                                                 .service = definition->code});
}

/* Services withdrawn since still have cases, so every version counts, each service once: versions
 * of one service stand together. */
static size_t services_of(const struct ctx *ctx, const struct actor *actor, int64_t *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < ctx->city->version_n; i++) {
        const struct definition *definition = ctx->city->versions[i];

        if ((n == 0 || ret[n - 1] != definition->service_id) && has_service(actor, definition))
            ret[n++] = definition->service_id;
    }
    return n;
}

static size_t teams_of(const struct ctx *ctx, const struct actor *actor, int64_t *ret)
{
    size_t n = 0;

    for (size_t i = 0; i < ctx->city->team_n; i++)
        if (case_access_has_team(ctx, actor, ctx->city->teams[i].row))
            ret[n++] = ctx->city->teams[i].row;
    return n;
}

enum rc case_access_of(struct ctx *ctx, const struct actor *actor, struct case_access *ret)
{
    int64_t *teams = ARENA_ARRAY(ctx->arena, ctx->city->team_n, int64_t);
    int64_t *services = ARENA_ARRAY(ctx->arena, ctx->city->version_n, int64_t);

    if (!actor_is_staff(actor))
        return FAIL(ctx, ERR_DENIED);
    if (!teams || !services)
        return FAIL(ctx, ERR_MEMORY);
    *ret = (struct case_access){
        .is_all = has_city(actor),
        .teams = teams,
        .team_n = teams_of(ctx, actor, teams),
        .services = services,
        .service_n = services_of(ctx, actor, services),
    };
    return RC_OK;
}
