#include "db/db.h"
#include "people/account.h"
#include "people/people.h"
#include "people/queries.h"

/* The role, scope kind, scope and reason of a change, for the record. */
static enum rc note(struct ctx *ctx, const char *kind, int64_t account_id,
                    const struct people_fact facts[4])
{
    struct account_by_id_row row;
    bool is_found;
    enum rc rc = account_by_id(ctx, account_id, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    return people_note(
        ctx, kind,
        (struct people_fact[]){{S("login"), row.login}, facts[0], facts[1], facts[2], facts[3]},
        facts[3].value.n ? 5 : 4);
}

enum rc grants_load(struct ctx *ctx, int64_t account_id, const struct grant **ret, size_t *ret_n)
{
    struct grants_of_rows rows;
    struct grant *grants;
    size_t n = 0;
    enum rc rc = grants_of(ctx, account_id, &rows);

    if (rc)
        return rc;
    grants = ARENA_ARRAY(ctx->arena, rows.n, struct grant);
    if (!grants)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        const struct grants_of_row *row = &rows.rows[i];

        grants[n].scope = row->scope;
        n += role_of(row->role, &grants[n].role) &&
             scope_kind_of(row->scope_kind, &grants[n].scope_kind);
    }
    *ret = grants;
    *ret_n = n;
    return RC_OK;
}

static bool has_grant(const struct grant *grants, size_t n, const struct grant *grant)
{
    for (size_t i = 0; i < n; i++)
        if (grants[i].role == grant->role && grants[i].scope_kind == grant->scope_kind &&
            str_eq(grants[i].scope, grant->scope))
            return true;
    return false;
}

enum rc grant_put(struct ctx *ctx, int64_t account_id, const struct grant *grant, struct str why)
{
    bool is_city = grant->scope_kind == SCOPE_CITY;
    const struct grant *grants;
    size_t n;
    enum rc rc;

    if (!is_city && (!grant->scope.n || grant->scope.n > 40))
        return FAIL(ctx, ERR_REQUIRED, .field = S("scope"));
    if (!is_city && grant->role == ROLE_ADMINISTRATOR)
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("scope"));
    rc = account_check_other(ctx, account_id);
    if (!rc)
        rc = grants_load(ctx, account_id, &grants, &n);
    if (rc || has_grant(grants, n, grant))
        return rc;
    rc = note(ctx, "grant.added", account_id,
              (struct people_fact[]){{S("role"), role_word(grant->role)},
                                     {S("scope_kind"), scope_kind_word(grant->scope_kind)},
                                     {S("scope"), is_city ? STR_NONE : grant->scope},
                                     {S("why"), why}});
    if (rc)
        return rc;
    return grant_insert(
        ctx,
        &(struct grant_insert_args){
            .account = account_id,
            .role = role_word(grant->role),
            .scope_kind = scope_kind_word(grant->scope_kind),
            .scope = is_city ? STR_NONE : grant->scope,
            .granted = ctx->now,
            .granted_by = ctx->actor ? ctx->actor->id : 0,
            .granted_by_is_null = !ctx->actor || ctx->actor->kind != ACTOR_STAFF || !ctx->actor->id,
        },
        NULL);
}

struct adding {
    int64_t account_id;
    const struct grant *grant;
    struct str why;
};

static enum rc add_tx(struct ctx *ctx, void *arg)
{
    const struct adding *adding = arg;

    return grant_put(ctx, adding->account_id, adding->grant, adding->why);
}

enum rc grant_add(struct ctx *ctx, int64_t account_id, const struct grant *grant, struct str why)
{
    struct adding adding = {account_id, grant, why};
    enum rc rc = account_check_why(ctx, why);

    return rc ? rc : db_tx(ctx, add_tx, &adding);
}

struct revoking {
    int64_t id;
    struct str why;
};

static enum rc revoke_tx(struct ctx *ctx, void *arg)
{
    const struct revoking *revoking = arg;
    struct grant_get_row row;
    int64_t administrators = 0;
    bool is_found;
    enum rc rc = grant_get(ctx, revoking->id, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = account_check_other(ctx, row.account);
    if (!rc)
        rc = account_administrators(ctx, &administrators);
    if (!rc)
        rc = grant_set_revoked(ctx, revoking->id, ctx->now, NULL);
    if (!rc)
        rc = note(ctx, "grant.revoked", row.account,
                  (struct people_fact[]){{S("role"), row.role},
                                         {S("scope_kind"), row.scope_kind},
                                         {S("scope"), row.scope},
                                         {S("why"), revoking->why}});
    return rc ? rc : account_check_administrators(ctx, administrators);
}

enum rc grant_revoke(struct ctx *ctx, int64_t grant_id, struct str why)
{
    struct revoking revoking = {grant_id, why};
    enum rc rc = account_check_why(ctx, why);

    return rc ? rc : db_tx(ctx, revoke_tx, &revoking);
}
