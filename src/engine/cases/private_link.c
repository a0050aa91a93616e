#include "engine/cases/private_link.h"

#include "base/crypto.h"
#include "db/db.h"
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

/* A reporter has one address. */
static enum rc prove_contact(struct ctx *ctx, int64_t party)
{
    struct contacts_of_party_rows contacts;
    enum rc rc = contacts_of_party(ctx, party, &contacts);

    for (size_t i = 0; !rc && i < contacts.n; i++)
        if (contacts.rows[i].verified_is_null && str_eq(contacts.rows[i].kind, S("email")))
            rc = contact_prove(ctx, contacts.rows[i].id, ctx->now, NULL);
    return rc;
}

static enum rc opened_tx(struct ctx *ctx, void *arg)
{
    struct crypto_hash hash = crypto_sha256(*(const struct str *)arg);
    struct link_token_get_row token;
    struct case_for_step_row row;
    bool is_found;
    enum rc rc = link_token_get(ctx, crypto_hash_str(&hash), &is_found, &token);

    if (rc || !is_found || !str_eq(token.purpose, S("case")) ||
        !str_eq(token.subject, PRIVATE_LINK_MAILED))
        return rc;
    if (token.cases_is_null || (!token.expires_is_null && instant_cmp(token.expires, ctx->now) < 0))
        return RC_OK;
    rc = case_for_step(ctx, token.cases, &row);
    return rc || row.reporter_is_null ? rc : prove_contact(ctx, row.reporter);
}

enum rc private_link_opened(struct ctx *ctx, struct str token)
{
    return db_tx(ctx, opened_tx, &token);
}
