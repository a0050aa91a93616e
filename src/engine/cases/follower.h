/* Following a case by mail: who did not file it is told what its workflow tells followers.
 *
 * Somebody gives an address on a public case's page; the address gets one mail of fixed words with
 * a link, and nothing is stored under it but that link until the link is opened and confirmed. Each
 * notice to a follower carries a link of its own that ends it (RFC 8058: a mail program may do so
 * by one POST, without a session). Followers are told what the public may see: the block where the
 * place is blurred, and never what staff wrote to the reporter. Links are secrets, stored hashed;
 * looking at one changes nothing. Layer: engine. Tables: follower, link_token, message; events
 * follower.added and follower.ended, for staff, without the address.
 */
#ifndef ENGINE_FOLLOWER_H
#define ENGINE_FOLLOWER_H

#include "engine/cases/public_case.h"
#include "engine/message/mailbox.h"

#define FOLLOWER_CONFIRM_DAYS 7

/* Confirmation mails to one address in 24 hours. This stands beside the count of the mailbox
 * (mailbox.h), which is for mails of all kinds: who asks again and again to follow, in anybody's
 * name, leaves the mailbox half its day for mails of the cases that its owner filed; and a link is
 * stored for each of these mails, so that pressing without end fills no table, not even for an
 * address that is proven and not counted there. */
#define FOLLOWER_MAILS_PER_DAY 5

struct follower_ask {
    int64_t case_id;
    struct str email;
    struct str base_url;
    enum mailbox_trust trust;
};

/* Sends the mail that asks for confirmation, in ctx->lang. RC_OK as well for an address that
 * follows already, or that was sent too many today: who asks is not told about other people's
 * addresses. ERR_REQUIRED and ERR_NOT_AN_EMAIL with field "email"; ERR_NOT_FOUND for a case that
 * is not public. Own db_tx. */
enum rc follower_ask(struct ctx *ctx, const struct follower_ask *ask) MUST_CHECK;

/* Who was taken along by a merge gave the address with a report, and has confirmed nothing: they
 * are the followers that have a party. */
enum mailbox_trust follower_trust(bool party_is_null);

/* What a link is about. */
struct follower_link {
    int64_t case_id;
    struct public_case shown;
    bool is_active; /* the address follows now */
};

/* The link of the confirmation mail: a look, and the confirmation, which may be repeated; it lasts
 * until the follower ends it, and a link used once does not begin it again. ERR_EXPIRED for what is
 * no such link, or is too old; ERR_NOT_FOUND when the case is not public any more. */
enum rc follower_look(struct ctx *ctx, struct str token, struct follower_link *ret) MUST_CHECK;
enum rc follower_confirm(struct ctx *ctx, struct str token) MUST_CHECK;

/* The link of List-Unsubscribe: a look, which tells whether it still runs, and the end of it,
 * which may be repeated. A merge takes followers along: the link of the case that was merged ends
 * it on the one that goes on as well. ERR_EXPIRED for what is no such link. The case may be hidden
 * by now. */
enum rc follower_end_look(struct ctx *ctx, struct str token, bool *ret_is_active,
                          struct str *ret_number) MUST_CHECK;
enum rc follower_end(struct ctx *ctx, struct str token) MUST_CHECK;

/* What an address follows, newest case first: for its owner, who has proven to be so. */
struct follow_line {
    int64_t id;
    struct public_case shown;
};
struct follow_lines {
    struct follow_line *of;
    size_t n;
};
enum rc follower_list(struct ctx *ctx, struct str email, struct follow_lines *ret) MUST_CHECK;

/* Ends one of these, or all (`id` 0). ERR_NOT_FOUND when the address has no such one. The second is
 * for inside a db_tx. */
enum rc follower_stop(struct ctx *ctx, struct str email, int64_t id) MUST_CHECK;
enum rc follower_stop_within(struct ctx *ctx, struct str email, int64_t id) MUST_CHECK;

/* Puts a notice to each follower of a public case into the outbox. Inside db_tx only. */
struct notice_rule;
struct notice_facts;
struct follower_news {
    int64_t case_id, event_id;
    const struct notice_rule *notice;
    const struct notice_facts *facts; /* what the reporter is told; cut down to what is public */
    struct str date;                  /* "2026-07-02", or empty */
    struct str base_url;
};
enum rc follower_tell(struct ctx *ctx, const struct follower_news *news) MUST_CHECK;

#endif
