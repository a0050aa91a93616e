#include "base/instant.h"

#include "base/test_support.h"

static void test_parse_and_format(void **state)
{
    static const struct {
        const char *text, *utc;
    } cases[] = {
        {"2026-07-02T16:30:00-05:00", "2026-07-02T21:30:00Z"},
        {"2026-07-02t16:30:00.25z", "2026-07-02T16:30:00.250000Z"},
        {"2026-07-02 16:30:00.1234567Z", "2026-07-02T16:30:00.123456Z"},
        {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
        {"2026-12-31T23:59:60Z", "2027-01-01T00:00:00Z"},
        {"2026-01-01T00:00:00+05:45", "2025-12-31T18:15:00Z"},
        {"2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"},
    };
    struct ctx *ctx = *state;
    struct instant at;

    for (size_t i = 0; i < COUNT(cases); i++) {
        if (!instant_parse(str_of(cases[i].text), &at))
            fail_msg("\"%s\" was refused", cases[i].text);
        assert_str(instant_format_utc(ctx->arena, at), cases[i].utc);
    }
}

static void test_refused(void **state)
{
    static const char *const wrong[] = {"",
                                        "2026-07-02",
                                        "2026-07-02T16:30:00",
                                        "2026-07-02T16:30Z",
                                        "2026-07-02T24:00:00Z",
                                        "2026-07-02T16:60:00Z",
                                        "2026-07-02T16:30:61Z",
                                        "2026-07-02T16:30:00.Z",
                                        "2026-07-02T16:30:00+24:00",
                                        "2026-07-02T16:30:00+0500",
                                        "2026-07-02T16:30:00 Z",
                                        "2026-07-02T16:30:00ZZ",
                                        "2026-02-30T16:30:00Z",
                                        "2026-07-02T-6:30:00Z",
                                        "2026-07-02T16:30:00+05:60",
                                        "2026-07-02X16:30:00Z",
                                        "2026-07-02T16:30:00+-5:00"};
    struct instant at = {77};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (instant_parse(str_of(wrong[i]), &at))
            fail_msg("\"%s\" was taken", wrong[i]);
    assert_int_equal(at.us_utc, 77);
}

static void test_there_and_back(void **state)
{
    struct ctx *ctx = *state;
    uint64_t seed = 23;

    for (int turn = 0; turn < 20000; turn++) {
        int64_t s = (int64_t)(test_random(&seed) % UINT64_C(315000000000)) - INT64_C(62000000000);
        struct instant at = {s * US_PER_S + (int64_t)(test_random(&seed) % 3) * 250000};
        struct instant back = {0};

        assert_true(instant_parse(instant_format_utc(ctx->arena, at), &back));
        assert_int_equal(back.us_utc, at.us_utc);
    }
}

static void test_extremes(void **state)
{
    struct ctx *ctx = *state;
    struct instant first = {INT64_MIN}, last = {INT64_MAX};

    assert_true(instant_format_utc(ctx->arena, first).n > 20);
    assert_true(instant_format_utc(ctx->arena, last).n > 20);
    assert_true(instant_plus_us(last, 1).us_utc == INT64_MAX);
    assert_true(instant_plus_us(first, -1).us_utc == INT64_MIN);
    assert_true(instant_cmp(first, last) < 0 && instant_cmp(last, last) == 0);
}

static void test_clocks(void **state)
{
    int64_t start = clock_monotonic_ms();
    struct instant now = clock_now();

    (void)state;
    assert_true(clock_monotonic_ms() >= start);
    assert_true(instant_cmp(clock_now(), now) >= 0);
    assert_true(now.us_utc > INT64_C(1700000000) * US_PER_S);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_parse_and_format), TEST(test_refused), TEST(test_there_and_back),
        TEST(test_extremes),         TEST(test_clocks),
    };

    return cmocka_run_group_tests_name("base/instant", tests, NULL, NULL);
}
