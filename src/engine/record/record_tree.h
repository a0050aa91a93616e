/* The record's Merkle tree in the database: giving events their place, signing heads, proofs.
 *
 * Leaf k is the k-th event in the order the sequencer gave; its text, which is hashed, is
 *
 *   cityhall event 1 LF id LF at (us UTC) LF kind LF case or - LF actor kind LF actor or - LF
 *   audience LF commitment (hex) LF
 *
 * A head is signed (Ed25519) over
 *
 *   cityhall head 1 LF size LF root (hex) LF at (us UTC) LF
 *
 * Heads are numbered from 1 without gaps, so that one taken out of the middle is missed.
 *
 * Hashes are kept in tiles of 256 (after C2SP's tlog-tiles), so that any proof needs a handful of
 * rows. Layer: engine. */
#ifndef ENGINE_RECORD_TREE_H
#define ENGINE_RECORD_TREE_H

#include "engine/record/merkle.h"

#define RECORD_TILE_HASHES 256
#define RECORD_TILE_LEVELS 8 /* 256^8 leaves */

struct record_sequencer;

/* The state of the one sequencer of a store; keeps nothing that the database does not have. NULL
 * when there is no memory. Owned: record_sequencer_free. */
struct record_sequencer *record_sequencer_new(void);
void record_sequencer_free(struct record_sequencer *sequencer);

/* Gives every event without a place the next one, oldest first, and extends the tiles. It is the
 * store's hook (db_set_group_hook): on SQLite each group's events get their places with it; on
 * PostgreSQL moments later, under the lease, and an event whose transaction ended late comes after
 * those that were placed before. `sequencer` is a struct record_sequencer. */
enum rc record_sequence(struct ctx *ctx, void *sequencer) MUST_CHECK;

/* After a store was filled with events and their places (db_load): those that have one wait no
 * longer. Inside that transaction. */
enum rc record_loaded(struct ctx *ctx) MUST_CHECK;

/* The text of an event that is hashed to its leaf. */
struct event_header {
    int64_t id;
    struct instant at;
    struct str kind;
    int64_t case_id; /* 0: none */
    struct str actor_kind;
    int64_t actor; /* 0: none */
    int64_t audience;
    struct str commitment; /* 32 bytes */
};

/* The header of the event that a row of a query holds, by the names of its columns: what is
 * verified is made as what was hashed. */
#define EVENT_HEADER_OF(row, event_id)                      \
    ((struct event_header){                                 \
        .id = (event_id),                                   \
        .at = (row)->at,                                    \
        .kind = (row)->kind,                                \
        .case_id = (row)->cases_is_null ? 0 : (row)->cases, \
        .actor_kind = (row)->actor_kind,                    \
        .actor = (row)->actor_is_null ? 0 : (row)->actor,   \
        .audience = (row)->audience,                        \
        .commitment = (row)->commitment,                    \
    })

struct crypto_hash record_leaf_hash(struct arena *arena, const struct event_header *header);

struct record_head {
    int64_t size;
    struct crypto_hash root;
    struct instant at;
    struct crypto_signature signature;
};

/* The text of a head that is signed, in the arena. */
struct str record_head_text(struct arena *arena, const struct record_head *head);

/* The head as it is published and kept by witnesses: the signed text and a line with the
 * signature (hex); and back. False, *ret untouched, for anything else. The signature is not
 * checked. */
struct str record_head_format(struct arena *arena, const struct record_head *head);
bool record_head_parse(struct arena *arena, struct str text, struct record_head *ret);

/* Has the events placed that were committed before (db_settle), signs the tree as it is then and
 * stores the head, unless one of that size is there; runs its own db_tx. *ret_is_new may be NULL.
 */
enum rc record_sign_head(struct ctx *ctx, const struct crypto_keypair *keys,
                         bool *ret_is_new) MUST_CHECK;

/* The newest signed head; *ret_found is false when there is none. */
enum rc record_latest_head(struct ctx *ctx, bool *ret_found, struct record_head *ret) MUST_CHECK;

/* The place of an event and its proof in the tree of `size` leaves. RC_NOT_FOUND when it has no
 * place below that size. */
enum rc record_proof(struct ctx *ctx, int64_t event_id, int64_t size, int64_t *ret_position,
                     struct merkle_proof *ret) MUST_CHECK;
enum rc record_consistency(struct ctx *ctx, int64_t old_size, int64_t size,
                           struct merkle_proof *ret) MUST_CHECK;

/* What an audit is to hold the record against. */
struct record_checks {
    struct str public_key;           /* 32 bytes */
    const struct record_head *saved; /* a head that somebody kept; NULL: none */
    /* Told every RECORD_PROGRESS_EVENTS events how far it is; NULL: nobody. */
    void (*progress)(void *arg, int64_t events, int64_t of_events);
    void *progress_arg;
};
#define RECORD_PROGRESS_EVENTS 4096

/* What an audit of the whole record found: the first thing that is wrong. */
struct record_audit {
    int64_t events, heads, erased; /* gone through, signatures that were good, payloads erased */
    int64_t waiting;               /* for their place; PostgreSQL alone */
    int64_t signed_size;           /* how many of the events the newest head covers */
    bool is_good;
    struct str trouble; /* a sentence, when it is not */
};

/* Recomputes everything from the rows: commitments, leaves, order, all tiles, and the signed
 * heads. A payload may be missing only when a later event of the kind "payload.erased" says so,
 * and then it must be missing. Events that are not signed yet are checked against the tiles alone;
 * that heads were taken away from the end shows only against a saved one. Reads on ctx->conn, one
 * snapshot; RC_OK whatever is found. */
enum rc record_verify(struct ctx *ctx, const struct record_checks *checks,
                      struct record_audit *ret) MUST_CHECK;

/* How many events have their place. */
enum rc record_placed(struct ctx *ctx, int64_t *ret) MUST_CHECK;

#endif
