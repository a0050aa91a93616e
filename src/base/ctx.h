/* The context of one piece of work: a request, a job, a command.
 *
 * It is the first parameter of every function that allocates, can fail or needs to know who acts
 * and when. Time is read once, when the work begins: `now` is what rules and records use, so that
 * one request has one instant and a test or an import can say which. Layer: base; the types of
 * higher layers are only named here. One thread at a time.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include "base/arena.h"
#include "base/err.h"
#include "base/instant.h"
#include "base/lang.h"
#include "base/str.h"

struct actor;   /* people/actor.h: who acts; NULL is the program itself */
struct city;    /* engine/definition/city.h: what this city is */
struct db;      /* db/db.h: the store */
struct db_conn; /* db/db.h: the connection this work reads from, or writes to inside db_tx */
struct ctx_deferred;

struct ctx {
    struct arena *arena; /* borrowed */
    struct err err;
    struct err unusable; /* an input that could not be taken as it was sent; db_tx then fails with
                            it, so that nothing of such input is ever stored; ERR_NONE: none */
    struct instant now;
    int64_t deadline_ms; /* on the monotonic clock; 0: none */
    enum lang lang;      /* the language answers are given in */
    uint64_t work_id;    /* in every log line of this work */
    const struct actor *actor;
    struct city *city;
    struct db *db;
    struct db_conn *conn;
    struct ctx_deferred *deferred;
};

/* Sets ctx->err, unless an error is already set, and returns the rc that the registry names for
 * it, so that a failure reads `return FAIL(ctx, ERR_PLACE_OUTSIDE, .field = S("place"))`. */
#define FAIL(ctx, error_id, ...) \
    ctx_fail((ctx), (struct err){.id = (error_id), .file = __FILE__, .line = __LINE__, __VA_ARGS__})
enum rc ctx_fail(struct ctx *ctx, struct err err);

/* Forgets the error: for code that tried something and knows another way. */
void ctx_clear_error(struct ctx *ctx);

/* Runs `undo(thing)` when the work ends (ctx_done), last registered first: for descriptors and
 * library objects. When it cannot be registered, undo runs at once and RC_LIMIT is returned. */
enum rc ctx_defer(struct ctx *ctx, void (*undo)(void *thing), void *thing) MUST_CHECK;

/* Ends the work: runs what was deferred. The arena stays its owner's. */
void ctx_done(struct ctx *ctx);

#endif
