/* Jobs as those who run the installation see them: listed by how they stand, asked for again,
 * given up.
 *
 * What staff do to a job is an event of the record ("job.retried", "job.dropped"), by ctx->actor.
 * Layer: engine. Any thread.
 */
#ifndef ENGINE_JOB_DESK_H
#define ENGINE_JOB_DESK_H

#include "base/ctx.h"

enum job_state {
    JOB_WAITING,  /* for its time, or its turn */
    JOB_RUNNING,  /* a worker has it; or had it, and stopped (is_lost) */
    JOB_TROUBLED, /* failed, and will be tried again */
    JOB_GIVEN_UP, /* failed as often as is tried */
    JOB_ENDED,    /* done, or dropped; kept for a week */
    JOB__N,
};

/* "waiting", "running", "troubled", "given-up", "ended", and back. */
struct str job_state_word(enum job_state state);
bool job_state_of(struct str word, enum job_state *ret);

struct job_line {
    int64_t id;
    enum job_state state;
    bool is_lost; /* its worker has not been heard of since */
    struct str kind, argument, trouble;
    struct instant due, claimed, done; /* claimed: JOB_RUNNING; done: JOB_ENDED */
    int64_t attempts;
};

struct job_lines {
    struct job_line *items;
    size_t n;
};

/* At most `most` of one state: what is next first, what has ended newest first. In the arena.
 * ctx has a reader. */
enum rc job_list(struct ctx *ctx, enum job_state state, int64_t most,
                 struct job_lines *ret) MUST_CHECK;

#define JOB_COUNT_MAX 10000 /* counting stops here */

/* How many there are in each state. */
enum rc job_counts(struct ctx *ctx, int64_t ret[JOB__N]) MUST_CHECK;

/* Makes it due now, with all its tries before it. ERR_NOT_FOUND when there is no such job, or it
 * has ended; ERR_STALE while a worker is at it. Own db_tx. */
enum rc job_retry(struct ctx *ctx, int64_t id, struct str why) MUST_CHECK;

/* Ends it undone; its trouble then says that it was dropped. A JOB_DAILY is dropped for a day
 * (jobs_keep_daily). Errors as above. Own db_tx. */
enum rc job_drop(struct ctx *ctx, int64_t id, struct str why) MUST_CHECK;

#endif
