/* What somebody typed into a form that is refused as a whole: whose session has ended, whose page
 * was open for too long. Such a form is not looked at, but its text must not be lost with it.
 * Layer: web. Any thread.
 */
#ifndef WEB_KEPT_FORM_H
#define WEB_KEPT_FORM_H

#include "base/ctx.h"
#include "web/request.h"

/* The texts of several words in the request's form, a blank line between them, in the arena; empty
 * when there are none, when a field of the form is called a password, and unless the browser says
 * (Sec-Fetch-Site) that a page of ours sent them: a foreign page must not put words into our
 * mouth. */
struct str kept_form_text(struct ctx *ctx, const struct request *request);

/* Where that form stood: path and query of the Referer when its host is the one that was asked;
 * else empty. In the arena. */
struct str kept_form_page(const struct request *request);

#endif
