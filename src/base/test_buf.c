#include "base/buf.h"

#include "base/test_support.h"

static void test_add(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf = buf_in(ctx->arena, 1000);

    assert_str(buf_str(&buf), "");
    buf_add(&buf, STR_NONE);
    BUF_ADD(&buf, "n=");
    buf_add_i64(&buf, INT64_MIN);
    buf_add_byte(&buf, ' ');
    buf_add_i64(&buf, 0);
    buf_add_fmt(&buf, " %s %d", "x", 5);
    assert_str(buf_str(&buf), "n=-9223372036854775808 0 x 5");
    assert_false(buf_has_failed(&buf));
}

/* Exactly the maximum fits, one byte more does not, and then nothing does. */
static void test_maximum(void **state)
{
    struct ctx *ctx = *state;
    static const size_t maxima[] = {0, 1, 5, 255, 256, 257, 1000, 5000};

    for (size_t i = 0; i < COUNT(maxima); i++) {
        struct buf buf = buf_in(ctx->arena, maxima[i]);

        for (size_t n = 0; n < maxima[i]; n++)
            buf_add_byte(&buf, 'x');
        assert_false(buf_has_failed(&buf));
        assert_int_equal(buf.n, maxima[i]);
        buf_add_byte(&buf, 'y');
        assert_true(buf_has_failed(&buf));
        buf_add(&buf, S("z"));
        assert_int_equal(buf.n, maxima[i]);
        assert_null(buf_reserve(&buf, 1));
        buf = buf_in(ctx->arena, maxima[i]);
        buf_add_fmt(&buf, "%0*d", (int)maxima[i], 7);
        assert_int_equal(buf_has_failed(&buf), maxima[i] == 0);
        assert_int_equal(buf.n, maxima[i]);
    }
}

static void test_reserve(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf = buf_in(ctx->arena, 100000);
    char *p = buf_reserve(&buf, 50000);

    assert_non_null(p);
    memset(p, 'a', 3);
    buf_commit(&buf, 3);
    BUF_ADD(&buf, "b");
    assert_str(buf_str(&buf), "aaab");
    assert_null(buf_reserve(&buf, 100000));
    assert_true(buf_has_failed(&buf));
    assert_str(buf_str(&buf), "aaab");
}

static void test_no_memory(void **state)
{
    struct arena *arena = arena_new(20000);
    struct buf buf = buf_in(arena, SIZE_MAX);

    (void)state;
    for (int i = 0; i < 100; i++)
        buf_add_fmt(&buf, "%01000d", i);
    assert_true(buf_has_failed(&buf) && arena_has_failed(arena));
    assert_int_equal(buf.n % 1000, 0);
    buf = buf_in(arena, SIZE_MAX);
    assert_null(buf_reserve(&buf, SIZE_MAX - 10));
    assert_true(buf_has_failed(&buf));
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_add),
        TEST(test_maximum),
        TEST(test_reserve),
        TEST(test_no_memory),
    };

    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
