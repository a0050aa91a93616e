/* Cases and other systems: what those call a case, and what residents say through them.
 *
 * A name of another system (a program's own number for a case or message) stands for one thing for
 * ever: handed in twice, it has one effect and the same answer. Layer: engine.
 */
#ifndef ENGINE_EXTERNAL_H
#define ENGINE_EXTERNAL_H

#include "base/ctx.h"

#define EXTERNAL_ID_MAX 200 /* characters */

struct external_message {
    int64_t case_id;
    struct str text;
    struct str system;      /* "key a1b2c3d4" */
    struct str external_id; /* empty: none, and nothing is recognised */
    bool may_tell;          /* the program works on the case, see below */
};

/* Adds what a resident said through another program to the case; the public does not read it. Staff
 * read it. The reporter reads it when ctx->actor, the program, opened the case or `may_tell`: a
 * program that may only file has nothing to say to who reported in another way. *ret_id names it
 * among the external messages. A message that came before is left as it is and has its id of then.
 * ERR_REQUIRED, ERR_TOO_LONG, ERR_NOT_UTF8 with err.field "description"; ERR_TOO_LONG "update_id".
 * Event message.added by ctx->actor. Runs its own db_tx.
 */
enum rc external_message_add(struct ctx *ctx, const struct external_message *message,
                             int64_t *ret_id) MUST_CHECK;

/* The same within the caller's transaction. */
enum rc external_message_add_within(struct ctx *ctx, const struct external_message *message,
                                    int64_t *ret_id) MUST_CHECK;

#endif
