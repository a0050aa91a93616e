/* The open cases around a place: "is it one of these?" for who is about to report, and possible
 * duplicates for who works on one.
 *
 * How near, and how far back, is the service's (`duplicates: {within, for}`); all versions of a
 * service count. Places are found by their squares (place/place.h), so that asking costs what was
 * filed around the place, not what the city has.
 *
 * What residents see comes from the public projection (public_case.h). Where a service blurs its
 * places both sides are the block: the point asked about is moved to its block and compared with
 * the blocks of the cases, so that neither the list, nor its order, nor asking again a few metres
 * away tells which house it is. Layer: engine. Reads `cases` and `place`.
 */
#ifndef ENGINE_NEARBY_H
#define ENGINE_NEARBY_H

#include "engine/cases/public_case.h"

#define NEARBY_MAX   20   /* on one list */
#define NEARBY_MAX_M 1000 /* a service that says more is asked about so far */

struct nearby_ask {
    const struct definition *definition; /* of any version of the service */
    struct public_place_source place;    /* without a point and a known address nothing is near */
    int64_t not_case;                    /* left out; 0: none */
    size_t most;                         /* 1 to NEARBY_MAX */
};

/* The point of a place that was located, as the question has it. */
struct place;
struct public_place_source nearby_at(const struct place *place);

struct nearby_public {
    struct public_case *of; /* nearest first */
    int64_t *case_ids;      /* of the same places: for links, never shown */
    size_t n;
};

/* For anybody. Empty when the service looks for no duplicates. */
enum rc nearby_public(struct ctx *ctx, const struct nearby_ask *ask,
                      struct nearby_public *ret) MUST_CHECK;

struct nearby_case {
    int64_t case_id;
    struct str number;
    const struct definition *definition; /* of its version */
    const struct state *state;
    struct instant opened;
    struct str place; /* its label, exact */
    double distance_m;
};

struct nearby_cases {
    struct nearby_case *of; /* nearest first; the newer of two at one place */
    size_t n;
};

/* For staff: those that ctx->actor may read, hidden and confidential ones among them. */
enum rc nearby_staff(struct ctx *ctx, const struct nearby_ask *ask,
                     struct nearby_cases *ret) MUST_CHECK;

#endif
