#include "base/str.h"

#include "base/test_support.h"

static void test_compare(void **state)
{
    static const struct str literal = STR("static");

    (void)state;
    assert_int_equal(literal.n, 6);
    assert_true(str_eq(STR_NONE, S("")) && str_is_empty(str_of(NULL)));
    assert_true(str_eq(S("a\0b"), S("a\0b")) && !str_eq(S("a\0b"), S("a\0c")));
    assert_true(str_cmp(S("a"), S("b")) < 0 && str_cmp(S("b"), S("a")) > 0);
    assert_true(str_cmp(S("a"), S("ab")) < 0 && str_cmp(S("ab"), S("a")) > 0);
    assert_true(str_cmp(S("\xff"), S("a")) > 0);
    assert_true(str_cmp(STR_NONE, STR_NONE) == 0 && str_cmp(STR_NONE, S("a")) < 0);
    assert_true(str_eq_ascii_nocase(S("Content-Type"), S("content-TYPE")));
    assert_false(str_eq_ascii_nocase(S("["), S("{")));
    assert_false(str_eq_ascii_nocase(S("ab"), S("abc")));
    assert_true(str_starts_with(S("abc"), S("ab")) && str_starts_with(S("abc"), STR_NONE));
    assert_false(str_starts_with(S("a"), S("ab")));
    assert_true(str_ends_with(S("abc"), S("bc")) && str_ends_with(STR_NONE, STR_NONE));
    assert_false(str_ends_with(S("bc"), S("abc")));
    assert_true(str_hash(S("a")) == UINT64_C(0xaf63dc4c8601ec8c)); /* from FNV's own test suite */
    assert_true(str_hash(STR_NONE) == UINT64_C(0xcbf29ce484222325));
}

static void test_slice(void **state)
{
    struct str s = S("hello");

    (void)state;
    assert_str(str_slice(s, 1, 3), "el");
    assert_str(str_slice(s, 3, 99), "lo");
    assert_str(str_slice(s, 4, 2), "");
    assert_str(str_slice(s, 99, 100), "");
    assert_str(str_slice(STR_NONE, 0, 5), "");
    assert_ptr_equal(str_slice(s, 9, 9).p, s.p + 5);
}

static void test_find(void **state)
{
    (void)state;
    assert_int_equal(str_find(S("a needle"), S("needle")), 2);
    assert_int_equal(str_find(S("a needl"), S("needle")), -1);
    assert_int_equal(str_find(S("abc"), STR_NONE), 0);
    assert_int_equal(str_find(STR_NONE, STR_NONE), 0);
    assert_int_equal(str_find(STR_NONE, S("a")), -1);
    assert_int_equal(str_find(S("a\0b"), S("b")), 2);
    assert_int_equal(str_find_byte(S("a\0b"), '\0'), 1);
    assert_int_equal(str_find_byte(STR_NONE, 'a'), -1);
}

static void test_trim(void **state)
{
    (void)state;
    assert_str(str_trim(S(" \t\r\n a b \n")), "a b");
    assert_str(str_trim(S(" \n ")), "");
    assert_str(str_trim(STR_NONE), "");
}

static void test_next(void **state)
{
    struct str rest = S("a,,b,"), piece = STR_NONE;

    (void)state;
    assert_true(str_next(&rest, ',', &piece) && str_eq(piece, S("a")));
    assert_true(str_next(&rest, ',', &piece) && piece.n == 0);
    assert_true(str_next(&rest, ',', &piece) && str_eq(piece, S("b")));
    assert_true(str_next(&rest, ',', &piece) && piece.n == 0);
    assert_false(str_next(&rest, ',', &piece));
    rest = S("");
    assert_true(str_next(&rest, ',', &piece) && piece.n == 0);
    assert_false(str_next(&rest, ',', &piece));
    assert_false(str_next(&rest, ',', &piece));
}

static void test_to_i64(void **state)
{
    static const struct {
        struct str text;
        int64_t value;
    } good[] = {{STR("0"), 0},
                {STR("-0"), 0},
                {STR("007"), 7},
                {STR("9223372036854775807"), INT64_MAX},
                {STR("-9223372036854775808"), INT64_MIN}};
    static const struct str wrong[] = {STR(""),
                                       STR("-"),
                                       STR("+1"),
                                       STR(" 1"),
                                       STR("1 "),
                                       STR("1a"),
                                       STR("1.0"),
                                       STR("--1"),
                                       STR("0x1"),
                                       STR("1\0"),
                                       STR("9223372036854775808"),
                                       STR("-9223372036854775809"),
                                       STR("99999999999999999999999999")};
    int64_t value = 77;

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(str_to_i64(wrong[i], &value));
    assert_int_equal(value, 77);
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(str_to_i64(good[i].text, &value));
        assert_int_equal(value, good[i].value);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_compare), TEST(test_slice), TEST(test_find),
        TEST(test_trim),    TEST(test_next),  TEST(test_to_i64),
    };

    return cmocka_run_group_tests_name("base/str", tests, NULL, NULL);
}
