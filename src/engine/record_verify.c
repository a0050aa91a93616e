#include "db/db.h"
#include "engine/queries.h"
#include "engine/record_tree.h"

#define CHECK_MAX_BYTES ((size_t)16 << 20)
#define TILE_HASHES     256

struct audit {
    struct str public_key;
    const struct record_head *saved;
    struct heads_all_rows heads;
    size_t head; /* the next one to be met */
    struct merkle_peaks tree;
    struct str tile; /* of level 0, that the next leaf is in */
    struct record_audit *found;
};

static enum rc trouble(struct ctx *ctx, struct audit *audit, const char *what, int64_t which)
{
    audit->found->trouble = str_fmt(ctx->arena, "%s (%lld)", what, (long long)which);
    return FAIL(ctx, ERR_RECORD, .detail = audit->found->trouble);
}

static bool is_root(const struct audit *audit, struct str root)
{
    struct crypto_hash now = merkle_root(&audit->tree);

    return str_eq(root, crypto_hash_str(&now));
}

/* The heads whose size the tree has just reached. */
static enum rc meet_heads(struct ctx *ctx, struct audit *audit)
{
    const struct record_head *saved = audit->saved;

    for (; audit->head < audit->heads.n && audit->heads.rows[audit->head].size == audit->tree.size;
         audit->head++) {
        const struct heads_all_row *row = &audit->heads.rows[audit->head];
        struct record_head head = {.size = row->size, .at = row->at};

        if (!is_root(audit, row->root))
            return trouble(ctx, audit, "the record is not what was signed at size", row->size);
        memcpy(head.root.bytes, row->root.p, sizeof head.root.bytes);
        if (!crypto_sign_verifies(audit->public_key, record_head_text(ctx->arena, &head),
                                  row->signature))
            return trouble(ctx, audit, "the signature is not the city's at size", row->size);
        audit->found->heads++;
    }
    if (saved && saved->size == audit->tree.size && !is_root(audit, crypto_hash_str(&saved->root)))
        return trouble(ctx, audit, "the record is not what the saved head says at size",
                       saved->size);
    return RC_OK;
}

static enum rc check_tile(struct ctx *ctx, struct audit *audit, const struct crypto_hash *leaf)
{
    int64_t position = audit->tree.size;
    size_t at = (size_t)(position % TILE_HASHES) * CRYPTO_SHA256_BYTES;
    struct tile_get_row row;
    bool is_found;

    if (at == 0) {
        enum rc rc = tile_get(ctx, 0, position / TILE_HASHES, &is_found, &row);

        if (rc)
            return rc;
        audit->tile = is_found ? row.hashes : STR_NONE;
    }
    if (!str_eq(str_slice(audit->tile, at, at + CRYPTO_SHA256_BYTES), crypto_hash_str(leaf)))
        return trouble(ctx, audit, "an event is not what was hashed: place", position);
    return RC_OK;
}

static enum rc check_leaf(struct ctx *ctx, const struct leaves_all_row *row, void *arg)
{
    struct audit *audit = arg;
    struct arena *arena = arena_child(ctx->arena);
    struct event_header header = {
        .id = row->event,
        .at = row->at,
        .kind = row->kind,
        .case_id = row->cases_is_null ? 0 : row->cases,
        .actor_kind = row->actor_kind,
        .actor = row->actor_is_null ? 0 : row->actor,
        .audience = row->audience,
        .commitment = row->commitment,
    };
    struct crypto_hash leaf, commitment;
    enum rc rc;

    if (!arena)
        return FAIL(ctx, ERR_MEMORY);
    leaf = record_leaf_hash(arena, &header);
    if (!row->payload_is_null) {
        struct str both[] = {row->salt, row->payload};

        commitment = crypto_sha256(str_join(arena, both, 2, STR_NONE));
    }
    arena_free(arena);
    if (row->position != audit->tree.size)
        return trouble(ctx, audit, "an event is missing before place", row->position);
    if (!row->payload_is_null && !str_eq(row->commitment, crypto_hash_str(&commitment)))
        return trouble(ctx, audit, "a payload is not what was promised: event", row->event);
    rc = check_tile(ctx, audit, &leaf);
    if (rc)
        return rc;
    merkle_append(&audit->tree, &leaf);
    audit->found->events++;
    return meet_heads(ctx, audit);
}

static enum rc walk(struct ctx *ctx, struct audit *audit)
{
    struct events_count_row counted;
    enum rc rc = heads_all(ctx, &audit->heads);

    if (!rc)
        rc = meet_heads(ctx, audit);
    if (!rc)
        rc = leaves_all(ctx, check_leaf, audit);
    if (!rc)
        rc = events_count(ctx, &counted);
    if (rc)
        return rc;
    if (counted.total != audit->tree.size)
        return trouble(ctx, audit, "events without a place in the record", counted.total);
    if (audit->head < audit->heads.n)
        return trouble(ctx, audit, "the record is shorter than a signed head says",
                       audit->heads.rows[audit->head].size);
    if (audit->saved && audit->saved->size > audit->tree.size)
        return trouble(ctx, audit, "the record is shorter than the saved head says",
                       audit->saved->size);
    return RC_OK;
}

enum rc record_verify(struct ctx *ctx, struct str public_key, const struct record_head *saved,
                      struct record_audit *ret)
{
    struct record_audit found = {0};
    struct audit audit = {.public_key = public_key, .saved = saved, .found = &found};
    enum rc rc;

    if (saved && !crypto_sign_verifies(public_key, record_head_text(ctx->arena, saved),
                                       (struct str){(const char *)saved->signature.bytes,
                                                    sizeof saved->signature.bytes})) {
        found.trouble = S("the saved head is not signed by this city");
        *ret = found;
        return RC_OK;
    }
    rc = walk(ctx, &audit);
    if (rc && ctx->err.id == ERR_RECORD) {
        ctx_clear_error(ctx);
        rc = RC_OK;
    } else {
        found.is_good = rc == RC_OK;
    }
    if (!rc)
        *ret = found;
    return rc;
}
