/* Witnesses: people outside who keep what the record was, so that it cannot be rewritten later.
 *
 * Once a day the newest signed head is mailed to every address of the setting `witnesses` (one
 * after another, separated by commas). Whoever keeps those mails can have any later record compared
 * with them: `cityhall audit verify --head`, or /record/consistency. Layer: api.
 */
#ifndef API_WITNESS_H
#define API_WITNESS_H

#include "engine/work/job.h"

/* The daily job "record.witness": queues the day's mails, each once a day. */
extern const struct job_kind witness_jobs[];

#endif
