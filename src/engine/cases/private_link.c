#include "engine/cases/private_link.h"

#include "base/crypto.h"
#include "engine/cases/queries.h"

enum rc private_link_find(struct ctx *ctx, struct str token, bool *ret_is_found,
                          struct private_link *ret)
{
    struct crypto_hash hash = crypto_sha256(token);
    struct link_case_row row;
    bool is_found;
    enum rc rc = link_case(ctx, crypto_hash_str(&hash), ctx->now, &is_found, &row);

    if (rc)
        return rc;
    if (is_found)
        *ret = (struct private_link){row.case_id, row.number, row.created};
    *ret_is_found = is_found;
    return RC_OK;
}
