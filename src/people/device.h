/* Browsers on which somebody has signed in before, told by a cookie that says nothing but that.
 * Staff sign in with a login; a resident's login here is a name that stands for their mailbox
 * (portal/browser.h).
 *
 * It opens nothing: it only says whose tries count together, so that a stranger who tries a login
 * from elsewhere keeps its owner out nowhere but on new devices (OWASP, "Slow Down Online Guessing
 * Attacks with Device Cookies"). The cookie holds a note for each of the last few logins of the
 * browser, newest first, joined by dots; a note is a number, the moment and a MAC over both and the
 * login, so it is of use for that login alone, names nobody, and nothing of it is stored. Layer:
 * people; needs people_use.
 */
#ifndef PEOPLE_DEVICE_H
#define PEOPLE_DEVICE_H

#include "base/ctx.h"

#define DEVICE_DAYS   180 /* how long a note is good */
#define DEVICE_LOGINS 4   /* that one browser remembers: a desk that is shared */

/* Whether the cookie holds a good note for the login at ctx->now; *ret_id is then the note's
 * number, 16 bytes in the arena. */
bool device_knows(struct ctx *ctx, struct str cookie, struct str login, struct str *ret_id);

/* The cookie after the login has signed in: a new note for it, then those of others. In the arena;
 * empty when that has failed. */
struct str device_remember(struct ctx *ctx, struct str cookie, struct str login);

#endif
