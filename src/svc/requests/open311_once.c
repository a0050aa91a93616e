/* A key of the client's, so that the same report sent again has one effect. */
#include "svc/requests/open311_once.h"

#include "base/crypto.h"
#include "engine/cases/stored_case.h"

#define HALF 32 /* digits of the name for the key, and as many for the report */

/* Over all that makes the report what it is: not which key of the program's or which format. No
 * word stands between fields and files, so a text "media" and a file "media" of that content are
 * one: reports are known by this for as long as their cases are kept, and nobody sends both. */
static enum rc hash_report(struct ctx *ctx, const struct request *request, bool is_former,
                           struct str *ret)
{
    struct crypto_sha256_state *state = crypto_sha256_new();
    struct str service = request_value(request, S("service_code"));
    struct crypto_hash hash;
    enum rc rc = RC_OK;

    crypto_sha256_add(state, str_fmt(ctx->arena, "12 %zu service_code", service.n));
    crypto_sha256_add(state, service);
    request_hash_fields(ctx, request, S("api_key"), state);
    if (!is_former)
        rc = request_hash_uploads(ctx, request, state);
    for (const struct upload *upload = is_former ? request->uploads : NULL; !rc && upload;
         upload = upload->next) {
        crypto_sha256_add(state, upload->field);
        rc = upload_hash(ctx, upload, state);
    }
    hash = crypto_sha256_end(state);
    *ret = crypto_hex(ctx->arena, crypto_hash_str(&hash));
    return rc;
}

enum rc open311_once_read(struct ctx *ctx, const struct request *request, int64_t program,
                          struct open311_once *ret)
{
    struct str given = STR_NONE, report;
    struct crypto_hash hash;
    struct str former;
    enum rc rc = idempotency_key_read(ctx, request, &given);

    *ret = (struct open311_once){.since = instant_plus_us(ctx->now, -IDEMPOTENCY_KEPT_US)};
    if (rc || !given.n)
        return rc;
    rc = hash_report(ctx, request, false, &report);
    if (rc)
        return rc;
    hash =
        crypto_sha256(str_fmt(ctx->arena, "open311 %lld %.*s", (long long)program, STR_ARG(given)));
    former = crypto_hex(ctx->arena, crypto_hash_str(&hash));
    ret->former = former;
    ret->key_n = HALF;
    ret->name = str_fmt(ctx->arena, "%.*s%.*s", HALF, former.p, HALF, report.p);
    return RC_OK;
}

/* Whether a case that a version before has filed holds this report. */
static enum rc is_of(struct ctx *ctx, int64_t case_id, const struct filing *filing, bool *ret)
{
    struct stored_case stored;
    enum rc rc = stored_case_read(ctx, case_id, &stored);

    if (rc)
        return rc;
    *ret = stored.definition->service_id == filing->definition->service_id &&
           str_eq(stored.row.description, filing->description) &&
           str_eq(answers_json(ctx, &stored.answers), answers_json(ctx, &filing->answers)) &&
           stored.has_place == (filing->place != NULL) &&
           (!filing->place || str_eq(stored.place.label, filing->place->label));
    return RC_OK;
}

/* As versions before named it, with the files' lengths left out. */
static enum rc find_unmeasured(struct ctx *ctx, const struct request *request,
                               const struct open311_once *once, struct filed *ret)
{
    struct str report;
    bool is_found;
    enum rc rc = hash_report(ctx, request, true, &report);

    if (rc)
        return rc;
    return case_filed_before(
        ctx, str_fmt(ctx->arena, "%.*s%.*s", HALF, once->former.p, HALF, report.p), &is_found, ret);
}

enum rc open311_once_find(struct ctx *ctx, const struct request *request,
                          const struct open311_once *once, struct filed *ret)
{
    bool is_found;
    enum rc rc;

    if (!once->name.n)
        return RC_OK;
    rc = case_filed_before(ctx, once->name, &is_found, ret);
    return rc || is_found || !request->uploads ? rc : find_unmeasured(ctx, request, once, ret);
}

enum rc open311_once_check(struct ctx *ctx, const struct open311_once *once,
                           const struct filing *filing, struct filed *ret)
{
    struct filed filed = {0};
    bool is_found = false, is_same = false, is_used = false;
    enum rc rc;

    if (!once->name.n)
        return RC_OK;
    rc = case_filed_before(ctx, once->former, &is_found, &filed);
    if (!rc && is_found)
        rc = is_of(ctx, filed.case_id, filing, &is_same);
    if (!rc && is_same)
        *ret = filed;
    if (rc || is_same)
        return rc;
    rc = case_filed_since(ctx, str_slice(once->former, 0, once->key_n), once->since, &is_used);
    return !rc && is_used ? FAIL(ctx, ERR_IDEMPOTENCY) : rc;
}
