#include "engine/record/merkle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LEAVES 70

static struct arena *arena;
static struct crypto_hash leaves[LEAVES];

/* The definition itself, section 2.1.1, without any shortcut. */
static struct crypto_hash plain_root(int64_t from, int64_t n)
{
    struct crypto_hash left, right;
    int64_t split = 1;

    if (n == 0)
        return merkle_empty();
    if (n == 1)
        return leaves[from];
    while (split * 2 < n)
        split *= 2;
    left = plain_root(from, split);
    right = plain_root(from + split, n - split);
    return merkle_node(&left, &right);
}

static enum rc subtree(struct ctx *ctx, void *arg, int level, int64_t position,
                       struct crypto_hash *ret)
{
    (void)ctx;
    (void)arg;
    *ret = plain_root(position << level, (int64_t)1 << level);
    return RC_OK;
}

static int set_up(void **state)
{
    (void)state;
    crypto_init();
    arena = arena_new(1 << 20);
    for (int i = 0; i < LEAVES; i++)
        leaves[i] = merkle_leaf(str_fmt(arena, "leaf %d", i));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* SHA-256 of nothing; of a zero byte; RFC 9162 leaves both as the plain formulas. */
static void test_known_hashes(void **state)
{
    struct crypto_hash empty = merkle_empty(), leaf = merkle_leaf(STR_NONE);
    struct str hex;

    (void)state;
    hex = crypto_hex(arena, crypto_hash_str(&empty));
    assert_true(str_eq(hex, S("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")));
    hex = crypto_hex(arena, crypto_hash_str(&leaf));
    assert_true(str_eq(hex, S("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")));
}

static void test_growing_root_is_the_definition(void **state)
{
    struct merkle_peaks tree = {.size = 0};

    (void)state;
    for (int64_t n = 0; n <= LEAVES; n++) {
        struct crypto_hash root = merkle_root(&tree), plain = plain_root(0, n);

        assert_memory_equal(root.bytes, plain.bytes, sizeof root.bytes);
        if (n < LEAVES)
            merkle_append(&tree, &leaves[n]);
    }
}

static void test_every_inclusion_proof(void **state)
{
    struct ctx ctx = {.arena = arena};

    (void)state;
    for (int64_t size = 1; size <= LEAVES; size++) {
        struct crypto_hash root = plain_root(0, size);

        for (int64_t position = 0; position < size; position++) {
            struct merkle_proof proof;

            assert_int_equal(merkle_inclusion(&ctx, subtree, NULL, position, size, &proof), RC_OK);
            assert_true(merkle_includes(&leaves[position], position, size, &proof, &root));
            assert_false(
                merkle_includes(&leaves[(position + 1) % LEAVES], position, size, &proof, &root));
            if (proof.n) {
                proof.hashes[proof.n - 1].bytes[0] ^= 1;
                assert_false(merkle_includes(&leaves[position], position, size, &proof, &root));
                proof.hashes[proof.n - 1].bytes[0] ^= 1;
                proof.n--;
                assert_false(merkle_includes(&leaves[position], position, size, &proof, &root));
            }
        }
    }
}

/* The root of one leaf is the leaf, and of that tree there is no second place. */
static void test_no_place_beyond_the_tree(void **state)
{
    struct merkle_proof none = {.n = 0};

    (void)state;
    assert_true(merkle_includes(&leaves[0], 0, 1, &none, &leaves[0]));
    assert_false(merkle_includes(&leaves[0], 1, 1, &none, &leaves[0]));
    assert_false(merkle_includes(&leaves[0], -1, 1, &none, &leaves[0]));
}

static void test_every_consistency_proof(void **state)
{
    struct ctx ctx = {.arena = arena};

    (void)state;
    for (int64_t size = 1; size <= LEAVES; size++) {
        struct crypto_hash root = plain_root(0, size);

        for (int64_t old_size = 1; old_size <= size; old_size++) {
            struct crypto_hash old_root = plain_root(0, old_size);
            struct merkle_proof proof;

            assert_int_equal(merkle_consistency(&ctx, subtree, NULL, old_size, size, &proof),
                             RC_OK);
            assert_true(merkle_is_consistent(old_size, &old_root, size, &root, &proof));
            if (old_size == size) { /* needs no proof, and takes none */
                proof.hashes[proof.n++] = root;
                assert_false(merkle_is_consistent(old_size, &old_root, size, &root, &proof));
            }
            old_root.bytes[5] ^= 0x10;
            assert_false(merkle_is_consistent(old_size, &old_root, size, &root, &proof));
        }
    }
}

static void test_another_history_has_no_proof(void **state)
{
    struct ctx ctx = {.arena = arena};
    struct crypto_hash old_root = plain_root(0, 40), kept = leaves[7], root;
    struct merkle_proof proof;

    (void)state;
    leaves[7] = merkle_leaf(S("rewritten"));
    root = plain_root(0, 60);
    assert_int_equal(merkle_consistency(&ctx, subtree, NULL, 40, 60, &proof), RC_OK);
    assert_false(merkle_is_consistent(40, &old_root, 60, &root, &proof));
    leaves[7] = kept;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_hashes),
        cmocka_unit_test(test_growing_root_is_the_definition),
        cmocka_unit_test(test_every_inclusion_proof),
        cmocka_unit_test(test_no_place_beyond_the_tree),
        cmocka_unit_test(test_every_consistency_proof),
        cmocka_unit_test(test_another_history_has_no_proof),
    };

    return cmocka_run_group_tests_name("engine merkle", tests, set_up, tear_down);
}
