/* The standard's functions and its extensions, beyond what the conformance files ask. */
#include "rules/test_cel.h"

static void test_strings(void **state)
{
    static const struct expectation good[] = {
        {"'caf\u00e9'.charAt(3)", "\"\u00e9\""},
        {"'abc'.charAt(3)", "\"\""},
        {"''.charAt(0)", "\"\""},
        {"'\u00e9a\u00e9a'.indexOf('a', 2)", "3"},
        {"'abc'.indexOf('', 3)", "3"},
        {"'abc'.indexOf('abcd')", "-1"},
        {"'aXbXc'.lastIndexOf('X')", "3"},
        {"'aXbXc'.lastIndexOf('X', 2)", "1"},
        {"'aXb'.lastIndexOf('X', 0)", "-1"},
        {"''.lastIndexOf('')", "0"},
        {"'abc'.substring(1)", "\"bc\""},
        {"'a\u00e9c'.substring(1, 2)", "\"\u00e9\""},
        {"'a-b-c'.split('-')", "[\"a\", \"b\", \"c\"]"},
        {"'a-b-c'.split('-', 2)", "[\"a\", \"b-c\"]"},
        {"'-a-'.split('-')", "[\"\", \"a\", \"\"]"},
        {"''.split('-')", "[\"\"]"},
        {"''.split('')", "[]"},
        {"'\u00e9a'.split('')", "[\"\u00e9\", \"a\"]"},
        {"'abc'.split('', 2)", "[\"a\", \"bc\"]"},
        {"'abab'.replace('ab', '')", "\"\""},
        {"'aaaa'.replace('aa', 'b')", "\"bb\""},
        {"'aaaa'.replace('a', 'b', 2)", "\"bbaa\""},
        {"'ab'.replace('', '-')", "\"-a-b-\""},
        {"'ab'.replace('', '-', 2)", "\"-a-b\""},
        {"'abc'.replace('x', 'y')", "\"abc\""},
        {"'  a b\\u2003'.trim()", "\"a b\""},
        {"' \\n '.trim()", "\"\""},
        {"'\u00e9a\U0001F600'.reverse()", "\"\U0001F600a\u00e9\""},
        {"['a', 'b', 'c'].join(', ')", "\"a, b, c\""},
        {"[].join(',')", "\"\""},
        {"strings.quote('a\"\\\\\\n\\u00e9')", "\"\\\"a\\\\\\\"\\\\\\\\\\\\n\u00e9\\\"\""},
        {"size('\U0001F600a')", "2"},
        {"b'\\xff\\x00'.size()", "2"},
    };
    static const struct expectation bad[] = {
        {"'abc'.charAt(4)", "out of range: 4"},    {"'abc'.charAt(-1)", "out of range: -1"},
        {"'abc'.indexOf('a', 4)", "out of range"}, {"'abc'.substring(2, 1)", "start: 2, end: 1"},
        {"[dyn(1)].join()", "no such overload"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

static void test_format(void **state)
{
    static const struct expectation good[] = {
        {"'%s is %d'.format(['a', 3])", "\"a is 3\""},
        {"'100%%'.format([])", "\"100%\""},
        {"'%.0f|%.2f'.format([2.5, 2.675])", "\"2|2.67\""},
        {"'%e'.format([0.0])", "\"0.000000e+00\""},
        {"'%b|%b'.format([-5, false])", "\"-101|0\""},
        {"'%o|%x|%X'.format([8u, -255, 255])", "\"10|-ff|FF\""},
        {"'%x'.format([-9223372036854775808])", "\"-8000000000000000\""},
        {"'%x'.format(['\u00e9'])", "\"c3a9\""},
        {"'%s'.format([b'a\\xff\\xfeb'])", "\"a\uFFFDb\""},
        {"'%s'.format([{2: 'b', 10: 'a', 1: [true, null]}])", "\"{1: [true, null], 10: a, 2: b}\""},
        {"'%s'.format([[]])", "\"[]\""},
        {"'%s'.format([amount])", "\"125.50\""},
        {"'%s'.format([duration('1500ms')])", "\"1.5s\""},
        {"'%s'.format([1.0])", "\"1\""},
        {"'%s'.format([5e-324]).size()", "326"},
        {"'%d'.format([-1.5e300]).size()", "302"},
        {"'%.2f|%.3e'.format([-9223372036854775808, 18446744073709551615u])",
         "\"-9223372036854775808.00|1.845e+19\""},
        {"'\u00e9%s'.format(['\u00e9'])", "\"\u00e9\u00e9\""},
    };
    static const struct expectation bad[] = {
        {"'%'.format([])", "unrecognized"},
        {"'%z'.format([1])", "unrecognized formatting clause \"z\""},
        {"'%.f'.format([1.0])", "digits are missing"},
        {"'%.1'.format([1.0])", "unrecognized"},
        {"'%.101f'.format([1.0])", "precision"},
        {"'%s %s'.format([1])", "index 1 out of range"},
        {"'%s'.format([place])", "was given place"},
        {"'%f'.format(['a'])", "was given string"},
        {"'%o'.format([true])", "was given bool"},
        {"'%d'.format(['1'])", "was given string"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

static void test_math(void **state)
{
    static const struct expectation good[] = {
        {"math.greatest([1, 5, 3])", "5"},
        {"math.least(2.5, 1, 3u)", "1"},
        {"math.round(-0.5)", "-1.0"},
        {"math.sqrt(16)", "4.0"},
        {"math.isNaN(math.sqrt(-1.0))", "true"},
        {"math.bitShiftRight(-1, 63)", "1"},
        {"math.bitShiftLeft(1, 63)", "-9223372036854775808"},
        {"math.bitXor(5u, 1u)", "4u"},
        {"math.sign(-0.5)", "-1.0"},
        {"math.abs(-5)", "5"},
        {"double('NaN') < 1.0 || double('NaN') >= 1.0", "false"},
        {"double('NaN') == double('NaN')", "false"},
    };
    static const struct expectation bad[] = {
        {"math.greatest([])", "empty"},
        {"math.greatest([dyn('a')])", "no such overload"},
        {"math.greatest(dyn(1), dyn('a'))", "no such overload"},
        {"math.bitShiftLeft(1, -1)", "negative offset"},
        {"math.abs(-9223372036854775808)", "overflow"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

static void test_time(void **state)
{
    static const struct expectation good[] = {
        {"filed.getHours('America/Chicago')", "16"},
        {"filed.getDayOfWeek('America/Chicago')", "4"},
        {"filed + duration('36h')", "timestamp(\"2026-07-04T09:30:00Z\")"},
        {"timestamp('2026-07-02T16:30:00.25-05:00')", "timestamp(\"2026-07-02T21:30:00.25Z\")"},
        {"timestamp('1969-12-31T23:59:59.9Z').getSeconds()", "59"},
        {"timestamp('1969-12-31T23:59:59.9Z') + duration('0.2s')",
         "timestamp(\"1970-01-01T00:00:00.1Z\")"},
        {"timestamp(0).getDayOfYear()", "0"},
        {"timestamp('2024-12-31T00:00:00Z').getDayOfYear()", "365"},
        {"timestamp('2026-07-05T12:00:00Z').getDayOfWeek()", "0"},
        {"timestamp('0001-01-01T00:00:00Z').getFullYear('-01:00')", "0"},
        {"timestamp('0001-01-01T00:00:00Z').getDayOfYear('-01:00')", "365"},
        {"timestamp('2026-03-08T08:00:00Z').getHours('America/Chicago')", "3"},
        {"timestamp('2026-03-08T07:59:59Z').getHours('America/Chicago')", "1"},
        {"duration('1h30m15.5s')", "duration(\"5415.5s\")"},
        {"duration('-1.5h')", "duration(\"-5400s\")"},
        {"duration('1\u00b5s') + duration('1us') + duration('1ns')", "duration(\"0.000002001s\")"},
        {"duration('0')", "duration(\"0s\")"},
        {"duration('-9223372036854775808ns')", "duration(\"-9223372036.854775808s\")"},
        {"duration('100ms').getMilliseconds()", "100"},
        {"duration('-90s').getMinutes()", "-1"},
        {"filed - timestamp('2026-07-02T00:00:00Z')", "duration(\"77400s\")"},
        {"int(timestamp('1969-12-31T23:59:59.9Z'))", "-1"},
    };
    static const struct expectation bad[] = {
        {"timestamp('2026-07-02')", "no timestamp"},
        {"timestamp('2026-07-02T25:00:00Z')", "no timestamp"},
        {"timestamp('2026-07-02T00:00:00')", "no timestamp"},
        {"timestamp('2026-07-02T00:00:00.Z')", "no timestamp"},
        {"timestamp('2026-02-29T00:00:00Z')", "no timestamp"},
        {"timestamp('2026-07-02T00:00:00+5:00')", "no timestamp"},
        {"timestamp('2026-07-02T00:00:00Zx')", "no timestamp"},
        {"timestamp('0001-01-01T00:00:00+01:00')", "in range"},
        {"timestamp('9999-12-31T23:59:59-01:00')", "in range"},
        {"timestamp(253402300800)", "out of range"},
        {"timestamp(-62135596801)", "out of range"},
        {"duration('1')", "no duration"},
        {"duration('')", "no duration"},
        {"duration('-')", "no duration"},
        {"duration('1h1')", "no duration"},
        {"duration('.s')", "no duration"},
        {"duration('1d')", "no duration"},
        {"duration('9223372037s')", "in range"},
        {"duration('99999999999999999999h')", "no duration"},
        {"duration('9000000000s') + duration('9000000000s')", "out of range"},
        {"filed.getHours('America/Nowhere')", "no time zone"},
        {"filed.getHours('../../etc/passwd')", "no time zone"},
        {"filed.getHours('')", "no time zone"},
        {"filed.getHours('+24:00')", "no time zone"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
}

static void test_matches(void **state)
{
    static const struct expectation good[] = {
        {"street.matches('shire')", "true"},           {"street.matches('^shire')", "false"},
        {"matches(street, '^Hamp.*St$')", "true"},     {"'a\\n'.matches('a$')", "false"},
        {"'\u00e9'.matches('^.$')", "true"},           {"'ABC'.matches('(?i)abc')", "true"},
        {"'ab'.matches('(?P<x>a)b')", "true"},         {"'a]b'.matches('[]a]+b')", "true"},
        {"'3'.matches('^[[:digit:]\\\\d]$')", "true"}, {"'a+b'.matches('a\\\\+b')", "true"},
        {"'aaa'.matches('^a{2,3}?$')", "true"},        {"'x'.matches(street + '|x')", "true"},
        {"'\u00e9'.matches('\\\\p{L}')", "true"},
    };
    static const struct expectation refusals[] = {
        {"'a'.matches('(a)\\\\1')", "1:13: backreferences"},
        {"'a'.matches('a(?=b)')", "1:13: looking ahead"},
        {"'a'.matches('(?<!b)a')", "1:13: looking ahead or behind"},
        {"'a'.matches('(?>a)')", "1:13: kind of group"},
        {"'a'.matches('(?R)')", "1:13: kind of group"},
        {"'a'.matches('a*+')", "1:13: possessive"},
        {"'a'.matches('a{2}+')", "1:13: possessive"},
        {"'a'.matches('(*LIMIT_MATCH=1)a')", "1:13: verbs"},
        {"'a'.matches('\\\\Ka')", "1:13: escape is not supported"},
        {"'a'.matches('[a')", "1:13: pattern is wrong"},
        {"'a'.matches('a)')", "1:13: pattern is wrong"},
    };
    static const struct expectation bad[] = {
        {"'a'.matches(street + '(')", "pattern is wrong"},
        {"'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'.matches('^(a|a)*$')",
         "takes too long"},
    };

    EACH(*state, gives, good);
    EACH(*state, fails, bad);
    EACH(*state, refused, refusals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_strings), TEST(test_format), TEST(test_math), TEST(test_time), TEST(test_matches),
    };

    return cmocka_run_group_tests_name("rules/functions", tests, NULL, NULL);
}
