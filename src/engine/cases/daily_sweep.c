#include "engine/cases/daily_sweep.h"

#include "db/db.h"
#include "engine/cases/files.h"
#include "engine/cases/photo.h"
#include "engine/cases/queries.h"
#include "engine/message/mailbox.h"
#include "people/resident.h"

#define MANY           500 /* rows to a transaction, so that others need not wait */
#define JOB_KEPT_DAYS  7
#define LINK_KEPT_DAYS 30 /* so long an old link is told from one that never was */

struct sweep {
    int64_t removed;
};

static enum rc drafts_tx(struct ctx *ctx, void *arg)
{
    struct sweep *sweep = arg;
    enum rc rc = draft_files_sweep(ctx, ctx->now, MANY, NULL);

    return rc ? rc : drafts_sweep(ctx, ctx->now, MANY, &sweep->removed);
}

static enum rc sessions_tx(struct ctx *ctx, void *arg)
{
    struct sweep *sweep = arg;

    return sessions_sweep(ctx, ctx->now, MANY, &sweep->removed);
}

static enum rc links_tx(struct ctx *ctx, void *arg)
{
    struct sweep *sweep = arg;
    struct instant before = instant_plus_us(ctx->now, -LINK_KEPT_DAYS * US_PER_DAY);

    return link_tokens_sweep(ctx, before, MANY, &sweep->removed);
}

static enum rc mailboxes_tx(struct ctx *ctx, void *arg)
{
    struct sweep *sweep = arg;

    return mailboxes_sweep(ctx, mailbox_day_of(ctx->now), MANY, &sweep->removed);
}

static enum rc jobs_tx(struct ctx *ctx, void *arg)
{
    struct sweep *sweep = arg;
    struct instant before = instant_plus_us(ctx->now, -JOB_KEPT_DAYS * US_PER_DAY);

    return jobs_sweep(ctx, before, MANY, &sweep->removed);
}

/* The bytes of files that no row names any more, where this program has them. */
static enum rc sweep_disk(struct ctx *ctx)
{
    int64_t removed;
    enum rc rc;

    if (!ctx->city || !ctx->city->files_folder)
        return RC_OK;
    rc = db_reader_acquire(ctx);
    if (!rc)
        rc = files_sweep(ctx, &removed);
    db_reader_release(ctx);
    return rc;
}

static enum rc run_sweep(struct ctx *ctx, const struct job *job)
{
    static db_tx_fn *const sweeps[] = {drafts_tx, sessions_tx, links_tx, mailboxes_tx, jobs_tx};
    enum rc rc = photos_expire(ctx);

    (void)job;
    for (size_t i = 0; !rc && i < COUNT(sweeps); i++) {
        struct sweep sweep = {.removed = MANY};

        while (!rc && sweep.removed == MANY)
            rc = db_tx(ctx, sweeps[i], &sweep);
    }
    if (!rc)
        rc = resident_forget_old(ctx);
    return rc ? rc : sweep_disk(ctx);
}

const struct job_kind daily_sweep_jobs[] = {{"daily.sweep", run_sweep, JOB_DAILY}, {.kind = NULL}};
