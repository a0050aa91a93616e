/* Accounts of staff: made, listed, disabled, reset, and what they are granted.
 *
 * An account is never deleted: the record names it for ever. Whoever makes or resets one gets a
 * random first password, shown once, that must be changed at the first sign-in. Each function
 * that changes something runs its own db_tx and records an event; whether ctx->actor may do it is
 * the caller's question (PERMISSION_ADMINISTER). Two things nobody may do, whoever asks: a member
 * of staff changes nothing of their own grants or access (ERR_OWN_ACCOUNT), so that a stolen
 * session cannot raise itself; and the last account that administers the whole city keeps that
 * (ERR_LAST_ADMINISTRATOR). `why` is a sentence for the record, at most 500 characters, else
 * ERR_TOO_LONG with err.field "why"; empty where nobody was asked. Functions that read take a
 * reader on ctx->conn if it has none. Layer: people; needs people_use. Tables: account, grants,
 * recovery_code, session.
 */
#ifndef PEOPLE_ACCOUNT_H
#define PEOPLE_ACCOUNT_H

#include "base/ctx.h"
#include "people/actor.h"

struct account_new {
    struct str login; /* 2 to 60 of a-z, 0-9, '.', '-', '_', beginning with a letter */
    struct str name;  /* as colleagues know them, at most 200 characters */
    struct str email; /* may be empty */
    enum lang lang;
    const struct grant *grants;
    size_t grant_n;
    struct str why;
};

/* Makes an account with its grants. *ret_password is the first password, in the arena. RC_INVALID
 * with err.field "login" (ERR_REQUIRED, ERR_TOO_LONG, ERR_PATTERN) or "name" (ERR_REQUIRED,
 * ERR_TOO_LONG); ERR_DUPLICATE when the login is taken. Event account.added. */
enum rc account_add(struct ctx *ctx, const struct account_new *account, struct str *ret_password,
                    int64_t *ret_id) MUST_CHECK;

struct account {
    int64_t id;
    struct str login, name, email;
    enum lang lang;
    struct instant created;
    bool is_disabled, has_totp, must_change;
    struct account_grant {
        int64_t id;
        struct grant grant;
    } * grants;
    size_t grant_n;
};

struct accounts {
    struct account *items;
    size_t n;
};

/* All of them with their grants, by login. In the arena. */
enum rc account_list(struct ctx *ctx, struct accounts *ret) MUST_CHECK;

/* Those that are not disabled and work (as agent, crew or supervisor) within `reach`: to whom its
 * cases can be given. */
enum rc account_members(struct ctx *ctx, struct reach reach, struct accounts *ret) MUST_CHECK;

/* One of them, with its grants, by login. ERR_NOT_FOUND. In the arena. */
enum rc account_get(struct ctx *ctx, struct str login, struct account *ret) MUST_CHECK;

/* Gives an account another name, address or language; also one's own. Changing nothing records
 * nothing. Errors of a new one's name and email; ERR_NOT_FOUND. Event account.changed. */
struct account_details {
    struct str name, email;
    enum lang lang;
};
enum rc account_change(struct ctx *ctx, int64_t id, const struct account_details *details,
                       struct str why) MUST_CHECK;

/* The id of a login; ERR_NOT_FOUND. */
enum rc account_id(struct ctx *ctx, struct str login, int64_t *ret) MUST_CHECK;

/* Stops all sessions and refuses new ones; or lets them in again. Disabling twice changes nothing.
 * ERR_NOT_FOUND. Events account.disabled, account.enabled. */
enum rc account_disable(struct ctx *ctx, int64_t id, bool is_disabled, struct str why) MUST_CHECK;

/* A new first password, no second factor, no sessions: for who has lost either. ERR_NOT_FOUND.
 * Event account.reset. */
enum rc account_reset(struct ctx *ctx, int64_t id, struct str why,
                      struct str *ret_password) MUST_CHECK;

/* Takes the second factor away, and with it the recovery codes and all sessions: the password
 * stays, and the next sign-in sets up another authenticator. Without one nothing changes.
 * ERR_NOT_FOUND. Event account.code_reset. */
enum rc account_reset_code(struct ctx *ctx, int64_t id, struct str why) MUST_CHECK;

/* Whether single keys act in the console: a person's own setting, not recorded. */
enum rc account_use_keys(struct ctx *ctx, int64_t id, bool has_keys) MUST_CHECK;

/* Gives a role within a scope; having it already changes nothing. ERR_NOT_FOUND without such an
 * account; ERR_REQUIRED ("scope") for a scope without its code; ERR_NOT_A_CHOICE ("scope") for an
 * administrator of less than the city, since accounts belong to no part of it. That the code exists
 * is the caller's to check: teams and services are the engine's. Event grant.added. */
enum rc grant_add(struct ctx *ctx, int64_t account_id, const struct grant *grant,
                  struct str why) MUST_CHECK;

/* Takes it back. ERR_NOT_FOUND when there is none or it was revoked. Event grant.revoked. */
enum rc grant_revoke(struct ctx *ctx, int64_t grant_id, struct str why) MUST_CHECK;

/* The grants of one account, in the arena. Also inside db_tx. */
enum rc grants_load(struct ctx *ctx, int64_t account_id, const struct grant **ret,
                    size_t *ret_n) MUST_CHECK;

/* The same inside the caller's transaction, who has asked account_check_why; ERR_OWN_ACCOUNT as
 * above. */
enum rc grant_put(struct ctx *ctx, int64_t account_id, const struct grant *grant,
                  struct str why) MUST_CHECK;

/* For this folder's own transactions: that it is not the actor's own account; that the why is a
 * sentence; how many enabled accounts administer the city, and that not all of `before` are gone.
 */
enum rc account_check_other(struct ctx *ctx, int64_t id) MUST_CHECK;
enum rc account_check_why(struct ctx *ctx, struct str why) MUST_CHECK;
enum rc account_administrators(struct ctx *ctx, int64_t *ret) MUST_CHECK;
enum rc account_check_administrators(struct ctx *ctx, int64_t before) MUST_CHECK;

#endif
