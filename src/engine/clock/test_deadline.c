#include "engine/test_city.h"

#include "engine/clock/deadline.h"
#include "engine/definition/answer.h"

/* A service with one clock of the text. */
static struct test_city city_with_clock(struct ctx *ctx, const char *clock)
{
    struct str service =
        str_fmt(ctx->arena,
                TEST_HEAD "fields: [{id: lane, type: yes-no, default: false, text: {en: L, es: L, "
                          "vi: L}}]\n" TEST_ROUTE "clocks: {resolve: %s}\n",
                clock);
    struct test_files files = test_city_files(TEST_WORKFLOW, str_z(ctx->arena, service));
    struct test_city made = test_city_of(ctx, &files);

    if (made.rc)
        print_error("%.*s", STR_ARG(test_problems(ctx, &made.problems)));
    assert_int_equal(made.rc, RC_OK);
    return made;
}

static struct instant local(const struct city *city, const char *date, int hour, int minute)
{
    struct local_time time = {.second_of_day = hour * 3600 + minute * 60};

    assert_true(date_parse(str_of(date), &time.date));
    return zone_instant(city->zone, time);
}

static struct deadline deadline_at(struct ctx *ctx, const struct test_city *made,
                                   struct instant filed)
{
    const struct definition *definition = made->city->services[0];
    struct answers answers;
    struct facts facts = {.answers = &answers, .filed = filed, .calendar = &made->city->calendar};
    struct deadline deadline;

    assert_int_equal(answers_new(ctx, definition, &answers), RC_OK);
    facts.today = city_local(made->city, filed).date;
    assert_int_equal(deadline_of_clock(ctx, made->city, &definition->clocks[0], &facts, &deadline),
                     RC_OK);
    return deadline;
}

static void due_on(struct ctx *ctx, const char *clock, const char *date, int hour,
                   const char *expected)
{
    struct test_city made = city_with_clock(ctx, clock);
    struct deadline deadline = deadline_at(ctx, &made, local(made.city, date, hour, 0));

    assert_true(deadline.is_date);
    assert_str(date_format(ctx->arena, deadline.date), expected);
    /* It ends when that day ends: the first instant too late is the next local midnight. */
    assert_int_equal(instant_cmp(deadline.due, zone_end_of_day(made.city->zone, deadline.date)), 0);
    test_city_done(ctx, &made);
}

static void due_at(struct ctx *ctx, const char *clock, struct local_time filed,
                   const char *expected)
{
    struct test_city made = city_with_clock(ctx, clock);
    struct deadline deadline = deadline_at(ctx, &made, zone_instant(made.city->zone, filed));

    assert_false(deadline.is_date);
    assert_str(zone_format_rfc3339(ctx->arena, made.city->zone, deadline.due), expected);
    test_city_done(ctx, &made);
}

static struct local_time at(const char *date, int hour)
{
    struct local_time time = {.second_of_day = hour * 3600};

    assert_true(date_parse(str_of(date), &time.date));
    return time;
}

/* July 3, 2026 is a Friday and a holiday. */
static void counts_workdays(void **state)
{
    struct ctx *ctx = *state;

    due_on(ctx, "1 workday", "2026-07-01", 10, "2026-07-02");
    due_on(ctx, "1 workday", "2026-07-02", 16, "2026-07-06");
    due_on(ctx, "1 workday", "2026-07-02", 17, "2026-07-07");
    due_on(ctx, "1 workday", "2026-07-03", 10, "2026-07-07");
    due_on(ctx, "1 workday", "2026-07-04", 10, "2026-07-07");
    due_on(ctx, "0 workdays", "2026-07-02", 10, "2026-07-02");
    due_on(ctx, "10 workdays", "2026-11-24", 10, "2026-12-09");
}

static void counts_working_hours(void **state)
{
    struct ctx *ctx = *state;

    due_at(ctx, "4 work hours", at("2026-07-02", 15), "2026-07-06T10:00:00-05:00");
    due_at(ctx, "4 work hours", at("2026-07-02", 8), "2026-07-02T12:00:00-05:00");
    due_at(ctx, "2 work hours", at("2026-07-05", 3), "2026-07-06T10:00:00-05:00");
}

/* The hour that is skipped on March 8, 2026 is not elapsed. */
static void counts_elapsed_time(void **state)
{
    struct ctx *ctx = *state;

    due_at(ctx, "2 h", at("2026-07-03", 23), "2026-07-04T01:00:00-05:00");
    due_at(ctx, "1 d", at("2026-03-07", 12), "2026-03-08T13:00:00-05:00");
    due_at(ctx, "30 min", at("2026-12-31", 23), "2026-12-31T23:30:00-06:00");
}

