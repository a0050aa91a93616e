/* The audit of the whole record: one walk over the leaves, comparing with all that is kept. */
#include <stdlib.h>

#include "base/json.h"
#include "db/db.h"
#include "engine/record/queries.h"
#include "engine/record/record.h"
#include "engine/record/record_tree.h"

#define HASH_BYTES     CRYPTO_SHA256_BYTES
#define TILE_BYTES     (RECORD_TILE_HASHES * HASH_BYTES)
#define EVENT_CAP      ((size_t)4 << 20) /* what the check of one event may take */
#define FIRST_IDS_ROOM 64

/* A level of the tree as far as the walk has come. */
struct level {
    int64_t n; /* hashes met */
    size_t tile_bytes;
    char tile[TILE_BYTES]; /* as stored: the one that the next hash is in */
};

/* A signed head as it is stored. */
struct stored_head {
    bool is_there;
    int64_t id;
    struct record_head head;
};

struct ids {
    int64_t *of;
    size_t n, room;
};

struct audit {
    const struct record_checks *checks;
    struct stored_head next; /* the head to be met next */
    struct record_count_row counted;
    struct merkle_peaks tree;
    struct level levels[RECORD_TILE_LEVELS];
    int64_t tiles, payloads;
    struct ids gone, erased; /* events without a payload; those that are said to be erased */
    struct arena *arena;     /* for one event */
    struct record_audit *found;
};

static enum rc trouble(struct ctx *ctx, struct audit *audit, const char *what, int64_t which)
{
    audit->found->trouble = str_fmt(ctx->arena, "%s %lld", what, (long long)which);
    return FAIL(ctx, ERR_RECORD, .detail = audit->found->trouble);
}

static enum rc ids_add(struct ctx *ctx, struct ids *ids, int64_t id)
{
    size_t room = ids->room ? 2 * ids->room : FIRST_IDS_ROOM;

    if (ids->n == ids->room) {
        int64_t *more =
            arena_grow(ctx->arena, ids->of, ids->room * sizeof *more, room * sizeof *more);

        if (!more)
            return FAIL(ctx, ERR_MEMORY);
        ids->of = more;
        ids->room = room;
    }
    ids->of[ids->n++] = id;
    return RC_OK;
}

/* ---- Heads */

static bool is_root(const struct audit *audit, struct str root)
{
    struct crypto_hash now = merkle_root(&audit->tree);

    return str_eq(root, crypto_hash_str(&now));
}

static enum rc keep_head(struct ctx *ctx, const struct head_after_row *row, void *arg)
{
    struct audit *audit = arg;
    struct stored_head *next = &audit->next;

    if (row->root.n != sizeof next->head.root.bytes ||
        row->signature.n != sizeof next->head.signature.bytes)
        return trouble(ctx, audit, "a signed head is damaged, of size", row->size);
    *next = (struct stored_head){true, row->id, {.size = row->size, .at = row->at}};
    memcpy(next->head.root.bytes, row->root.p, row->root.n);
    memcpy(next->head.signature.bytes, row->signature.p, row->signature.n);
    return RC_OK;
}

/* A year may have half a million heads: they are read one after the other. */
static enum rc read_next_head(struct ctx *ctx, struct audit *audit, int64_t after)
{
    audit->next.is_there = false;
    return head_after(ctx, after, keep_head, audit);
}

static enum rc check_head(struct ctx *ctx, struct audit *audit)
{
    const struct record_head *head = &audit->next.head;
    struct str signature = {(const char *)head->signature.bytes, sizeof head->signature.bytes};

    if (audit->next.id != audit->found->heads + 1)
        return trouble(ctx, audit, "a signed head is missing before the one of size", head->size);
    if (!is_root(audit, crypto_hash_str(&head->root)))
        return trouble(ctx, audit, "the record is not what was signed at size", head->size);
    if (!crypto_sign_verifies(audit->checks->public_key, record_head_text(audit->arena, head),
                              signature))
        return trouble(ctx, audit, "the signature is not the city's at size", head->size);
    audit->found->heads++;
    audit->found->signed_size = head->size;
    return RC_OK;
}

/* What was signed of a tree of the size it has just reached. */
static enum rc meet_heads(struct ctx *ctx, struct audit *audit)
{
    const struct record_head *saved = audit->checks->saved;
    bool is_stored = audit->next.is_there && audit->next.head.size == audit->tree.size;
    enum rc rc = is_stored ? check_head(ctx, audit) : RC_OK;

    if (!rc && is_stored)
        rc = read_next_head(ctx, audit, audit->tree.size);
    if (rc)
        return rc;
    if (!saved || saved->size != audit->tree.size)
        return RC_OK;
    if (!is_root(audit, crypto_hash_str(&saved->root)))
        return trouble(ctx, audit, "the record is not what the saved head says at size",
                       saved->size);
    if (!is_stored)
        return trouble(ctx, audit, "the record has no longer the head that was saved, of size",
                       saved->size);
    return RC_OK;
}

