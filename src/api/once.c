#include "api/once.h"

#include "api/caller.h"
#include "api/queries.h"
#include "base/crypto.h"
#include "db/also.h"
#include "engine/cases/cases.h"
#include "people/seal.h"

#define KEY_COLUMN    128 /* bytes that surely fit the table */
#define STATUS_ACTED  1   /* in the column of the answer's status, which is 0 before */
#define NOTE_BYTES    ((size_t)1 << 20)
#define SWEPT_ALONG   20  /* with each new key */
#define SWEPT_AT_ONCE 500 /* by the daily job, so that others need not wait */

struct call {
    int64_t api_key;
    struct str idempotency;
    struct crypto_hash hash;
    struct crypto_hash former_hash; /* without the form's fields: what the version before kept,
                                       needed until IDEMPOTENCY_KEPT_US after the upgrade */
    int64_t id;
    bool has_again, is_answered, is_acted;
    struct api_call_get_row row;
    const struct reply *reply;
    struct str location, etag, sealed;
};

/* The key as its column holds it. One that is longer is named by a hash: no program's own key looks
 * like that by accident. */
static struct str key_stored(struct ctx *ctx, struct str key)
{
    struct crypto_hash hash = crypto_sha256(key);

    if (key.n <= KEY_COLUMN)
        return key;
    return str_fmt(ctx->arena, "sha256 %.*s",
                   STR_ARG(crypto_hex(ctx->arena, crypto_hash_str(&hash))));
}

static enum rc read_key(struct ctx *ctx, const struct request *request, struct str *ret)
{
    struct err refused = {.id = ERR_REQUIRED, .file = __FILE__, .line = __LINE__};
    struct str key = STR_NONE;
    enum rc rc = idempotency_key_read(ctx, request, &key);

    if (!rc && key.n) {
        *ret = key_stored(ctx, key);
        return RC_OK;
    }
    if (rc) {
        refused = ctx->err;
        refused.field = STR_NONE;
        ctx_clear_error(ctx);
    }
    return api_refuse(ctx, request, API_HEADER, S("Idempotency-Key"), refused);
}

/* Over all that makes the request what it is: a form by its fields, then its files. */
static enum rc hash_request(struct ctx *ctx, const struct request *request, bool is_former,
                            struct crypto_hash *ret)
{
    struct crypto_sha256_state *state = crypto_sha256_new();
    enum rc rc;

    crypto_sha256_add(state, http_method_name(request->method));
    crypto_sha256_add(state, S(" "));
    crypto_sha256_add(state, request->target);
    crypto_sha256_add(state, S("\n"));
    crypto_sha256_add(state, request->body);
    if (!is_former && request->form.n) {
        request_hash_fields(ctx, request, STR_NONE, state);
        crypto_sha256_add(state, S("files "));
    }
    rc = request_hash_uploads(ctx, request, state);
    *ret = crypto_sha256_end(state);
    return rc;
}

static bool is_same(const struct call *call)
{
    return str_eq(call->row.request_hash, crypto_hash_str(&call->hash)) ||
           str_eq(call->row.request_hash, crypto_hash_str(&call->former_hash));
}

/* What the row says of a request that came before. */
static enum rc look_at(struct ctx *ctx, struct call *call)
{
    if (!is_same(call))
        return FAIL(ctx, ERR_IDEMPOTENCY);
    call->id = call->row.id;
    call->is_acted = call->row.status >= STATUS_ACTED;
    call->is_answered =
        call->row.status > STATUS_ACTED && (call->has_again || !call->row.answer_is_null);
    if (call->is_answered)
        return RC_OK;
    if (call->row.status <= STATUS_ACTED &&
        ctx->now.us_utc - call->row.begun.us_utc < ONCE_WORKING_US)
        return FAIL(ctx, ERR_UNDER_WAY);
    return api_call_again(ctx, call->id, ctx->now, NULL);
}

static struct instant kept_since(const struct ctx *ctx)
{
    return instant_plus_us(ctx->now, -ONCE_KEPT_US);
}

static enum rc reserve_tx(struct ctx *ctx, void *arg)
{
    struct call *call = arg;
    bool is_found;
    enum rc rc = api_call_get(ctx, call->api_key, call->idempotency, &is_found, &call->row);

    call->is_answered = call->is_acted = false;
    if (!rc && is_found && instant_cmp(call->row.begun, kept_since(ctx)) >= 0)
        return look_at(ctx, call);
    if (!rc && is_found)
        rc = api_call_drop(ctx, call->row.id, NULL);
    if (!rc)
        rc = api_calls_forget(ctx, kept_since(ctx), SWEPT_ALONG, NULL);
    if (rc)
        return rc;
    return api_call_add(ctx,
                        &(struct api_call_add_args){
                            .api_key = call->api_key,
                            .idempotency = call->idempotency,
                            .request_hash = crypto_hash_str(&call->hash),
                            .begun = ctx->now,
                        },
                        &call->id);
}

/* Work that did nothing leaves nothing; what was done stays, and nobody is at it any more. */
static enum rc drop_tx(struct ctx *ctx, void *arg)
{
    const struct call *call = arg;

    if (call->is_acted)
        return api_call_again(ctx, call->id, instant_plus_us(ctx->now, -ONCE_WORKING_US), NULL);
    return api_call_drop(ctx, call->id, NULL);
}

/* Within the work's own transaction. */
static enum rc acted_tx(struct ctx *ctx, void *arg)
{
    const struct call *call = arg;

    return api_call_acted(ctx, call->id, NULL);
}

static enum rc settle_tx(struct ctx *ctx, void *arg)
{
    const struct call *call = arg;

