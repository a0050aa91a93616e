/* Telling people what happened to a case: its reporter, its followers and its team.
 *
 * A notice says in `to` who hears of it. The reporter gets it in the language of the report, with a
 * private link of its own, so that an old mail's stays good; followers as follower.h says; the team
 * in English at its own address, with a link into the console, as it is warned of its deadlines;
 * whoever has the case hears in their own language that the resident has answered. Once per event
 * and address. Layer: engine. Inside db_tx only. Tables: message, link_token.
 */
#ifndef ENGINE_CASE_TELL_H
#define ENGINE_CASE_TELL_H

#include "engine/cases/rows.h"
#include "engine/definition/city.h"
#include "engine/message/notice.h"

struct case_news {
    int64_t event_id;
    const struct notice_rule *notice;    /* case_tell_transfer finds its own */
    const struct case_for_step_row *row; /* the case as it is after what happened */
    const struct definition *definition;
    const struct outcome *outcome; /* NULL: none */
    bool has_due;
    struct instant due;
    struct str message; /* what staff wrote to the resident */
    struct str date;    /* "2026-07-02", or empty */
    struct str base_url;
};

enum rc case_tell(struct ctx *ctx, const struct case_news *news) MUST_CHECK;

/* A new private link of the case for a mail to its reporter, and for nothing else: who opens it has
 * read the mail (private_link_opened). Inside db_tx. */
enum rc case_mailed_link(struct ctx *ctx, int64_t case_id, struct str base_url,
                         struct str *ret_link) MUST_CHECK;

/* Whether a contact that was given with a case is proven (contact_point.verified). */
enum mailbox_trust case_contact_trust(bool verified_is_null);

/* That the case is another service's now: by the workflow's own notice, else in the program's
 * words; not at all when the workflow says `transferred: none`, or when the service is for staff
 * alone, whose name is nobody else's business. */
enum rc case_tell_transfer(struct ctx *ctx, const struct case_news *news) MUST_CHECK;

/* That a resident has answered: by the workflow's own notice, else in the program's words to whom
 * the case is assigned, at their account's address, or without one to the team; not at all when the
 * workflow says `answered: none`. What the resident wrote is not in it. */
enum rc case_tell_answered(struct ctx *ctx, const struct case_news *news) MUST_CHECK;

/* Puts a notice to a team into the outbox, when the notice is for it and it has an address.
 * facts->link is set to the case's page in the console. */
struct team_news {
    int64_t case_id, event_id;
    const struct notice_rule *notice;
    struct notice_facts facts;
    struct str base_url;
};
enum rc case_tell_team(struct ctx *ctx, const struct team_news *news) MUST_CHECK;

#endif
