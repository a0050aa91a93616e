#include "base/arena.h"

#include "base/test_support.h"

/* Many sizes: zeroed, aligned, apart from each other, kept. */
static void test_alloc(void **state)
{
    enum { N = 3000 };
    struct arena *arena = arena_new((size_t)64 << 20);
    static unsigned char *blocks[N];
    static size_t sizes[N];
    uint64_t seed = 19;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        sizes[i] = test_random(&seed) % (i % 100 ? 200 : 40000);
        blocks[i] = arena_alloc(arena, sizes[i]);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(blocks[i][at], 0);
        memset(blocks[i], (int)(i % 251), sizes[i]);
    }
    for (size_t i = 0; i < N; i++)
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(blocks[i][at], i % 251);
    assert_false(arena_has_failed(arena));
    arena_free(arena);
    arena_free(NULL);
}

static void test_cap(void **state)
{
    struct arena *arena = arena_new(100000);
    size_t taken = 0;

    (void)state;
    while (arena_alloc(arena, 1000))
        taken += 1000;
    assert_true(taken >= 80000 && taken <= 100000);
    assert_true(arena_has_failed(arena));
    /* Text goes on, empty; a terminated copy is never NULL. */
    assert_str(str_fmt(arena, "%01000d", 1), "");
    assert_str(str_copy(arena, (struct str){(char *)arena, 2000}), "");
    assert_int_equal(strlen(str_z(arena, (struct str){"x", 1})), 1);
    arena_reset(arena);
    assert_false(arena_has_failed(arena));
    assert_non_null(arena_alloc(arena, 50000));
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_array(arena, SIZE_MAX / 4, 8));
    assert_true(arena_has_failed(arena));
    arena_free(arena);
}

static void test_reset(void **state)
{
    struct arena *arena = arena_new(1000000);
    char *first = arena_alloc(arena, 100);

    (void)state;
    memset(first, 'x', 100);
    assert_non_null(arena_alloc(arena, 500000));
    assert_true(arena_used_bytes(arena) >= 500100);
    arena_reset(arena);
    assert_int_equal(arena_used_bytes(arena), 0);
    assert_ptr_equal(arena_alloc(arena, 100), first); /* the first block again, and zeroed */
    assert_int_equal(first[0], 0);
    assert_non_null(arena_alloc(arena, 900000));
    arena_free(arena);
}

static void test_child(void **state)
{
    struct arena *arena = arena_new(200000);

    (void)state;
    for (int turn = 0; turn < 100; turn++) {
        struct arena *child = arena_child(arena);
        struct arena *grandchild = arena_child(child);

        assert_non_null(arena_alloc(grandchild, 100000));
        assert_non_null(arena_alloc(child, 50000));
        arena_free(grandchild);
        arena_free(child);
    }
    assert_false(arena_has_failed(arena));
    {
        struct arena *child = arena_child(arena);

        assert_non_null(arena_alloc(arena, 150000));
        assert_null(arena_alloc(child, 100000)); /* counts against the parent, and fails it */
        assert_true(arena_has_failed(child) && arena_has_failed(arena));
        arena_free(child);
    }
    arena_reset(arena);
    {
        struct arena *child = arena_child(arena);

        arena_fail(child);
        assert_true(arena_has_failed(child) && arena_has_failed(arena));
        arena_free(child);
    }
    arena_free(arena);
}

static void test_grow(void **state)
{
    struct arena *arena = arena_new((size_t)8 << 20);
    char *p = arena_grow(arena, NULL, 0, 10), *other, *moved;

    (void)state;
    memset(p, 'x', 10);
    assert_ptr_equal(arena_grow(arena, p, 10, 100), p); /* the last one grows in place */
    assert_true(p[9] == 'x' && p[10] == 0 && p[99] == 0);
    assert_ptr_equal(arena_grow(arena, p, 100, 50), p);
    other = arena_alloc(arena, 1);
    moved = arena_grow(arena, p, 100, 200);
    assert_true(moved != p && moved != other);
    assert_true(moved[9] == 'x' && moved[10] == 0 && moved[199] == 0);
    p = arena_grow(arena, moved, 200, 1000000);
    assert_true(p[9] == 'x' && p[999999] == 0);
    arena_reset(arena);
    memset(arena_alloc(arena, 1000), 'x', 1000);
    arena_reset(arena);
    p = arena_grow(arena, arena_alloc(arena, 10), 10, 1000); /* over what was there before */
    assert_true(p[10] == 0 && p[999] == 0);
    p = arena_grow(arena, p, 1000, 1000000);
    assert_null(arena_grow(arena, p, 1000000, SIZE_MAX - 1));
    assert_true(arena_has_failed(arena));
    arena_free(arena);
}

static void test_text(void **state)
{
    struct ctx *ctx = *state;
    const struct str pieces[] = {STR("a"), STR(""), STR("c")};

    assert_str(str_fmt(ctx->arena, "%s-%d", "x", 7), "x-7");
    assert_str(str_join(ctx->arena, pieces, 3, S(", ")), "a, , c");
    assert_str(str_join(ctx->arena, pieces, 0, S(", ")), "");
    assert_str(str_join(ctx->arena, pieces, 3, STR_NONE), "ac");
    assert_str(str_lower_ascii(ctx->arena, S("ABC[É")), "abc[É");
    assert_str(str_copy(ctx->arena, STR_NONE), "");
    assert_string_equal(str_z(ctx->arena, S("z")), "z");
    assert_string_equal(str_z(ctx->arena, STR_NONE), "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_alloc), TEST(test_cap),  TEST(test_reset),
        TEST(test_child), TEST(test_grow), TEST(test_text),
    };

    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
