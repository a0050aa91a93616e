#include "base/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/err.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(1U << 20);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void assert_str(struct str got, const char *expected)
{
    assert_string_equal(str_z(arena, got), expected);
}

static void text_in_each_language(void **state)
{
    (void)state;
    assert_str(msg_text(LANG_EN, MSG_form_yes), "Yes");
    assert_str(msg_text(LANG_ES, MSG_form_yes), "Sí");
    assert_str(msg_text(LANG_VI, MSG_form_yes), "Có");
    assert_str(msg_text(LANG_PSEUDO, MSG_form_yes), "⟦Ýéš⟧");
    assert_str(msg_text(LANG_EN, MSG_NONE), "");
}

static void arguments_are_filled_in(void **state)
{
    struct msg_arg args[] = {MSG_ARG("unused", "x"), MSG_ARG("arg", 200)};
    struct msg_arg hostile[] = {MSG_ARG("arg", S("{arg} <b>&"))};

    (void)state;
    assert_str(msg_format(arena, LANG_EN, MSG_error_TOO_LONG, args, 2),
               "This text is too long. Please shorten it to 200 characters or fewer.");
    assert_str(msg_format(arena, LANG_VI, MSG_error_TOO_LONG, args, 2),
               "Văn bản này quá dài. Xin rút lại còn tối đa 200 ký tự.");
    assert_str(msg_format(arena, LANG_PSEUDO, MSG_form_change_what,
                          &(struct msg_arg){S("what"), .text = S("name")}, 1),
               "⟦Çháñgé name⟧");
    assert_str(msg_format(arena, LANG_EN, MSG_error_FILE_KIND, hostile, 1),
               "We cannot use this kind of file. Please choose one of these: {arg} <b>&.");
    assert_str(msg_format(arena, LANG_EN, MSG_form_change_what, NULL, 0), "Change {what}");
}

static void pieces_survive_stray_braces(void **state)
{
    static const char *const forms[] = {"", "}", "{", "a} {b", "}{x}{", "{}", "{x", "{{x}}"};
    struct msg_arg arg = MSG_ARG("x", "y");
    const struct msg_arg *got;
    struct str text;

    (void)state;
    for (size_t i = 0; i < COUNT(forms); i++) {
        struct str rest = str_of(forms[i]);
        size_t bytes = 0;

        while (msg_next_piece(&rest, &arg, 1, &text, &got))
            bytes += text.n + (got ? 3 : 0);
        assert_int_equal(bytes, strlen(forms[i]));
    }
}

static void unknown_placeholders_stay(void **state)
{
    struct msg_arg arg = MSG_ARG("x", "y");
    struct str rest = S("{a}{} {x}!"), text;
    const struct msg_arg *got;

    (void)state;
    assert_true(msg_next_piece(&rest, &arg, 1, &text, &got));
    assert_str(text, "{a}{} ");
    assert_ptr_equal(got, &arg);
    assert_true(msg_next_piece(&rest, &arg, 1, &text, &got));
    assert_str(text, "!");
    assert_null(got);
    assert_false(msg_next_piece(&rest, &arg, 1, &text, &got));
}

static void plurals_follow_the_language(void **state)
{
    (void)state;
    assert_str(msg_plural(arena, LANG_EN, MSG_nav_results, 1), "One result");
    assert_str(msg_plural(arena, LANG_EN, MSG_nav_results, 0), "0 results");
    assert_str(msg_plural(arena, LANG_EN, MSG_nav_results, -1), "-1 results");
    assert_str(msg_plural(arena, LANG_ES, MSG_nav_results, 1), "Un resultado");
    assert_str(msg_plural(arena, LANG_ES, MSG_nav_results, 5000), "5,000 resultados");
    assert_str(msg_plural(arena, LANG_VI, MSG_nav_results, 1), "1 kết quả");
    assert_str(msg_text(LANG_EN, MSG_nav_results), "{count} results");
}

