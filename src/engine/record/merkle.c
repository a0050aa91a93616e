#include "engine/record/merkle.h"

#include <assert.h>

struct crypto_hash merkle_leaf(struct str leaf)
{
    struct crypto_sha256_state *state = crypto_sha256_new();

    crypto_sha256_add(state, (struct str){"\0", 1});
    crypto_sha256_add(state, leaf);
    return crypto_sha256_end(state);
}

struct crypto_hash merkle_node(const struct crypto_hash *left, const struct crypto_hash *right)
{
    char both[1 + 2 * CRYPTO_SHA256_BYTES] = {1};

    memcpy(both + 1, left->bytes, CRYPTO_SHA256_BYTES);
    memcpy(both + 1 + CRYPTO_SHA256_BYTES, right->bytes, CRYPTO_SHA256_BYTES);
    return crypto_sha256((struct str){both, sizeof both});
}

struct crypto_hash merkle_empty(void)
{
    return crypto_sha256(STR_NONE);
}

void merkle_append(struct merkle_peaks *tree, const struct crypto_hash *leaf_hash)
{
    tree->peaks[tree->n++] = *leaf_hash;
    /* Each 1 at the end of the old size is a subtree that the new leaf completes to a larger. */
    for (int64_t size = tree->size; size & 1; size >>= 1) {
        tree->peaks[tree->n - 2] =
            merkle_node(&tree->peaks[tree->n - 2], &tree->peaks[tree->n - 1]);
        tree->n--;
    }
    tree->size++;
}

struct crypto_hash merkle_root(const struct merkle_peaks *tree)
{
    struct crypto_hash root;

    if (tree->n == 0)
        return merkle_empty();
    root = tree->peaks[tree->n - 1];
    for (int i = tree->n - 2; i >= 0; i--)
        root = merkle_node(&tree->peaks[i], &root);
    return root;
}

struct crypto_hash merkle_root_of(struct str hashes)
{
    struct merkle_peaks tree = {.size = 0};
    struct crypto_hash hash;

    for (size_t at = 0; at + sizeof hash.bytes <= hashes.n; at += sizeof hash.bytes) {
        memcpy(hash.bytes, hashes.p + at, sizeof hash.bytes);
        merkle_append(&tree, &hash);
    }
    return merkle_root(&tree);
}

/* The largest power of two below n; n is at least 2. */
static int64_t split_of(int64_t n)
{
    int64_t split = 1;

    while (split * 2 < n)
        split *= 2;
    return split;
}

struct maker {
    struct ctx *ctx;
    merkle_subtree_fn *subtree;
    void *arg;
};

/* MTH of the leaves [from, from + n): a stored subtree when n is a power of two, else its two
 * parts joined. Subtrees of the definition begin at multiples of their own size. */
static enum rc hash_of(const struct maker *maker, int64_t from, int64_t n, struct crypto_hash *ret)
{
    struct crypto_hash left, right;
    int64_t split;
    enum rc rc;

    if ((n & (n - 1)) == 0) {
        int level = __builtin_ctzll((unsigned long long)n);

        return maker->subtree(maker->ctx, maker->arg, level, from >> level, ret);
    }
    split = split_of(n);
    rc = hash_of(maker, from, split, &left);
    if (!rc)
        rc = hash_of(maker, from + split, n - split, &right);
    if (!rc)
        *ret = merkle_node(&left, &right);
    return rc;
}

enum rc merkle_root_at(struct ctx *ctx, merkle_subtree_fn *subtree, void *arg, int64_t size,
                       struct crypto_hash *ret)
{
    struct maker maker = {ctx, subtree, arg};

    if (size == 0) {
        *ret = merkle_empty();
        return RC_OK;
    }
    return hash_of(&maker, 0, size, ret);
}

/* PATH(m, D[from, from + n)), section 2.1.3.1. */
static enum rc path_of(const struct maker *maker, int64_t position, int64_t from, int64_t n,
                       struct merkle_proof *proof)
{
    int64_t split;
    enum rc rc;

    if (n == 1)
        return RC_OK;
    split = split_of(n);
    if (position < split) {
        rc = path_of(maker, position, from, split, proof);
        return rc ? rc : hash_of(maker, from + split, n - split, &proof->hashes[proof->n++]);
    }
    rc = path_of(maker, position - split, from + split, n - split, proof);
    return rc ? rc : hash_of(maker, from, split, &proof->hashes[proof->n++]);
}