/* ---- Tiles */

static enum rc keep_tile(struct ctx *ctx, const struct tile_read_row *row, void *arg)
{
    struct level *at = arg;
    size_t fits = row->hashes.n < sizeof at->tile ? row->hashes.n : sizeof at->tile;

    (void)ctx;
    memcpy(at->tile, row->hashes.p, fits);
    at->tile_bytes = row->hashes.n; /* too many show when the tile ends */
    return RC_OK;
}

static enum rc begin_tile(struct ctx *ctx, struct audit *audit, int level)
{
    struct level *at = &audit->levels[level];
    enum rc rc;

    at->tile_bytes = 0;
    rc = tile_read(ctx, level, at->n / RECORD_TILE_HASHES, keep_tile, at);
    if (rc)
        return rc;
    if (!at->tile_bytes)
        return trouble(ctx, audit, "a tile of the tree is missing: level", level);
    audit->tiles++;
    return RC_OK;
}

/* Holds the next hash of a level against its tile; the root of a full tile goes a level up. */
static enum rc check_hash(struct ctx *ctx, struct audit *audit, int level, struct crypto_hash hash)
{
    struct level *at = &audit->levels[level];
    size_t from = (size_t)(at->n % RECORD_TILE_HASHES) * HASH_BYTES;
    enum rc rc = from == 0 ? begin_tile(ctx, audit, level) : RC_OK;

    if (rc)
        return rc;
    if (from + HASH_BYTES > at->tile_bytes || memcmp(at->tile + from, hash.bytes, HASH_BYTES) != 0)
        return level == 0 ? trouble(ctx, audit, "an event is not what was hashed: place", at->n)
                          : trouble(ctx, audit, "a tile of the tree is wrong: level", level);
    at->n++;
    if (at->n % RECORD_TILE_HASHES)
        return RC_OK;
    if (at->tile_bytes != TILE_BYTES || level + 1 == RECORD_TILE_LEVELS)
        return trouble(ctx, audit, "a tile of the tree is longer than its events: level", level);
    return check_hash(ctx, audit, level + 1, merkle_root_of((struct str){at->tile, TILE_BYTES}));
}

static enum rc check_last_tiles(struct ctx *ctx, struct audit *audit)
{
    for (int level = 0; level < RECORD_TILE_LEVELS; level++) {
        const struct level *at = &audit->levels[level];
        size_t used = (size_t)(at->n % RECORD_TILE_HASHES) * HASH_BYTES;

        if (used && at->tile_bytes != used)
            return trouble(ctx, audit, "a tile of the tree is longer than its events: level",
                           level);
    }
    if (audit->counted.tiles != audit->tiles)
        return trouble(ctx, audit, "tiles of the tree that nothing needs:",
                       audit->counted.tiles - audit->tiles);
    return RC_OK;
}

/* ---- Events */

/* Which event the payload of a payload.erased speaks of; an earlier one. */
static enum rc read_erased(struct ctx *ctx, struct audit *audit, const struct leaves_all_row *row)
{
    struct ctx work = {.arena = audit->arena, .now = ctx->now};
    json_t *root;
    int64_t id = 0;
    enum rc rc;

    if (row->payload_is_null)
        return trouble(ctx, audit, "what was erased is itself gone: event", row->event);
    rc = json_parse(&work, row->payload, EVENT_CAP, &root);
    if (!rc)
        rc = json_get_i64(&work, root, S("event"), &id);
    ctx_done(&work);
    if (rc || id >= row->event)
        return trouble(ctx, audit, "an erasure names no earlier event: event", row->event);
    audit->found->erased++;
    return ids_add(ctx, &audit->erased, id);
}

static enum rc check_payload(struct ctx *ctx, struct audit *audit, const struct leaves_all_row *row)
{
    enum rc rc = RC_OK;

    if (event_is(row->kind, EVENT_PAYLOAD_ERASED))
        rc = read_erased(ctx, audit, row);
    if (rc || row->payload_is_null)
        return rc ? rc : ids_add(ctx, &audit->gone, row->event);
    audit->payloads++;
    if (!str_eq(row->commitment, record_commitment(audit->arena, row->salt, row->payload)))
        return trouble(ctx, audit, "a payload is not what was promised: event", row->event);
    return RC_OK;
}

static enum rc check_header(struct ctx *ctx, struct audit *audit, const struct leaves_all_row *row)
{
    struct event_header header = EVENT_HEADER_OF(row, row->event);
    struct crypto_hash leaf = record_leaf_hash(audit->arena, &header);
    enum rc rc;

    /* None is written as NULL: 0 would give the same text. */
    if ((!row->cases_is_null && row->cases == 0) || (!row->actor_is_null && row->actor == 0))
        return trouble(ctx, audit, "an event is not what was hashed: place", row->position);
    rc = check_hash(ctx, audit, 0, leaf);
    if (!rc)
        merkle_append(&audit->tree, &leaf);
    return rc;
}

