#include "base/test_support.h"

#include "engine/cases/number.h"

static void writes_year_counter_and_check(void **state)
{
    struct ctx *ctx = *state;
    struct str number = number_format(ctx->arena, 2026, 42);

    assert_int_equal(number.n, 10);
    assert_true(str_starts_with(number, S("26-00042-")));
    assert_int_equal(number_format(ctx->arena, 2026, 1234567).n, 12);
    assert_true(str_starts_with(number_format(ctx->arena, 2003, 1), S("03-00001-")));
}

/* ISO/IEC 7064: with the check digit taken in, the hybrid system MOD 11,10 gives 1. */
static void agrees_with_the_standard(void **state)
{
    struct ctx *ctx = *state;

    for (int64_t counter = 1; counter < 2000; counter += 37) {
        struct str number = number_format(ctx->arena, 2026, counter);
        int product = 10, digit;

        for (size_t i = 0; i < number.n; i++) {
            if (number.p[i] == '-')
                continue;
            digit = number.p[i] - '0';
            product = (product + digit) % 10;
            if (i + 1 == number.n)
                break;
            product = (product ? product : 10) * 2 % 11;
        }
        assert_int_equal(product, 1);
    }
}

static void forgives_how_it_is_typed(void **state)
{
    struct ctx *ctx = *state;
    struct str number = number_format(ctx->arena, 2026, 42), got = STR_NONE;
    struct str plain = str_fmt(ctx->arena, "2600042%c", number.p[number.n - 1]);
    struct str spaced = str_fmt(ctx->arena, "# 26 00042.%c ", number.p[number.n - 1]);

    assert_true(number_parse(ctx->arena, plain, &got));
    assert_true(str_eq(got, number));
    assert_true(number_parse(ctx->arena, spaced, &got));
    assert_true(str_eq(got, number));
    assert_true(number_parse(ctx->arena, number, &got));
}

/* Every single wrong digit and every swap of different neighbours is noticed. */
static void notices_a_slip(void **state)
{
    struct ctx *ctx = *state;
    struct str got = S("untouched");

    for (int64_t counter = 1; counter < 3000; counter += 71) {
        struct str number = number_format(ctx->arena, 2026, counter);
        char *typed = arena_alloc(ctx->arena, number.n);

        memcpy(typed, number.p, number.n);
        for (size_t i = 0; i < number.n; i++) {
            char right = typed[i];

            for (char c = '0'; right != '-' && c <= '9'; c++) {
                typed[i] = c;
                assert_int_equal(number_parse(ctx->arena, (struct str){typed, number.n}, &got),
                                 c == right);
                got = S("untouched");
            }
            typed[i] = right;
        }
    }
}

static void notices_most_swaps(void **state)
{
    struct ctx *ctx = *state;
    int swaps = 0, unnoticed = 0;

    for (int64_t counter = 1; counter < 5000; counter += 13) {
        struct str number = number_format(ctx->arena, 2026, counter), got;
        char digits[16];
        size_t n = 0;

        for (size_t i = 0; i < number.n; i++)
            if (number.p[i] != '-')
                digits[n++] = number.p[i];
        for (size_t i = 0; i + 1 < n; i++) {
            char a = digits[i], b = digits[i + 1];

            digits[i] = b;
            digits[i + 1] = a;
            swaps += a != b;
            unnoticed += a != b && number_parse(ctx->arena, (struct str){digits, n}, &got);
            digits[i] = a;
            digits[i + 1] = b;
        }
    }
    assert_true(swaps > 1000);
    assert_true(unnoticed * 50 < swaps);
}

static void refuses_what_is_no_number(void **state)
{
    static const char *const wrong[] = {
        "",           "-",          "2",
        "26-0042-1",  "26-00042",   "26-00042-x",
        "٢٦-00042-1", "26/00042/1", "1234567890123456789012345",
        "26-00042-",
    };
    struct ctx *ctx = *state;
    struct str got = S("untouched");

    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(number_parse(ctx->arena, str_of(wrong[i]), &got));
    assert_str(got, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(writes_year_counter_and_check),
        TEST(agrees_with_the_standard),
        TEST(forgives_how_it_is_typed),
        TEST(notices_a_slip),
        TEST(notices_most_swaps),
        TEST(refuses_what_is_no_number),
    };

    return cmocka_run_group_tests_name("engine/number", tests, NULL, NULL);
}
