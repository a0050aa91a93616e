#include "base/money.h"

#include "base/test_support.h"

static void test_parse(void **state)
{
    static const struct {
        const char *text;
        int64_t cents;
    } cases[] = {{"19.99", 1999},
                 {"1.15", 115},
                 {"0", 0},
                 {"-3", -300},
                 {"1234.5", 123450},
                 {"1,234.50", 123450},
                 {".5", 50},
                 {"-1,000,000.01", -100000001},
                 {"92233720368547758.07", INT64_MAX},
                 {"-92233720368547758.08", INT64_MIN}};
    static const char *const wrong[] = {"",
                                        "-",
                                        "$5",
                                        "1.005",
                                        "1,23",
                                        "12,34.5",
                                        "1,2345",
                                        ",123",
                                        "1234,567",
                                        "1,234.5,0",
                                        "--1",
                                        "-+1",
                                        "+1",
                                        "1e2",
                                        "1,,234",
                                        "92233720368547758.08",
                                        "1, 234",
                                        "1,234,",
                                        "000000000000000000000000000000000000000001"};
    struct money money = {7};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(money_parse(str_of(cases[i].text), &money));
        assert_int_equal(money.cents, cases[i].cents);
    }
    money.cents = 7;
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (money_parse(str_of(wrong[i]), &money))
            fail_msg("\"%s\" was taken", wrong[i]);
    assert_int_equal(money.cents, 7);
}

static void test_format(void **state)
{
    static const struct {
        int64_t cents;
        const char *text;
    } cases[] = {{0, "0.00"},
                 {5, "0.05"},
                 {-5, "-0.05"},
                 {99999, "999.99"},
                 {123450, "1,234.50"},
                 {100000000, "1,000,000.00"},
                 {-100000, "-1,000.00"},
                 {INT64_MIN, "-92,233,720,368,547,758.08"}};
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct money back = {1};
        struct str text = money_format(ctx->arena, (struct money){cases[i].cents});

        assert_str(text, cases[i].text);
        assert_true(money_parse(text, &back));
        assert_int_equal(back.cents, cases[i].cents);
    }
}

static void test_decimal(void **state)
{
    struct money money = {7};

    (void)state;
    assert_true(money_from_decimal(decimal_of(1005, 3), DECIMAL_HALF_UP, &money));
    assert_int_equal(money.cents, 101);
    assert_true(money_from_decimal(decimal_of(1005, 3), DECIMAL_HALF_EVEN, &money));
    assert_int_equal(money.cents, 100);
    assert_true(decimal_eq(money_to_decimal((struct money){1999}), decimal_of(19990, 3)));
    money.cents = 7;
    assert_false(money_from_decimal(decimal_of(INT64_MAX, 0), DECIMAL_DOWN, &money));
    assert_int_equal(money.cents, 7);
}

static void test_arithmetic(void **state)
{
    struct money money = {7};

    (void)state;
    assert_false(money_add((struct money){INT64_MAX}, (struct money){1}, &money));
    assert_false(money_sub((struct money){INT64_MIN}, (struct money){1}, &money));
    assert_int_equal(money.cents, 7);
    assert_true(money_add((struct money){1999}, (struct money){1}, &money));
    assert_int_equal(money.cents, 2000);
    assert_true(money_sub((struct money){1}, (struct money){1999}, &money));
    assert_int_equal(money.cents, -1998);
    assert_true(money_cmp((struct money){1}, (struct money){2}) < 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_parse),
        TEST(test_format),
        TEST(test_decimal),
        TEST(test_arithmetic),
    };

    return cmocka_run_group_tests_name("base/money", tests, NULL, NULL);
}
