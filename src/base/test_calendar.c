#include "base/calendar.h"

#include "base/test_support.h"

#define NINE (9 * 3600)
#define FIVE (17 * 3600)
#define IN_ENGLISH(literal)                \
    {                                      \
        .in = { [LANG_EN] = STR(literal) } \
    }

/* Days since 1970 of the dates below, so that they can stand in constants. */
#define DAY_2026_07_03 20637
#define DAY_2026_09_07 20703
#define DAY_2026_11_26 20783

static const struct calendar_day holidays[] = {
    {{DAY_2026_07_03}, IN_ENGLISH("Independence Day (observed)")},
    {{DAY_2026_07_03 + 1}, IN_ENGLISH("Independence Day")},
    {{DAY_2026_09_07}, IN_ENGLISH("Labor Day")},
    {{DAY_2026_11_26}, IN_ENGLISH("Thanksgiving")},
    {{DAY_2026_11_26 + 1}, IN_ENGLISH("Day after Thanksgiving")},
};

static struct date date(const char *text)
{
    struct date date = {0};

    assert_true(date_parse(str_of(text), &date));
    return date;
}

/* "2026-07-02 16:30" */
static struct local_time local(const char *text)
{
    struct str s = str_of(text);
    struct local_time at = {.date = {0}};
    int64_t hour = 0, minute = 0;

    assert_true(date_parse(str_slice(s, 0, 10), &at.date));
    assert_true(str_to_i64(str_slice(s, 11, 13), &hour));
    assert_true(str_to_i64(str_slice(s, 14, 16), &minute));
    at.second_of_day = (int32_t)(hour * 3600 + minute * 60);
    return at;
}

/* Chicago, Monday to Friday nine to five, with the holidays above. */
static struct calendar office(struct ctx *ctx)
{
    struct calendar calendar = {.holidays = holidays, .holidays_n = COUNT(holidays)};
    struct zone *zone = NULL;

    assert_int_equal(zone_load(ctx, S("America/Chicago"), &zone), RC_OK);
    calendar.zone = zone;
    for (int day = MONDAY; day <= FRIDAY; day++)
        calendar.week[day] = (struct calendar_hours){NINE, FIVE};
    return calendar;
}

static void office_free(const struct calendar *calendar)
{
    zone_free((struct zone *)(uintptr_t)calendar->zone);
}

static struct calendar_deadline workdays(struct ctx *ctx, const struct calendar *calendar,
                                         const char *filed, int64_t n)
{
    struct calendar_deadline deadline = {0};

    assert_int_equal(calendar_add_workdays(ctx, calendar, local(filed), n, &deadline), RC_OK);
    return deadline;
}

static void test_workdays(void **state)
{
    static const struct {
        const char *filed;
        int64_t n;
        const char *due;
    } cases[] = {
        {"2026-06-29 10:00", 1, "2026-06-30"}, /* a Monday */
        {"2026-06-29 00:00", 1, "2026-06-30"},
        {"2026-06-29 16:59", 1, "2026-06-30"},
        {"2026-06-29 17:00", 1, "2026-07-01"}, /* closed: filed on Tuesday */
        {"2026-06-29 23:59", 1, "2026-07-01"},
        {"2026-06-29 10:00", 0, "2026-06-29"},
        {"2026-06-29 18:00", 0, "2026-06-30"},
        {"2026-07-02 16:30", 2, "2026-07-07"}, /* Thursday before the long weekend */
        {"2026-07-02 17:30", 2, "2026-07-08"},
        {"2026-07-04 12:00", 0, "2026-07-06"}, /* Saturday: filed on Monday */
        {"2026-07-04 12:00", 1, "2026-07-07"},
        {"2026-07-03 12:00", 1, "2026-07-07"}, /* the holiday itself */
        {"2026-11-25 12:00", 1, "2026-11-30"}, /* two holidays, then a weekend */
        {"2026-11-25 17:00", 0, "2026-11-30"},
        {"2026-09-04 18:00", 10, "2026-09-22"},
        {"2026-12-31 09:00", 1, "2027-01-01"}, /* no holiday is listed for 2027 */
    };
    struct ctx *ctx = *state;
    struct calendar calendar = office(ctx);

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct calendar_deadline due = workdays(ctx, &calendar, cases[i].filed, cases[i].n);
        struct instant end = zone_end_of_day(calendar.zone, due.date);

        assert_str(date_format(ctx->arena, due.date), cases[i].due);
        assert_int_equal(due.end.us_utc, end.us_utc);
    }
    office_free(&calendar);
}

