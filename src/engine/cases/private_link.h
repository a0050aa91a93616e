/* The private link of a case: whoever has its token is the case's reporter.
 * Layer: engine. Reads with ctx->conn. */
#ifndef ENGINE_PRIVATE_LINK_H
#define ENGINE_PRIVATE_LINK_H

#include "base/ctx.h"

#define PRIVATE_LINK_MAILED \
    S("mailed") /* subject of a token that went to the reporter by mail alone */

struct private_link {
    int64_t case_id;
    struct str number;
    struct instant created;
};

/* What a token opens now. For one that is unknown or has expired *ret_is_found is false, and *ret
 * untouched. */
enum rc private_link_find(struct ctx *ctx, struct str token, bool *ret_is_found,
                          struct private_link *ret) MUST_CHECK;

/* Somebody has opened what the token stands for: when it was mailed to the address that was given
 * with the case, the address is proven for this case from now on. For others of the same address
 * nothing changes, nor for a token that the browser was given, or that is unknown. Own db_tx.
 * Table contact_point. */
enum rc private_link_opened(struct ctx *ctx, struct str token) MUST_CHECK;

#endif
