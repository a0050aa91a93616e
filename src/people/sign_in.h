/* Signing in: password, second factor, and what a new account has to do first.
 *
 * An account that somebody else gave its password must choose its own, and one without a second
 * factor must set one up; until both are done it has no session, only a sealed ticket that the
 * page carries from form to form for ten minutes. A demonstration asks for neither.
 * All refusals look and cost alike: an unknown login, a wrong password, a wrong or used code and a
 * disabled account are each ERR_SIGN_IN after one password hash. How often one may try is limited
 * by the callers, who know the address. Layer: people; needs people_use.
 */
#ifndef PEOPLE_SIGN_IN_H
#define PEOPLE_SIGN_IN_H

#include "people/session.h"
#include "people/totp.h"

struct sign_in {
    struct str login, password;
    struct str code;           /* of the authenticator, or a recovery code; may be empty */
    struct str address, agent; /* of the browser, for the list of sessions */
    bool is_known;             /* device_knows says so of the browser: it goes first */
};

struct signed_in {
    struct str token;  /* of the new session; empty when there is a ticket */
    struct str ticket; /* something must be set up first: sign_in_setup_of, sign_in_finish */
};

/* Checks and begins a session. RC_DENIED with ERR_SIGN_IN; RC_UNAVAILABLE with ERR_OVERLOAD.
 * Gives back ctx's reader while it waits for the hash. Own db_tx. */
enum rc sign_in(struct ctx *ctx, const struct sign_in *input, struct signed_in *ret) MUST_CHECK;

/* What the ticket's account has to do. */
struct sign_in_setup {
    int64_t account_id;
    struct str login, name;
    bool needs_password; /* must choose one, beside setting up an authenticator */
    struct str secret;   /* of the authenticator, TOTP_SECRET_BYTES */
};

/* Reads a ticket. RC_GONE with ERR_EXPIRED when it is not ours, too old or was used. */
enum rc sign_in_setup_of(struct ctx *ctx, struct str ticket, struct sign_in_setup *ret) MUST_CHECK;

struct sign_in_finish {
    struct str ticket;
    struct str password, again; /* the new one, twice; when needed */
    struct str code;            /* of the new authenticator */
    struct str address, agent;
};

struct sign_in_finished {
    struct str login;
    struct str token;
    struct str recovery[RECOVERY_CODES]; /* shown once */
};

/* Stores the new password and secret and begins a session. RC_GONE as above; RC_INVALID with
 * err.field "password" (see password_acceptable), "again" (ERR_PASSWORD_AGAIN) or
 * "code" (ERR_REQUIRED, ERR_PATTERN). Events account.password, account.enrolled. Own db_tx. */
enum rc sign_in_finish(struct ctx *ctx, const struct sign_in_finish *input,
                       struct sign_in_finished *ret) MUST_CHECK;

#endif
