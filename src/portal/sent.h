/* What became of a report that this browser sent, and its private link when the browser lost the
 * reply that gave it: two taps on the button, the first of which the browser dropped.
 *
 * The link's token is made from the draft's: whoever sent the draft can be given the same link
 * again, without anything being stored for it. That is the browser that began the draft: a token
 * that went on in a mail or by a code has been read by others too, and gives none. Layer: portal.
 */
#ifndef PORTAL_SENT_H
#define PORTAL_SENT_H

#include "engine/cases/draft.h"
#include "web/reply.h"
#include "web/request.h"

/* A draft that was sent. */
struct sent_draft {
    struct str token; /* by which this browser holds it, borrowed from the request */
    struct case_by_number_row row;
};

/* The newest draft of the service that this browser sent; the service itself may have been
 * withdrawn since. *ret_is_found is false, and *ret of no meaning, when there is none. */
enum rc sent_find(struct ctx *ctx, const struct request *request, struct str service,
                  bool *ret_is_found, struct sent_draft *ret) MUST_CHECK;

/* Whether it is held by the token that it was begun under. */
bool sent_is_begun_here(struct ctx *ctx, const struct draft *draft);

/* The private link's token of the case that is filed from the draft held by `draft_token`, in the
 * arena. Only this installation can make it. */
struct str sent_link_token(struct ctx *ctx, const struct request *request, struct str draft_token);

/* Gives the browser that sent the draft by that token the link to its case, while the link is fresh
 * (OWN_LINK_SHOWN_US): later others may sit at the machine. Nothing happens when the draft was sent
 * by another token. */
enum rc sent_link_again(struct ctx *ctx, const struct request *request, struct reply *reply,
                        struct str draft_token) MUST_CHECK;

#endif
