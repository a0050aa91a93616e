#include "engine/record/record_tree.h"

#include <stdlib.h>

#include "base/buf.h"
#include "db/db.h"
#include "engine/record/queries.h"

#define TILE_HASHES RECORD_TILE_HASHES
#define TILE_LEVELS RECORD_TILE_LEVELS
#define HASH_BYTES  CRYPTO_SHA256_BYTES

#define LEAF_MAX_BYTES 200000

/* The growing tile of a level. */
struct tile {
    int64_t position;
    int n;
    bool is_changed;
    char hashes[TILE_HASHES * HASH_BYTES];
};

struct record_sequencer {
    bool is_loaded;
    int64_t size;
    int64_t last_event;
    struct tile tiles[TILE_LEVELS];
};

struct record_sequencer *record_sequencer_new(void)
{
    return calloc(1, sizeof(struct record_sequencer));
}

void record_sequencer_free(struct record_sequencer *sequencer)
{
    free(sequencer);
}

static void add_line(struct buf *out, struct str text)
{
    buf_add(out, text);
    buf_add_byte(out, '\n');
}

static void add_number_line(struct buf *out, int64_t number)
{
    buf_add_i64(out, number);
    buf_add_byte(out, '\n');
}

static void add_id_line(struct buf *out, int64_t id)
{
    if (id)
        add_number_line(out, id);
    else
        add_line(out, S("-"));
}

struct crypto_hash record_leaf_hash(struct arena *arena, const struct event_header *header)
{
    struct buf out = buf_in(arena, LEAF_MAX_BYTES);

    add_line(&out, S("cityhall event 1"));
    add_number_line(&out, header->id);
    add_number_line(&out, header->at.us_utc);
    add_line(&out, header->kind);
    add_id_line(&out, header->case_id);
    add_line(&out, header->actor_kind);
    add_id_line(&out, header->actor);
    add_number_line(&out, header->audience);
    add_line(&out, crypto_hex(arena, header->commitment));
    return merkle_leaf(buf_str(&out));
}

struct str record_head_text(struct arena *arena, const struct record_head *head)
{
    struct str hex = crypto_hex(arena, crypto_hash_str(&head->root));

    return str_fmt(arena, "cityhall head 1\n%lld\n%.*s\n%lld\n", (long long)head->size,
                   STR_ARG(hex), (long long)head->at.us_utc);
}

struct str record_head_format(struct arena *arena, const struct record_head *head)
{
    struct str signature = {(const char *)head->signature.bytes, sizeof head->signature.bytes};

    return str_fmt(arena, "%.*s%.*s\n", STR_ARG(record_head_text(arena, head)),
                   STR_ARG(crypto_hex(arena, signature)));
}

/* The next line as hexadecimal digits of exactly `n` bytes. */
static bool next_hex(struct arena *arena, struct str *rest, void *ret, size_t n)
{
    struct str line, bytes;

    if (!str_next(rest, '\n', &line) || !crypto_hex_decode(arena, line, &bytes) || bytes.n != n)
        return false;
    memcpy(ret, bytes.p, n);
    return true;
}

bool record_head_parse(struct arena *arena, struct str text, struct record_head *ret)
{
    struct str line;
    struct record_head head;

    if (!str_next(&text, '\n', &line) || !str_eq(line, S("cityhall head 1")) ||
        !str_next(&text, '\n', &line) || !str_to_i64(line, &head.size) || head.size < 0 ||
        !next_hex(arena, &text, head.root.bytes, sizeof head.root.bytes) ||
        !str_next(&text, '\n', &line) || !str_to_i64(line, &head.at.us_utc) ||
        !next_hex(arena, &text, head.signature.bytes, sizeof head.signature.bytes) || text.n)
        return false;
    *ret = head;
    return true;
}

static enum rc save_tile(struct ctx *ctx, int level, struct tile *tile)
{
    if (!tile->is_changed)
        return RC_OK;
    tile->is_changed = false;
    return tile_put(ctx, level, tile->position,
                    (struct str){tile->hashes, (size_t)tile->n * HASH_BYTES}, NULL);
}

