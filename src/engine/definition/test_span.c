#include "engine/test_city.h"

#include "engine/definition/span.h"

static void parses(const char *text, enum span_unit unit, int64_t amount)
{
    struct span span = {0};

    assert_true(span_parse(str_of(text), &span));
    assert_int_equal(span.unit, unit);
    assert_int_equal(span.amount, amount);
}

static void reads_every_unit(void **state)
{
    (void)state;
    parses("90 s", SPAN_ELAPSED, 90);
    parses("30 min", SPAN_ELAPSED, 1800);
    parses("1 hour", SPAN_ELAPSED, 3600);
    parses("36 h", SPAN_ELAPSED, 36 * 3600);
    parses("60 d", SPAN_ELAPSED, 60 * 86400);
    parses("1 day", SPAN_ELAPSED, 86400);
    parses("1 work hour", SPAN_WORK_TIME, 3600);
    parses("4 work hours", SPAN_WORK_TIME, 4 * 3600);
    parses("1 workday", SPAN_WORKDAYS, 1);
    parses("10 workdays", SPAN_WORKDAYS, 10);
    parses("3 months", SPAN_MONTHS, 3);
    parses("2 years", SPAN_MONTHS, 24);
    parses("0 d", SPAN_ELAPSED, 0);
}

static void refuses_all_else(void **state)
{
    static const char *const wrong[] = {
        "",        " ",         "2",           "d",           "-1 d",  "2d",
        "2  days", "2 days ",   " 2 days",     "2 Days",      "1.5 h", "1000001 d",
        "2 fort",  "two days",  "2 workdayss", "2 work",      "0x2 d", "99999999999999999999 s",
        "2\tdays", "2 days\n2", "+2 d",        "2 workday h",
    };
    struct span span = {SPAN_MONTHS, 77};

    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        if (span_parse(str_of(wrong[i]), &span))
            fail_msg("\"%s\" was taken", wrong[i]);
    assert_int_equal(span.unit, SPAN_MONTHS);
    assert_int_equal(span.amount, 77);
}

static const struct yaml_node *node_of(struct ctx *ctx, const char *text, struct problems *problems)
{
    const struct yaml_node *node;

    assert_int_equal(yaml_parse(ctx, S("f"), str_of(text), problems, &node), RC_OK);
    return node;
}

static void tells_what_is_expected(void **state)
{
    struct ctx *ctx = *state;
    struct problems problems = problems_in(ctx->arena);
    struct span fallback = {SPAN_WORKDAYS, 3}, span;

    span = yaml_expect_span(&problems, NULL, fallback);
    assert_int_equal(span.amount, 3);
    assert_int_equal(problems.error_count, 0);
    span = yaml_expect_span(&problems, node_of(ctx, "[2 days]", &problems), fallback);
    assert_int_equal(span.amount, 3);
    assert_int_equal(problems.error_count, 1);
    span = yaml_expect_span(&problems, node_of(ctx, "soon", &problems), fallback);
    assert_int_equal(span.unit, SPAN_WORKDAYS);
    assert_int_equal(problems.error_count, 2);
    assert_part(test_problems(ctx, &problems), "f:1:1: error: a length of time is expected here");
}

static void reads_distances(void **state)
{
    struct ctx *ctx = *state;
    struct problems problems = problems_in(ctx->arena);

    assert_int_equal(yaml_expect_metres(&problems, node_of(ctx, "50 m", &problems), 7), 50);
    assert_int_equal(yaml_expect_metres(&problems, node_of(ctx, "2 km", &problems), 7), 2000);
    assert_int_equal(yaml_expect_metres(&problems, node_of(ctx, "100 km", &problems), 7), 100000);
    assert_int_equal(yaml_expect_metres(&problems, NULL, 7), 7);
    assert_int_equal(problems.error_count, 0);
    assert_int_equal(yaml_expect_metres(&problems, node_of(ctx, "101 km", &problems), 7), 7);
    assert_int_equal(yaml_expect_metres(&problems, node_of(ctx, "50", &problems), 7), 7);
    assert_int_equal(yaml_expect_metres(&problems, node_of(ctx, "50 feet", &problems), 7), 7);
    assert_int_equal(yaml_expect_metres(&problems, node_of(ctx, "{m: 50}", &problems), 7), 7);
    assert_int_equal(problems.error_count, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_every_unit),
        TEST(refuses_all_else),
        TEST(tells_what_is_expected),
        TEST(reads_distances),
    };

    return cmocka_run_group_tests_name("engine/span", tests, NULL, NULL);
}
