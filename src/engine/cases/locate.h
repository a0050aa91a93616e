/* From a place that somebody means to the place that a case keeps: with the city's layers there.
 * Layer: engine. */
#ifndef ENGINE_LOCATE_H
#define ENGINE_LOCATE_H

#include "engine/definition/city.h"
#include "place/place.h"

/* The place of a choice of the gazetteer, with the value of each layer of areas that covers it,
 * and its ZIP code where the city has that layer. */
enum rc locate_choice(struct ctx *ctx, const struct city *city, const struct place_choice *choice,
                      struct place *ret) MUST_CHECK;

/* The place that a text most likely means. RC_INVALID with ERR_PLACE_UNKNOWN, err.field "place",
 * when nothing is like it. "30.69,-88.04" is a bare point. */
enum rc locate_text(struct ctx *ctx, const struct city *city, struct str text,
                    struct place *ret) MUST_CHECK;

/* What a bare point is called, in ctx->lang: "near 795 Massachusetts Ave", or its coordinates where
 * no street is near. */
struct str locate_label(struct ctx *ctx, const struct city *city, struct point at);

/* Whether a crew finds that place: RC_INVALID with ERR_PLACE_WIDE, err.field "place", err.arg the
 * label, for a whole street or an area. Pure. */
enum rc locate_check(struct ctx *ctx, enum place_kind kind, struct str label) MUST_CHECK;

/* Of what a text may mean, that which a case may be at; RC_INVALID as above when there are wide
 * places alone. `found` has at least one; `ret` may be the same. */
enum rc locate_which(struct ctx *ctx, const struct place_choices *found,
                     struct place_choices *ret) MUST_CHECK;

#endif