/* Adds a hash to a level; a tile that becomes full is stored, and its root goes a level up. */
static enum rc extend(struct ctx *ctx, struct record_sequencer *sequencer, int level,
                      struct crypto_hash hash)
{
    for (; level < TILE_LEVELS; level++) {
        struct tile *tile = &sequencer->tiles[level];
        enum rc rc;

        memcpy(tile->hashes + tile->n * HASH_BYTES, hash.bytes, HASH_BYTES);
        tile->n++;
        tile->is_changed = true;
        if (tile->n < TILE_HASHES)
            return RC_OK;
        rc = save_tile(ctx, level, tile);
        if (rc)
            return rc;
        hash = merkle_root_of((struct str){tile->hashes, sizeof tile->hashes});
        tile->position++;
        tile->n = 0;
    }
    return FAIL(ctx, ERR_INTERNAL, .detail = S("the record is full"));
}

static enum rc load_tile(struct ctx *ctx, int level, struct tile *tile)
{
    struct tile_last_row row;
    bool is_found;
    enum rc rc = tile_last(ctx, level, &is_found, &row);

    *tile = (struct tile){.position = 0};
    if (rc || !is_found)
        return rc;
    if (row.hashes.n % HASH_BYTES || row.hashes.n > sizeof tile->hashes)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a tile of the record is damaged"));
    tile->n = (int)(row.hashes.n / HASH_BYTES);
    tile->position = row.position;
    memcpy(tile->hashes, row.hashes.p, row.hashes.n);
    if (tile->n == TILE_HASHES) {
        tile->position++;
        tile->n = 0;
    }
    return RC_OK;
}

/* What is kept in memory must be what the database has: a group whose commit failed took its
 * places with it. */
static enum rc refresh(struct ctx *ctx, struct record_sequencer *sequencer)
{
    struct leaf_last_row last;
    bool is_found;
    int64_t size;
    enum rc rc = leaf_last(ctx, &is_found, &last);

    if (rc)
        return rc;
    size = is_found ? last.position + 1 : 0;
    if (sequencer->is_loaded && size == sequencer->size &&
        (!is_found || last.event == sequencer->last_event))
        return RC_OK;
    for (int level = 0; level < TILE_LEVELS; level++) {
        rc = load_tile(ctx, level, &sequencer->tiles[level]);
        if (rc)
            return rc;
    }
    sequencer->size = size;
    sequencer->last_event = is_found ? last.event : 0;
    sequencer->is_loaded = true;
    return RC_OK;
}

struct placing {
    struct record_sequencer *sequencer;
    struct arena *arena; /* emptied after every event: there may be a million to place */
    int64_t placed;
};

static enum rc place_event(struct ctx *ctx, const struct events_unplaced_row *row, void *arg)
{
    struct placing *placing = arg;
    struct record_sequencer *sequencer = placing->sequencer;
    struct event_header header = EVENT_HEADER_OF(row, row->id);
    enum rc rc = leaf_add(ctx, sequencer->size, row->id, NULL);

    if (rc)
        return rc;
    sequencer->size++;
    sequencer->last_event = row->id;
    placing->placed++;
    arena_reset(placing->arena);
    return extend(ctx, sequencer, 0, record_leaf_hash(placing->arena, &header));
}

enum rc record_sequence(struct ctx *ctx, void *arg)
{
    struct placing placing = {.sequencer = arg, .arena = arena_child(ctx->arena)};
    struct record_sequencer *sequencer = arg;
    enum rc rc = placing.arena ? refresh(ctx, sequencer) : FAIL(ctx, ERR_MEMORY);

    if (!rc)
        rc = events_unplaced(ctx, sequencer->last_event, place_event, &placing);
    for (int level = 0; !rc && level < TILE_LEVELS; level++)
        rc = save_tile(ctx, level, &sequencer->tiles[level]);
    if (!rc && placing.placed && db_engine(ctx->db) == SQL_POSTGRES)
        rc = unplaced_drop(ctx, NULL);
    if (rc)
        sequencer->is_loaded = false;
    arena_free(placing.arena);
    return rc;
}

enum rc record_loaded(struct ctx *ctx)
{
    return unplaced_drop(ctx, NULL);
}

