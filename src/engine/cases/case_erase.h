/* Erasing answers: the one way of it, for who redacts one and for the job that keeps what a service
 * promised about its end. Gone from the case, from lists and search, from the draft it was filed
 * from, and from what the record and the clocks say of it. Layer: engine, private to this folder.
 * Inside db_tx only; who may do it, lock_version and the event about it are the caller's. */
#ifndef ENGINE_CASE_ERASE_H
#define ENGINE_CASE_ERASE_H

#include "engine/cases/stored_case.h"

struct erasure {
    const struct str *fields; /* their ids */
    size_t n;
    struct str reason; /* kept for ever (record_erase) */
};

/* Erases those of the case's answers, and what is left of them where the case has no such answer
 * any more. Where an event that holds answers (kinds.def) names a field the value may stand in any
 * form, so its whole payload goes (payload.erased each); so does the trace of a clock. Of a text
 * the indexes of the search forget the words as well (case_words_forget). */
enum rc case_erase_answers(struct ctx *ctx, const struct stored_case *stored,
                           const struct erasure *erasure) MUST_CHECK;

/* Erases what is left of answers alone; what the case answers to fields of the same ids by now
 * stays with it. Their ends go, too (case_kept). */
enum rc case_erase_left(struct ctx *ctx, const struct stored_case *stored,
                        const struct erasure *erasure) MUST_CHECK;

/* Empties the draft that the case was filed from, where it is still there. */
enum rc case_erase_draft(struct ctx *ctx, int64_t case_id) MUST_CHECK;

#endif
