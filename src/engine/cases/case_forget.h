/* What stays of an answer beside the case itself, destroyed: by who redacts it, and by the job that
 * keeps what a service promised about its end. Layer: engine, private to this folder. Inside db_tx
 * only; the case's answers, projections and the event about it are the caller's. */
#ifndef ENGINE_CASE_FORGET_H
#define ENGINE_CASE_FORGET_H

#include "base/ctx.h"

struct forgotten {
    const struct str *fields;
    size_t n;
    struct str reason; /* kept for ever (record_erase) */
};

/* Erases what the record says of the fields, and why clocks run as they do when a rule asked for
 * one. Where a field is named the value may stand in any form, so the whole payload goes. */
enum rc case_forget_answers(struct ctx *ctx, int64_t case_id,
                            const struct forgotten *forgotten) MUST_CHECK;

/* Empties the draft that the case was filed from, where it is still there. */
enum rc case_forget_draft(struct ctx *ctx, int64_t case_id) MUST_CHECK;

#endif
