#include "engine/record/receipt.h"

#include "base/buf.h"
#include "db/db.h"
#include "engine/record/queries.h"
#include "engine/record/record_tree.h"

#define MAX_RECEIPT 20000

static void put(struct buf *out, const char *name, struct str value)
{
    buf_add_fmt(out, "%s %.*s\n", name, STR_ARG(value.n ? value : S("-")));
}

static void put_i64(struct buf *out, const char *name, int64_t value)
{
    buf_add_fmt(out, "%s %lld\n", name, (long long)value);
}

static void put_hex(struct buf *out, const char *name, const void *bytes, size_t n)
{
    put(out, name, crypto_hex(out->arena, (struct str){bytes, n}));
}

static void put_promise(struct ctx *ctx, struct buf *out, const struct event_for_receipt_row *row,
                        const struct crypto_keypair *keys)
{
    struct crypto_signature signature;

    BUF_ADD(out, "cityhall receipt 1\n");
    put(out, "number", row->number);
    put(out, "service", row->service);
    put(out, "filed", row->opened_is_null ? STR_NONE : instant_format_utc(ctx->arena, row->opened));
    put_i64(out, "event", row->id);
    put_i64(out, "at", row->at.us_utc);
    put(out, "kind", row->kind);
    put(out, "case",
        row->cases_is_null ? STR_NONE : str_fmt(ctx->arena, "%lld", (long long)row->cases));
    put(out, "actor-kind", row->actor_kind);
    put(out, "actor",
        row->actor_is_null ? STR_NONE : str_fmt(ctx->arena, "%lld", (long long)row->actor));
    put_i64(out, "audience", row->audience);
    put_hex(out, "commitment", row->commitment.p, row->commitment.n);
    put_hex(out, "key", keys->public_key, sizeof keys->public_key);
    signature = crypto_sign_message(keys, buf_str(out));
    put_hex(out, "signature", signature.bytes, sizeof signature.bytes);
}

/* The proof under the newest head, when that covers the event. */
static enum rc put_proof(struct ctx *ctx, struct buf *out, int64_t event_id)
{
    struct record_head head;
    struct merkle_proof proof;
    int64_t position;
    bool has_head;
    enum rc rc = record_latest_head(ctx, &has_head, &head);

    if (rc || !has_head)
        return rc;
    rc = record_proof(ctx, event_id, head.size, &position, &proof);
    if (rc == RC_NOT_FOUND) {
        ctx_clear_error(ctx);
        return RC_OK;
    }
    if (rc)
        return rc;
    put_i64(out, "position", position);
    put_i64(out, "size", head.size);
    put_hex(out, "root", head.root.bytes, sizeof head.root.bytes);
    put_i64(out, "signed", head.at.us_utc);
    put_hex(out, "head", head.signature.bytes, sizeof head.signature.bytes);
    for (int i = 0; i < proof.n; i++)
        put_hex(out, "path", proof.hashes[i].bytes, sizeof proof.hashes[i].bytes);
    return RC_OK;
}

enum rc receipt_of_event(struct ctx *ctx, int64_t event_id, const struct crypto_keypair *keys,
                         struct str *ret)
{
    struct buf out = buf_in(ctx->arena, MAX_RECEIPT);
    struct event_for_receipt_row row;
    bool is_found;
    enum rc rc = event_for_receipt(ctx, event_id, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found)
        return FAIL(ctx, ERR_NOT_FOUND);
    put_promise(ctx, &out, &row, keys);
    rc = put_proof(ctx, &out, event_id);
    if (!rc && buf_has_failed(&out))
        rc = FAIL(ctx, ERR_MEMORY);
    if (!rc)
        *ret = buf_str(&out);
    return rc;
}

enum rc receipt_of_case(struct ctx *ctx, struct str number, const struct crypto_keypair *keys,
                        struct str *ret)
{
    struct opening_event_row row;
    bool is_found;
    enum rc rc = opening_event(ctx, number, &is_found, &row);

    if (rc)
        return rc;
    return is_found ? receipt_of_event(ctx, row.id, keys, ret) : FAIL(ctx, ERR_NOT_FOUND);
}
