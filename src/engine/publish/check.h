/* What `cityhall check` does with a city that was read: runs the examples of its services.
 *
 * Each example is filed as a resident would: the place found in the gazetteer, the answers read,
 * the filing checked, routed and given its deadlines, and the result compared with what the file
 * expects. Nothing is stored. Layer: engine. Standard: docs/service-file.md.
 */
#ifndef ENGINE_CHECK_H
#define ENGINE_CHECK_H

#include "engine/definition/city.h"

/* What the examples of a city reach. */
struct check_coverage {
    size_t services;
    size_t routes, routes_taken;
    size_t branches, branches_taken;  /* of clocks */
    size_t calendars, holidays_taken; /* services that count workdays; whose examples cross one */
};

/* Runs all examples. An example that comes out otherwise than expected, that has a key which is
 * no answer of its service, or a public service with fewer than three examples is an error among
 * `problems`, services that ask for a place in a city without layers are a note; RC_OK all the
 * same. `report` (NULL: not wanted) gets one line a service and one for each route, branch and
 * holiday that no example reaches. Fails only for memory. */
enum rc check_city(struct ctx *ctx, struct city *city, struct problems *problems,
                   struct buf *report, struct check_coverage *ret) MUST_CHECK;

/* The same for one service of ctx->city. */
enum rc check_service(struct ctx *ctx, const struct definition *definition,
                      struct problems *problems, struct check_coverage *ret) MUST_CHECK;

#endif
