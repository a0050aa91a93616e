/* What a set of clocks comes to, and by how much one is put off that stood still. */
#include "engine/clock/turn.h"
#include "engine/test_city.h"

static const struct clocks_of_row running = {.due = {100},
                                             .warn_is_null = true,
                                             .paused_is_null = true,
                                             .met_is_null = true,
                                             .missed_is_null = true};

static void the_latest_runs_longest_and_the_nearest_is_looked_at(void **state)
{
    struct clocks_of_row rows[] = {running, running, running, running, running};
    const struct clocks_of_rows clocks = {.rows = rows, .n = COUNT(rows)};
    struct clocks_sum sum;

    (void)state;
    rows[1].due.us_utc = 300;
    rows[1].warn = (struct instant){90};
    rows[1].warn_is_null = false;
    rows[2].due.us_utc = 400; /* missed: it runs on, and was told */
    rows[2].missed_is_null = false;
    rows[3].due.us_utc = 10; /* met */
    rows[3].met_is_null = false;
    rows[4].due.us_utc = 500; /* stands still */
    rows[4].paused_is_null = false;
    sum = clocks_sum(&clocks);
    assert_true(sum.has_due && sum.has_alarm);
    assert_int_equal(sum.due.us_utc, 400);
    assert_int_equal(sum.alarm.us_utc, 90);
    rows[1].warn_is_null = true;
    assert_int_equal(clocks_sum(&clocks).alarm.us_utc, 100);
    rows[0].missed_is_null = rows[1].missed_is_null = false;
    sum = clocks_sum(&clocks);
    assert_true(sum.has_due && !sum.has_alarm);
}

static void none_that_runs_comes_to_nothing(void **state)
{
    struct clocks_of_row rows[] = {running, running};
    struct clocks_of_rows clocks = {.rows = rows, .n = COUNT(rows)};

    (void)state;
    rows[0].met_is_null = rows[1].paused_is_null = false;
    assert_false(clocks_sum(&clocks).has_due || clocks_sum(&clocks).has_alarm);
    clocks.n = 0;
    assert_false(clocks_sum(&clocks).has_due || clocks_sum(&clocks).has_alarm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_runs_longest_and_the_nearest_is_looked_at),
        cmocka_unit_test(none_that_runs_comes_to_nothing),
    };

    return cmocka_run_group_tests_name("turn", tests, NULL, NULL);
}
