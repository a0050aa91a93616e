/* What the reporter adds to their case outside its workflow: a word to the city, and afterwards
 * how it went.
 *
 * Layer: engine. Each function that changes something runs its own db_tx and asks case_is_own of
 * ctx->actor (ERR_DENIED). */
#ifndef ENGINE_CASE_OWN_H
#define ENGINE_CASE_OWN_H

#include "engine/cases/photo.h"
#include "engine/message/mailbox.h"

#define OWN_TEXT_MAX       2000 /* characters */
#define OWN_TEXTS_PER_DAY  20   /* on one case */
#define OWN_RATING_CHANGES 3    /* of one case, for ever */

/* Adds what the reporter says, for the parties. The same text within ten minutes is the form sent
 * twice and stored once. ERR_REQUIRED, ERR_TOO_LONG, ERR_NOT_UTF8 with field "comment";
 * ERR_TOO_MANY. Event message.added. */
enum rc case_comment(struct ctx *ctx, int64_t case_id, struct str text) MUST_CHECK;

/* Adds a photo, released as the service says. Errors as photo_check_case, which is asked before the
 * picture is made, and photo_make; ERR_TRANSITION when the case is closed, ERR_NOT_FOUND when its
 * service takes no photos. Event photo.added. */
enum rc case_photo_add(struct ctx *ctx, int64_t case_id,
                       const struct photo_upload *upload) MUST_CHECK;

/* Mails the case's private link (an address of this city, as the reporter's browser holds it) to
 * whom its reporter names, in ctx->lang. RC_OK as well when the mailbox got too many mails today
 * (mailbox.h): who asks is not told about other people's. ERR_REQUIRED, ERR_NOT_AN_EMAIL with field
 * "email". Table message. */
struct link_mail {
    int64_t case_id;
    struct str email, link;
    enum mailbox_trust trust;
};
enum rc case_link_mail(struct ctx *ctx, const struct link_mail *mail) MUST_CHECK;

struct case_rating {
    int64_t score;   /* 1 bad to 5 good */
    struct str text; /* empty: nothing said */
    struct instant said;
};

/* How it went, of a closed case; said again it replaces what was said, OWN_RATING_CHANGES
 * times: then ERR_RATED with that number in arg. What is said already changes nothing. ERR_REQUIRED
 * with field "score" for no score of 1 to 5, ERR_TOO_LONG and ERR_NOT_UTF8 with field "rating";
 * ERR_TRANSITION while the case is open. Event case.rated, for the parties. Table satisfaction. */
enum rc case_rate(struct ctx *ctx, int64_t case_id, int64_t score, struct str text) MUST_CHECK;

/* What was said; *ret_is_rated is false, *ret untouched, when nothing was. Whoever shows it has
 * asked whether the case may be read: it is for the reporter and staff. */
enum rc case_rating_of(struct ctx *ctx, int64_t case_id, bool *ret_is_rated,
                       struct case_rating *ret) MUST_CHECK;

/* One of them for a list of one's own; the version and state are read from the city. */
struct own_case_line {
    struct str number;
    const struct definition *definition;
    const struct state *state;
    const struct outcome *outcome; /* of a closed case; NULL: none */
    struct str place;              /* empty: none */
    struct instant opened, updated;
};
struct own_asking {
    struct str email; /* folded */
    int64_t before;   /* a case's id, as `older` said: those before it; INT64_MAX: the newest */
    int64_t most;
};
struct own_cases {
    struct own_case_line *of; /* newest first */
    size_t n;
    int64_t older; /* 0: there are none */
};
/* A page of the cases that were filed with an address; one of a version that the city does not know
 * is left out. */
enum rc own_cases(struct ctx *ctx, const struct own_asking *asking,
                  struct own_cases *ret) MUST_CHECK;

#endif
