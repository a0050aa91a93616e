#include "base/decimal.h"

#include "base/test_support.h"

static struct decimal dec(const char *text)
{
    struct decimal d = {0};

    if (!decimal_parse(str_of(text), &d))
        fail_msg("%s is no decimal", text);
    return d;
}

static void test_parse_and_format(void **state)
{
    static const char *const same[] = {"0",
                                       "12.50",
                                       "-0.050",
                                       "0.000000000000000001",
                                       "-999999999999999999.999999999999999999",
                                       "170141183460469231731687303715884105727",
                                       "-170141183460469231731687303715884105728"};
    static const char *const wrong[] = {"",
                                        "-",
                                        "+",
                                        ".",
                                        "5.",
                                        "1e3",
                                        " 1",
                                        "1 ",
                                        "1,5",
                                        "0x1",
                                        "1.2.3",
                                        "--1",
                                        "+-1",
                                        "-.",
                                        "1.-2",
                                        "１",
                                        "NaN",
                                        "1.0000000000000000000",
                                        "170141183460469231731687303715884105728"};
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(same); i++)
        assert_str(decimal_format(ctx->arena, dec(same[i])), same[i]);
    assert_str(decimal_format(ctx->arena, dec("+.5")), "0.5");
    assert_str(decimal_format(ctx->arena, dec("-007.10")), "-7.10");
    assert_str(decimal_format(ctx->arena, dec("-0.0")), "0.0");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct decimal d = {42, 7};

        if (decimal_parse(str_of(wrong[i]), &d))
            fail_msg("\"%s\" was taken", wrong[i]);
        assert_true(d.coefficient == 42 && d.scale == 7);
    }
}

static void test_rounding(void **state)
{
    /* To whole numbers: half up, half even, down, up, floor, ceiling. */
    static const struct {
        const char *value, *rounded[6];
    } cases[] = {
        {"2.5", {"3", "2", "2", "3", "2", "3"}},
        {"3.5", {"4", "4", "3", "4", "3", "4"}},
        {"-2.5", {"-3", "-2", "-2", "-3", "-3", "-2"}},
        {"2.51", {"3", "3", "2", "3", "2", "3"}},
        {"2.49", {"2", "2", "2", "3", "2", "3"}},
        {"-2.49", {"-2", "-2", "-2", "-3", "-3", "-2"}},
        {"2.00", {"2", "2", "2", "2", "2", "2"}},
        {"-0.5", {"-1", "0", "0", "-1", "-1", "0"}},
        {"0.000000000000000001", {"0", "0", "0", "1", "0", "1"}},
    };
    struct ctx *ctx = *state;
    struct decimal d;

    for (size_t i = 0; i < COUNT(cases); i++)
        for (int r = DECIMAL_HALF_UP; r <= DECIMAL_CEILING; r++) {
            struct decimal_places whole = {0, (enum decimal_rounding)r};

            assert_true(decimal_round(dec(cases[i].value), whole, &d));
            assert_str(decimal_format(ctx->arena, d), cases[i].rounded[r]);
        }
    assert_true(decimal_round(dec("1.5"), (struct decimal_places){3, DECIMAL_DOWN}, &d));
    assert_str(decimal_format(ctx->arena, d), "1.500");
}

static void test_arithmetic(void **state)
{
    struct ctx *ctx = *state;
    struct decimal d;

    assert_true(decimal_add(dec("0.1"), dec("0.20"), &d));
    assert_str(decimal_format(ctx->arena, d), "0.30");
    assert_true(decimal_sub(dec("1"), dec("0.001"), &d));
    assert_str(decimal_format(ctx->arena, d), "0.999");
    assert_true(decimal_mul(dec("-1.25"), dec("0.4"), &d));
    assert_str(decimal_format(ctx->arena, d), "-0.500");
    assert_true(decimal_negate(dec("1.50"), &d));
    assert_str(decimal_format(ctx->arena, d), "-1.50");
    assert_true(decimal_div(dec("1"), dec("3"), (struct decimal_places){18, DECIMAL_HALF_UP}, &d));
    assert_str(decimal_format(ctx->arena, d), "0.333333333333333333");
    assert_true(decimal_div(dec("-2"), dec("3"), (struct decimal_places){2, DECIMAL_HALF_UP}, &d));
    assert_str(decimal_format(ctx->arena, d), "-0.67");
    assert_true(decimal_div(dec("0.000000000000000005"), dec("10"),
                            (struct decimal_places){0, DECIMAL_UP}, &d));
    assert_str(decimal_format(ctx->arena, d), "1");
    assert_true(decimal_div(dec("99999999999999999999999999999"), dec("0.000000007"),
                            (struct decimal_places){0, DECIMAL_DOWN}, &d));
    assert_str(decimal_format(ctx->arena, d), "14285714285714285714285714285571428571");
    assert_true(decimal_mul_round(dec("0.123456789012"), dec("0.987654321098"),
                                  (struct decimal_places){6, DECIMAL_HALF_EVEN}, &d));
    assert_str(decimal_format(ctx->arena, d), "0.121933");
}

