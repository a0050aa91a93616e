/* Why a deadline is when it is: what is kept with a clock, written, read and told. */
#include "engine/clock/clock_trace.h"
#include "engine/test_city.h"

#include "engine/definition/answer.h"

static struct instant moment(const char *text)
{
    struct instant at;

    assert_true(instant_parse(str_of(text), &at));
    return at;
}

static struct date day(const char *text)
{
    struct date date;

    assert_true(date_parse(str_of(text), &date));
    return date;
}

static struct clock_trace read(struct ctx *ctx, struct str trace, struct str moves)
{
    struct clock_trace read;

    assert_int_equal(clock_trace_read(ctx, trace, moves, &read), RC_OK);
    return read;
}

/* From Friday, November 27 to Monday the 30th, each to its end: midnight in the city. */
static struct clock_move closure(void)
{
    return (struct clock_move){
        .why = CLOCK_MOVED_CLOSURE,
        .at = moment("2026-11-20T16:00:00Z"),
        .from = moment("2026-11-28T06:00:00Z"),
        .to = moment("2026-12-01T06:00:00Z"),
        .has_days = true,
        .days = 1,
        .day = day("2026-11-27"),
        .name = S("Ice \"storm\""),
    };
}

static void moves_are_read_as_they_were_written(void **state)
{
    struct ctx *ctx = *state;
    struct clock_move first = closure(), second = {
                                             .why = CLOCK_MOVED_PAUSE,
                                             .at = moment("2026-11-25T16:00:00.5Z"),
                                             .from = first.to,
                                             .to = moment("2026-12-03T06:00:00Z"),
                                             .has_since = true,
                                             .since = moment("2026-11-23T16:00:00Z"),
                                         };
    struct clock_move third = {.why = CLOCK_MOVED_MIGRATION,
                               .at = second.at,
                               .from = second.to,
                               .to = second.to,
                               .has_days = true,
                               .version = 3};
    struct clock_move fourth = {.why = CLOCK_MOVED_CLOSURE_REMOVED,
                                .at = second.at,
                                .from = second.to,
                                .to = first.to,
                                .day = first.day};
    struct str moves = clock_moves_add(ctx, STR_NONE, &first);
    struct clock_trace trace;

    assert_str(moves, "[{\"why\":\"closure\",\"at\":\"2026-11-20T16:00:00Z\","
                      "\"from\":\"2026-11-28T06:00:00Z\",\"to\":\"2026-12-01T06:00:00Z\","
                      "\"days\":1,\"day\":\"2026-11-27\",\"name\":\"Ice \\\"storm\\\"\"}]");
    moves = clock_moves_add(ctx, clock_moves_add(ctx, moves, &second), &third);
    moves = clock_moves_add(ctx, moves, &fourth);
    trace = read(ctx, S("{}"), moves);
    assert_int_equal(trace.move_n, 4);
    assert_int_equal(trace.moves[3].why, CLOCK_MOVED_CLOSURE_REMOVED);
    assert_int_equal(date_cmp(trace.moves[3].day, first.day), 0);
    assert_int_equal(trace.version, 3);
    assert_true(trace.moves[0].why == CLOCK_MOVED_CLOSURE && trace.moves[0].days == 1);
    assert_str(trace.moves[0].name, "Ice \"storm\"");
    assert_int_equal(date_cmp(trace.moves[0].day, first.day), 0);
    assert_int_equal(trace.moves[1].at.us_utc, second.at.us_utc);
    assert_int_equal(trace.moves[1].since.us_utc, second.since.us_utc);
    assert_false(trace.moves[1].has_days || trace.moves[0].has_since);
    assert_int_equal(trace.moves[2].to.us_utc, second.to.us_utc);
}

