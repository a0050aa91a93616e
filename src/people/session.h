/* Sessions of staff: a browser that has signed in.
 *
 * The browser holds a random token in a cookie; the database its SHA-256. A session ends after 30
 * minutes without a request, 12 hours after it began, when it is revoked, or when its account is
 * disabled. Layer: people. Tables: session.
 */
#ifndef PEOPLE_SESSION_H
#define PEOPLE_SESSION_H

#include "base/ctx.h"
#include "people/actor.h"

#define SESSION_IDLE_US     (30 * US_PER_MIN)
#define SESSION_ABSOLUTE_US (12 * US_PER_H)
#define SESSION_TOUCH_US    (1 * US_PER_MIN) /* so often at most its row is written */

struct session {
    int64_t id;
    struct actor actor; /* ACTOR_STAFF with its grants of now; in the arena */
    struct str login;
    enum lang lang;
    bool has_keys; /* single keys act in the console */
};

/* Begins one for an account; `address` and `agent` (the browser's name for itself) are cut to
 * what is stored. Inside db_tx. Event session.started. *ret_token goes into the cookie. */
enum rc session_start(struct ctx *ctx, int64_t account_id, struct str address, struct str agent,
                      struct str *ret_token) MUST_CHECK;

/* The session of a token. *ret_is_found is false, *ret untouched, when there is none or it has
 * ended. Notes that it was used, at most once a minute, in a db_tx of its own; when that cannot be
 * written the session is found all the same. Takes a reader on ctx->conn if there is none; not
 * inside db_tx. */
enum rc session_find(struct ctx *ctx, struct str token, bool *ret_is_found,
                     struct session *ret) MUST_CHECK;

/* Ends the session of a token, if there is one. Own db_tx. */
enum rc session_end(struct ctx *ctx, struct str token) MUST_CHECK;

struct session_line {
    int64_t id;
    struct instant began, seen;
    struct str address, agent;
};

/* The sessions of an account that are alive, the one used last first. */
enum rc session_list(struct ctx *ctx, int64_t account_id, struct session_line **ret,
                     size_t *ret_n) MUST_CHECK;

/* The same for this folder, of an account or of a resident; ctx has a reader. */
struct session_owner {
    int64_t account_id, party; /* one of them 0 */
};
enum rc session_lines(struct ctx *ctx, struct session_owner owner, struct session_line **ret,
                      size_t *ret_n) MUST_CHECK;

/* Ends one of an account's sessions. ERR_NOT_FOUND when it has no such live one. Event
 * session.ended, by whoever did it. Own db_tx. */
enum rc session_end_one(struct ctx *ctx, int64_t account_id, int64_t session_id) MUST_CHECK;

#endif