static void counts_months(void **state)
{
    struct ctx *ctx = *state;

    due_on(ctx, "1 month", "2026-01-31", 10, "2026-02-28");
    due_on(ctx, "6 months", "2026-08-31", 10, "2027-02-28");
    due_on(ctx, "12 months", "2027-02-28", 10, "2028-02-28");
    due_on(ctx, "2 years", "2024-02-29", 10, "2026-02-28");
    due_on(ctx, "1 month", "2026-12-15", 10, "2027-01-15");
}

static void takes_the_first_branch_that_holds(void **state)
{
    struct ctx *ctx = *state;
    struct test_city made = city_with_clock(
        ctx, "{any: [{when: lane, within: 1 workday}, {when: today.month() == 7, within: "
             "2 workdays}, {within: 3 workdays}]}");
    struct deadline deadline = deadline_at(ctx, &made, local(made.city, "2026-07-01", 9, 0));

    assert_int_equal(deadline.branch, 1);
    assert_true(deadline.crosses_holiday);
    assert_part(deadline.trace, "\"date\":\"2026-07-03\",\"reason\":\"holiday\"");
    assert_part(deadline.trace, "today.month() == 7");
    deadline = deadline_at(ctx, &made, local(made.city, "2026-06-01", 9, 0));
    assert_int_equal(deadline.branch, 2);
    assert_false(deadline.crosses_holiday);
    /* Over a weekend only. */
    deadline = deadline_at(ctx, &made, local(made.city, "2026-06-05", 9, 0));
    assert_str(date_format(ctx->arena, deadline.date), "2026-06-10");
    assert_false(deadline.crosses_holiday);
    test_city_done(ctx, &made);
}

static void warns_before(void **state)
{
    struct ctx *ctx = *state;
    struct test_city made = city_with_clock(ctx, "{within: 5 workdays, warn: 2 workdays}");
    struct deadline deadline = deadline_at(ctx, &made, local(made.city, "2026-07-01", 9, 0));

    /* Due on Thursday the 9th; two workdays before is Tuesday the 7th. */
    assert_str(date_format(ctx->arena, deadline.date), "2026-07-09");
    assert_true(deadline.has_warning);
    assert_int_equal(instant_cmp(deadline.warn, local(made.city, "2026-07-07", 0, 0)), 0);
    test_city_done(ctx, &made);

    made = city_with_clock(ctx, "{within: 6 h, warn: 2 h}");
    deadline = deadline_at(ctx, &made, local(made.city, "2026-07-01", 9, 0));
    assert_int_equal(instant_cmp(deadline.warn, local(made.city, "2026-07-01", 13, 0)), 0);
    test_city_done(ctx, &made);

    made = city_with_clock(ctx, "6 h");
    assert_false(deadline_at(ctx, &made, local(made.city, "2026-07-01", 9, 0)).has_warning);
    test_city_done(ctx, &made);
}

/* Standing still moves a day by whole workdays and a moment by the time itself. */
static void stands_still(void **state)
{
    struct ctx *ctx = *state;
    struct test_city made = city_with_clock(ctx, "{within: 5 workdays, warn: 2 workdays}");
    struct instant from = local(made.city, "2026-07-02", 9, 0);
    struct instant until = local(made.city, "2026-07-07", 15, 30);
    struct deadline deadline = deadline_at(ctx, &made, local(made.city, "2026-07-01", 9, 0));
    struct clock_delay delay = clock_stood(made.city, true, from, until);

    assert_int_equal(delay.workdays, 2); /* Friday the 3rd is a holiday */
    assert_int_equal(delay.us, 0);
    deadline_put_off(made.city, &deadline, delay);
    assert_str(date_format(ctx->arena, deadline.date), "2026-07-13");
    assert_int_equal(instant_cmp(deadline.due, local(made.city, "2026-07-14", 0, 0)), 0);
    assert_int_equal(instant_cmp(deadline.warn, local(made.city, "2026-07-09", 0, 0)), 0);
    deadline_put_off(made.city, &deadline, clock_stood(made.city, true, until, from));
    assert_str(date_format(ctx->arena, deadline.date), "2026-07-13");
    test_city_done(ctx, &made);

    made = city_with_clock(ctx, "{within: 6 h, warn: 2 h}");
    deadline = deadline_at(ctx, &made, local(made.city, "2026-07-01", 9, 0));
    delay = clock_stood(made.city, false, from, until);
    assert_int_equal(delay.workdays, 0);
    deadline_put_off(made.city, &deadline, delay);
    assert_int_equal(instant_cmp(deadline.due, local(made.city, "2026-07-06", 21, 30)), 0);
    assert_int_equal(instant_cmp(deadline.warn, local(made.city, "2026-07-06", 19, 30)), 0);
    test_city_done(ctx, &made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(counts_workdays),
        TEST(counts_working_hours),
        TEST(counts_elapsed_time),
        TEST(counts_months),
        TEST(takes_the_first_branch_that_holds),
        TEST(warns_before),
        TEST(stands_still),
    };

    return cmocka_run_group_tests_name("engine/deadline", tests, NULL, NULL);
}
