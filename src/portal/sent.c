#include "portal/sent.h"

#include "base/crypto.h"
#include "engine/cases/private_link.h"
#include "portal/case_page.h"
#include "portal/keyring.h"
#include "web/server.h"

static bool is_of_service(const struct ctx *ctx, const struct case_by_number_row *row,
                          struct str code)
{
    const struct definition *definition = city_version(ctx->city, row->service_version);

    return definition && str_eq(definition->code, code);
}

enum rc sent_find(struct ctx *ctx, const struct request *request, struct str service,
                  bool *ret_is_found, struct sent_draft *ret)
{
    struct keyring ring = keyring_of(request, KEYRING_DRAFTS);

    *ret_is_found = false;
    for (size_t i = 0; i < ring.n && !*ret_is_found; i++) {
        enum rc rc = draft_case(ctx, ring.tokens[i], &ret->row);

        if (rc == RC_NOT_FOUND) {
            ctx_clear_error(ctx);
            continue;
        }
        if (rc)
            return rc;
        ret->token = ring.tokens[i];
        *ret_is_found = is_of_service(ctx, &ret->row, service);
    }
    return RC_OK;
}

bool sent_is_begun_here(struct ctx *ctx, const struct draft *draft)
{
    struct crypto_hash hash = crypto_sha256(draft->token);
    struct str begun;

    return draft_key_token(ctx->arena, draft->key, &begun) && str_eq(begun, crypto_hash_str(&hash));
}

struct str sent_link_token(struct ctx *ctx, const struct request *request, struct str draft_token)
{
    struct str secret = {(const char *)request_csrf(request)->secret, CSRF_SECRET_BYTES};
    struct str message = str_fmt(ctx->arena, "private link of a draft\n%.*s", STR_ARG(draft_token));
    struct crypto_hash mac = crypto_hmac_sha256(secret, message);

    return crypto_base64url(ctx->arena, crypto_hash_str(&mac));
}

enum rc sent_link_again(struct ctx *ctx, const struct request *request, struct reply *reply,
                        struct str draft_token)
{
    struct str token = sent_link_token(ctx, request, draft_token);
    struct instant fresh = instant_plus_us(ctx->now, -OWN_LINK_SHOWN_US);
    struct private_link link;
    bool is_found;
    enum rc rc = private_link_find(ctx, token, &is_found, &link);

    if (!rc && is_found && instant_cmp(link.created, fresh) > 0)
        keyring_add(request, reply, KEYRING_CASES, token);
    return rc;
}
