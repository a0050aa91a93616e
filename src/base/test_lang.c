#include "base/lang.h"

#include "base/test_support.h"

static void test_codes(void **state)
{
    enum lang lang = LANG_ES;

    (void)state;
    for (int i = 0; i < LANG__N; i++) {
        assert_true(lang_parse(lang_code((enum lang)i), &lang));
        assert_int_equal(lang, i);
        assert_true(lang_own_name((enum lang)i).n > 0);
    }
    assert_true(lang_parse(S("VI"), &lang) && lang == LANG_VI);
    assert_false(lang_parse(S("de"), &lang) || lang_parse(STR_NONE, &lang));
    assert_int_equal(lang, LANG_VI);
}

static void test_accept(void **state)
{
    static const struct {
        struct str header;
        enum lang lang;
    } cases[] = {
        {STR(""), LANG_EN},
        {STR("es"), LANG_ES},
        {STR("vi-VN,vi;q=0.9,en;q=0.8"), LANG_VI},
        {STR("en;q=0.5, es;q=0.7"), LANG_ES},
        {STR("de, fr;q=0.9, es-MX;q=0.1"), LANG_ES},
        {STR("es;q=0, vi;q=0.001"), LANG_VI},
        {STR("de"), LANG_EN},
        {STR("*"), LANG_EN},
        {STR("qps"), LANG_EN}, /* not for the public */
        {STR("es;q=1.5, vi;q=0.2"), LANG_VI},
        {STR("es;q=abc, vi;q=0.2"), LANG_VI},
        {STR("es;q=, ;;,,=;q=0.9, vi ; q=0.2"), LANG_VI},
        {STR("es;q=0.2,vi;q=0.2"), LANG_ES},
        {STR("\xff\0;\0,es"), LANG_ES},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(lang_accept(cases[i].header), cases[i].lang);
}

static void test_text(void **state)
{
    struct text text = {.in = {[LANG_EN] = STR("Pothole"), [LANG_ES] = STR("Bache")}};
    struct text only_vi = {.in = {[LANG_VI] = STR("Ổ gà")}};
    struct text none = {.in = {{0}}};

    (void)state;
    assert_str(text_in(&text, LANG_ES), "Bache");
    assert_str(text_in(&text, LANG_VI), "Pothole");
    assert_str(text_in(&only_vi, LANG_EN), "Ổ gà");
    assert_str(text_in(&none, LANG_EN), "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_codes),
        TEST(test_accept),
        TEST(test_text),
    };

    return cmocka_run_group_tests_name("base/lang", tests, NULL, NULL);
}
