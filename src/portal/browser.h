/* What a browser keeps for who uses it, and the end of that.
 *
 * Beside the keyrings (keyring.h) and the session it holds a note for each mailbox in which a link
 * to sign in was opened on it (people/device.h). With it the links and mails that others ask for
 * use up nothing of its own. On a machine that many use everything goes at once. Layer: portal. */
#ifndef PORTAL_BROWSER_H
#define PORTAL_BROWSER_H

#include "engine/message/mailbox.h"
#include "web/reply.h"
#include "web/request.h"

/* The number of the browser's note for the mailbox, 16 bytes; empty without one. */
struct str browser_note(struct ctx *ctx, const struct request *request, struct str email);

/* MAILBOX_PROVEN for the address of who is signed in, and for one that the browser has a note of;
 * else MAILBOX_UNPROVEN. */
enum mailbox_trust browser_trust(struct ctx *ctx, const struct request *request, struct str email);

/* Makes the note: somebody has just signed in with the mailbox. */
void browser_remember(struct ctx *ctx, const struct request *request, struct reply *reply,
                      struct str email);

/* Takes the keys of the reports and drafts from the browser. */
void browser_forget(struct reply *reply);

/* Takes those, the session's cookie and the notes: the account is gone, or all is to be. */
void browser_empty(struct reply *reply);

/* POST /forget: does that and ends the session. */
enum rc browser_forget_all(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
