/* Projections: what is stored although it can be computed, so that lists are fast.
 *
 *   cases.due       the latest due instant of the clocks that run (not met, not paused), or NULL
 *   the case's job  "case.clocks" of an open case, due at the nearest warning or deadline of those
 *                   of its clocks that run and are not missed, or before
 *   cases.district  the "district" of its place's layers, or ''
 *   case_text       number, place, description and text answers, folded for search; without the
 *                   answers of personal fields, which are looked for by their field alone, and by
 *                   those who work on cases (case_field_is_for): who may only read would be told
 *                   by a bare word whose passport number it is
 *   case_public_text  number, service's code, place, and the description once it was released,
 *                   folded for everybody's search; where the service blurs its places, of the place
 *                   only what has no figure in it, or is the number of a street ("5th")
 *   case_kept       one row for each answer that has an end, with when, once the case is closed
 *                   (kept.h)
 *   case_index      one row for each answer to a field marked indexed (one per chosen option), by
 *                   which lists find cases (case_field.h)
 *   party.folded    a reporter's name as it is looked for (people/party_name.h)
 *   party.is_proven whether an address of theirs was proven
 *
 * Whoever changes what one is made of changes the projection in the same transaction;
 * projection_check proves that they are equal. Layer: engine. */
#ifndef ENGINE_PROJECTION_H
#define ENGINE_PROJECTION_H

#include "engine/definition/answer.h"

/* What search finds a case by. All borrowed. */
struct projection_words {
    struct str number, place_label, description;
    const struct answers *answers; /* of the case's definition */
    bool is_public;                /* the description was released */
};
struct str projection_words(struct ctx *ctx, const struct projection_words *of);

/* Whether a field's answers are among the words. */
bool projection_has_words(const struct field *field);
struct str projection_public_words(struct ctx *ctx, const struct projection_words *of);

/* Writes the rows of case_index for a case that has none. Inside db_tx only. Numbers and money in
 * millionths, dates as the instant at which the city's day begins, the rest as text (at most 400
 * characters). */
enum rc projection_index_add(struct ctx *ctx, int64_t case_id,
                             const struct answers *answers) MUST_CHECK;

/* A number as case_index has it; what does not fit is as far as it goes. */
int64_t projection_millionths(struct decimal number);

struct projection_found {
    int64_t cases;
    int64_t differences;
};

/* Recomputes the projections of every case and party from what they are made of and compares;
 * changes nothing. Each difference is one line of `report`: "26-00042-7: due is ..., should be
 * ...". Reads on ctx->conn; ctx->city must be set. */
enum rc projection_check(struct ctx *ctx, struct buf *report,
                         struct projection_found *ret) MUST_CHECK;

#endif
