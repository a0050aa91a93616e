#include "portal/caps.h"

#include "web/lasting_limit.h"

static const struct limit per_address = {.burst = 20, .interval_ms = 120000};
static struct lasting_limit acts = {.buckets = 8192};

enum rc caps_take(struct ctx *ctx, const struct request *request, struct reply *reply,
                  struct str what)
{
    return lasting_limit_try(ctx, reply, &acts, limit_key(ctx->arena, what, request->remote),
                             &per_address);
}
