#include "people/permission.h"

#include <assert.h>

#define AGENT         (1U << ROLE_AGENT)
#define CREW          (1U << ROLE_CREW)
#define SUPERVISOR    (1U << ROLE_SUPERVISOR)
#define ADMINISTRATOR (1U << ROLE_ADMINISTRATOR)
#define AUDITOR       (1U << ROLE_AUDITOR)
#define ALL_STAFF     (AGENT | CREW | SUPERVISOR | ADMINISTRATOR | AUDITOR)
#define ANYBODY       (1U << ROLE__N)
#define PROGRAMS      (2U << ROLE__N)

static const struct {
    struct str word, says;
    unsigned roles;
} permissions[PERMISSION__N] = {
    [PERMISSION_NOBODY] = {STR("nobody"), STR("nothing"), 0},
#define PERMISSION(id, word, roles, says) [PERMISSION_##id] = {STR(word), STR(says), roles},
#include "people/permissions.def"
#undef PERMISSION
};

struct str permission_word(enum permission permission)
{
    assert(permission < PERMISSION__N);
    return permissions[permission].word;
}

struct str permission_says(enum permission permission)
{
    assert(permission < PERMISSION__N);
    return permissions[permission].says;
}

bool actor_may(const struct actor *actor, enum permission permission)
{
    assert(permission < PERMISSION__N);
    if (permissions[permission].roles & ANYBODY)
        return true;
    if (permissions[permission].roles & PROGRAMS)
        return actor && actor->kind == ACTOR_API;
    for (int role = 0; role < ROLE__N; role++)
        if ((permissions[permission].roles & (1U << role)) &&
            actor_has_role(actor, (enum role)role))
            return true;
    return false;
}
