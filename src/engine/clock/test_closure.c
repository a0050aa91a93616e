/* A day on which the city does not work after all moves the deadlines that count it. */
#include "engine/clock/clock_trace.h"
#include "engine/clock/closure.h"
#include "engine/clock/turn.h"
#include "engine/test_town.h"

static struct closure_effect close_day(struct test_town *town, const char *day, bool is_dry)
{
    struct closure_effect effect = {0};
    struct date date;

    assert_true(date_parse(str_of(day), &date));
    test_ok(&town->ctx, closure_add(&town->ctx, date, S("Storm"), is_dry, &effect));
    city_free(town->city);
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, city_load(&town->ctx, &town->city));
    db_reader_release(&town->ctx);
    town->ctx.city = town->city;
    return effect;
}

static struct clock_trace trace_of(struct test_town *town, size_t i, struct instant *ret_due)
{
    struct clocks_of_rows clocks;
    struct clock_trace trace;

    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, clocks_read(&town->ctx, 1, &clocks));
    test_ok(&town->ctx,
            clock_trace_read(&town->ctx, clocks.rows[i].trace, clocks.rows[i].moves, &trace));
    db_reader_release(&town->ctx);
    *ret_due = clocks.rows[i].due;
    return trace;
}

/* Respond by Tuesday the 17th, resolve by Monday the 23rd: the 18th moves the second alone, the
 * 23rd moves it again. */
static void what_counts_the_day_is_moved_and_says_why(void **state)
{
    struct test_town *town = *state;
    struct clock_trace trace;
    struct instant due, before;

    test_town_file(town);
    trace = trace_of(town, 1, &before);
    assert_int_equal(trace.move_n, 0);
    assert_int_equal(close_day(town, "2026-11-18", true).clocks, 1);
    assert_int_equal(trace_of(town, 1, &due).move_n, 0);
    assert_int_equal(close_day(town, "2026-11-18", false).clocks, 1);
    assert_int_equal(close_day(town, "2026-11-23", false).clocks, 1);
    assert_int_equal(trace_of(town, 0, &due).move_n, 0);
    trace = trace_of(town, 1, &due);
    assert_int_equal(trace.move_n, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(trace.moves[i].why, CLOCK_MOVED_CLOSURE);
        assert_true(str_eq(trace.moves[i].name, S("Storm")));
        assert_true(trace.moves[i].has_days);
        assert_int_equal(trace.moves[i].days, 1);
    }
    assert_int_equal(trace.moves[0].from.us_utc, before.us_utc);
    assert_int_equal(trace.moves[1].from.us_utc, trace.moves[0].to.us_utc);
    assert_int_equal(trace.moves[1].to.us_utc, due.us_utc);
    assert_int_equal(due.us_utc - before.us_utc, 2 * US_PER_DAY);
    assert_int_equal(test_town_count(town, "SELECT due FROM cases"), due.us_utc);
    assert_int_equal(test_town_differences(town), 0);
}

/* A case of which every clock stands still has no date to be late by. */
static void a_clock_that_stands_still_is_moved_too(void **state)
{
    struct test_town *town = *state;
    struct instant due;

    test_town_file(town);
    test_town_step(town, 1, "ask");
    close_day(town, "2026-11-18", false);
    assert_int_equal(trace_of(town, 1, &due).move_n, 1);
    assert_int_equal(test_town_differences(town), 0);
    test_town_at(town, "2026-11-20T16:00:00Z");
    test_town_step(town, 1, "answer");
    assert_int_equal(trace_of(town, 1, &due).move_n, 2);
    assert_int_equal(test_town_count(town, "SELECT due FROM cases"), due.us_utc);
    assert_int_equal(test_town_differences(town), 0);
}

static void a_day_that_is_none_is_refused(void **state)
{
    struct test_town *town = *state;
    struct closure_effect effect;
    struct date sunday;

    assert_true(date_parse(S("2026-11-22"), &sunday));
    assert_int_equal(closure_add(&town->ctx, sunday, S("x"), false, &effect), RC_INVALID);
    assert_int_equal(town->ctx.err.id, ERR_NOT_A_DATE);
    ctx_clear_error(&town->ctx);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, test_town_open, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_counts_the_day_is_moved_and_says_why),
        TEST(a_clock_that_stands_still_is_moved_too),
        TEST(a_day_that_is_none_is_refused),
    };

    return cmocka_run_group_tests_name("closure", tests, NULL, NULL);
}
