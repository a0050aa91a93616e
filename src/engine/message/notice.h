/* Notices: what the city tells people about a case, filled in and put into the outbox.
 *
 * A workflow's notice has texts per language with {placeholders}; each recipient gets it in their
 * language. Rows go into `message` in the transaction of the event they speak of, once per event
 * and address. Mail to an address that nobody has verified carries no text that a stranger could
 * have written, and there is an end to it each day (mailbox.h). Layer: engine.
 */
#ifndef ENGINE_NOTICE_H
#define ENGINE_NOTICE_H

#include "engine/definition/city.h"
#include "engine/message/mailbox.h"

/* What the placeholders {number} {service} {place} {at_place} {team} {due} {link} {outcome}
 * {message} {date} stand for. Empty ones are written as nothing. */
struct notice_facts {
    struct str number;
    const struct definition *definition;
    struct str place;
    const struct team *team;
    bool has_due;
    struct instant due;
    struct str link;
    const struct outcome *outcome;
    struct str message; /* what staff wrote to the resident */
    struct str date;
};

struct recipient {
    struct str email;
    enum lang lang;
    struct str unsubscribe; /* link, which ends the mail as well; empty for the reporter */
    enum mailbox_trust trust;
};

/* Fills the placeholders of a text. */
struct str notice_fill(struct ctx *ctx, struct str text, const struct notice_facts *facts,
                       enum lang lang);

/* Puts one mail into the outbox. Inside db_tx; only the store fails. Sending the same notice about
 * the same event to the same address again does nothing, as does one too many for the mailbox. */
enum rc notice_queue(struct ctx *ctx, int64_t case_id, int64_t event_id,
                     const struct notice_rule *notice, const struct notice_facts *facts,
                     const struct recipient *recipient) MUST_CHECK;

/* A mail of the program's own words. */
struct plain_mail {
    int64_t case_id;   /* 0: about none */
    struct str notice; /* what it is for, as staff see it in the outbox */
    struct str email;
    enum lang lang;
    struct str subject, body;
    struct str once; /* the same key again does nothing; empty: none */
    enum mailbox_trust trust;
    bool is_waited_for; /* somebody asked for it and waits: it goes before all others */
};

/* The same for such a mail. */
enum rc notice_queue_plain(struct ctx *ctx, const struct plain_mail *mail) MUST_CHECK;

/* Whether any mail about the case went to the address, or is to go. */
enum rc notice_is_queued(struct ctx *ctx, int64_t case_id, struct str email, bool *ret) MUST_CHECK;

/* In links of what is filed by a program that does not know where the city is served: the
 * demonstration's seed. Replaced when a mail is sent or shown (RFC 2606, section 2). */
#define NOTICE_BASE_UNKNOWN "http://city.invalid"

/* A stored mail as it goes out and as staff see it: its links lead to `base_url` where they had no
 * address (empty: they stay), and at its end are the city, its telephone and the case's number
 * (empty: none, or it is in the text). */
struct stored_mail {
    struct str body, number, base_url;
    enum lang lang;
};
struct str notice_as_sent(struct ctx *ctx, const struct stored_mail *mail);

#endif
