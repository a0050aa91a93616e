/* Jobs: work for later, kept as rows of the same database.
 *
 * A job is added in the transaction that makes it necessary, so it exists exactly when that was
 * stored. Workers take due jobs one at a time; a job whose worker stopped is taken again five
 * minutes later; one that failed is tried again with growing pauses, eight times in all, and then
 * stays with its trouble for staff to see. A job may thus run twice: its function asks what still
 * has to be done and does that in one transaction. Layer: engine. Any thread, any number of
 * programs on one database.
 */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include "base/ctx.h"

#define JOB_TRIES   8
#define JOB_STUCK_S 300 /* a claim older than this belongs to a worker that is gone */

struct job {
    int64_t id;
    struct str kind;     /* "case.clocks" */
    struct str argument; /* as it was given */
    struct str base_url; /* for links in messages; of the runner */
};

/* What a job does. It has ctx->city and ctx->db, no reader and no actor: the program acts. */
typedef enum rc job_fn(struct ctx *ctx, const struct job *job);

/* Who sets a kind's first job. */
enum job_begins {
    JOB_WHEN_ADDED, /* job_add alone */
    JOB_AT_START,   /* a worker, when it begins */
    /* Likewise; each that ended well is set for the next day. It is set without an argument and
     * with its kind as `once`: a run that sets itself to go on (job_add) uses that `once` too, or
     * there are two of it every day. */
    JOB_DAILY,
};

struct job_kind {
    const char *kind; /* NULL ends a table */
    job_fn *run;
    enum job_begins begins;
};

struct job_order {
    const char *kind;
    struct str argument; /* at most 2000 characters */
    struct str once;     /* at most 100; empty: it may wait any number of times */
    struct instant due;
};

/* Adds a job; inside db_tx only. When one of the same `once` has not ended yet, that one takes the
 * new argument and time and starts afresh: also when a worker is just at it, which then cannot end
 * it, so that nothing asked for is lost. */
enum rc job_add(struct ctx *ctx, const struct job_order *order) MUST_CHECK;

/* Whether one of that `once` has not ended yet. Without a reader. */
enum rc job_is_waiting(struct ctx *ctx, struct str once, bool *ret) MUST_CHECK;

/* Ends it, when somebody has done by another way what it was to do. A transaction of its own. */
enum rc job_end_waiting(struct ctx *ctx, struct str once) MUST_CHECK;

/* Those of that kind that wait for a time later than `after` are due now: a kind whose work asks
 * whether its time has come, and sets itself again when it has not. Inside db_tx only. */
enum rc job_look_again(struct ctx *ctx, const char *kind, struct instant after) MUST_CHECK;

struct job_runner {
    const struct job_kind *const *tables; /* ended by NULL */
    struct str base_url;
};

/* Sets every JOB_AT_START and JOB_DAILY of the tables to ctx->now: when a worker begins. Own
 * db_tx. */
enum rc jobs_begin(struct ctx *ctx, const struct job_runner *runner) MUST_CHECK;

/* Sees to it that every JOB_DAILY of the tables goes on: one that is not there, because it was
 * dropped, is set for a day from ctx->now, and one that was given up is tried anew when a day has
 * passed. For every now and then. Own db_tx. */
enum rc jobs_keep_daily(struct ctx *ctx, const struct job_runner *runner) MUST_CHECK;

/* Takes the job that has been due longest at ctx->now, runs it and writes down how it ended.
 * *ret_was_there is false when none was due or the store did not answer; then the return says
 * which. When it is true the return is the job's own: a failure has been written to its row and is
 * to be logged by the caller. Without a reader in ctx. */
enum rc job_run_next(struct ctx *ctx, const struct job_runner *runner,
                     bool *ret_was_there) MUST_CHECK;

#endif
