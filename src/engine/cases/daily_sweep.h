/* The daily tidying: what has expired goes. Layer: engine. */
#ifndef ENGINE_DAILY_SWEEP_H
#define ENGINE_DAILY_SWEEP_H

#include "engine/work/job.h"

/* The job "daily.sweep": removes expired drafts with their list of photos, rows of files that
 * nothing uses, expired sessions, private links a month after they ended, counts of mails of days
 * gone by, and jobs that ended a week ago, a few hundred rows to a transaction; then the files on
 * disk that no row names (files_sweep, where ctx->city has a folder for them). What is left of
 * uploads goes when a program begins to serve (web). */
extern const struct job_kind daily_sweep_jobs[];

#endif
