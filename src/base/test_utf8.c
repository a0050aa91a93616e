#include "base/utf8.h"

#include "base/test_support.h"

static void test_valid(void **state)
{
    (void)state;
    assert_true(utf8_is_valid(STR_NONE));
    assert_true(utf8_is_valid(S("plain, and longer than eight bytes")));
    assert_true(utf8_is_valid(S("Ổ gà trên đường 🚧")));
    assert_true(utf8_is_valid(S("\0")));
    assert_true(utf8_is_valid(S("\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80")));
    assert_true(utf8_is_valid(S("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")));
}

static void test_invalid(void **state)
{
    static const struct str wrong[] = {
        STR("\x80"),             /* continuation alone */
        STR("\xc0\x80"),         /* overlong NUL */
        STR("\xc1\xbf"),         /* overlong */
        STR("\xe0\x9f\xbf"),     /* overlong */
        STR("\xf0\x8f\xbf\xbf"), /* overlong */
        STR("\xed\xa0\x80"),     /* surrogate */
        STR("\xed\xbf\xbf"),     /* surrogate */
        STR("\xf4\x90\x80\x80"), /* above U+10FFFF */
        STR("\xf5\x80\x80\x80"),
        STR("\xff"),
        STR("abcdefgh\xe2\x82"), /* cut short */
        STR("\xe2\x28\xa1"),
        STR("\xe2\x82\x28"),
        STR("\xc3"),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_false(utf8_is_valid(wrong[i]));
        assert_false(text_is_clean(wrong[i]));
    }
}

/* Each string of up to three bytes out of the interesting ones, against a second opinion: a
 * character is what its own encoding gives back. */
static void test_decoding_is_encoding_reversed(void **state)
{
    (void)state;
    for (uint32_t code = 0x80; code <= 0x110000; code += code < 0x3000 ? 1 : 7) {
        char p[4];
        size_t n;
        uint32_t back = 0;
        bool is_scalar = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        struct str s;

        n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        for (size_t i = n; i-- > 1;)
            p[i] = (char)(0x80 | ((code >> (6 * (n - 1 - i))) & 0x3f));
        p[0] = (char)((n == 2 ? 0xc0U : n == 3 ? 0xe0U : 0xf0U) | (code >> (6 * (n - 1))));
        s = (struct str){p, n};
        assert_int_equal(utf8_is_valid(s), is_scalar);
        if (is_scalar) {
            assert_true(utf8_next(&s, &back));
            assert_int_equal(back, code);
            assert_int_equal(s.n, 0);
        }
    }
}

static void test_clean(void **state)
{
    (void)state;
    assert_true(text_is_clean(S("two\r\nlines\tand a tab, đ")));
    assert_true(text_is_clean(S("\u202eright to left, \U0001f6a7")));
    assert_false(text_is_clean(S("a\0b")));
    assert_false(text_is_clean(S("\x1b[31m")));
    assert_false(text_is_clean(S("\x7f")));
    assert_false(text_is_clean(S("\xef\xbf\xbe")));
    assert_false(text_is_clean(S("\xef\xbf\xbf")));
    assert_true(text_is_clean(S("\xef\xbf\xbd")));
}

static void test_next_and_count(void **state)
{
    struct str s = S("a\xc3\xa9\xff\xe2\x82");
    uint32_t code;

    (void)state;
    assert_int_equal(utf8_count(s), 5);
    assert_true(utf8_next(&s, &code) && code == 'a');
    assert_true(utf8_next(&s, &code) && code == 0xe9);
    for (int i = 0; i < 3; i++)
        assert_true(utf8_next(&s, &code) && code == 0xfffd);
    assert_false(utf8_next(&s, &code));
    assert_int_equal(utf8_count(S("Tiếng Việt")), 10);
}

static void test_cut(void **state)
{
    struct str s = S("a\u1ed4\U0001f6a7z"); /* 1 + 3 + 4 + 1 bytes */
    static const size_t expected[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 9, 9};

    (void)state;
    for (size_t max = 0; max < COUNT(expected); max++)
        assert_int_equal(utf8_cut(s, max).n, expected[max]);
    assert_int_equal(utf8_cut(STR_NONE, 5).n, 0);
    /* Not UTF-8 at all: still no more than a few bytes less than asked. */
    assert_int_equal(utf8_cut(S("\x80\x80\x80\x80\x80\x80\x80\x80"), 6).n, 3);
}

