/* From a place that somebody means to the place that a case keeps: with the city's layers there.
 *
 * One rule for every channel: residents' pages, the desk, moving a case, the interface for
 * programs, Open311. What is sure is taken; what is not is asked back, or refused where nobody can
 * be asked. Whether a place may be outside the city is its service's to say: filing_check_place
 * (cases.h). Layer: engine. */
#ifndef ENGINE_LOCATE_H
#define ENGINE_LOCATE_H

#include "engine/definition/city.h"
#include "place/place.h"

/* The place of a choice of the gazetteer, with the value of each layer of areas that covers it,
 * and its ZIP code where the city has that layer. */
enum rc locate_choice(struct ctx *ctx, const struct city *city, const struct place_choice *choice,
                      struct place *ret) MUST_CHECK;

/* What a text means. */
struct located {
    bool is_sure;
    struct place place; /* when it is sure */
    struct str id;      /* the same for locate_id */
    /* Else what it may mean, best first: at least one, and no whole street or area. */
    struct place_choices choices;
};

/* What a text means. Sure is a place that is typed as the city writes it or as people shorten that,
 * with no second like it; one that lacks a street's type or has a number the city does not list,
 * when nothing else is nearly like it; and "30.69,-88.04", a bare point. RC_INVALID, err.field
 * "place": ERR_PLACE_UNKNOWN when nothing is like it, ERR_PLACE_WIDE as locate_check. */
enum rc locate_text(struct ctx *ctx, const struct city *city, struct str text,
                    struct located *ret) MUST_CHECK;

/* The same for who cannot be asked back: ERR_PLACE_UNSURE, err.arg what it may mean, when it is not
 * sure. */
enum rc locate_sure(struct ctx *ctx, const struct city *city, struct str text,
                    struct place *ret) MUST_CHECK;

/* The place of an id that a list of choices or `located` gave: of a thing of the city, or
 * "30.69000,-88.04000" of a point. Errors as locate_text. */
enum rc locate_id(struct ctx *ctx, const struct city *city, struct str id,
                  struct place *ret) MUST_CHECK;

/* A point that somebody shows. It is the address that came with it (empty: none) when that is sure
 * and within 300 m; else a bare point, called "near 795 Massachusetts Ave" in ctx->lang or by its
 * coordinates where no street is near: what a stranger writes is never what the public reads. Only
 * memory can fail. */
enum rc locate_point(struct ctx *ctx, const struct city *city, struct point at, struct str address,
                     struct place *ret) MUST_CHECK;

/* Whether a crew finds that place: RC_INVALID with ERR_PLACE_WIDE, err.field "place", err.arg the
 * label, for a whole street or an area. Pure. */
enum rc locate_check(struct ctx *ctx, enum place_kind kind, struct str label) MUST_CHECK;

#endif
