#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "place/fuzzy.h"
#include "place/words.h"

#define LONGEST 20

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* The same distance from its definition, cell by cell. */
static int plain_errors(struct str a, struct str b)
{
    int table[LONGEST + 1][LONGEST + 1];

    for (int i = 0; i <= (int)a.n; i++) {
        for (int k = 0; k <= (int)b.n; k++) {
            if (i == 0 || k == 0) {
                table[i][k] = i + k;
                continue;
            }
            table[i][k] = least(least(table[i - 1][k] + 1, table[i][k - 1] + 1),
                                table[i - 1][k - 1] + (a.p[i - 1] != b.p[k - 1]));
            if (i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] && a.p[i - 2] == b.p[k - 1])
                table[i][k] = least(table[i][k], table[i - 2][k - 2] + 1);
        }
    }
    return table[a.n][b.n];
}

static int errors(const char *a, const char *b, int limit)
{
    struct fuzzy pattern = fuzzy_of(str_of(a));

    return fuzzy_errors(&pattern, str_of(b), fuzzy_bag(str_of(b)), limit);
}

static void one_error_of_each_kind_counts_one(void **state)
{
    (void)state;
    assert_int_equal(errors("prospect", "prospect", 2), 0);
    assert_int_equal(errors("prospct", "prospect", 2), 1);
    assert_int_equal(errors("prosspect", "prospect", 2), 1);
    assert_int_equal(errors("prospekt", "prospect", 2), 1);
    assert_int_equal(errors("porspect", "prospect", 2), 1);
    assert_int_equal(errors("prospect", "hampshire", 2), 3);
    assert_int_equal(errors("a", "b", 1), 1);
    assert_int_equal(errors("", "b", 1), 1);
    assert_int_equal(errors("", "", 0), 0);
    assert_int_equal(errors("ca", "abc", 3), 3);
}

static void agrees_with_the_definition(void **state)
{
    uint32_t random = 42;

    (void)state;
    for (int turn = 0; turn < 20000; turn++) {
        char text[2][LONGEST];
        struct str of[2];
        struct fuzzy pattern;

        for (int k = 0; k < 2; k++) {
            of[k] = (struct str){text[k], (random >> 16) % LONGEST + 1};
            for (size_t i = 0; i < of[k].n; i++) {
                random = random * 1664525 + 1013904223;
                text[k][i] = (char)('a' + (random >> 20) % 3);
            }
            random = random * 1664525 + 1013904223;
        }
        pattern = fuzzy_of(of[0]);
        assert_int_equal(fuzzy_errors(&pattern, of[1], fuzzy_bag(of[1]), LONGEST),
                         plain_errors(of[0], of[1]));
    }
}

static void long_and_odd_patterns_are_harmless(void **state)
{
    char letters[1000];
    struct fuzzy pattern;

    (void)state;
    memset(letters, 'x', sizeof letters);
    pattern = fuzzy_of((struct str){letters, sizeof letters});
    assert_int_equal(pattern.n, FUZZY_MAX);
    assert_int_equal(fuzzy_errors(&pattern, (struct str){letters, FUZZY_MAX}, pattern.bag, 2), 0);
    assert_int_equal(errors("\xff\x01 z", "\x80\x02 z", 1), 0);
}

static struct str typed(struct arena *arena, const char *text)
{
    struct words words = words_of(arena, str_of(text));
    struct str joined = S("");

    for (size_t i = 0; i < words.n; i++) {
        static const char signs[] = {[WORD_AND] = '&', [WORD_COMMA] = ',', [WORD_HASH] = '#'};
        struct str word = words.of[i].text;

        joined = word.n ? str_fmt(arena, "%.*s %.*s", STR_ARG(joined), STR_ARG(word))
                        : str_fmt(arena, "%.*s %c", STR_ARG(joined), signs[words.of[i].kind]);
    }
    return str_trim(joined);
}

static void words_are_folded_and_signs_kept(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"795 Mass. Avenue, Apt #3", "795 mass avenue , apt # 3"},
        {"O'Brien / J.F.K.", "obrien & jfk"},
        {"O\xE2\x80\x99"
         "Brien",
         "obrien"},
        {"Wilder-Lee  Park", "wilder lee park"},
        {"Jos\xC3\xA9 NU\xC3\x91"
         "EZ",
         "jose nunez"},
        {"\xC4\x90\xC6\xB0\xE1\xBB\x9Dng Nguy\xE1\xBB\x85n", "duong nguyen"},
        {"", ""},
        {" \t\r ", ""},
        {"(rear)", ", rear ,"},
        {"\xff\xfe"
         "a\x00"
         "b",
         "a"},
        {"\xC3", ""},
    };
    struct arena *arena = arena_new(1u << 20);

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str words = typed(arena, cases[i].text);

        if (!str_eq(words, str_of(cases[i].words)))
            fail_msg("\"%s\" became \"%.*s\"", cases[i].text, STR_ARG(words));
    }
    arena_free(arena);
}

static void words_of_a_long_text_stop(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    char text[10240];
    struct words words;

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 ? ' ' : 'a';
    words = words_of(arena, (struct str){text, sizeof text});
    assert_int_equal(words.n, WORDS_MAX);
    memset(text, 'a', sizeof text);
    words = words_of(arena, (struct str){text, sizeof text});
    assert_int_equal(words.n, 1);
    assert_int_equal(words.of[0].text.n, WORDS_MAX_BYTES);
    arena_free(arena);
}

static void short_forms_are_the_citys(void **state)
{
    (void)state;
    assert_true(str_eq(word_short(S("street")), S("st")));
    assert_true(str_eq(word_short(S("saint")), S("st")));
    assert_true(str_eq(word_short(S("2nd")), S("second")));
    assert_true(str_eq(word_short(S("prospect")), S("prospect")));
    assert_true(str_eq(word_long(S("ave")), S("avenue")));
    assert_true(str_is_empty(word_long(S("prospect"))));
    assert_true(word_is_street_type(S("sq")));
    assert_false(word_is_street_type(S("first")));
}

static void slugs_are_safe_in_paths(void **state)
{
    struct arena *arena = arena_new(1u << 20);

    (void)state;
    assert_true(str_eq(words_slug(arena, S("St. Peter's Field / A&B")), S("st-peters-field-a-b")));
    assert_true(str_eq(words_slug(arena, S("../..?x=<1>")), S("x-1")));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_error_of_each_kind_counts_one),
        cmocka_unit_test(agrees_with_the_definition),
        cmocka_unit_test(long_and_odd_patterns_are_harmless),
        cmocka_unit_test(words_are_folded_and_signs_kept),
        cmocka_unit_test(words_of_a_long_text_stop),
        cmocka_unit_test(short_forms_are_the_citys),
        cmocka_unit_test(slugs_are_safe_in_paths),
    };

    return cmocka_run_group_tests_name("place/fuzzy", tests, NULL, NULL);
}