static void test_fold(void **state)
{
    static const struct {
        struct str text;
        const char *folded;
    } cases[] = {
        {STR("Main St"), "main st"},
        {STR("Ổ gà trên ĐƯỜNG"), "o ga tren duong"},
        {STR("O\u0302\u0309 ga\u0300"), "o ga"}, /* the same, decomposed */
        {STR("Señor Muñoz, ¿QUÉ?"), "senor munoz, ¿que?"},
        {STR("Straße STRASSE"), "strasse strasse"},
        {STR("Øresund Łódź"), "oresund lodz"},
        {STR("“it’s” – 5′ — ‘a’"), "\"it's\" - 5' - 'a'"},
        {STR("\u00a0wide\u3000"), " wide "},
        {STR("ＦＵＬＬ ﬁne №5 ㎒"), "full fine no5 mhz"},
        {STR("İstanbul ısı"), "istanbul isi"},
        {STR("soft\u00adhyphen\u200b\ufeff"), "softhyphen"},
        {STR("ΌΔΟΣ"), "οδοσ"},
        {STR("Æon Œuvre Þór"), "aeon oeuvre thor"},
        {STR("日本 🚧"), "日本 🚧"},
        {STR("ABC\xff"), "abc\xff"},
        {STR(""), ""},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(utf8_fold(ctx->arena, cases[i].text), cases[i].folded);
}

/* Every character folds to valid text that folds to itself. */
static void test_fold_twice(void **state)
{
    struct ctx *ctx = *state;

    for (uint32_t code = 0x80; code < 0x30000; code++) {
        struct arena *turn = arena_child(ctx->arena);
        struct str once;
        char p[4] = {(char)(0xf0 | code >> 18), (char)(0x80 | (code >> 12 & 0x3f)),
                     (char)(0x80 | (code >> 6 & 0x3f)), (char)(0x80 | (code & 0x3f))};
        struct str s = {p, 4};

        if (code < 0x10000) {
            p[1] = (char)(0xe0 | code >> 12);
            s = (struct str){p + 1, 3};
        }
        if (code < 0x800) {
            p[2] = (char)(0xc0 | code >> 6);
            s = (struct str){p + 2, 2};
        }
        once = utf8_fold(turn, s);
        assert_true(!utf8_is_valid(s) || utf8_is_valid(once));
        if (!str_eq(utf8_fold(turn, once), once))
            fail_msg("U+%04X folds differently the second time", code);
        arena_free(turn);
    }
}

/* What a terminal would obey is spelled out, the rest stays. */
static void test_shown(void **state)
{
    struct ctx *ctx = *state;
    static const struct {
        struct str raw, shown;
    } names[] = {
        {STR("files/ab/cdef 1.jpg"), STR("files/ab/cdef 1.jpg")},
        {STR("Ổ gà 🚧"), STR("Ổ gà 🚧")},
        {STR("a\x1b]0;title\x07"), STR("a\\x1b]0;title\\x07")},
        {STR("a\nrestored: all fine\r\t"), STR("a\\x0arestored: all fine\\x0d\\x09")},
        {STR("\x7f\xc2\x9b"
             "31m"),
         STR("\\x7f\\xc2\\x9b31m")},
        {STR("\xe2\x80\xaegnp.exe"), STR("\\xe2\\x80\\xaegnp.exe")},
        {STR("\xff\xe2\x82"), STR("\\xff\\xe2\\x82")},
        {STR("\\x1b"), STR("\\x5cx1b")},
        {STR(""), STR("")},
    };

    for (size_t i = 0; i < COUNT(names); i++)
        assert_true(str_eq(utf8_shown(ctx->arena, names[i].raw), names[i].shown));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_valid), TEST(test_invalid),        TEST(test_decoding_is_encoding_reversed),
        TEST(test_clean), TEST(test_next_and_count), TEST(test_cut),
        TEST(test_fold),  TEST(test_fold_twice),     TEST(test_shown),
    };

    return cmocka_run_group_tests_name("base/utf8", tests, NULL, NULL);
}
