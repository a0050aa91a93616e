#include "rules/test_cel.h"

static void test_literals_become_exact(void **state)
{
    static const struct expectation table[] = {
        {"amount * 0.1", "decimal(\"12.550\")"},
        {"0.1 * amount", "decimal(\"12.550\")"},
        {"decimal('0.1') + 0.2 == 0.3", "true"},
        {"rate == 0.065", "true"},
        {"0.065 == rate", "true"},
        {"1.15 + rate", "decimal(\"1.215\")"},
        {"rate + 1", "decimal(\"1.065\")"},
        {"rate + count", "decimal(\"3.065\")"},
        {"rate < 1", "true"},
        {"rate in [0.05, 0.065]", "true"},
        {"amount in [100, 125.5]", "true"},
        {"amount == 125.50", "true"},
        {"amount > 125.49", "true"},
        {"100 < amount", "true"},
        {"amount + 5", "money(\"130.50\")"},
        {"-5.5 + amount", "money(\"120.00\")"},
        {"amount - 0.01", "money(\"125.49\")"},
        {"lane ? amount : 0", "money(\"125.50\")"},
        {"!lane ? amount : 7.5", "money(\"7.50\")"},
        {"lane ? 0.5 : rate", "decimal(\"0.5\")"},
        {"[rate, 0.1][1] == 0.1", "true"},
        {"math.greatest(amount, 200)", "money(\"200.00\")"},
        {"math.least([amount, money(3), money('1.5')])", "money(\"1.50\")"},
        {"round(1.155, 2, 'half_up')", "decimal(\"1.16\")"},
        {"money(12.5)", "money(\"12.50\")"},
        {"decimal(1.15)", "decimal(\"1.15\")"},
        {"0.1 + 0.2 == 0.3", "false"}, /* doubles stay doubles */
        {"factor * 2.0", "3.0"},
    };

    EACH(*state, gives, table);
}

static void test_money(void **state)
{
    static const struct expectation good[] = {
        {"amount * 3", "money(\"376.50\")"},
        {"count * amount", "money(\"376.50\")"},
        {"amount + money('0.50') - money(26)", "money(\"100.00\")"},
        {"-amount", "money(\"-125.50\")"},
        {"money(amount * rate, 'half_up')", "money(\"8.16\")"},
        {"money(amount * rate, 'down')", "money(\"8.15\")"},
        {"money(0.125, 'half_even')", "money(\"0.12\")"},
        {"div(amount, 3, 2, 'half_up')", "decimal(\"41.83\")"},
        {"div(amount, money(2), 3, 'half_up')", "decimal(\"62.750\")"},
        {"decimal(amount)", "decimal(\"125.50\")"},
        {"string(money('1234567.5'))", "\"1,234,567.50\""},
        {"amount == money(string(amount))", "true"},
        {"dyn(amount) == dyn(125.5)", "false"},
    };
    static const struct expectation bad[] = {
        {"money(9223372036854775804 + count)", "too large"},
        {"money(92233720368547758) * 100", "too large"},
        {"money('x' + '')", "written as 1234.50"},
        {"money(rate, 'sideways')", "rounding is half_up"},
        {"div(amount, 0, 2, 'half_up')", "division by zero"},
        {"div(amount, 3, 19, 'half_up')", "from 0 to 18"},
        {"div(amount, 3, -1, 'half_up')", "from 0 to 18"},
        {"dyn(amount) * factor", "no such overload"},
        {"dyn(amount) + dyn(1)", "no such overload"},
        {"dyn(amount) * dyn(amount)", "no such overload"},
        {"dyn(amount) < dyn(rate)", "no such overload"},
        {"dyn(amount) / dyn(2)", "no such overload"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

static void test_decimal(void **state)
{
    static const struct expectation good[] = {
        {"rate * rate", "decimal(\"0.004225\")"},
        {"-rate", "decimal(\"-0.065\")"},
        {"rate - 1 < 0", "true"},
        {"count > rate && rate < count", "true"},
        {"decimal('12.50') == 12.5", "true"},
        {"decimal(3) == count", "true"},
        {"rate != 0.065", "false"},
        {"round(rate, 2, 'half_up')", "decimal(\"0.07\")"},
        {"round(rate, 2, 'floor')", "decimal(\"0.06\")"},
        {"round(-rate, 2, 'floor')", "decimal(\"-0.07\")"},
        {"round(-rate, 2, 'ceiling')", "decimal(\"-0.06\")"},
        {"round(rate, 2, 'up')", "decimal(\"0.07\")"},
        {"int(decimal('-3.9'))", "-3"},
        {"double(rate)", "0.065"},
        {"string(rate)", "\"0.065\""},
        {"div(1, 3, 4, 'half_even')", "decimal(\"0.3333\")"},
        {"div(rate, 2, 4, 'half_up')", "decimal(\"0.0325\")"},
    };
    static const struct expectation bad[] = {
        {"decimal('0.000000000000000001') * rate", "to be exact"},
        {"decimal('1e5' + '')", "written as -12.50"},
        {"decimal('0.0000000000000000001' + '')", "written as"},
        {"int(decimal('99999999999999999999'))", "does not fit"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

static void test_date(void **state)
{
    static const struct expectation good[] = {
        {"due + 3", "date(\"2026-07-12\")"},
        {"due - 9", "date(\"2026-06-30\")"},
        {"due - date('2026-07-02')", "7"},
        {"due > date('2026-07-02') && due <= due", "true"},
        {"due == date(2026, 7, 9)", "true"},
        {"[due.year(), due.month(), due.day(), due.weekday()]", "[2026, 7, 9, 4]"},
        {"date(timestamp('2026-07-03T03:30:00Z'), 'America/Chicago')", "date(\"2026-07-02\")"},
        {"date(timestamp('1969-12-31T23:00:00Z'), '+02:00')", "date(\"1970-01-01\")"},
        {"date(timestamp('1969-12-31T23:00:00Z'), 'UTC')", "date(\"1969-12-31\")"},
        {"date('2024-02-29') + 366", "date(\"2025-03-01\")"},
        {"string(due)", "\"2026-07-09\""},
        {"'%s'.format([due])", "\"2026-07-09\""},
        {"math.greatest(due, date('2030-01-01'))", "date(\"2030-01-01\")"},
    };
    static const struct expectation bad[] = {
        {"date(2026, 2, count + 27)", "no such day"},
        {"date(2026, count + 10, 1)", "no such day"},
        {"due + 9223372036854775807", "out of range"},
        {"due - 9223372036854775807", "out of range"},
        {"due - 800000", "out of range"},
        {"date('0001-01-01') - 1", "out of range"},
        {"date('9999-12-31') + 1", "out of range"},
        {"date(filed, 'Mars/Phobos')", "no time zone"},
        {"date(street)", "written as 2026-07-02"},
        {"dyn(due) * 2", "no such overload"},
        {"dyn(due) + dyn(due)", "no such overload"},
        {"1 - dyn(due)", "no such overload"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_literals_become_exact),
        TEST(test_money),
        TEST(test_decimal),
        TEST(test_date),
    };

    return cmocka_run_group_tests_name("rules/city", tests, NULL, NULL);
}