enum rc merkle_inclusion(struct ctx *ctx, merkle_subtree_fn *subtree, void *arg, int64_t position,
                         int64_t size, struct merkle_proof *ret)
{
    struct maker maker = {ctx, subtree, arg};
    struct merkle_proof proof = {.n = 0};
    enum rc rc;

    assert(position >= 0 && position < size);
    rc = path_of(&maker, position, 0, size, &proof);
    if (!rc)
        *ret = proof;
    return rc;
}

/* SUBPROOF(m, D[from, from + n), is_whole), section 2.1.4.1. */
static enum rc subproof_of(const struct maker *maker, int64_t m, int64_t from, int64_t n,
                           bool is_whole, struct merkle_proof *proof)
{
    int64_t split;
    enum rc rc;

    if (m == n)
        return is_whole ? RC_OK : hash_of(maker, from, n, &proof->hashes[proof->n++]);
    split = split_of(n);
    if (m <= split) {
        rc = subproof_of(maker, m, from, split, is_whole, proof);
        return rc ? rc : hash_of(maker, from + split, n - split, &proof->hashes[proof->n++]);
    }
    rc = subproof_of(maker, m - split, from + split, n - split, false, proof);
    return rc ? rc : hash_of(maker, from, split, &proof->hashes[proof->n++]);
}

enum rc merkle_consistency(struct ctx *ctx, merkle_subtree_fn *subtree, void *arg, int64_t old_size,
                           int64_t size, struct merkle_proof *ret)
{
    struct maker maker = {ctx, subtree, arg};
    struct merkle_proof proof = {.n = 0};
    enum rc rc;

    assert(old_size > 0 && old_size <= size);
    rc = subproof_of(&maker, old_size, 0, size, true, &proof);
    if (!rc)
        *ret = proof;
    return rc;
}

static bool is_same(const struct crypto_hash *a, const struct crypto_hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

bool merkle_includes(const struct crypto_hash *leaf_hash, int64_t position, int64_t size,
                     const struct merkle_proof *proof, const struct crypto_hash *root)
{
    struct crypto_hash hash = *leaf_hash;
    int64_t first = position, last = size - 1;

    if (position < 0 || position >= size)
        return false;
    for (int i = 0; i < proof->n; i++) {
        if (last == 0)
            return false;
        if ((first & 1) || first == last) {
            hash = merkle_node(&proof->hashes[i], &hash);
            while (!(first & 1) && first) {
                first >>= 1;
                last >>= 1;
            }
        } else {
            hash = merkle_node(&hash, &proof->hashes[i]);
        }
        first >>= 1;
        last >>= 1;
    }
    return last == 0 && is_same(&hash, root);
}

/* The walk of section 2.1.4.2, steps 4 to 6, from the proof's first hash on. */
static bool walk_consistency(int64_t first, int64_t last, const struct merkle_proof *proof,
                             int from, struct crypto_hash *old_hash, struct crypto_hash *hash)
{
    for (int i = from; i < proof->n; i++) {
        if (last == 0)
            return false;
        if ((first & 1) || first == last) {
            *old_hash = merkle_node(&proof->hashes[i], old_hash);
            *hash = merkle_node(&proof->hashes[i], hash);
            while (!(first & 1) && first) {
                first >>= 1;
                last >>= 1;
            }
        } else {
            *hash = merkle_node(hash, &proof->hashes[i]);
        }
        first >>= 1;
        last >>= 1;
    }
    return last == 0;
}

bool merkle_is_consistent(int64_t old_size, const struct crypto_hash *old_root, int64_t size,
                          const struct crypto_hash *root, const struct merkle_proof *proof)
{
    bool is_power_of_two = (old_size & (old_size - 1)) == 0;
    int64_t first = old_size - 1, last = size - 1;
    struct crypto_hash old_hash, hash;

    if (old_size <= 0 || old_size > size)
        return false;
    if (old_size == size)
        return proof->n == 0 && is_same(old_root, root);
    if (!is_power_of_two && proof->n == 0)
        return false;
    for (; first & 1; first >>= 1)
        last >>= 1;
    old_hash = is_power_of_two ? *old_root : proof->hashes[0];
    hash = old_hash;
    return walk_consistency(first, last, proof, !is_power_of_two, &old_hash, &hash) &&
           is_same(&old_hash, old_root) && is_same(&hash, root);
}
