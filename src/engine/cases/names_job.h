/* Names that a version before wrote, made ready to be looked for in the background
 * (people/party_name.h): a few hundred to a transaction, so that others who write wait for
 * milliseconds.
 *
 * "names.fold" runs when a worker starts, and sets itself until no such name is left. Layer:
 * engine. */
#ifndef ENGINE_NAMES_JOB_H
#define ENGINE_NAMES_JOB_H

#include "engine/work/job.h"

extern const struct job_kind names_jobs[];

/* Does all of it: for a command that upgrades. Without a reader; runs its own transactions. */
enum rc names_catch_up(struct ctx *ctx) MUST_CHECK;

#endif