static void test_overflow(void **state)
{
    const struct decimal most = dec("170141183460469231731687303715884105727");
    const struct decimal least = dec("-170141183460469231731687303715884105728");
    const struct decimal small = dec("0.000000000000000001");
    const struct decimal_places cents = {2, DECIMAL_HALF_UP};
    struct decimal d = {42, 7};
    int64_t i;

    (void)state;
    assert_false(decimal_add(most, dec("1"), &d));
    assert_false(decimal_add(most, dec("0.0"), &d));
    assert_false(decimal_sub(least, dec("1"), &d));
    assert_false(decimal_negate(least, &d));
    assert_false(decimal_mul(most, dec("2"), &d));
    assert_false(decimal_mul(small, dec("0.3"), &d)); /* 19 places */
    assert_false(decimal_div(dec("1"), dec("0.00"), cents, &d));
    assert_false(decimal_div(most, small, cents, &d));
    assert_false(decimal_div(least, dec("-1"), (struct decimal_places){0, DECIMAL_UP}, &d));
    assert_false(decimal_round(most, cents, &d));
    assert_true(d.coefficient == 42 && d.scale == 7);
    assert_true(decimal_mul(small, dec("10"), &d)); /* the zero is dropped */
    assert_false(decimal_to_i64(dec("9223372036854775808"), &i));
    assert_false(decimal_to_i64(dec("1.5"), &i));
    assert_true(decimal_to_i64(dec("-9223372036854775808.00"), &i) && i == INT64_MIN);
}

static void test_compare(void **state)
{
    static const char *const ascending[] = {"-170141183460469231731687303715884105728",
                                            "-1.5",
                                            "-1.49",
                                            "-0.000000000000000001",
                                            "0",
                                            "0.000000000000000001",
                                            "1",
                                            "1.000000000000000001",
                                            "170141183460469231731687303715884105727"};
    size_t n = COUNT(ascending);

    (void)state;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            assert_int_equal(decimal_cmp(dec(ascending[a]), dec(ascending[b])), (a > b) - (a < b));
    assert_true(decimal_eq(dec("12.5"), dec("12.500")));
}

/* What plain integers say about the rounded quotient of n and a positive m. */
static int64_t divide(int64_t n, int64_t m, enum decimal_rounding rounding)
{
    int64_t floor = n / m - (n % m < 0), rest = n - floor * m;

    if (rest == 0)
        return floor;
    switch (rounding) {
    case DECIMAL_FLOOR: return floor;
    case DECIMAL_CEILING: return floor + 1;
    case DECIMAL_DOWN: return n < 0 ? floor + 1 : floor;
    case DECIMAL_UP: return n < 0 ? floor : floor + 1;
    case DECIMAL_HALF_UP: return 2 * rest > m || (2 * rest == m && n > 0) ? floor + 1 : floor;
    case DECIMAL_HALF_EVEN:
        return 2 * rest > m || (2 * rest == m && floor % 2 != 0) ? floor + 1 : floor;
    }
    return 0;
}

static void test_against_integers(void **state)
{
    uint64_t seed = 3;

    (void)state;
    for (int turn = 0; turn < 200000; turn++) {
        int64_t n = (int64_t)(test_random(&seed) % 2000001) - 1000000;
        int64_t m = 1 + (int64_t)(test_random(&seed) % (turn % 2 ? 20 : 2000));
        enum decimal_rounding r = (enum decimal_rounding)(test_random(&seed) % 6);
        struct decimal d, sum;

        assert_true(
            decimal_div(decimal_of(n, 2), decimal_of(m, 0), (struct decimal_places){2, r}, &d));
        assert_true(d.coefficient == divide(n, m, r) && d.scale == 2);
        assert_true(decimal_round(decimal_of(n, 4), (struct decimal_places){2, r}, &d));
        assert_true(d.coefficient == divide(n, 100, r));
        assert_true(decimal_mul_round(decimal_of(n, 2), decimal_of(m, 2),
                                      (struct decimal_places){1, r}, &d));
        assert_true(d.coefficient == divide(n * m, 1000, r));
        assert_true(decimal_add(decimal_of(n, 3), decimal_of(m, 1), &sum));
        assert_true(sum.coefficient == n + 100 * m && sum.scale == 3);
        assert_int_equal(decimal_cmp(decimal_of(n, 3), decimal_of(m, 1)),
                         (n > 100 * m) - (n < 100 * m));
    }
}

static void commas_stand_where_thousands_end(void **state)
{
    static const char *const right[][2] = {
        {"1", "1"},
        {"1,234", "1234"},
        {"-1,234,567.25", "-1234567.25"},
        {"+12,345", "+12345"},
        {"1234.5678", "1234.5678"},
        {"100,000", "100000"},
    };
    static const char *const wrong[] = {
        "",          ",",       ",123",   "-,123",  "1,23",  "12,50",  "1234,567", "1,2345",
        "1,234.5,6", "1.234,5", "1,234,", "1,,234", "0,500", "00,500", "-0,125",   "0,5"};
    char digits[16];

    (void)state;
    for (size_t i = 0; i < COUNT(right); i++)
        assert_str(
            ((struct str){digits, decimal_ungroup(str_of(right[i][0]), digits, sizeof digits)}),
            right[i][1]);
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(decimal_ungroup(str_of(wrong[i]), digits, sizeof digits), 0);
    assert_int_equal(decimal_ungroup(S("12345678901234567"), digits, sizeof digits), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_parse_and_format), TEST(commas_stand_where_thousands_end),
        TEST(test_rounding),         TEST(test_arithmetic),
        TEST(test_overflow),         TEST(test_compare),
        TEST(test_against_integers),
    };

    return cmocka_run_group_tests_name("base/decimal", tests, NULL, NULL);
}
