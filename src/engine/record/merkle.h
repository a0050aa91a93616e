/* Merkle trees as RFC 9162, section 2.1, defines them: hashes, proofs, and checking both.
 *
 * Pure functions over SHA-256; where the hashes are kept is record_tree.h. Layer: engine. */
#ifndef ENGINE_MERKLE_H
#define ENGINE_MERKLE_H

#include "base/crypto.h"

#define MERKLE_MAX_HEIGHT 63

/* SHA-256(0x00 || leaf), section 2.1.1. */
struct crypto_hash merkle_leaf(struct str leaf);

/* SHA-256(0x01 || left || right). */
struct crypto_hash merkle_node(const struct crypto_hash *left, const struct crypto_hash *right);

/* The root of no leaves: SHA-256 of nothing. */
struct crypto_hash merkle_empty(void);

/* A tree that only grows: the roots of its complete subtrees, the largest first. */
struct merkle_peaks {
    int64_t size;
    struct crypto_hash peaks[MERKLE_MAX_HEIGHT + 1];
    int n;
};
void merkle_append(struct merkle_peaks *tree, const struct crypto_hash *leaf_hash);
struct crypto_hash merkle_root(const struct merkle_peaks *tree);

/* The root over leaf hashes (or roots of equally large subtrees) that lie side by side, 32 bytes
 * each; a piece at the end that is no hash is left out. */
struct crypto_hash merkle_root_of(struct str hashes);

/* A proof: hashes from the leaf's side upwards. */
struct merkle_proof {
    struct crypto_hash hashes[2 * MERKLE_MAX_HEIGHT];
    int n;
};

/* Where a proof's maker gets the root of the complete subtree of 2^level leaves that begins at
 * leaf position << level. */
typedef enum rc merkle_subtree_fn(struct ctx *ctx, void *arg, int level, int64_t position,
                                  struct crypto_hash *ret);

/* The root of the first `size` leaves. */
enum rc merkle_root_at(struct ctx *ctx, merkle_subtree_fn *subtree, void *arg, int64_t size,
                       struct crypto_hash *ret) MUST_CHECK;

/* The audit path of a leaf in the tree of `size` leaves (section 2.1.3.1); position < size. */
enum rc merkle_inclusion(struct ctx *ctx, merkle_subtree_fn *subtree, void *arg, int64_t position,
                         int64_t size, struct merkle_proof *ret) MUST_CHECK;

/* That the tree of `old_size` leaves is the beginning of that of `size` (section 2.1.4.1);
 * 0 < old_size <= size. */
enum rc merkle_consistency(struct ctx *ctx, merkle_subtree_fn *subtree, void *arg, int64_t old_size,
                           int64_t size, struct merkle_proof *ret) MUST_CHECK;

/* Whether the proof leads from the leaf to the root (section 2.1.3.2). */
bool merkle_includes(const struct crypto_hash *leaf_hash, int64_t position, int64_t size,
                     const struct merkle_proof *proof, const struct crypto_hash *root);

/* Whether the proof leads from the old root to the new one (section 2.1.4.2). */
bool merkle_is_consistent(int64_t old_size, const struct crypto_hash *old_root, int64_t size,
                          const struct crypto_hash *root, const struct merkle_proof *proof);

#endif
