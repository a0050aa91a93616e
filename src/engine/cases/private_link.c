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
        *ret = (struct private_link){
            .case_id = row.case_id,
            .number = row.number,
            .created = row.created,
            .reporter = row.reporter_is_null ? 0 : row.reporter,
            .is_mailed = str_eq(row.subject, PRIVATE_LINK_MAILED),
        };
    *ret_is_found = is_found;
    return RC_OK;
}

static bool is_unproven(const struct contacts_of_party_row *contact)
{
    return contact->verified_is_null && str_eq(contact->kind, S("email"));
}

struct proving {
    int64_t party;
    struct contacts_of_party_rows contacts;
};

/* A reporter has one address. */
static enum rc prove_tx(struct ctx *ctx, void *arg)
{
    const struct proving *proving = arg;
    const struct contacts_of_party_rows *contacts = &proving->contacts;
    enum rc rc = party_prove(ctx, proving->party, NULL);

    for (size_t i = 0; !rc && i < contacts->n; i++)
        if (is_unproven(&contacts->rows[i]))
            rc = contact_prove(ctx, contacts->rows[i].id, ctx->now, NULL);
    return rc;
}

enum rc private_link_opened(struct ctx *ctx, const struct private_link *link)
{
    struct proving proving = {.party = link->reporter};
    enum rc rc;

    if (!link->is_mailed || !link->reporter)
        return RC_OK;
    rc = contacts_of_party(ctx, link->reporter, &proving.contacts);
    for (size_t i = 0; !rc && i < proving.contacts.n; i++)
        if (is_unproven(&proving.contacts.rows[i]))
            return db_tx(ctx, prove_tx, &proving);
    return rc;
}
