#include "base/ctx.h"

struct ctx_deferred {
    struct ctx_deferred *next;
    void (*undo)(void *thing);
    void *thing;
};

enum rc ctx_fail(struct ctx *ctx, struct err err)
{
    if (ctx->err.id == ERR_NONE)
        ctx->err = err;
    return err_rc(err.id);
}

void ctx_clear_error(struct ctx *ctx)
{
    ctx->err = (struct err){.id = ERR_NONE};
}

enum rc ctx_defer(struct ctx *ctx, void (*undo)(void *thing), void *thing)
{
    struct ctx_deferred *deferred = ARENA_NEW(ctx->arena, struct ctx_deferred);

    if (!deferred) {
        undo(thing);
        return FAIL(ctx, ERR_MEMORY);
    }
    *deferred = (struct ctx_deferred){ctx->deferred, undo, thing};
    ctx->deferred = deferred;
    return RC_OK;
}

void ctx_done(struct ctx *ctx)
{
    while (ctx->deferred) {
        struct ctx_deferred *deferred = ctx->deferred;

        ctx->deferred = deferred->next;
        deferred->undo(deferred->thing);
    }
}
