/* What another version of a map layer means for the cases at hand: for whoever is about to import
 * it. Layer: engine. Changes nothing. */
#ifndef ENGINE_LAYER_EFFECT_H
#define ENGINE_LAYER_EFFECT_H

#include "engine/definition/city.h"

#define LAYER_EFFECT_MOVES 50 /* different ones that are told apart */

struct layer_move {
    const struct team *from, *to; /* NULL: no team */
    int64_t cases;
};

struct layer_effect {
    int64_t open;      /* open cases whose place is known */
    int64_t elsewhere; /* of them, those that lie in another area of the layer, or in none */
    int64_t rerouted;  /* and those whose service's rules would now choose another team */
    struct layer_move moves[LAYER_EFFECT_MOVES]; /* from which team to which, as they were found */
    size_t move_n;
};

/* Compares the city before and after, by the layer of that name, over all open cases. Cases stay
 * with their teams; this says how they would be routed if they were filed now. Reads on ctx->conn.
 */
enum rc layer_effect(struct ctx *ctx, const struct city *before, const struct city *after,
                     struct str layer, struct layer_effect *ret) MUST_CHECK;

#endif
