/* How many mails one mailbox gets from the city in a day.
 *
 * Anybody can name anybody's address: in a report, for a link, for a draft, to follow a case. So
 * every mail to an address that nobody has shown to be theirs counts against the mailbox, whatever
 * it is about and whoever asked for it, and past the end of the day's mails it is not queued. Who
 * asks hears nothing of that. notice.h asks here for every mail that it queues; nobody else does.
 *
 * Proven is an address for one case: filed from a browser with the session or the note of the
 * mailbox, or its own mailed link was opened. Who signs in proves nothing of what others filed in
 * their name.
 *
 * A mailbox is an address in lower case without what stands behind a "+" in front of the "@", and
 * there without dots: large servers deliver these to the same place, and where they are two places
 * these share a count. It is kept as a hash, a row a day, swept by the daily job. A day is one of
 * UTC. Layer: engine. Inside db_tx. Table: mailbox_day.
 */
#ifndef ENGINE_MAILBOX_H
#define ENGINE_MAILBOX_H

#include "base/ctx.h"

#define MAILBOX_MAILS_PER_DAY    10 /* that residents and strangers cause */
#define MAILBOX_MAILS_BY_CITY    30 /* as far as staff's and programs' mails go, those among them */
#define MAILBOX_SIGN_INS_PER_DAY 20 /* links to sign in, which have a count of their own */

enum mailbox_trust {
    MAILBOX_UNPROVEN, /* anybody could have named it */
    MAILBOX_SIGN_IN,  /* the same, and the mail is a link to sign in */
    /* Who causes the mail, or gets it, has opened a link that was mailed there, or it is a mailbox
     * of the city's own, or staff wrote the address down: nothing is counted. */
    MAILBOX_PROVEN,
};

/* Takes one of the mailbox's mails of ctx->now's day; *ret_may is false when there is none left
 * for ctx->actor. */
enum rc mailbox_take(struct ctx *ctx, struct str email, enum mailbox_trust trust,
                     bool *ret_may) MUST_CHECK;

/* The day of an instant, as the table counts them. */
int64_t mailbox_day_of(struct instant at);

#endif
