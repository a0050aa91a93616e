/* Answers with an end: which of a case's are erased so long after its closing (`keep` of a field),
 * and when.
 *
 * Each has a row in case_kept with the version of the service whose field says how long; `until` is
 * the end, while the case is closed. An answer that a transfer or a newer version had no field for
 * keeps its row, since the record holds it still. Whoever writes answers or closes a case says so
 * here in the same transaction; keep_job.h does the erasing. Layer: engine. Inside db_tx, but for
 * kept_check. */
#ifndef ENGINE_KEPT_H
#define ENGINE_KEPT_H

#include "engine/cases/rows.h"
#include "engine/definition/answer.h"

/* The rows of a new case; `closed` is NULL while it is not. A service without such fields costs no
 * statement. */
enum rc kept_enter(struct ctx *ctx, int64_t case_id, const struct answers *answers,
                   const struct instant *closed) MUST_CHECK;

/* The case has other answers, or others by another version: what these give is kept as they say;
 * what they have no field for stays as it was. */
enum rc kept_renew(struct ctx *ctx, int64_t case_id, const struct answers *answers) MUST_CHECK;

/* The case was closed just then, or is open again (NULL): the time counts from its last closing. */
enum rc kept_turn(struct ctx *ctx, int64_t case_id, const struct instant *closed) MUST_CHECK;

/* The field that a row is about, of its own version; NULL when that says nothing of an end. */
const struct field *kept_field(const struct ctx *ctx, const struct kept_of_row *row);

/* When the answer to a field ends, of a case closed at `closed`. */
enum rc kept_until(struct ctx *ctx, const struct field *field, struct instant closed,
                   struct instant *ret) MUST_CHECK;

/* The rows as text, in the order of their fields, and as the case's answers and closing make them:
 * for projection_check. Rows of what other versions left are taken as they are, but for their end.
 * ctx has a reader. */
struct kept_texts {
    struct str is, should;
};
enum rc kept_check(struct ctx *ctx, int64_t case_id, const struct answers *answers,
                   struct kept_texts *ret) MUST_CHECK;

#endif
