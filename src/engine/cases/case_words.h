/* What search finds a case by: the staff's entry and the one for everybody, written at the end of
 * the transaction that changes them, in the order of the changes (db_tx_later), since a full-text
 * index costs as much for a group as for one. Layer: engine. Inside db_tx. */
#ifndef ENGINE_CASE_WORDS_H
#define ENGINE_CASE_WORDS_H

#include "engine/cases/projection.h"

/* The entries of a new case. */
enum rc case_words_enter(struct ctx *ctx, int64_t case_id,
                         const struct projection_words *words) MUST_CHECK;

/* The same for many, with both texts made beforehand (projection_words, projection_public_words):
 * one index after the other. All of it lives until db_tx returns. */
struct case_words {
    struct str staff, everybody;
};
struct case_words_made {
    int64_t case_id;
    struct case_words words;
};
enum rc case_words_enter_made(struct ctx *ctx, const struct case_words_made *made,
                              size_t n) MUST_CHECK;

/* Other words for a case that has some. */
enum rc case_words_replace(struct ctx *ctx, int64_t case_id,
                           const struct projection_words *words) MUST_CHECK;

/* Only everybody's entry: the description was released, or taken back. Of the answers their
 * definition is read alone. */
enum rc case_words_release(struct ctx *ctx, int64_t case_id,
                           const struct projection_words *words) MUST_CHECK;

/* Has the indexes forget what their entries held before: no search finds it from now on, but words
 * that were replaced stay in older parts of an index until a job (engine/cases/words_job.h) has
 * written all of it anew, a few pages at a time. For erasure alone. */
enum rc case_words_forget(struct ctx *ctx) MUST_CHECK;

#endif