/* merkle_subtree_fn over the stored tiles. */
static enum rc stored_subtree(struct ctx *ctx, void *arg, int level, int64_t position,
                              struct crypto_hash *ret)
{
    int height = level % 8, run = 1 << height;
    int64_t entry = position << height;
    struct tile_get_row row;
    bool is_found;
    enum rc rc = tile_get(ctx, level / 8, entry / TILE_HASHES, &is_found, &row);

    (void)arg;
    if (rc)
        return rc;
    if (!is_found || row.hashes.n < (size_t)(entry % TILE_HASHES + run) * HASH_BYTES)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a tile of the record is missing"));
    *ret = merkle_root_of(
        (struct str){row.hashes.p + entry % TILE_HASHES * HASH_BYTES, (size_t)run * HASH_BYTES});
    return RC_OK;
}

static enum rc tree_size(struct ctx *ctx, int64_t *ret)
{
    struct leaf_last_row last;
    bool is_found;
    enum rc rc = leaf_last(ctx, &is_found, &last);

    if (!rc)
        *ret = is_found ? last.position + 1 : 0;
    return rc;
}

struct signing {
    const struct crypto_keypair *keys;
    bool is_new;
};

static enum rc sign_tx(struct ctx *ctx, void *arg)
{
    struct signing *signing = arg;
    struct record_head head = {.at = ctx->now};
    struct head_latest_row latest;
    bool is_found;
    enum rc rc = tree_size(ctx, &head.size);

    signing->is_new = false;
    if (!rc)
        rc = head_latest(ctx, &is_found, &latest);
    if (rc || (is_found && latest.size == head.size))
        return rc;
    rc = merkle_root_at(ctx, stored_subtree, NULL, head.size, &head.root);
    if (rc)
        return rc;
    head.signature = crypto_sign_message(signing->keys, record_head_text(ctx->arena, &head));
    signing->is_new = true;
    return head_add(
        ctx,
        &(struct head_add_args){
            .id = is_found ? latest.id + 1 : 1,
            .size = head.size,
            .root = crypto_hash_str(&head.root),
            .at = head.at,
            .signature = {(const char *)head.signature.bytes, sizeof head.signature.bytes},
        },
        NULL);
}

enum rc record_sign_head(struct ctx *ctx, const struct crypto_keypair *keys, bool *ret_is_new)
{
    struct signing signing = {.keys = keys};
    enum rc rc = db_settle(ctx);

    if (!rc)
        rc = db_tx(ctx, sign_tx, &signing);
    if (!rc && ret_is_new)
        *ret_is_new = signing.is_new;
    return rc;
}

enum rc record_latest_head(struct ctx *ctx, bool *ret_found, struct record_head *ret)
{
    struct head_latest_row row;
    struct record_head head;
    bool is_found;
    enum rc rc = head_latest(ctx, &is_found, &row);

    if (rc)
        return rc;
    *ret_found = is_found;
    if (!is_found)
        return RC_OK;
    if (row.root.n != sizeof head.root.bytes || row.signature.n != sizeof head.signature.bytes)
        return FAIL(ctx, ERR_INTERNAL, .detail = S("a head of the record is damaged"));
    head.size = row.size;
    head.at = row.at;
    memcpy(head.root.bytes, row.root.p, row.root.n);
    memcpy(head.signature.bytes, row.signature.p, row.signature.n);
    *ret = head;
    return RC_OK;
}

enum rc record_proof(struct ctx *ctx, int64_t event_id, int64_t size, int64_t *ret_position,
                     struct merkle_proof *ret)
{
    struct leaf_of_row row;
    bool is_found;
    enum rc rc = leaf_of(ctx, event_id, &is_found, &row);

    if (rc)
        return rc;
    if (!is_found || row.position >= size)
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = merkle_inclusion(ctx, stored_subtree, NULL, row.position, size, ret);
    if (!rc)
        *ret_position = row.position;
    return rc;
}

enum rc record_consistency(struct ctx *ctx, int64_t old_size, int64_t size,
                           struct merkle_proof *ret)
{
    return merkle_consistency(ctx, stored_subtree, NULL, old_size, size, ret);
}

enum rc record_placed(struct ctx *ctx, int64_t *ret)
{
    struct leaf_last_row row;
    bool is_found;
    enum rc rc = leaf_last(ctx, &is_found, &row);

    if (!rc)
        *ret = is_found ? row.position + 1 : 0;
    return rc;
}
