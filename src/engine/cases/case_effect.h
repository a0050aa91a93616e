/* Running the effects of a step (definition/effect.h) in its transaction.
 *
 * In three parts, as the step needs them: clocks before the case's clocks are turned, answers and
 * further cases once the event of the step is there, notices with the step's own. Layer: engine.
 * Inside db_tx only.
 */
#ifndef ENGINE_CASE_EFFECT_H
#define ENGINE_CASE_EFFECT_H

#include "engine/cases/stored_case.h"

/* Begins the clocks that the step starts: those of the service, and only if none of the kind runs.
 * *ret_is_met has a bit for each of the workflow's clocks that the step ends. */
enum rc effects_clocks(struct ctx *ctx, const struct stored_case *stored, const struct step *step,
                       uint64_t *ret_is_met) MUST_CHECK;

/* Sets answers (event case.answered, for the narrowest audience of the fields set) and opens
 * further cases (event case.opened of each, link from the new case). `base_url` is for links in
 * messages. ERR_CONFIG when a value does not fit its field or a service is no longer offered. */
enum rc effects_changes(struct ctx *ctx, const struct stored_case *stored, const struct step *step,
                        struct str base_url) MUST_CHECK;

#endif
