/* The end of answers that a service keeps for a time (`keep` of a field): erased every day, of
 * cases that were closed so long ago.
 *
 * The job "answers.erase" finds them by when they end (kept.h), so many cases to a run, each in a
 * transaction of its own, and sets itself to go on. A case that cannot be done
 * gets a job of its own, "case.erase", whose trouble staff see, and holds up no other. Layer:
 * engine. */
#ifndef ENGINE_KEEP_JOB_H
#define ENGINE_KEEP_JOB_H

#include "engine/work/job.h"

#define KEEP_ENDS   100         /* looked at in one run */
#define KEEP_REASON "retention" /* of what it erases from the record (record_erase) */

extern const struct job_kind keep_jobs[];

/* Erases the answers of one case whose time is over at ctx->now, the case being closed: from the
 * case, lists, search, the draft it was filed from, and from every event that answers stand in and
 * that names their fields (case_erase.h). None is no error and changes nothing. Event
 * answers.expired for staff: {"answers": [{"field", "days" or "months"}]}. Runs its own db_tx. */
enum rc keep_erase(struct ctx *ctx, int64_t case_id) MUST_CHECK;

#endif
