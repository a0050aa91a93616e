#include "engine/message/webhook.h"

#include <string.h>

#include "base/crypto.h"
#include "base/json.h"
#include "db/db.h"
#include "engine/definition/city.h"
#include "engine/message/fetch.h"
#include "engine/message/queries.h"
#include "engine/record/record.h"
#include "people/api_key.h"
#include "people/seal.h"

#define SECRET_BYTES 32
#define SECRET_START "whsec_"
#define MAX_LIST     1000
#define MAX_ITEMS    20
#define MAX_PAYLOAD  8000

/* RFC 4648, section 4, from the other alphabet of the same. */
static struct str base64(struct arena *arena, struct str bytes)
{
    struct str text = crypto_base64url(arena, bytes);
    struct buf out = buf_in(arena, text.n + 4);

    for (size_t i = 0; i < text.n; i++)
        buf_add_byte(&out, text.p[i] == '-' ? '+' : text.p[i] == '_' ? '/' : text.p[i]);
    while (out.n % 4)
        buf_add_byte(&out, '=');
    return buf_str(&out);
}

static bool base64_decode(struct arena *arena, struct str text, struct str *ret)
{
    struct buf out = buf_in(arena, text.n + 1);

    while (text.n && text.p[text.n - 1] == '=')
        text.n--;
    for (size_t i = 0; i < text.n; i++)
        buf_add_byte(&out, text.p[i] == '+' ? '-' : text.p[i] == '/' ? '_' : text.p[i]);
    return crypto_base64url_decode(arena, buf_str(&out), ret);
}

struct str webhook_signature(struct arena *arena, struct str secret, struct str id,
                             int64_t timestamp_s, struct str body)
{
    struct crypto_hash mac;
    struct str key;

    if (!str_starts_with(secret, S(SECRET_START)) ||
        !base64_decode(arena, str_slice(secret, sizeof SECRET_START - 1, secret.n), &key))
        return STR_NONE;
    mac = crypto_hmac_sha256(
        key, str_fmt(arena, "%.*s.%lld.%.*s", STR_ARG(id), (long long)timestamp_s, STR_ARG(body)));
    return str_fmt(arena, "v1,%.*s", STR_ARG(base64(arena, crypto_hash_str(&mac))));
}

/* " case.opened case.step ", so that each can be found between blanks. */
static struct str between_blanks(struct ctx *ctx, const struct str *items, size_t n)
{
    struct buf out = buf_in(ctx->arena, MAX_LIST);

    for (size_t i = 0; i < n; i++)
        buf_add_fmt(&out, "%s%.*s ", i ? "" : " ", STR_ARG(items[i]));
    return buf_str(&out);
}

static bool is_kind(struct str kind)
{
    for (size_t i = 0; i < kind.n; i++)
        if (!((kind.p[i] >= 'a' && kind.p[i] <= 'z') || kind.p[i] == '.' || kind.p[i] == '-'))
            return false;
    return kind.n > 0 && kind.n <= 40;
}

static enum rc check(struct ctx *ctx, const struct webhook_new *made)
{
    struct fetch fetch = {
        .url = made->url, .is_https_only = true, .may_be_local = ctx->city->is_demonstration};
    struct str trouble;

    if (!fetch_url_is_good(ctx, &fetch, &trouble))
        return FAIL(ctx, ERR_PATTERN, .field = S("url"), .detail = trouble);
    if (made->kind_n > MAX_ITEMS || made->service_n > MAX_ITEMS)
        return FAIL(ctx, ERR_TOO_BIG, .field = made->kind_n > MAX_ITEMS ? S("kind") : S("service"),
                    .arg = S("20"));
    for (size_t i = 0; i < made->kind_n; i++)
        if (!is_kind(made->kinds[i]))
            return FAIL(ctx, ERR_PATTERN, .field = S("kind"));
    for (size_t i = 0; i < made->service_n; i++)
        if (!city_service(ctx->city, made->services[i]))
            return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("service"));
    return RC_OK;
}

struct adding {
    const struct webhook_new *made;
    int64_t api_key, id;
    struct str sealed, kinds, services;
};

static enum rc note(struct ctx *ctx, const char *kind, int64_t id, struct str name,
                    struct str value)
{
    struct buf out = buf_in(ctx->arena, MAX_PAYLOAD);
    struct json_writer json = json_writer_on(&out);

