/* Who acts: the one that events name and grants are asked about. Layer: people. Immutable for the
 * length of a piece of work. */
#ifndef PEOPLE_ACTOR_H
#define PEOPLE_ACTOR_H

#include "base/lang.h"
#include "base/str.h"

enum actor_kind { ACTOR_SYSTEM, ACTOR_STAFF, ACTOR_RESIDENT, ACTOR_API, ACTOR_IMPORT };

enum role { ROLE_AGENT, ROLE_CREW, ROLE_SUPERVISOR, ROLE_ADMINISTRATOR, ROLE_AUDITOR, ROLE__N };

enum scope_kind { SCOPE_CITY, SCOPE_DEPARTMENT, SCOPE_TEAM, SCOPE_SERVICE };

struct grant {
    enum role role;
    enum scope_kind scope_kind;
    struct str scope; /* a code; empty for the city */
};

struct actor {
    enum actor_kind kind;
    int64_t id; /* account or party; 0: none */
    struct str name;
    const struct grant *grants; /* ACTOR_STAFF, ACTOR_API */
    size_t grant_n;
    const int64_t *case_ids; /* ACTOR_RESIDENT: cases opened by a private link */
    size_t case_n;
    struct str email; /* ACTOR_RESIDENT: of who has signed in, folded; empty: nobody */
};

/* Whether they work for the city: an account of staff, or a program with a key of the city's. */
bool actor_is_staff(const struct actor *actor);

/* "system", "staff", "resident", "api", "import"; NULL is the system. */
struct str actor_kind_word(const struct actor *actor);

struct str role_word(enum role role);
bool role_of(struct str word, enum role *ret);
struct str scope_kind_word(enum scope_kind kind);
bool scope_kind_of(struct str word, enum scope_kind *ret);

/* Whether the actor holds the role anywhere. */
bool actor_has_role(const struct actor *actor, enum role role);

/* Whether the actor holds the role in a scope that covers the given department, team and
 * service; an empty one is not asked about. */
struct reach {
    struct str department, team, service;
};
bool actor_has_role_on(const struct actor *actor, enum role role, struct reach reach);

#endif
