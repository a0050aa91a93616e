/* Signs of life: which workers serve this city, and when each was last heard of.
 *
 * A worker that hangs cannot say so itself; its row grows old, and everybody sees it, also from
 * another program on the same database. Layer: engine. Any thread.
 */
#ifndef ENGINE_SIGN_H
#define ENGINE_SIGN_H

#include "base/ctx.h"

#define SIGN_EVERY_S 60
#define SIGN_LATE_S  300 /* older than this: the worker hangs, or ended without a word */

/* Writes that the worker of this name, which began then, is alive at ctx->now; forgets those that
 * were not heard of for a week. Own db_tx. */
enum rc sign_put(struct ctx *ctx, struct str name, struct instant began) MUST_CHECK;

/* The worker has ended as it should: nobody waits for it. Own db_tx. */
enum rc sign_end(struct ctx *ctx, struct str name) MUST_CHECK;

struct sign {
    struct str name; /* "machine:process" */
    struct instant began, seen;
    bool is_late;
};

struct signs {
    struct sign *items;
    size_t n;
};

/* All of them, the one heard of last first. In the arena. ctx has a reader. */
enum rc sign_list(struct ctx *ctx, struct signs *ret) MUST_CHECK;

#endif
