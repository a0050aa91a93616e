/* What routes ask for, and which roles have it. Layer: people.
 *
 * A permission is the first wall: what kind of work a page is for. Which cases an actor then sees
 * or changes is decided by grants and the case's confidentiality, in the engine. */
#ifndef PEOPLE_PERMISSION_H
#define PEOPLE_PERMISSION_H

#include "people/actor.h"

enum permission {
    PERMISSION_NOBODY = 0, /* a route that forgot its permission: refused at start */
#define PERMISSION(id, word, roles, says) PERMISSION_##id,
#include "people/permissions.def"
#undef PERMISSION
    PERMISSION__N,
};

/* "staff.work", and what it allows in a sentence. */
struct str permission_word(enum permission permission);
struct str permission_says(enum permission permission);

/* Whether the actor has it. NULL is a visitor nobody knows. */
bool actor_may(const struct actor *actor, enum permission permission);

#endif