static enum rc check_leaf(struct ctx *ctx, const struct leaves_all_row *row, void *arg)
{
    struct audit *audit = arg;
    const struct record_checks *checks = audit->checks;
    enum rc rc;

    arena_reset(audit->arena);
    if (row->position != audit->tree.size)
        return trouble(ctx, audit, "an event is missing before place", row->position);
    rc = check_payload(ctx, audit, row);
    if (!rc)
        rc = check_header(ctx, audit, row);
    if (arena_has_failed(audit->arena)) {
        ctx_clear_error(ctx); /* what was found may be for want of memory alone */
        rc = FAIL(ctx, ERR_MEMORY);
    }
    if (rc)
        return rc;
    audit->found->events++;
    if (checks->progress && audit->found->events % RECORD_PROGRESS_EVENTS == 0)
        checks->progress(checks->progress_arg, audit->found->events, audit->counted.leaves);
    return meet_heads(ctx, audit);
}

/* ---- What only the end shows */

static int compare_ids(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

/* The payloads that are gone are those that were erased, and no others. */
static enum rc check_erased(struct ctx *ctx, struct audit *audit)
{
    struct ids *gone = &audit->gone, *erased = &audit->erased;

    if (gone->n)
        qsort(gone->of, gone->n, sizeof *gone->of, compare_ids);
    if (erased->n)
        qsort(erased->of, erased->n, sizeof *erased->of, compare_ids);
    for (size_t i = 0; i < gone->n || i < erased->n; i++) {
        if (i == erased->n || (i < gone->n && gone->of[i] < erased->of[i]))
            return trouble(ctx, audit, "a payload is gone and no event says why: event",
                           gone->of[i]);
        if (i == gone->n || gone->of[i] > erased->of[i])
            return trouble(ctx, audit, "a payload is there that was erased: event", erased->of[i]);
    }
    return RC_OK;
}

static enum rc check_end(struct ctx *ctx, struct audit *audit)
{
    const struct record_count_row *counted = &audit->counted;
    const struct record_head *saved = audit->checks->saved;
    int64_t size = audit->tree.size;
    bool may_wait = db_engine(ctx->db) == SQL_POSTGRES;
    int64_t waiting = may_wait ? counted->waiting : 0;
    int64_t payloads = audit->payloads + (may_wait ? counted->waiting_payloads : 0);
    enum rc rc;

    audit->found->waiting = waiting;
    if (counted->leaves != size)
        return trouble(ctx, audit, "an event is missing at place", size);
    if (counted->events != size + waiting)
        return trouble(ctx, audit,
                       "events without a place in the record:", counted->events - size - waiting);
    if (audit->next.is_there)
        return trouble(ctx, audit, "the record is shorter than the signed head of size",
                       audit->next.head.size);
    if (saved && saved->size > size)
        return trouble(ctx, audit, "the record is shorter than the saved head of size",
                       saved->size);
    if (counted->payloads != payloads)
        return trouble(ctx, audit,
                       "payloads that belong to no event:", counted->payloads - payloads);
    rc = check_last_tiles(ctx, audit);
    return rc ? rc : check_erased(ctx, audit);
}

static enum rc walk(struct ctx *ctx, struct audit *audit)
{
    enum rc rc = record_count(ctx, &audit->counted);

    if (!rc)
        rc = read_next_head(ctx, audit, INT64_MIN);
    if (!rc)
        rc = meet_heads(ctx, audit);
    if (!rc)
        rc = leaves_all(ctx, check_leaf, audit);
    return rc ? rc : check_end(ctx, audit);
}

static bool is_signed(struct ctx *ctx, const struct record_checks *checks)
{
    const struct record_head *head = checks->saved;
    struct str signature = {(const char *)head->signature.bytes, sizeof head->signature.bytes};

    return crypto_sign_verifies(checks->public_key, record_head_text(ctx->arena, head), signature);
}

enum rc record_verify(struct ctx *ctx, const struct record_checks *checks, struct record_audit *ret)
{
    struct record_audit found = {0};
    struct audit audit = {.checks = checks, .found = &found, .arena = arena_new(EVENT_CAP)};
    enum rc rc = audit.arena ? RC_OK : FAIL(ctx, ERR_MEMORY);

    if (!rc && checks->saved && !is_signed(ctx, checks)) {
        found.trouble = S("the saved head is not signed by this city");
    } else if (!rc) {
        rc = walk(ctx, &audit);
        found.is_good = rc == RC_OK;
    }
    if (rc && ctx->err.id == ERR_RECORD) {
        ctx_clear_error(ctx);
        rc = RC_OK;
    }
    arena_free(audit.arena);
    if (!rc)
        *ret = found;
    return rc;
}
