/* The daily tidying: what has expired goes. Layer: engine. */
#ifndef ENGINE_SWEEP_H
#define ENGINE_SWEEP_H

#include "engine/work/job.h"

/* The job "daily.sweep": removes expired drafts with their list of files, expired sessions, and
 * jobs that ended a week ago, a few hundred rows to a transaction; then sets itself for the next
 * day. The files themselves are swept where they are stored. */
extern const struct job_kind sweep_jobs[];

/* Sets the job to now: when a worker starts. Runs its own db_tx. */
enum rc sweep_begin(struct ctx *ctx) MUST_CHECK;

#endif
