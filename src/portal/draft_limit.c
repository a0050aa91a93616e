#include "portal/draft_limit.h"

#include "web/lasting_limit.h"

static const struct limit per_address = {.burst = 300, .interval_ms = 500};

static struct lasting_limit drafts = {.buckets = 4096};

enum rc draft_limit_take(struct ctx *ctx, const struct request *request, struct reply *reply,
                         const struct draft *draft)
{
    struct str key = limit_key(ctx->arena, S("draft"), request->remote);

    return draft->id ? RC_OK : lasting_limit_try(ctx, reply, &drafts, key, &per_address);
}
