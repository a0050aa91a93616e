/* Going on with a draft elsewhere: by a mailed link, or by a code that is typed in.
 *
 * A link opens the draft until it is sent or forgotten, like the cookie of the browser it was begun
 * in; a code is short, so it lasts an hour and is used once. Both are stored hashed, and looking at
 * a link changes nothing. The mail has fixed words and names the service alone: the address is
 * nobody's yet. Layer: engine. Tables: link_token, message. */
#ifndef ENGINE_DRAFT_SHARE_H
#define ENGINE_DRAFT_SHARE_H

#include "engine/cases/draft.h"
#include "engine/message/mailbox.h"

#define DRAFT_MAILS_PER_DAY 5
#define DRAFT_CODE_CHARS    10 /* of 32: 50 bits */
#define DRAFT_CODE_US       US_PER_H

/* A secret that opens the draft (draft_load). Own db_tx. */
enum rc draft_share(struct ctx *ctx, int64_t draft_id, struct str *ret_token) MUST_CHECK;

/* Mails one, in ctx->lang. RC_OK as well when the draft was mailed too often today, or the mailbox
 * got too many mails (mailbox.h). ERR_REQUIRED and ERR_NOT_AN_EMAIL with field "email". Own
 * db_tx. */
struct draft_mail {
    const struct draft *draft;
    struct str email, base_url;
    enum mailbox_trust trust;
};
enum rc draft_mail(struct ctx *ctx, const struct draft_mail *mail) MUST_CHECK;

/* A code for it. Own db_tx. */
enum rc draft_code(struct ctx *ctx, int64_t draft_id, struct str *ret_code) MUST_CHECK;

/* Exchanges a code, as typed, for a secret. ERR_EXPIRED with field "code" for what is none. Own
 * db_tx. */
enum rc draft_of_code(struct ctx *ctx, struct str typed, struct str *ret_token) MUST_CHECK;

/* What lists of drafts show. */
struct draft_line {
    int64_t id;
    const struct definition *definition;
    struct str place; /* as located, or as typed; empty: none yet */
    struct instant updated;
};
struct draft_lines {
    struct draft_line *of;
    size_t n;
};

/* Those of a resident who has signed in, the one touched last first. */
enum rc draft_list(struct ctx *ctx, int64_t party, struct draft_lines *ret) MUST_CHECK;

/* One draft, by a secret that opens it. Errors as draft_load. */
enum rc draft_line_of(struct ctx *ctx, struct str token, struct draft_line *ret) MUST_CHECK;

#endif
