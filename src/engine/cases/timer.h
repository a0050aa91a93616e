/* What time does to a case: steps by timer, warnings and missed deadlines.
 *
 * A case that enters a state with a step by timer gets a job for it; when its time has come and
 * the case has not left that state, the program itself takes the step. A case with running clocks
 * has one job, due at the nearest warning or deadline; it looks at all of the case's clocks, tells
 * what is new and sets itself the next time. Both look at the case as it is when they run, so that
 * a pause, an answer or a second run in between does no harm; a timer that the case's version does
 * not have any more ends without a word. Layer: engine.
 */
#ifndef ENGINE_TIMER_H
#define ENGINE_TIMER_H

#include "engine/definition/city.h"
#include "engine/work/job.h"

/* The jobs of this file, for the runner. */
extern const struct job_kind timer_jobs[];

/* Sets the jobs for the timer steps of the state that the case has entered at `since`. Inside
 * db_tx only. `state` is its index. */
enum rc timer_enter(struct ctx *ctx, int64_t case_id, const struct workflow *workflow, int state,
                    struct instant since) MUST_CHECK;

#endif
