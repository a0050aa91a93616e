/* The private link of a case: whoever has its token is the case's reporter.
 * Layer: engine. Reads on ctx->conn; private_link_opened
 * may write. */
#ifndef ENGINE_PRIVATE_LINK_H
#define ENGINE_PRIVATE_LINK_H

#include "base/ctx.h"

#define PRIVATE_LINK_MAILED \
    S("mailed") /* subject of a token that went to the reporter by mail alone */

struct private_link {
    int64_t case_id;
    struct str number;
    struct instant created;
    int64_t reporter; /* party; 0: nobody known */
    bool is_mailed;   /* went to the reporter by mail alone */
};

/* What a token opens now. For one that is unknown or has expired *ret_is_found is false, and *ret
 * untouched. */
enum rc private_link_find(struct ctx *ctx, struct str token, bool *ret_is_found,
                          struct private_link *ret) MUST_CHECK;

/* Somebody has opened a link that private_link_find found: when it was mailed to the address that
 * was given with the case, the address is proven for this case from now on. For others of the same
 * address nothing changes, nor by a link that the browser was given. Tables contact_point and
 * party, in a db_tx of its own; what changes nothing, as every opening after the first, writes
 * nothing. */
enum rc private_link_opened(struct ctx *ctx, const struct private_link *link) MUST_CHECK;

#endif