static void test_trace(void **state)
{
    static const struct {
        const char *date;
        enum calendar_reason reason;
        const char *name;
    } expected[] = {
        {"2026-07-02", CALENDAR_AFTER_CLOSING, NULL},
        {"2026-07-03", CALENDAR_HOLIDAY, "Independence Day (observed)"},
        {"2026-07-04", CALENDAR_WEEKEND, NULL}, /* a holiday too, but never a workday */
        {"2026-07-05", CALENDAR_WEEKEND, NULL},
        {"2026-07-08", CALENDAR_CLOSURE, "Flood"},
    };
    const struct calendar_day flood = {{DAY_2026_07_03 + 5}, IN_ENGLISH("Flood")};
    struct ctx *ctx = *state;
    struct calendar calendar = office(ctx);
    struct calendar_deadline due;

    calendar.closures = &flood;
    calendar.closures_n = 1;
    due = workdays(ctx, &calendar, "2026-07-02 18:00", 2);
    assert_str(date_format(ctx->arena, due.date), "2026-07-09");
    assert_str(date_format(ctx->arena, due.counts_from), "2026-07-06");
    assert_int_equal(due.skips_n, COUNT(expected));
    for (size_t i = 0; i < due.skips_n; i++) {
        assert_str(date_format(ctx->arena, due.skips[i].date), expected[i].date);
        assert_int_equal(due.skips[i].reason, expected[i].reason);
        if (expected[i].name)
            assert_str(text_in(due.skips[i].name, LANG_VI), expected[i].name);
        else
            assert_null(due.skips[i].name);
    }
    office_free(&calendar);
}

/* A closure that becomes known later moves the deadlines that run over it, and no others. */
static void test_closure_added_later(void **state)
{
    struct calendar_day closures[] = {
        {{DAY_2026_09_07 + 2}, IN_ENGLISH("Ice storm")}, /* Wednesday */
        {{DAY_2026_09_07 + 1}, IN_ENGLISH("Ice storm")},
        {{DAY_2026_09_07}, IN_ENGLISH("Ice storm")}, /* a holiday anyway */
    };
    struct ctx *ctx = *state;
    struct calendar calendar = office(ctx);

    assert_str(date_format(ctx->arena, workdays(ctx, &calendar, "2026-09-04 10:00", 1).date),
               "2026-09-08");
    calendar_sort(closures, 3);
    calendar.closures = closures;
    calendar.closures_n = 3;
    assert_str(date_format(ctx->arena, workdays(ctx, &calendar, "2026-09-04 10:00", 1).date),
               "2026-09-10");
    assert_str(date_format(ctx->arena, workdays(ctx, &calendar, "2026-09-10 10:00", 1).date),
               "2026-09-11");
    assert_true(calendar_is_workday(&calendar, date("2026-09-10")));
    assert_false(calendar_is_workday(&calendar, date("2026-09-09")));
    assert_int_equal(calendar_workdays_between(&calendar, date("2026-09-04"), date("2026-09-11")),
                     2);
    office_free(&calendar);
}

static struct instant due_after(struct ctx *ctx, const struct calendar *calendar, const char *filed,
                                int64_t work_s)
{
    struct instant from = zone_instant(calendar->zone, local(filed));
    struct calendar_deadline due = {.end = {0}};

    assert_int_equal(calendar_add_work_seconds(ctx, calendar, from, work_s, &due), RC_OK);
    return due.end;
}