    return api_call_settle(ctx,
                           &(struct api_call_settle_args){
                               .id = call->id,
                               .status = call->reply->status,
                               .location = call->location,
                               .etag = call->etag,
                               .answer = call->sealed,
                               .answer_is_null = call->has_again,
                           },
                           NULL);
}

/* The failure stays what it is, whatever becomes of the note. In memory of its own: what failed may
 * have been the request's, and a note that stays keeps the program from asking again. */
static void forget(const struct ctx *ctx, struct call *call)
{
    struct ctx after = {.arena = arena_new(NOTE_BYTES), .now = ctx->now, .db = ctx->db};

    if (after.arena && db_tx(&after, drop_tx, call))
        ctx_clear_error(&after);
    ctx_done(&after);
    arena_free(after.arena);
}

static struct str header_of(const struct reply *reply, struct str name)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (str_eq_ascii_nocase(reply->headers[i].name, name))
            return reply->headers[i].value;
    return STR_NONE;
}

/* What was done is done: an answer that cannot be kept is given all the same. */
static void keep(struct ctx *ctx, struct call *call, const struct reply *reply)
{
    call->reply = reply;
    if (!call->has_again) {
        call->location = header_of(reply, S("location"));
        call->etag = reply->etag;
        call->sealed = seal(ctx->arena, S("api answer"), buf_str(&reply->body));
    }
    if (db_tx(ctx, settle_tx, call))
        ctx_clear_error(ctx);
}

/* False when the answer cannot be opened any more: the installation's key is another. */
static bool replay(struct ctx *ctx, const struct call *call, struct reply *reply)
{
    struct str body;

    if (!seal_open(ctx->arena, S("api answer"), call->row.answer, &body))
        return false;
    reply->status = (int)call->row.status;
    reply->content_type = "application/json";
    reply->etag = call->row.etag;
    if (call->row.location.n)
        reply_header(reply, S("Location"), call->row.location);
    buf_add(&reply->body, body);
    return true;
}

static enum rc act(struct ctx *ctx, struct request *request, struct reply *reply, api_work_fn *work,
                   struct call *call)
{
    struct db_also also = {.fn = acted_tx, .arg = call};
    enum rc rc;

    db_also(&also);
    rc = work(ctx, request, reply);
    db_also(NULL);
    call->is_acted |= also.is_done;
    return rc;
}

/* Answers what was done before, and keeps what there is to keep of it. */
static enum rc answer_again(struct ctx *ctx, struct request *request, struct reply *reply,
                            api_work_fn *again, struct call *call)
{
    enum rc rc;

    reply_header(reply, S("Idempotency-Replayed"), S("true"));
    rc = again(ctx, request, reply);
    if (call->is_answered)
        return rc;
    if (!rc)
        keep(ctx, call, reply);
    else
        forget(ctx, call);
    return rc;
}

enum rc api_once(struct ctx *ctx, struct request *request, struct reply *reply, api_work_fn *work,
                 api_work_fn *again)
{
    struct api_caller *caller = api_caller(request);
    struct call call = {.api_key = caller->key->id, .has_again = again != NULL};
    enum rc rc = read_key(ctx, request, &call.idempotency);

    if (!rc)
        rc = hash_request(ctx, request, false, &call.hash);
    call.former_hash = call.hash;
    if (!rc && request->form.n)
        rc = hash_request(ctx, request, true, &call.former_hash);
    if (!rc)
        rc = db_tx(ctx, reserve_tx, &call);
    if (rc) {
        caller->wait_s = 1;
        return rc;
    }
    if (call.is_acted && again)
        return answer_again(ctx, request, reply, again, &call);
    if (call.is_answered && replay(ctx, &call, reply)) {
        reply_header(reply, S("Idempotency-Replayed"), S("true"));
        return RC_OK;
    }
    caller->was_done = call.is_acted;
    rc = act(ctx, request, reply, work, &call);
    if (!rc)
        keep(ctx, &call, reply);
    else
        forget(ctx, &call);
    return rc;
}

static struct str hashed(struct ctx *ctx, struct str text)
{
    struct crypto_hash hash = crypto_sha256(text);

    return crypto_hex(ctx->arena, crypto_hash_str(&hash));
}

enum rc api_once_name(struct ctx *ctx, const struct request *request, struct str *ret)
{
    struct str program =
        str_fmt(ctx->arena, "api %lld %.*s", (long long)api_caller(request)->key->id,
                STR_ARG(request_header(request, S("idempotency-key"))));
    struct str body = hashed(ctx, request->body), former = hashed(ctx, program);
    struct str name =
        hashed(ctx, str_fmt(ctx->arena, "%.*s %.*s", STR_ARG(program), STR_ARG(body)));
    bool is_found = false, is_former = false;
    struct filed filed;
    enum rc rc = RC_OK;

    if (api_caller(request)->was_done)
        rc = case_filed_before(ctx, name, &is_found, &filed);
    if (!rc && api_caller(request)->was_done && !is_found)
        rc = case_filed_before(ctx, former, &is_former, &filed);
    if (!rc)
        *ret = is_former ? former : name;
    return rc;
}

/* ---- The daily sweep */

struct sweep {
    int64_t removed;
};

static enum rc forget_tx(struct ctx *ctx, void *arg)
{
    struct sweep *sweep = arg;

    return api_calls_forget(ctx, kept_since(ctx), SWEPT_AT_ONCE, &sweep->removed);
}

static enum rc run_sweep(struct ctx *ctx, const struct job *job)
{
    struct sweep sweep = {.removed = SWEPT_AT_ONCE};
    enum rc rc = RC_OK;

    (void)job;
    while (!rc && sweep.removed == SWEPT_AT_ONCE)
        rc = db_tx(ctx, forget_tx, &sweep);
    return rc;
}

const struct job_kind api_once_jobs[] = {{"api.sweep", run_sweep, JOB_DAILY}, {.kind = NULL}};
