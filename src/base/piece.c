#include "base/piece.h"

enum rc piece_begin(struct ctx *ctx, struct piece *ret)
{
    struct arena *arena = arena_child(ctx->arena);

    if (!arena)
        return FAIL(ctx, ERR_MEMORY);
    *ret = (struct piece){ctx->arena, ctx->deferred};
    ctx->arena = arena;
    ctx->deferred = NULL;
    return RC_OK;
}

void piece_end(struct ctx *ctx, const struct piece *piece)
{
    ctx_done(ctx);
    ctx->err.field = str_copy(piece->home, ctx->err.field);
    ctx->err.detail = str_copy(piece->home, ctx->err.detail);
    ctx->err.arg = str_copy(piece->home, ctx->err.arg);
    arena_free(ctx->arena);
    ctx->arena = piece->home;
    ctx->deferred = piece->deferred;
}
