/* Passwords: one hash at a time, so that sign-ins cannot take the machine's memory.
 *
 * An Argon2id hash takes 64 MiB, two fifths of what the server may take at all, and a tenth of a
 * second. One runs; a few more wait, the rest is refused at once. Layer: people. Any thread.
 */
#ifndef PEOPLE_PASSWORD_H
#define PEOPLE_PASSWORD_H

#include "base/ctx.h"

#define PASSWORD_HASHES_AT_ONCE 1
#define PASSWORD_WAITING_MAX    12
#define PASSWORD_WAIT_MS        8000
#define PASSWORD_MIN_CHARACTERS 12
#define PASSWORD_MAX_BYTES      1000

#define PASSWORD_KEPT_PLACES 4 /* of those that wait, for who goes first */

/* Whether the password is the one that `hash` was made from. An empty hash is compared with
 * nobody's, at the same cost. Who is known (the browser has signed in before) goes first, so that
 * strangers' tries cannot fill the queue. ERR_OVERLOAD when too many wait or the deadline passes.
 */
struct password_try {
    struct str hash, password;
    bool goes_first;
};
enum rc password_check(struct ctx *ctx, const struct password_try *tried,
                       bool *ret_is_right) MUST_CHECK;

/* The text to store. ERR_OVERLOAD as above. */
enum rc password_hash(struct ctx *ctx, struct str password, struct str *ret) MUST_CHECK;

/* Whether somebody may choose it: ERR_REQUIRED, ERR_PASSWORD_SHORT (see above), ERR_TOO_LONG,
 * ERR_PASSWORD_PLAIN (it is the login, or one character repeated), with `field`. */
enum rc password_acceptable(struct ctx *ctx, struct str password, struct str login,
                            struct str field) MUST_CHECK;

/* A first password for somebody else: 20 characters in groups of five, 95 random bits. */
struct str password_initial(struct arena *arena);

#endif
