/* One-time codes of an authenticator (RFC 6238: SHA-1, six digits, 30 seconds), by liboath, and the
 * recovery codes for who has lost it. Layer: people. Any thread.
 */
#ifndef PEOPLE_TOTP_H
#define PEOPLE_TOTP_H

#include "base/crypto.h"

#define TOTP_SECRET_BYTES     20 /* RFC 4226, section 4: as long as the hash */
#define TOTP_STEP_S           30
#define RECOVERY_CODES        10
#define RECOVERY_CODE_LETTERS 10 /* 50 random bits */

/* A fresh secret, in the arena; the empty string when that has failed. */
struct str totp_secret_new(struct arena *arena);

/* The secret as people type it, base32 in groups of four; and as the URI that authenticators
 * read: otpauth://totp/ISSUER:LOGIN?secret=... */
struct str totp_secret_text(struct arena *arena, struct str secret);
struct str totp_uri(struct arena *arena, struct str secret, struct str issuer, struct str login);

/* Whether the code (spaces are ignored) is right for `at`, one step early or late allowed, and of
 * a step after `last_step`, so that no code counts twice. *ret_step is its step. */
bool totp_check(struct str secret, struct str code, struct instant at, int64_t last_step,
                int64_t *ret_step);

/* A recovery code as it is shown once, "AB3DE-FG7HJ". */
struct str recovery_code_new(struct arena *arena);

/* What is stored of it: a keyed hash of its letters, however they were typed. False for a text
 * that cannot be one. Needs people_use. */
bool recovery_code_hash(struct str code, struct crypto_hash *ret);

#endif
