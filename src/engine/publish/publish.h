/* Publishing: a city folder becomes what the programs serve.
 *
 * Services and workflows are immutable, hashed versions; all other files are live, the newest alone
 * counts. Nothing is published whose examples come out otherwise than they say (check.h). Layer:
 * engine.
 */
#ifndef ENGINE_PUBLISH_H
#define ENGINE_PUBLISH_H

#include "engine/definition/city.h"

/* Publishes the folder into the database in one transaction: new versions of the services that
 * changed, withdrawal of those that are gone, the live files replaced. `is_dry` changes nothing.
 * Says what it did in *ret. A version keeps who published it: the account of ctx->actor, or the
 * name of an actor without one. RC_INVALID when the folder has errors or uses sections that this
 * version does not run. */
struct publication {
    int64_t added, changed, unchanged, withdrawn; /* services */
    /* Their codes, so many of each, in the order of the city; in the arena. */
    struct str *added_codes, *changed_codes, *withdrawn_codes;
};
enum rc city_publish(struct ctx *ctx, const char *folder, bool is_dry, struct problems *problems,
                     struct publication *ret) MUST_CHECK;

#endif