static void test_work_seconds(void **state)
{
    static const struct {
        const char *filed;
        int64_t work_s;
        const char *due;
    } cases[] = {
        {"2026-06-29 10:00", 3600, "2026-06-29T11:00:00-05:00"},
        {"2026-06-29 07:00", 3600, "2026-06-29T10:00:00-05:00"}, /* from opening */
        {"2026-06-29 16:30", 3600, "2026-06-30T09:30:00-05:00"},
        {"2026-06-29 16:00", 3600, "2026-06-29T17:00:00-05:00"}, /* ends at closing */
        {"2026-06-29 20:00", 3600, "2026-06-30T10:00:00-05:00"},
        {"2026-06-29 20:00", 0, "2026-06-29T20:00:00-05:00"},
        {"2026-07-02 16:00", 2 * 3600, "2026-07-06T10:00:00-05:00"}, /* over four days off */
        {"2026-07-04 12:00", 8 * 3600, "2026-07-06T17:00:00-05:00"},
        {"2026-10-30 16:00", 2 * 3600, "2026-11-02T10:00:00-06:00"}, /* over the change */
        {"2026-03-06 16:00", 16 * 3600, "2026-03-10T16:00:00-05:00"},
    };
    struct ctx *ctx = *state;
    struct calendar calendar = office(ctx);

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct instant due = due_after(ctx, &calendar, cases[i].filed, cases[i].work_s);

        assert_str(zone_format_rfc3339(ctx->arena, calendar.zone, due), cases[i].due);
    }
    office_free(&calendar);
}

/* An office that never closes works 23 hours on the day clocks go forward, 25 when back. */
static void test_round_the_clock(void **state)
{
    struct ctx *ctx = *state;
    struct calendar calendar = office(ctx);
    struct instant start, end;

    for (int day = MONDAY; day <= SUNDAY; day++)
        calendar.week[day] = (struct calendar_hours){0, 86400};
    start = zone_instant(calendar.zone, local("2026-03-08 00:00"));
    end = zone_instant(calendar.zone, local("2026-03-09 00:00"));
    assert_int_equal(calendar_work_seconds_between(&calendar, start, end), 23 * 3600);
    assert_str(zone_format_rfc3339(ctx->arena, calendar.zone,
                                   due_after(ctx, &calendar, "2026-03-08 00:00", 24 * 3600)),
               "2026-03-09T01:00:00-05:00");
    start = zone_instant(calendar.zone, local("2026-11-01 00:00"));
    end = zone_instant(calendar.zone, local("2026-11-02 00:00"));
    assert_int_equal(calendar_work_seconds_between(&calendar, start, end), 25 * 3600);
    /* Nothing is after closing when there is none. */
    assert_str(date_format(ctx->arena, workdays(ctx, &calendar, "2026-03-07 23:59", 1).date),
               "2026-03-08");
    office_free(&calendar);
}

static void test_due(void **state)
{
    struct ctx *ctx = *state;
    struct calendar calendar = office(ctx);
    struct instant filed = zone_instant(calendar.zone, local("2026-03-07 12:00"));
    struct calendar_deadline due = {.end = {0}};
    enum rc rc;

    rc = calendar_due(ctx, &calendar, filed, (struct calendar_span){CALENDAR_ELAPSED_S, 86400},
                      &due);
    assert_int_equal(rc, RC_OK);
    assert_str(zone_format_rfc3339(ctx->arena, calendar.zone, due.end),
               "2026-03-08T13:00:00-05:00");
    assert_int_equal(due.skips_n, 0);
    rc = calendar_due(ctx, &calendar, filed, (struct calendar_span){CALENDAR_WORK_S, 3600}, &due);
    assert_int_equal(rc, RC_OK);
    assert_str(zone_format_rfc3339(ctx->arena, calendar.zone, due.end),
               "2026-03-09T10:00:00-05:00");
    assert_int_equal(due.skips_n, 2);
    rc = calendar_due(ctx, &calendar, filed, (struct calendar_span){CALENDAR_WORKDAYS, 1}, &due);
    assert_int_equal(rc, RC_OK);
    assert_str(zone_format_rfc3339(ctx->arena, calendar.zone, due.end),
               "2026-03-11T00:00:00-05:00");
    office_free(&calendar);
}

