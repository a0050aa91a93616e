/* A piece of a long work: its memory, and what is deferred in it, end with the piece.
 *
 * For one that looks at far more than it keeps: between begin and end ctx->arena is a child of the
 * work's. What is to outlast the piece is copied to piece.home before the end; what was said of an
 * error is. Layer: base. */
#ifndef BASE_PIECE_H
#define BASE_PIECE_H

#include "base/ctx.h"

struct piece {
    struct arena *home;
    struct ctx_deferred *deferred;
};

/* ERR_MEMORY, and there is no piece to end. */
enum rc piece_begin(struct ctx *ctx, struct piece *ret) MUST_CHECK;

/* Runs what was deferred since, and gives the memory back. */
void piece_end(struct ctx *ctx, const struct piece *piece);

#endif
