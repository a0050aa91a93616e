#include "engine/cases/names_job.h"

#include "base/piece.h"
#include "db/db.h"
#include "people/party_name.h"

#define FOLD "names.fold"

static enum rc go_on(struct ctx *ctx)
{
    return job_add(ctx, &(struct job_order){FOLD, STR_NONE, S(FOLD), ctx->now});
}

static enum rc fold_and_go_on_tx(struct ctx *ctx, void *arg)
{
    bool is_done = false;
    enum rc rc = party_names_fold(ctx, &is_done);

    (void)arg;
    return rc || is_done ? rc : go_on(ctx);
}

static enum rc run_fold(struct ctx *ctx, const struct job *job)
{
    (void)job;
    return db_tx(ctx, fold_and_go_on_tx, NULL);
}

const struct job_kind names_jobs[] = {{FOLD, run_fold, JOB_AT_START}, {.kind = NULL}};

static enum rc fold_tx(struct ctx *ctx, void *arg)
{
    return party_names_fold(ctx, arg);
}

/* Each run in a piece of its own: there may be a million names. */
enum rc names_catch_up(struct ctx *ctx)
{
    bool is_done = false;
    enum rc rc = RC_OK;

    while (!rc && !is_done) {
        struct piece piece;

        rc = piece_begin(ctx, &piece);
        if (rc)
            return rc;
        rc = db_tx(ctx, fold_tx, &is_done);
        piece_end(ctx, &piece);
    }
    return rc;
}