static void test_refused(void **state)
{
    struct ctx *ctx = *state;
    struct calendar calendar = office(ctx);
    struct calendar never = {.zone = calendar.zone};
    struct calendar_deadline due = {.skips_n = 77};
    struct date next = {-5};
    struct instant noon = zone_instant(calendar.zone, local("2026-03-07 12:00"));

    for (int unit = CALENDAR_ELAPSED_S; unit <= CALENDAR_WORKDAYS; unit++) {
        struct calendar_span span = {(enum calendar_unit)unit, INT64_MAX};

        ctx_clear_error(ctx);
        assert_int_equal(calendar_due(ctx, &calendar, noon, span, &due), RC_INVALID);
        assert_int_equal(ctx->err.id, ERR_TOO_BIG);
    }
    ctx_clear_error(ctx);
    assert_int_equal(calendar_next_workday(ctx, &never, date("2026-01-01"), &next), RC_INVALID);
    assert_int_equal(ctx->err.id, ERR_CONFIG);
    assert_int_equal(calendar_add_workdays(ctx, &never, local("2026-01-01 09:00"), 1, &due),
                     RC_INVALID);
    assert_int_equal(calendar_add_work_seconds(ctx, &never, noon, 1, &due), RC_INVALID);
    assert_int_equal(due.skips_n, 77);
    assert_int_equal(next.days, -5);
    assert_int_equal(calendar_workdays_between(&never, date("2026-01-01"), date("2027-01-01")), 0);
    office_free(&calendar);
}

static int64_t count_slowly(const struct calendar *calendar, struct date from, struct date to)
{
    int64_t count = 0;

    for (struct date day = date_plus(from, 1); date_cmp(day, to) <= 0; day = date_plus(day, 1))
        count += calendar_is_workday(calendar, day);
    return count;
}

/* Measuring undoes adding, and the quick count is the slow one. */
static void test_measuring(void **state)
{
    struct calendar_day closures[40];
    struct ctx *ctx = *state;
    struct calendar calendar = office(ctx);
    uint64_t seed = 1;

    for (size_t i = 0; i < 40; i++)
        closures[i] = (struct calendar_day){
            .date = {DAY_2026_07_03 - 60 + (int32_t)(test_random(&seed) % 120)}};
    calendar_sort(closures, 40);
    calendar.closures = closures;
    calendar.closures_n = 40;
    for (int turn = 0; turn < 2000; turn++) {
        int32_t day = DAY_2026_07_03 - 90 + (int32_t)(test_random(&seed) % 200);
        struct date from = {day}, to = {day + (int32_t)(test_random(&seed) % 100)};
        struct local_time filed = {from, (int32_t)(test_random(&seed) % 86400)};
        struct instant at = zone_instant(calendar.zone, filed);
        int64_t n = (int64_t)(test_random(&seed) % 30);
        int64_t work_s = 1 + (int64_t)(test_random(&seed) % 300000);
        struct calendar_deadline due = {.end = {0}};

        assert_int_equal(calendar_workdays_between(&calendar, from, to),
                         count_slowly(&calendar, from, to));
        assert_int_equal(calendar_workdays_between(&calendar, to, from),
                         -count_slowly(&calendar, from, to));
        assert_int_equal(calendar_add_workdays(ctx, &calendar, filed, n, &due), RC_OK);
        assert_true(calendar_is_workday(&calendar, due.date));
        assert_int_equal(calendar_workdays_between(&calendar, due.counts_from, due.date), n);
        assert_int_equal(calendar_add_work_seconds(ctx, &calendar, at, work_s, &due), RC_OK);
        assert_int_equal(calendar_work_seconds_between(&calendar, at, due.end), work_s);
        assert_int_equal(calendar_work_seconds_between(&calendar, due.end, at), -work_s);
    }
    office_free(&calendar);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_workdays),     TEST(test_trace),           TEST(test_closure_added_later),
        TEST(test_work_seconds), TEST(test_round_the_clock), TEST(test_due),
        TEST(test_refused),      TEST(test_measuring),
    };

    return cmocka_run_group_tests_name("base/calendar", tests, NULL, NULL);
}
