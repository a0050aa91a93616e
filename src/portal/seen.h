/* What everybody will see of a request, said before it is sent: made from the service's definition,
 * so that the page promises what public_case.h keeps. Pure. Layer: portal. */
#ifndef PORTAL_SEEN_H
#define PORTAL_SEEN_H

#include "engine/definition/city.h"

struct seen {
    struct str *sentences; /* in ctx->lang */
    size_t n;
};

/* One sentence for the kind, state and dates, and one each for the place (exact or its block), each
 * answer that is released, photos where they may be, and what stays private. For a service whose
 * requests are not public: that nobody else sees them. ERR_MEMORY. */
enum rc seen_of(struct ctx *ctx, const struct definition *definition, struct seen *ret) MUST_CHECK;

/* The names of the offered public services that show a block in place of the house, with commas
 * between; empty: there is none. */
struct str seen_blurred(struct ctx *ctx);

#endif