/* However often it is moved: the oldest become one, and each begins where the one before ends. */
static void the_oldest_of_many_become_one(void **state)
{
    struct ctx *ctx = *state;
    struct clock_move move = closure();
    struct str moves = STR_NONE;
    struct clock_trace trace;

    for (int i = 0; i < 100; i++) {
        moves = clock_moves_add(ctx, moves, &move);
        move.from = move.to;
        move.to = instant_plus_us(move.to, US_PER_DAY);
    }
    trace = read(ctx, S("{}"), moves);
    assert_int_equal(trace.move_n, CLOCK_MOVES_MAX);
    assert_int_equal(trace.moves[0].why, CLOCK_MOVED_EARLIER);
    assert_int_equal(trace.moves[0].from.us_utc, closure().from.us_utc);
    assert_int_equal(trace.moves[0].days, 100 - (CLOCK_MOVES_MAX - 1));
    for (size_t i = 1; i < trace.move_n; i++)
        assert_int_equal(trace.moves[i].from.us_utc, trace.moves[i - 1].to.us_utc);
    assert_int_equal(trace.moves[trace.move_n - 1].to.us_utc, move.from.us_utc);
}

static struct clock_trace of_skips(struct ctx *ctx, struct calendar_skip *skips, size_t n)
{
    const struct clock_branch branch = {.within = {SPAN_WORKDAYS, 5000}};
    const struct calendar_deadline deadline = {
        .counts_from = day("2026-11-17"), .skips = skips, .skips_n = n};
    struct clock_trace trace =
        read(ctx, clock_trace_of(ctx, &branch, S("null"), &deadline), STR_NONE);

    assert_true(trace.has_rule && trace.has_from);
    assert_int_equal(trace.within.amount, 5000);
    return trace;
}

/* However many days are passed over: what has a name first, and what is kept is whole. */
static void a_trace_of_many_days_is_whole(void **state)
{
    static struct calendar_skip skips[3000];
    static const struct text name = {.in = {[LANG_EN] = STR("Storm")}};
    struct clock_trace trace;

    for (size_t i = 0; i < COUNT(skips); i++)
        skips[i] = (struct calendar_skip){.date = date_plus(day("2026-11-17"), (int)i),
                                          .reason = CALENDAR_WEEKEND};
    assert_int_equal(of_skips(*state, skips, 100).skip_n, 100);
    skips[2000].reason = skips[2999].reason = CALENDAR_CLOSURE;
    skips[2000].name = skips[2999].name = &name;
    trace = of_skips(*state, skips, COUNT(skips));
    assert_int_equal(trace.skip_n, 2);
    assert_str(trace.skips[1].name, "Storm");
    for (size_t i = 0; i < COUNT(skips); i++)
        skips[i].reason = CALENDAR_HOLIDAY;
    assert_int_equal(of_skips(*state, skips, COUNT(skips)).skip_n, 0);
}

/* As the first versions stored it, and as the other engine gives it back. */
static void an_old_trace_is_read(void **state)
{
    struct ctx *ctx = *state;
    struct clock_trace trace = read(
        ctx,
        S("{\"from\": \"2026-11-17\", \"unit\": \"workdays\", \"when\": {\"expr\": \"lane\", "
          "\"value\": 0.1}, \"amount\": 10, \"skipped\": [{\"date\": \"2026-11-26\", \"name\": "
          "\"Thanksgiving\", \"reason\": \"holiday\"}, {\"date\": \"2026-11-28\", \"reason\": "
          "\"weekend\"}]}"),
        STR_NONE);

    assert_true(trace.has_rule && trace.within.unit == SPAN_WORKDAYS);
    assert_int_equal(trace.within.amount, 10);
    assert_true(trace.has_from && date_cmp(trace.from, day("2026-11-17")) == 0);
    assert_str(trace.condition, "lane");
    assert_int_equal(trace.skip_n, 2);
    assert_str(trace.skips[0].name, "Thanksgiving");
    assert_int_equal(trace.skips[1].reason, CALENDAR_WEEKEND);
    assert_int_equal(trace.move_n, 0);
    assert_int_equal(trace.version, 0);
}

