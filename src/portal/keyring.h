/* Secrets of one kind that a browser holds: the private links of the cases it filed, the drafts it
 * has begun.
 *
 * One cookie holds them all, the newest first, with a full stop between: a browser that files a
 * second report keeps the first. What is too much falls off at the old end. Layer: portal. */
#ifndef PORTAL_KEYRING_H
#define PORTAL_KEYRING_H

#include "web/reply.h"
#include "web/request.h"

#define KEYRING_MAX    20
#define KEYRING_CASES  S("case")
#define KEYRING_DRAFTS S("draft")
#define KEYRING_DAYS   90 /* the cookie is kept, renewed with each new secret */

/* A cookie that reply_cookie has set, by the name it was given there: on an https site it comes
 * back with a prefix (__Host-), and one without is somebody else's. p == NULL when there is none.
 */
struct str portal_cookie(const struct request *request, struct str name);

struct keyring {
    struct str tokens[KEYRING_MAX]; /* borrowed from the request */
    size_t n;
};

/* What the browser sent; pieces that cannot be tokens are left out. */
struct keyring keyring_of(const struct request *request, struct str name);

/* Sets the cookie with the token first. */
void keyring_add(const struct request *request, struct reply *reply, struct str name,
                 struct str token);

/* Sets it without the token. */
void keyring_drop(const struct request *request, struct reply *reply, struct str name,
                  struct str token);

#endif
