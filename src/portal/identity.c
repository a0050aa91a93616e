#include "portal/identity.h"

#include "engine/cases/private_link.h"
#include "people/actor.h"
#include "portal/keyring.h"
#include "portal/my.h"
#include "portal/portal.h"

/* The cases of the browser's private links. */
static enum rc linked_cases(struct ctx *ctx, const struct request *request, int64_t *ids,
                            size_t *ret_n)
{
    struct keyring ring = keyring_of(request, KEYRING_CASES);

    for (size_t i = 0; i < ring.n; i++) {
        struct private_link link;
        bool is_found;
        enum rc rc = private_link_find(ctx, ring.tokens[i], &is_found, &link);

        if (rc)
            return rc;
        if (is_found)
            ids[(*ret_n)++] = link.case_id;
    }
    return RC_OK;
}

/* The session of the cookie. */
static enum rc signed_in(struct ctx *ctx, struct request *request)
{
    struct str token = portal_cookie(request, ME_COOKIE);
    struct resident *resident = ARENA_NEW(ctx->arena, struct resident);
    bool is_found = false;
    enum rc rc = RC_OK;

    if (!resident)
        return FAIL(ctx, ERR_MEMORY);
    if (token.n)
        rc = resident_find(ctx, token, &is_found, resident);
    if (rc || !is_found)
        return rc;
    request->session = resident;
    return RC_OK;
}

const struct resident *identity_resident(const struct request *request)
{
    return request->session;
}

enum rc identity_leave(struct ctx *ctx, const struct request *request)
{
    const struct resident *resident = identity_resident(request);
    enum rc rc = RC_OK;

    if (resident)
        rc = resident_session_end(ctx, resident->party, resident->session_id);
    if (rc != RC_NOT_FOUND)
        return rc;
    ctx_clear_error(ctx);
    return RC_OK;
}

enum rc portal_begin(struct ctx *ctx, struct request *request)
{
    struct actor *actor = ARENA_NEW(ctx->arena, struct actor);
    int64_t *ids = ARENA_ARRAY(ctx->arena, KEYRING_MAX, int64_t);
    const struct resident *resident;
    size_t n = 0;
    enum rc rc;

    if (!actor || !ids)
        return FAIL(ctx, ERR_MEMORY);
    rc = linked_cases(ctx, request, ids, &n);
    if (!rc)
        rc = signed_in(ctx, request);
    resident = identity_resident(request);
    if (rc || (!n && !resident))
        return rc;
    *actor = (struct actor){.kind = ACTOR_RESIDENT, .case_ids = ids, .case_n = n};
    if (resident) {
        actor->id = resident->party;
        actor->name = resident->name;
        actor->email = resident->email;
    }
    ctx->actor = actor;
    return RC_OK;
}