static void what_is_no_trace_is_told_as_nothing(void **state)
{
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"amount\":\"10\",\"unit\":\"workdays\"}",
        "{\"amount\":10,\"unit\":\"moons\",\"from\":\"2026-02-30\",\"when\":\"x\"}",
        "{\"skipped\":[1,null,{},{\"date\":\"x\",\"reason\":\"holiday\"},"
        "{\"date\":\"2026-11-26\",\"reason\":\"moon\"}]}",
        "{\"amount\":10",
        "\xff\xfe",
    };
    static const char *const moves[] = {
        "[",
        "{\"why\":\"pause\"}",
        "[1,null,{},[],{\"why\":\"moon\",\"at\":\"2026-11-20T16:00:00Z\"}]",
        "[{\"why\":\"pause\",\"at\":\"x\",\"from\":\"2026-11-20T16:00:00Z\","
        "\"to\":\"2026-11-20T16:00:00Z\"}]",
        "[{\"why\":\"closure\",\"at\":\"2026-11-20T16:00:00Z\",\"from\":"
        "\"2026-11-20T16:00:00Z\",\"to\":\"2026-11-20T16:00:00Z\"}]",
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(texts); i++) {
        struct clock_trace trace = read(ctx, str_of(texts[i]), STR_NONE);

        assert_false(trace.has_rule || trace.has_from || trace.condition.n || trace.skip_n);
    }
    for (size_t i = 0; i < COUNT(moves); i++) {
        struct clock_move move = closure();

        assert_int_equal(read(ctx, S("{}"), str_of(moves[i])).move_n, 0);
        assert_int_equal(read(ctx, S("{}"), clock_moves_add(ctx, str_of(moves[i]), &move)).move_n,
                         1);
    }
    assert_int_equal(ctx->err.id, 0);
}

static struct str told(struct ctx *ctx, enum lang lang, const struct clock_move *move)
{
    ctx->lang = lang;
    return clock_move_told(ctx, move);
}

static void a_move_is_told(void **state)
{
    struct ctx *ctx = *state;
    struct test_files files =
        test_city_files(TEST_WORKFLOW, TEST_HEAD TEST_ROUTE "clocks: {resolve: 10 workdays}\n");
    struct test_city made = test_city_of(ctx, &files);
    struct clock_move move = closure();

    ctx->city = made.city;
    assert_str(told(ctx, LANG_EN, &move),
               "The date moved from Friday, November 27, 2026 to Monday, November 30, 2026: "
               "Friday, November 27, 2026 does not count any more (Ice \"storm\").");
    assert_part(told(ctx, LANG_ES, &move), "27 de noviembre de 2026 ya no cuenta (Ice \"storm\").");
    assert_part(told(ctx, LANG_VI, &move), "27/11/2026 sang ");
    move.name = STR_NONE;
    assert_part(told(ctx, LANG_EN, &move), "November 27, 2026 does not count any more.");
    move.why = CLOCK_MOVED_PAUSE;
    assert_part(told(ctx, LANG_EN, &move), "November 30, 2026: it had stood still for a time.");
    move.has_since = true;
    move.since = moment("2026-11-16T16:00:00Z");
    assert_part(told(ctx, LANG_EN, &move), ": from Nov 16, 2026, 10:00 a.m. until Nov 20, 2026, ");
    move.why = CLOCK_MOVED_TRANSFER;
    assert_part(told(ctx, LANG_EN, &move), "to another service on Friday, November 20, 2026.");
    move.why = CLOCK_MOVED_MIGRATION;
    assert_part(told(ctx, LANG_EN, &move), "On Friday, November 20, 2026 newer rules");
    move.why = CLOCK_MOVED_EARLIER;
    assert_part(told(ctx, LANG_EN, &move), "November 30, 2026 by several earlier changes.");
    /* A deadline that is a moment is told with its time. */
    move.to = moment("2026-12-01T20:30:00Z");
    assert_part(told(ctx, LANG_EN, &move), " to Dec 1, 2026, ");
    test_city_done(ctx, &made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(moves_are_read_as_they_were_written), TEST(the_oldest_of_many_become_one),
        TEST(a_trace_of_many_days_is_whole),       TEST(an_old_trace_is_read),
        TEST(what_is_no_trace_is_told_as_nothing), TEST(a_move_is_told),
    };

    return cmocka_run_group_tests_name("engine/clock_trace", tests, NULL, NULL);
}
