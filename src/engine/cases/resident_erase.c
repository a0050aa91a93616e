#include "engine/cases/resident_erase.h"

#include "db/db.h"
#include "engine/cases/follower.h"
#include "engine/cases/queries.h"

/* The statement gives them in pages, until none is left. */
static enum rc drop_drafts(struct ctx *ctx, int64_t party)
{
    struct drafts_of_party_rows drafts = {.n = 1};
    enum rc rc = RC_OK;

    while (!rc && drafts.n) {
        rc = drafts_of_party(ctx, party, ctx->now, &drafts);
        for (size_t i = 0; !rc && i < drafts.n; i++) {
            rc = draft_files_drop(ctx, drafts.rows[i].id, NULL);
            if (!rc)
                rc = draft_delete(ctx, drafts.rows[i].id, NULL);
        }
    }
    return rc ? rc : drafts_disown(ctx, party, NULL);
}

static enum rc erase_tx(struct ctx *ctx, void *arg)
{
    const struct resident *resident = arg;
    enum rc rc = follower_stop_within(ctx, resident->email, 0);

    if (!rc)
        rc = drop_drafts(ctx, resident->party);
    return rc ? rc : resident_delete(ctx, resident->party);
}

enum rc resident_erase(struct ctx *ctx, const struct resident *resident)
{
    struct resident erased = *resident;

    return db_tx(ctx, erase_tx, &erased);
}
