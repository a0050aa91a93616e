/* Witnesses: people outside who keep what the record was, so that it cannot be rewritten later.
 *
 * Once a day the newest signed head is mailed to every address of the setting `witnesses` (one
 * after another, separated by commas). Whoever keeps those mails can have any later record compared
 * with them: `cityhall audit verify --head`, or /record/consistency. Layer: api.
 */
#ifndef API_WITNESS_H
#define API_WITNESS_H

#include "engine/work/job.h"

/* The job: queues the day's mails, each once a day, and sets itself for the next. */
#define WITNESS_JOB "record.witness"
enum rc witness_run(struct ctx *ctx, const struct job *job) MUST_CHECK;

/* Sets the job to now: when a program begins to serve. Runs its own db_tx. */
enum rc witness_begin(struct ctx *ctx) MUST_CHECK;

#endif
