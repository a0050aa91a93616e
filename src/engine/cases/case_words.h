/* What search finds a case by: written at the end of the transaction that changes it, in the order
 * of the changes (db_tx_later), since the full-text index costs as much for a group as for one.
 * Layer: engine. Inside db_tx. */
#ifndef ENGINE_CASE_WORDS_H
#define ENGINE_CASE_WORDS_H

#include "base/ctx.h"

/* The words (projection_words) of a new case. */
enum rc case_words_enter(struct ctx *ctx, int64_t case_id, struct str words) MUST_CHECK;

/* Other words for a case that has some. */
enum rc case_words_replace(struct ctx *ctx, int64_t case_id, struct str words) MUST_CHECK;

/* The index forgets what its entries held before: else words that were replaced stay in older parts
 * of it. Reads and writes all of it: for erasure alone. */
enum rc case_words_forget(struct ctx *ctx) MUST_CHECK;

#endif