    json_begin_object(&json);
    json_put_member_i64(&json, S("webhook"), id);
    json_put_member(&json, name, value);
    json_end_object(&json);
    return record_add_other(ctx, kind, EVENT_STAFF, buf_str(&out));
}

static enum rc add_tx(struct ctx *ctx, void *arg)
{
    struct adding *adding = arg;
    enum rc rc = webhook_insert(ctx,
                                &(struct webhook_insert_args){
                                    .api_key = adding->api_key,
                                    .url = adding->made->url,
                                    .secret = adding->sealed,
                                    .kinds = adding->kinds,
                                    .services = adding->services,
                                    .created = ctx->now,
                                },
                                &adding->id);

    return rc ? rc : note(ctx, "webhook.added", adding->id, S("url"), adding->made->url);
}

static enum rc find_key(struct ctx *ctx, struct str prefix, int64_t *ret)
{
    enum rc rc = api_key_id(ctx, prefix, ret);

    db_reader_release(ctx);
    if (rc != RC_NOT_FOUND)
        return rc;
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("key"));
}

enum rc webhook_add(struct ctx *ctx, const struct webhook_new *made, struct str *ret_secret,
                    int64_t *ret_id)
{
    struct adding adding = {
        .made = made,
        .kinds = between_blanks(ctx, made->kinds, made->kind_n),
        .services = between_blanks(ctx, made->services, made->service_n),
    };
    char bytes[SECRET_BYTES];
    struct str secret;
    enum rc rc = check(ctx, made);

    if (!rc)
        rc = find_key(ctx, made->key_prefix, &adding.api_key);
    if (rc)
        return rc;
    crypto_random_bytes(bytes, sizeof bytes);
    secret = base64(ctx->arena, (struct str){bytes, sizeof bytes});
    secret = str_fmt(ctx->arena, SECRET_START "%.*s", STR_ARG(secret));
    adding.sealed = seal(ctx->arena, S("webhook"), secret);
    if (!adding.sealed.n)
        return FAIL(ctx, ERR_MEMORY);
    rc = db_tx(ctx, add_tx, &adding);
    if (rc)
        return rc;
    *ret_secret = secret;
    *ret_id = adding.id;
    return RC_OK;
}

enum rc webhook_list(struct ctx *ctx, struct webhook_line **ret, size_t *ret_n)
{
    struct webhooks_all_rows rows;
    struct webhook_line *lines;
    enum rc rc = ctx->conn ? RC_OK : db_reader_acquire(ctx);

    if (!rc)
        rc = webhooks_all(ctx, &rows);
    if (rc)
        return rc;
    lines = ARENA_ARRAY(ctx->arena, rows.n, struct webhook_line);
    if (!lines)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++) {
        const struct webhooks_all_row *row = &rows.rows[i];

        lines[i] = (struct webhook_line){
            .id = row->id,
            .failures = row->failures,
            .queued = row->queued,
            .url = row->url,
            .key_prefix = row->prefix,
            .kinds = row->kinds,
            .services = row->services,
            .ended_why = row->ended_why,
            .created = row->created,
            .failing = row->failing,
            .ended = row->ended,
            .is_failing = !row->failing_is_null,
            .has_ended = !row->ended_is_null,
        };
    }
    *ret = lines;
    *ret_n = rows.n;
    return RC_OK;
}

static enum rc end(struct ctx *ctx, int64_t id, const char *kind, struct str why)
{
    int64_t changed;
    enum rc rc = webhook_end(ctx, id, ctx->now, why, &changed);

    if (rc || !changed)
        return rc;
    rc = webhook_deliveries_drop(ctx, id, NULL);
    return rc ? rc : note(ctx, kind, id, S("why"), why);
}

enum rc webhook_end_for(struct ctx *ctx, int64_t id, struct str why)
{
    return end(ctx, id, "webhook.disabled", why);
}

static enum rc remove_tx(struct ctx *ctx, void *arg)
{
    const int64_t *id = arg;
    struct webhook_get_row row;
    bool is_found;
    enum rc rc = webhook_get(ctx, *id, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    return end(ctx, *id, "webhook.removed", S("removed"));
}

enum rc webhook_remove(struct ctx *ctx, int64_t id)
{
    return db_tx(ctx, remove_tx, &id);
}
