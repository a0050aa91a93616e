/* Refuses changes that a foreign page makes a browser send (OWASP ASVS 5.0, V3.5).
 *
 * Two walls. First, what the browser says of where the request comes from: Sec-Fetch-Site, else
 * Origin. Second, a token in every form, a MAC over the session's cookie, or, for a resident
 * without a session, over a signed cookie `form` that the first form sets. Nothing is stored.
 * Layer: web. Any thread.
 */
#ifndef WEB_CSRF_H
#define WEB_CSRF_H

#include "web/reply.h"
#include "web/request.h"

#define CSRF_SECRET_BYTES 32
#define CSRF_FIELD        "csrf"         /* the hidden field's name */
#define CSRF_HEADER       "X-CSRF-Token" /* for scripts */

struct csrf {
    unsigned char secret[CSRF_SECRET_BYTES];
    struct str session_cookie; /* the session cookie's full name, "__Host-session" */
    struct str base_url;       /* "https://city.example", without a path */
    bool is_https;
};

/* The token for the forms on the page that is being made, in the arena; another text each time,
 * each as good as the others. Sets the cookie `form` on
 * the reply when the request has neither that nor a session; the page must then not be cached by
 * others, which is the default. */
struct str csrf_token(const struct csrf *csrf, struct ctx *ctx, const struct request *request,
                      struct reply *reply);

/* RC_DENIED (ERR_CSRF) unless the request comes from our own page and carries its token as a form
 * field or header. Safe methods always pass. */
enum rc csrf_check(const struct csrf *csrf, struct ctx *ctx,
                   const struct request *request) MUST_CHECK;

#endif
