/* The questions of a service in their order, as far as a draft has come. Layer: engine. Pure: the
 * web, the counter and the text dialogue ask alike. */
#ifndef ENGINE_DRAFT_FORM_H
#define ENGINE_DRAFT_FORM_H

#include "engine/cases/draft.h"

/* Which question comes next: the place, each field whose condition holds, photos where the
 * service takes them and the installation can, the description, the contact, then the check. */
enum form_step { FORM_PLACE, FORM_FIELD, FORM_PHOTOS, FORM_DETAILS, FORM_WHO, FORM_CHECK };
struct form_at {
    enum form_step step;
    size_t field; /* FORM_FIELD: index */
};
enum rc draft_form_next(struct ctx *ctx, const struct draft *draft, struct form_at *ret) MUST_CHECK;

/* All steps that this draft has, in order, for "step 2 of 5" and the way back; at most `max`. */
enum rc draft_form_steps(struct ctx *ctx, const struct draft *draft, struct form_at *ret,
                         size_t max, size_t *ret_n) MUST_CHECK;

/* After another place: an asset that is not there is no answer any more, and is asked for again. */
void draft_form_moved(struct ctx *ctx, struct draft *draft);

/* Whether that step has been passed. */
bool draft_form_is_passed(const struct draft *draft, struct form_at at);

#endif
