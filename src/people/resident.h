/* Residents who sign in, by a link that is mailed to them: no password to keep or to lose.
 *
 * The link's token is random, stored hashed, good for 15 minutes and for one sign-in; looking at it
 * changes nothing. Whoever opens it has proven the address, so the account is made with the first
 * sign-in and nothing is known of it before. A session is a cookie's token, stored hashed; it ends
 * 30 days after it began or after 14 without a visit. What cases somebody has is the engine's to
 * say, by the proven address. Layer: people. Tables: resident, resident_ticket, party,
 * contact_point, session. Events resident.signed-in, resident.changed, resident.deleted.
 */
#ifndef PEOPLE_RESIDENT_H
#define PEOPLE_RESIDENT_H

#include "base/ctx.h"
#include "base/lang.h"
#include "people/session.h"

#define RESIDENT_TICKET_US        (15 * US_PER_MIN)
#define RESIDENT_TICKETS_PER_HOUR 4 /* to a browser that has signed in with the address */
#define RESIDENT_TICKETS_PER_DAY  10
#define STRANGER_TICKETS_PER_HOUR 3 /* to all others together */
#define STRANGER_TICKETS_PER_DAY  8
#define RESIDENT_IDLE_US          (14 * US_PER_DAY)
#define RESIDENT_ABSOLUTE_US      (30 * US_PER_DAY)

/* A token for a mail to the address (folded to lower case). `device` is the number of the note of a
 * browser that has signed in with it (device.h), 16 bytes, or empty: strangers who ask for somebody
 * else's address use up nothing of such a browser's. Inside db_tx. ERR_TOO_MANY when it was sent
 * too many lately: the page then says the same as ever. */
enum rc resident_ticket_make(struct ctx *ctx, struct str email, struct str device,
                             struct str *ret_token) MUST_CHECK;

/* Whether the link still holds, without using it: ERR_EXPIRED when it does not. */
enum rc resident_ticket_look(struct ctx *ctx, struct str token, struct str *ret_email) MUST_CHECK;

struct resident_sign_in {
    struct str token;          /* of the link */
    struct str address, agent; /* of the browser */
};

/* Uses the link: the account is made if there is none, and a session begins. What was filed with
 * the address before may be a stranger's: it is proven by the links of its own mails
 * (private_link.h). ERR_EXPIRED for a link that was used, is too old or never was.
 * Own db_tx. *ret_token goes into the cookie. */
enum rc resident_sign_in(struct ctx *ctx, const struct resident_sign_in *input,
                         struct str *ret_token) MUST_CHECK;

struct resident {
    int64_t session_id;
    int64_t party;
    struct str email, name; /* name '' when none was given */
    enum lang lang;
};

/* Who a cookie's token is. *ret_is_found is false, *ret untouched, for none. Notes that it was
 * used, at most once an hour, in a db_tx of its own. ctx has a reader. */
enum rc resident_find(struct ctx *ctx, struct str token, bool *ret_is_found,
                      struct resident *ret) MUST_CHECK;

/* The sessions that are alive, the one used last first; `party` is the resident's. */
enum rc resident_sessions(struct ctx *ctx, int64_t party, struct session_line **ret,
                          size_t *ret_n) MUST_CHECK;

/* Ends one of them. ERR_NOT_FOUND when there is no such live one. Own db_tx. */
enum rc resident_session_end(struct ctx *ctx, int64_t party, int64_t session_id) MUST_CHECK;

/* ERR_TOO_LONG, ERR_ONE_LINE with field "name". Own db_tx. */
enum rc resident_change(struct ctx *ctx, int64_t party, struct str name, enum lang lang) MUST_CHECK;

/* Ends the account: its name, its address and its sessions go. Cases stay, with the contact that
 * was given with each. Inside db_tx. */
enum rc resident_delete(struct ctx *ctx, int64_t party) MUST_CHECK;

/* Deletes tickets older than a day; for a daily job. Own db_tx. */
enum rc resident_forget_old(struct ctx *ctx) MUST_CHECK;

#endif
