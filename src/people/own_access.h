/* What a member of staff changes of their own way in: the password and the recovery codes.
 *
 * Both take the present password, so that a screen left open gives nobody the account; callers
 * limit how often it may be tried. What others change is account.h, the first password and the
 * authenticator sign_in.h. Layer: people; needs people_use. Tables: account, recovery_code,
 * session. */
#ifndef PEOPLE_OWN_ACCESS_H
#define PEOPLE_OWN_ACCESS_H

#include "people/session.h"
#include "people/totp.h"

struct own_password {
    struct str current;
    struct str password, again; /* the new one, twice */
};

/* Gives the account of the session another password and ends its other sessions. RC_INVALID with
 * err.field "current" (ERR_REQUIRED; ERR_PASSWORD_WRONG, also when it became another while the call
 * ran, as by a second tap), "password" (see password_acceptable) or "again" (ERR_PASSWORD_AGAIN);
 * ERR_NOT_FOUND when the account was disabled meanwhile; ERR_OVERLOAD. Gives back ctx's reader
 * while it waits for the hash. Event account.password. Own db_tx. */
enum rc own_password_change(struct ctx *ctx, const struct session *session,
                            const struct own_password *input) MUST_CHECK;

/* Whether the account has an authenticator, and so codes, and how many are left unused. */
struct own_codes {
    bool has_authenticator;
    int64_t left;
};
enum rc own_codes_read(struct ctx *ctx, int64_t account_id, struct own_codes *ret) MUST_CHECK;

/* Makes RECOVERY_CODES new ones, to be shown once; those before open nothing any more. RC_INVALID
 * with err.field "current" (ERR_REQUIRED, ERR_PASSWORD_WRONG); ERR_NOT_FOUND without an
 * authenticator, too; else as above. Event account.recovery_codes. Own db_tx. */
enum rc own_codes_renew(struct ctx *ctx, const struct session *session, struct str current,
                        struct str ret_codes[RECOVERY_CODES]) MUST_CHECK;

/* For this folder's own transactions: the account's codes replaced by new ones. */
enum rc recovery_codes_replace(struct ctx *ctx, int64_t account_id,
                               struct str ret_codes[RECOVERY_CODES]) MUST_CHECK;

#endif
