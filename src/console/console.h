/* What staff see of any case: sign-in, queues, case pages, the outbox. Layer: console.
 *
 * The program calls console_begin and console_problem from the server's hooks; everything else is
 * in the module's routes. Any thread.
 */
#ifndef CONSOLE_CONSOLE_H
#define CONSOLE_CONSOLE_H

#include "base/ctx.h"
#include "base/module.h"

struct reply;
struct request;

extern const struct module console_module;

/* Whether the request is for a page of the console: its path begins with /staff. */
bool console_is_asked(const struct request *request);

/* For the hook `begin`, of such requests: when the browser's cookie is of a session that lives,
 * ctx->actor becomes its person and request->session the struct session (people/session.h). No
 * failure without one. Needs people_use; takes a reader if ctx->conn has none. */
enum rc console_begin(struct ctx *ctx, struct request *request) MUST_CHECK;

/* A session of that account was ended: what the server remembers of it as good (request.h) is
 * forgotten once the request is answered. */
void console_signed_out(struct ctx *ctx, struct request *request, int64_t account);

/* For the hook `authorize`: RC_OK when ctx->actor has the permission; ERR_SIGN_IN for who is not
 * signed in, else ERR_DENIED. */
enum rc console_authorize(struct ctx *ctx, int permission) MUST_CHECK;

/* For the hook `render_error`, of such requests: the page that says what went wrong, in the
 * console's frame; ERR_SIGN_IN on a GET leads to the sign-in page and back. */
void console_problem(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
