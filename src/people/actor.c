#include "people/actor.h"

#include <assert.h>

static const struct str kind_words[] = {STR("system"), STR("staff"), STR("resident"), STR("api"),
                                        STR("import")};
static const struct str role_words[ROLE__N] = {STR("agent"), STR("crew"), STR("supervisor"),
                                               STR("administrator"), STR("auditor")};
static const struct str scope_words[] = {STR("city"), STR("department"), STR("team"),
                                         STR("service")};

struct str actor_kind_word(const struct actor *actor)
{
    return kind_words[actor ? actor->kind : ACTOR_SYSTEM];
}

struct str role_word(enum role role)
{
    assert(role < ROLE__N);
    return role_words[role];
}

static bool find_word(const struct str *words, size_t n, struct str word, int *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(words[i], word)) {
            *ret = (int)i;
            return true;
        }
    }
    return false;
}

bool role_of(struct str word, enum role *ret)
{
    int found;

    if (!find_word(role_words, ROLE__N, word, &found))
        return false;
    *ret = (enum role)found;
    return true;
}

struct str scope_kind_word(enum scope_kind kind)
{
    return scope_words[kind];
}

bool scope_kind_of(struct str word, enum scope_kind *ret)
{
    int found;

    if (!find_word(scope_words, COUNT(scope_words), word, &found))
        return false;
    *ret = (enum scope_kind)found;
    return true;
}

bool actor_is_staff(const struct actor *actor)
{
    return actor && (actor->kind == ACTOR_STAFF || actor->kind == ACTOR_API);
}

bool actor_has_role(const struct actor *actor, enum role role)
{
    for (size_t i = 0; actor && i < actor->grant_n; i++)
        if (actor->grants[i].role == role)
            return true;
    return false;
}

static bool covers(const struct grant *grant, struct reach reach)
{
    switch (grant->scope_kind) {
    case SCOPE_CITY: return true;
    case SCOPE_DEPARTMENT: return reach.department.n && str_eq(grant->scope, reach.department);
    case SCOPE_TEAM: return reach.team.n && str_eq(grant->scope, reach.team);
    case SCOPE_SERVICE: return reach.service.n && str_eq(grant->scope, reach.service);
    }
    return false;
}

bool actor_has_role_on(const struct actor *actor, enum role role, struct reach reach)
{
    for (size_t i = 0; actor && i < actor->grant_n; i++)
        if (actor->grants[i].role == role && covers(&actor->grants[i], reach))
            return true;
    return false;
}
