#include "base/date.h"

#include "base/test_support.h"

static void test_known_days(void **state)
{
    static const struct {
        const char *text;
        int32_t days;
        enum weekday weekday;
    } cases[] = {
        {"1970-01-01", 0, THURSDAY},      {"1969-12-31", -1, WEDNESDAY},
        {"2000-02-29", 11016, TUESDAY},   {"2026-07-02", 20636, THURSDAY},
        {"0001-01-01", -719162, MONDAY},  {"9999-12-31", 2932896, FRIDAY},
        {"1900-03-01", -25508, THURSDAY},
    };
    struct ctx *ctx = *state;
    struct date date;

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_true(date_parse(str_of(cases[i].text), &date));
        assert_int_equal(date.days, cases[i].days);
        assert_int_equal(date_weekday(date), cases[i].weekday);
        assert_str(date_format(ctx->arena, date), cases[i].text);
    }
}

/* Day after day through all years there are: the next civil day, the next weekday, and back. */
static void test_every_day(void **state)
{
    struct date date = {0}, back = {0};
    struct civil last = {1, 1, 1};

    (void)state;
    assert_true(date_of(last, &date));
    for (;;) {
        struct date next = date_plus(date, 1);
        struct civil civil = date_civil(next);

        if (civil.year > 9999)
            break;
        assert_true(date_of(civil, &back) && back.days == next.days);
        assert_int_equal(date_weekday(next), ((int)date_weekday(date) + 1) % 7);
        if (civil.day == 1)
            assert_true(last.day >= 28 && civil.month == last.month % 12 + 1);
        else
            assert_true(civil.day == last.day + 1 && civil.month == last.month);
        last = civil;
        date = next;
    }
    assert_true(last.year == 9999 && last.month == 12 && last.day == 31);
    assert_false(date_of((struct civil){10000, 1, 1}, &back));
}

static void test_refused(void **state)
{
    static const struct str wrong[] = {
        STR(""),
        STR("2026-7-2"),
        STR("2026-02-29"),
        STR("1900-02-29"),
        STR("2026-04-31"),
        STR("2026-13-01"),
        STR("2026-00-01"),
        STR("2026-01-00"),
        STR("0000-01-01"),
        STR("2026/07/02"),
        STR("-026-07-02"),
        STR("2026-07-02 "),
        STR("20260702"),
        STR("2026-07-0x"),
        STR("2026-0 -02"),
        STR("+026-07-02"),
        STR("2026-07-\0"
            "2"),
    };
    struct date date = {77};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(date_parse(wrong[i], &date));
    assert_int_equal(date.days, 77);
}

/* The ends of the type are dates too. */
static void test_extremes(void **state)
{
    (void)state;
    assert_int_equal(date_plus(DATE_NEVER, 1).days, INT32_MAX);
    assert_int_equal(date_plus(DATE_NEVER, -1).days, INT32_MAX);
    assert_int_equal(date_plus((struct date){INT32_MAX - 1}, 5).days, INT32_MAX);
    assert_int_equal(date_plus((struct date){INT32_MIN}, -1).days, INT32_MIN);
    assert_true(date_civil(DATE_NEVER).year > 5000000);
    assert_true(date_civil((struct date){INT32_MIN}).year < -5000000);
    assert_true(date_weekday(DATE_NEVER) <= SUNDAY);
    assert_true(date_weekday((struct date){INT32_MIN}) <= SUNDAY);
    assert_true(date_cmp(DATE_NEVER, (struct date){0}) > 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_known_days),
        TEST(test_every_day),
        TEST(test_refused),
        TEST(test_extremes),
    };

    return cmocka_run_group_tests_name("base/date", tests, NULL, NULL);
}
