/* What no change of an account may do, whoever asks for it. */
#include "base/text.h"
#include "people/account.h"
#include "people/queries.h"

#define MAX_WHY 500

enum rc account_check_other(struct ctx *ctx, int64_t id)
{
    if (ctx->actor && ctx->actor->kind == ACTOR_STAFF && ctx->actor->id == id)
        return FAIL(ctx, ERR_OWN_ACCOUNT);
    return RC_OK;
}

enum rc account_check_why(struct ctx *ctx, struct str why)
{
    return text_check(ctx, why, S("why"), MAX_WHY);
}

enum rc account_administrators(struct ctx *ctx, int64_t *ret)
{
    struct administrators_row row;
    enum rc rc = administrators(ctx, &row);

    if (!rc)
        *ret = row.counted;
    return rc;
}

enum rc account_check_administrators(struct ctx *ctx, int64_t before)
{
    int64_t after;
    enum rc rc = account_administrators(ctx, &after);

    if (rc)
        return rc;
    return before && !after ? FAIL(ctx, ERR_LAST_ADMINISTRATOR) : RC_OK;
}