static void numbers_have_the_same_groups_in_each_language(void **state)
{
    (void)state;
    assert_str(msg_plural(arena, LANG_EN, MSG_nav_results, 999), "999 results");
    assert_str(msg_plural(arena, LANG_EN, MSG_nav_results, 1000), "1,000 results");
    assert_str(msg_plural(arena, LANG_EN, MSG_nav_results, -12345), "-12,345 results");
    assert_str(msg_plural(arena, LANG_EN, MSG_nav_results, INT64_MIN),
               "-9,223,372,036,854,775,808 results");
    assert_str(msg_plural(arena, LANG_ES, MSG_nav_results, 12345), "12,345 resultados");
    assert_str(msg_plural(arena, LANG_ES, MSG_nav_results, INT64_MIN),
               "-9,223,372,036,854,775,808 resultados");
    assert_str(msg_plural(arena, LANG_VI, MSG_nav_results, 1234567), "1,234,567 kết quả");
    assert_str(msg_number_text(arena, 1234), "1,234");
    assert_str(msg_number_text(arena, INT64_MIN), "-9,223,372,036,854,775,808");
}

static void argument_types(void **state)
{
    char z[] = "text";
    size_t size = SIZE_MAX;

    (void)state;
    assert_int_equal(MSG_ARG("a", z).kind, MSG_ARG_TEXT);
    assert_int_equal(MSG_ARG("a", -7).number, -7);
    assert_int_equal(MSG_ARG("a", INT64_MIN).number, INT64_MIN);
    assert_int_equal(MSG_ARG("a", size).number, INT64_MAX);
    assert_int_equal(MSG_ARG("a", (const char *)NULL).text.n, 0);
}

static void money_has_the_same_form_in_each_language(void **state)
{
    static const struct {
        int64_t cents;
        const char *shown;
    } amounts[] = {
        {0, "$0.00"},
        {-5, "-$0.05"},
        {123450, "$1,234.50"},
        {1250050, "$12,500.50"},
        {INT64_MIN, "-$92,233,720,368,547,758.08"},
    };
    struct msg_arg arg = MSG_ARG("what", ((struct money){123450}));

    (void)state;
    for (size_t i = 0; i < COUNT(amounts); i++)
        assert_str(msg_money_text(arena, (struct money){amounts[i].cents}), amounts[i].shown);
    assert_str(msg_format(arena, LANG_ES, MSG_form_change_what, &arg, 1), "Cambiar $1,234.50");
    assert_str(msg_format(arena, LANG_VI, MSG_form_change_what, &arg, 1), "Thay đổi $1,234.50");
}

static void keys_are_found(void **state)
{
    enum msg_id id = MSG_form_no;

    (void)state;
    for (int i = MSG_NONE + 1; i < MSG__N; i++) {
        assert_true(msg_by_key(msg_key((enum msg_id)i), &id));
        assert_int_equal(id, i);
    }
    id = MSG_form_no;
    assert_false(msg_by_key(S(""), &id));
    assert_false(msg_by_key(S("error.NO_SUCH_THING"), &id));
    assert_false(msg_by_key(S("zzz"), &id));
    assert_int_equal(id, MSG_form_no);
}

static void every_error_has_a_sentence_in_every_language(void **state)
{
    (void)state;
    for (int error = ERR_NONE + 1; error < ERR__N; error++) {
        struct str key = str_fmt(arena, "error.%s", err_name((enum err_id)error));
        enum msg_id id;

        assert_true(msg_by_key(key, &id));
        for (int lang = 0; lang < LANG__N; lang++)
            assert_true(msg_text((enum lang)lang, id).n > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_in_each_language),
        cmocka_unit_test(arguments_are_filled_in),
        cmocka_unit_test(pieces_survive_stray_braces),
        cmocka_unit_test(unknown_placeholders_stay),
        cmocka_unit_test(plurals_follow_the_language),
        cmocka_unit_test(numbers_have_the_same_groups_in_each_language),
        cmocka_unit_test(argument_types),
        cmocka_unit_test(money_has_the_same_form_in_each_language),
        cmocka_unit_test(keys_are_found),
        cmocka_unit_test(every_error_has_a_sentence_in_every_language),
    };

    return cmocka_run_group_tests_name("base/msg", tests, setup, teardown);
}
