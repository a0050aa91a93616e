/* What people ask for: services in the order in which they were asked for lately.
 * Layer: engine. Reads on ctx->conn; any thread. */
#ifndef ENGINE_SERVICE_DEMAND_H
#define ENGINE_SERVICE_DEMAND_H

#include "engine/definition/definition.h"

#define SERVICE_DEMAND_CASES 50 /* the newest, which are counted: on each view of the home page */

/* Orders `services` (`n` of them) by how many of the newest cases are theirs, the most first; those
 * with as many stay in the order in which they are. */
enum rc services_by_demand(struct ctx *ctx, const struct definition **services,
                           size_t n) MUST_CHECK;

#endif
