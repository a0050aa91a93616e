/* Conversions, arithmetic, comparison and parts of times as the language definition has them
 * (cel-spec, doc/langdef.md, "Standard definitions"), at the ends of each type. What a rule counts
 * or compares decides who gets a case and when it is due. */
#include "rules/test_cel.h"

static void test_to_numbers(void **state)
{
    static const struct expectation good[] = {
        {"int(-7)", "-7"},
        {"int(9223372036854775807u)", "9223372036854775807"},
        {"int(2.9)", "2"}, /* towards zero */
        {"int(-2.9)", "-2"},
        {"int('-9223372036854775808')", "-9223372036854775808"},
        {"int(timestamp('1970-01-02T00:00:00Z'))", "86400"},
        {"int(timestamp('1970-01-02T00:00:00.9Z'))", "86400"},
        {"uint(7)", "7u"},
        {"uint(7u)", "7u"},
        {"uint(2.9)", "2u"},
        {"uint(-0.5)", "0u"},
        {"uint('18446744073709551615')", "18446744073709551615u"},
        {"double(-3)", "-3.0"},
        {"double(18446744073709551615u)", "18446744073709552000.0"},
        {"double(1.25)", "1.25"},
        {"double('-1e3')", "-1000.0"},
        {"double('Infinity') > 1e308", "true"},
    };
    static const struct expectation bad[] = {
        {"int(9223372036854775808u)", "fit"},
        {"int(9.3e18)", "fit"},
        {"int(double('NaN'))", "fit"},
        {"int('9223372036854775808')", "is no int"},
        {"int(' 1')", "is no int"},
        {"int('')", "is no int"},
        {"uint(-1.0)", "fit"},
        {"uint(1.9e19)", "fit"},
        {"uint(double('NaN'))", "fit"},
        {"uint('-1')", "is no uint"},
        {"uint('18446744073709551616')", "is no uint"},
        {"uint('')", "is no uint"},
        {"double('1,5')", "is no double"},
        {"double('')", "is no double"},
        {"double('0x1p3')", "is no double"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

static void test_to_texts(void **state)
{
    static const struct expectation good[] = {
        {"string(true) + string(false)", "\"truefalse\""},
        {"string(-9223372036854775808)", "\"-9223372036854775808\""},
        {"string(18446744073709551615u)", "\"18446744073709551615\""},
        {"string(1.5)", "\"1.5\""},
        {"string('as it is')", "\"as it is\""},
        {"string(b'caf\\303\\251')", "\"caf\u00e9\""},
        {"string(filed)", "\"2026-07-02T21:30:00Z\""},
        {"string(duration('90m'))", "\"5400s\""},
        {"bytes('\u00e9') == b'\\xc3\\xa9'", "true"},
        {"bytes('').size()", "0"},
        {"bool('1') && bool('t') && bool('T') && bool('true') && bool('TRUE') && bool('True')",
         "true"},
        {"bool('0') || bool('f') || bool('F') || bool('false') || bool('FALSE') || bool('False')",
         "false"},
        {"type(1) == int && type(1u) == uint && type('') == string && type(null) == null_type",
         "true"},
    };
    static const struct expectation bad[] = {
        {"bool('yes')", "is no bool"},
        {"bool('tRUE')", "is no bool"},
        {"bool('')", "is no bool"},
        {"string(b'\\xed\\xa0\\x80')", "UTF-8"}, /* half a surrogate pair */
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

static void test_arithmetic(void **state)
{
    static const struct expectation good[] = {
        {"7u + 3u", "10u"},
        {"7u - 7u", "0u"},
        {"4294967296u * 4294967295u", "18446744069414584320u"},
        {"7u / 2u", "3u"},
        {"7u % 2u", "1u"},
        {"-7 / 2", "-3"}, /* towards zero, and the rest has the sign of what is divided */
        {"-7 % 2", "-1"},
        {"7 % -2", "1"},
        {"-9223372036854775807 - 1", "-9223372036854775808"},
        {"1.5 + 2.25", "3.75"},
        {"1.5 - 2.0", "-0.5"},
        {"1.5 * -2.0", "-3.0"},
        {"3.0 / 2.0", "1.5"},
        {"1.0 / 0.0 > 1e308", "true"}, /* doubles have no division by zero */
        {"-factor", "-1.5"},
        {"'a' + 'b' + ''", "\"ab\""},
        {"(b'a' + b'b').size()", "2"},
        {"[1] + [] + [2, 3]", "[1, 2, 3]"},
    };
    static const struct expectation bad[] = {
        {"0u - 1u", "overflow"},
        {"18446744073709551615u + 1u", "overflow"},
        {"4294967296u * 4294967296u", "overflow"},
        {"1u % 0u", "modulus by zero"},
        {"9223372036854775807 * (count - 1)", "overflow"},
        {"-9223372036854775808 - (count - 2)", "overflow"},
        {"-(-9223372036854775808 + count - 3)", "overflow"},
        {"dyn(1.5) % dyn(2.0)", "no such overload"},
        {"dyn(1) + dyn(1u)", "no such overload"},
        {"dyn(1) + dyn(1.0)", "no such overload"},
        {"dyn('a') - dyn('a')", "no such overload"},
        {"!dyn(1)", "no such overload: !_ does not take (int)"},
        {"-dyn('a')", "no such overload"},
        {"-dyn(1u)", "no such overload"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

static void test_time_arithmetic(void **state)
{
    static const struct expectation good[] = {
        {"duration('36h') + filed == filed + duration('36h')", "true"},
        {"filed - duration('22h')", "timestamp(\"2026-07-01T23:30:00Z\")"},
        {"filed - duration('0.5s')", "timestamp(\"2026-07-02T21:29:59.5Z\")"},
        {"duration('1h') - duration('90m')", "duration(\"-1800s\")"},
        {"timestamp('9999-12-31T23:59:59Z') + duration('999ms')",
         "timestamp(\"9999-12-31T23:59:59.999Z\")"},
        {"timestamp('0001-01-01T00:00:01Z') - duration('1s')",
         "timestamp(\"0001-01-01T00:00:00Z\")"},
        {"timestamp(timestamp('2026-07-02T00:00:00Z')).getFullYear()", "2026"},
        {"duration(duration('2s'))", "duration(\"2s\")"},
    };
    static const struct expectation bad[] = {
        {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "years go from 1 to 9999"},
        {"timestamp('0001-01-01T00:00:00Z') - duration('1ns')", "years go from 1 to 9999"},
        {"timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')", "292 years"},
        {"duration('-9000000000s') - duration('9000000000s')", "292 years"},
        {"dyn(filed) + dyn(filed)", "no such overload"},
        {"dyn(duration('1s')) - dyn(filed)", "no such overload"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

/* Months and days of the month count from 0, as in ECMAScript, days of the week from Sunday. */
static void test_parts_of_times(void **state)
{
    static const struct expectation table[] = {
        {"filed.getFullYear()", "2026"},
        {"filed.getMonth()", "6"},
        {"filed.getDate()", "2"},
        {"filed.getDayOfMonth()", "1"},
        {"filed.getDayOfWeek()", "4"},
        {"filed.getDayOfYear()", "182"},
        {"filed.getHours()", "21"},
        {"filed.getMinutes()", "30"},
        {"filed.getMinutes('+05:45')", "15"},
        {"filed.getDate('+05:45')", "3"},
        {"timestamp('2026-07-02T21:30:07.0459Z').getSeconds()", "7"},
        {"timestamp('2026-07-02T21:30:07.0459Z').getMilliseconds()", "45"},
        {"timestamp('2026-07-02T21:30:07.0459Z').getMilliseconds('America/Chicago')", "45"},
        {"timestamp('1969-12-31T23:59:59.25Z').getMilliseconds()", "250"},
        {"duration('90m').getHours()", "1"},
        {"duration('90m').getSeconds()", "5400"},
        {"duration('-1.5s').getSeconds()", "-1"},
        {"duration('-1.5s').getMilliseconds()", "-500"},
    };

    EACH(*state, gives, table);
    fails(*state, "filed.getMilliseconds('America/Nowhere')", "no time zone");
}

static void test_order_and_equality(void **state)
{
    static const struct expectation good[] = {
        {"false < true && !(true < false) && true <= true", "true"},
        {"'a' < 'b' && 'Z' < 'a' && '' < 'a' && 'a' < 'ab'", "true"},
        {"'\uffff' < '\U00010000'", "true"}, /* by code point, not as UTF-16 has it */
        {"b'\\x7f' < b'\\x80' && b'a' >= b'a'", "true"},
        {"filed > filed - duration('1ns')", "true"},
        {"timestamp('2026-07-02T21:30:00-05:00') == timestamp('2026-07-03T02:30:00Z')", "true"},
        {"duration('60s') == duration('1m') && duration('59s') < duration('1m')", "true"},
        {"1 < 2u && 2u > 1 && -1 < 0u && 1u <= 1", "true"},
        {"1 < 1.5 && 1.5 > 1 && 2u > 1.5 && -0.5 < 0u", "true"},
        /* The int becomes a double, as in the standard's own tests. */
        {"9007199254740993 > 9007199254740992.0", "false"},
        {"9223372036854775807 < 9223372036854775808.0", "false"},
        {"dyn(18446744073709551615u) == dyn(18446744073709551616.0)", "true"},
        {"dyn(1) == dyn(1.0) && dyn(1u) == dyn(1)", "true"},
        {"dyn('1') == dyn(1)", "false"},
        {"dyn(null) == dyn(0)", "false"},
        {"[1, [2]] == [1, [2]] && [1, 2] != [2, 1] && [1] != [1, 1]", "true"},
        {"{'a': 1, 'b': 2} == {'b': 2, 'a': 1} && {'a': 1} != {'a': 2}", "true"},
        {"{true: 1}[true] == 1 && {1u: 'x'}[1u] == 'x'", "true"},
        {"{1: 'x'}[dyn(1.0)] == 'x' && {1: 'x'}[dyn(1u)] == 'x'", "true"},
        {"[1, 2, 3][dyn(1.0)] == 2 && [1, 2, 3][dyn(2u)] == 3", "true"},
        {"dyn(2.0) in [1, 2, 3] && dyn(2u) in [1, 2]", "true"},
        {"double('NaN') in [double('NaN')]", "false"},
        {"0.0 == -0.0", "true"},
    };
    static const struct expectation bad[] = {
        {"dyn(1) < dyn('1')", "no such overload"},
        {"dyn([1]) < dyn([2])", "no such overload"},
        {"dyn(null) < dyn(null)", "no such overload"},
        {"[1, 2][dyn(0.5)]", "no place in a list"},
        {"[1, 2][dyn(double('Infinity'))]", "no place in a list"},
        {"[1, 2][dyn(-1.0)]", "out of bounds"},
        {"[1, 2][dyn(1e30)]", "out of bounds"},
        {"[1, 2][dyn(18446744073709551615u)]", "out of bounds"},
        {"[1, 2][dyn('0')]", "no place in a list"},
        {"dyn('abc')[dyn(0)]", "no such overload"},
        {"1 in dyn('abc')", "no such overload"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

static void test_math_extension(void **state)
{
    static const struct expectation table[] = {
        {"math.ceil(1.2)", "2.0"},
        {"math.ceil(-1.2)", "-1.0"},
        {"math.floor(-1.2)", "-2.0"},
        {"math.trunc(-1.9)", "-1.0"},
        {"math.round(1.5)", "2.0"},
        {"math.isInf(1.0 / 0.0) && !math.isInf(1.0)", "true"},
        {"math.isFinite(1.0) && !math.isFinite(double('NaN'))", "true"},
        {"math.sqrt(9u)", "3.0"},
        {"math.abs(-2.5)", "2.5"},
        {"math.abs(3u)", "3u"},
        {"math.sign(-9)", "-1"},
        {"math.sign(0)", "0"},
        {"math.sign(9u)", "1u"},
        {"math.sign(0u)", "0u"},
        {"math.bitAnd(6, 3)", "2"},
        {"math.bitOr(6u, 3u)", "7u"},
        {"math.bitXor(6, 3)", "5"},
        {"math.bitNot(0)", "-1"},
        {"math.bitShiftLeft(1, 64)", "0"},
        {"math.bitShiftRight(8u, 3)", "1u"},
    };

    EACH(*state, gives, table);
}

static void test_formats(void **state)
{
    static const struct expectation good[] = {
        {"'%s %s %s'.format([7u, type(7u), filed])", "\"7 uint 2026-07-02T21:30:00Z\""},
        {"'%s'.format([rate])", "\"0.065\""},
        {"'%s|%s|%s'.format([true, null, 1.5])", "\"true|null|1.5\""},
        {"'%d|%d'.format([18446744073709551615u, -7])", "\"18446744073709551615|-7\""},
    };
    static const struct expectation bad[] = {
        {"'%b'.format(['1'])", "was given string"},
        {"'%x'.format([1.5])", "was given double"},
        {"'%d'.format([true])", "was given bool"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_to_numbers),      TEST(test_to_texts),       TEST(test_arithmetic),
        TEST(test_time_arithmetic), TEST(test_parts_of_times), TEST(test_order_and_equality),
        TEST(test_math_extension),  TEST(test_formats),
    };

    return cmocka_run_group_tests_name("rules/standard", tests, NULL, NULL);
}
