/* The private link of a case: whoever has its token is the case's reporter.
 * Layer: engine. Reads with ctx->conn. */
#ifndef ENGINE_PRIVATE_LINK_H
#define ENGINE_PRIVATE_LINK_H

#include "base/ctx.h"

struct private_link {
    int64_t case_id;
    struct str number;
    struct instant created;
};

/* What a token opens now. For one that is unknown or has expired *ret_is_found is false, and *ret
 * untouched. */
enum rc private_link_find(struct ctx *ctx, struct str token, bool *ret_is_found,
                          struct private_link *ret) MUST_CHECK;

#endif
