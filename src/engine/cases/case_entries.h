/* What lists, search and the daily erasing find a case by: its rows of case_index and case_kept and
 * its words, all made of its answers, its place and its description, and written together here.
 * Whoever files a case or gives it other answers calls one of these and no writer of a single
 * table; another place or description alone is case_words.h, closing alone kept_turn (kept.h).
 * Layer: engine, private to this folder. Inside db_tx only. */
#ifndef ENGINE_CASE_ENTRIES_H
#define ENGINE_CASE_ENTRIES_H

#include "engine/cases/case_words.h"

/* Those of a new case, which has none; `closed` is NULL while it is not closed. */
enum rc case_entries_add(struct ctx *ctx, int64_t case_id, const struct projection_words *of,
                         const struct instant *closed) MUST_CHECK;

/* Those of many new cases, with their words made beforehand, table by table. `made` and all it
 * points to lives until db_tx returns. */
struct case_entries_made {
    int64_t case_id;
    const struct answers *answers;
    const struct instant *closed;
    struct case_words words;
};
enum rc case_entries_add_made(struct ctx *ctx, const struct case_entries_made *made,
                              size_t n) MUST_CHECK;

/* All anew, of a case that has other answers or is of another version; cases.closed is written. */
enum rc case_entries_renew(struct ctx *ctx, int64_t case_id,
                           const struct projection_words *of) MUST_CHECK;

#endif
