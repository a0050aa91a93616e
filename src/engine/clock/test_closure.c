/* A day on which the city does not work after all moves the deadlines that count it. */
#include "base/file.h"
#include "engine/clock/clock_trace.h"
#include "engine/clock/closure.h"
#include "engine/clock/turn.h"
#include "engine/test_town.h"

static void load_again(struct test_town *town)
{
    city_free(town->city);
    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, city_load(&town->ctx, &town->city));
    db_reader_release(&town->ctx);
    town->ctx.city = town->city;
}

static struct date date_of_text(const char *day)
{
    struct date date;

    assert_true(date_parse(str_of(day), &date));
    return date;
}

/* As another program does it: this one's city has not heard of it. */
static struct closure_effect close_elsewhere(struct test_town *town, const char *day, bool is_dry)
{
    struct closure_effect effect = {0};

    test_ok(&town->ctx, closure_add(&town->ctx, date_of_text(day), S("Storm"), is_dry, &effect));
    return effect;
}

static struct closure_effect open_elsewhere(struct test_town *town, const char *day, bool is_dry)
{
    struct closure_effect effect = {0};

    test_ok(&town->ctx,
            closure_remove(&town->ctx, date_of_text(day), S("Mistyped"), is_dry, &effect));
    return effect;
}

static struct closure_effect close_day(struct test_town *town, const char *day, bool is_dry)
{
    struct closure_effect effect = close_elsewhere(town, day, is_dry);

    load_again(town);
    return effect;
}

static struct closure_effect open_day(struct test_town *town, const char *day, bool is_dry)
{
    struct closure_effect effect = open_elsewhere(town, day, is_dry);

    load_again(town);
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

/* ---- Taken back */

static void a_mistyped_day_is_taken_back(void **state)
{
    struct test_town *town = *state;
    struct instant before, closed, due;
    struct clock_trace trace;

    test_town_file(town);
    trace_of(town, 1, &before);
    close_day(town, "2026-11-18", false);
    trace_of(town, 1, &closed);
    assert_int_equal(open_day(town, "2026-11-18", true).clocks, 1);
    trace_of(town, 1, &due);
    assert_int_equal(due.us_utc, closed.us_utc);
    assert_int_equal(town->city->calendar.closures_n, 1);
    assert_int_equal(open_day(town, "2026-11-18", false).cases, 1);
    assert_int_equal(town->city->calendar.closures_n, 0);
    trace = trace_of(town, 1, &due);
    assert_int_equal(due.us_utc, before.us_utc);
    assert_int_equal(trace.move_n, 2);
    assert_int_equal(trace.moves[1].why, CLOCK_MOVED_CLOSURE_REMOVED);
    assert_true(str_eq(trace.moves[1].name, S("Mistyped")));
    assert_int_equal(trace.moves[1].days, -1);
    assert_int_equal(date_cmp(trace.moves[1].day, date_of_text("2026-11-18")), 0);
    assert_int_equal(trace.moves[1].from.us_utc, closed.us_utc);
    assert_int_equal(test_town_count(town, "SELECT due FROM cases"), due.us_utc);
    assert_int_equal(test_town_differences(town), 0);
    test_town_says(town, "SELECT count(*) FROM event WHERE kind = 'clock.moved'", "2");
    test_town_says(town, "SELECT count(*) FROM event WHERE kind LIKE 'closure.%'", "2");
    /* Closed once more, it moves as it did at first. */
    close_day(town, "2026-11-18", false);
    assert_int_equal(trace_of(town, 1, &due).move_n, 3);
    assert_int_equal(due.us_utc, closed.us_utc);
}

static void what_is_no_closure_is_not_taken_back(void **state)
{
    static const struct {
        const char *day;
        enum err_id error;
    } days[] = {
        {"2026-11-18", ERR_NOT_FOUND},
        {"2026-11-26", ERR_NOT_A_DATE}, /* Thanksgiving, in the calendar's own file */
        {"2026-11-22", ERR_NOT_A_DATE},
    };
    struct test_town *town = *state;
    struct closure_effect effect;

    for (size_t i = 0; i < COUNT(days); i++) {
        assert_int_not_equal(
            closure_remove(&town->ctx, date_of_text(days[i].day), S("x"), false, &effect), RC_OK);
        assert_int_equal(town->ctx.err.id, days[i].error);
        assert_true(town->ctx.err.detail.n > 0);
        ctx_clear_error(&town->ctx);
    }
    /* Somebody else was quicker: this city still has it. */
    test_ok(&town->ctx,
            closure_add(&town->ctx, date_of_text("2026-11-18"), S("x"), false, &effect));
    load_again(town);
    test_town_set(town, "DELETE FROM closure");
    assert_int_equal(closure_remove(&town->ctx, date_of_text("2026-11-18"), S("x"), false, &effect),
                     RC_NOT_FOUND);
    ctx_clear_error(&town->ctx);
}

/* Back to a time that is over: the job looks at once, and the deadline is missed. */
static void a_deadline_that_is_over_by_that_is_missed(void **state)
{
    struct test_town *town = *state;

    test_town_file(town);
    close_day(town, "2026-11-17", false);
    test_town_at(town, "2026-11-18T16:00:00Z");
    test_town_run_jobs(town);
    test_town_says(town, "SELECT count(*) FROM clock WHERE missed IS NOT NULL", "0");
    open_day(town, "2026-11-17", false);
    test_town_run_jobs(town);
    test_town_says(town, "SELECT count(*) FROM clock WHERE missed IS NOT NULL", "1");
    assert_int_equal(test_town_differences(town), 0);
}

/* The step by timer that waits ten workdays comes when it comes without the closure. */
static void a_timer_comes_earlier_again(void **state)
{
    struct test_town *town = *state;

    test_town_file(town);
    close_day(town, "2026-11-20", false);
    test_town_step(town, 1, "ask");
    open_day(town, "2026-11-20", false);
    test_town_run_jobs(town);
    test_town_says(town, "SELECT state FROM cases", "waiting");
    test_town_at(town, "2026-12-02T06:00:00Z");
    test_town_run_jobs(town);
    test_town_says(town, "SELECT state FROM cases", "resolved");
}

/* ---- Any order of things */

#define CLOCKED(name, respond, resolve)                                                       \
    "service: " name "\nname: {en: A, es: A, vi: A}\nsummary: {en: A., es: A., vi: A.}\n"     \
    "department: public-works\ngroup: streets\nworkflow: request\nplace: {required: false}\n" \
    "route:\n  - {team: streets-west}\n"                                                      \
    "clocks: {respond: " respond ", resolve: {within: " resolve ", warn: 1 workday}}\n"       \
    "examples:\n  - {filed: 2026-07-06 09:00, expect: {team: streets-west}}\n"                \
    "  - {filed: 2026-07-07 09:00, expect: {team: streets-west}}\n"                           \
    "  - {filed: 2026-07-08 09:00, expect: {team: streets-west}}\n"

static const char *const clocked[] = {"a-days", "b-hours", "c-elapsed"};

static uint32_t seed;

static int64_t any(int64_t n)
{
    seed = seed * 1664525U + 1013904223U;
    return (int64_t)(seed >> 8) % n;
}

/* Some minute of three weeks. */
static struct instant any_time(struct instant begin)
{
    return instant_plus_us(begin, any(INT64_C(21) * 1440) * 60 * US_PER_S);
}

struct reported {
    const char *service;
    struct instant at;
};

static int64_t file(struct test_town *town, const struct reported *filing)
{
    town->ctx.now = filing->at;
    return test_town_file_as(town, filing->service, NULL, 0).case_id;
}

/* The due dates of a case, oldest clock first. */
static struct str due_of(struct test_town *town, int64_t id)
{
    struct clocks_of_rows clocks;
    struct buf out = buf_in(town->ctx.arena, 1000);

    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, clocks_read(&town->ctx, id, &clocks));
    db_reader_release(&town->ctx);
    for (size_t i = 0; i < clocks.n; i++) {
        buf_add(&out, instant_format_utc(town->ctx.arena, clocks.rows[i].due));
        buf_add(&out, clocks.rows[i].due_date_is_null ? S(" ") : S("d "));
    }
    return buf_str(&out);
}

#define FILINGS  6
#define CLOSURES 3

static bool is_among(const char *const *days, size_t n, const char *day)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(str_of(days[i]), str_of(day)))
            return true;
    return false;
}

/* Cases are filed, days closed, more cases filed, the days opened again in another order: each case
 * is due when one is that was filed at the same time and has never heard of them. */
static void try_order(struct test_town *town, struct instant begin)
{
    struct reported filings[FILINGS];
    int64_t ids[FILINGS];
    const char *days[CLOSURES];
    size_t day_n = 0;

    for (size_t i = 0; i < FILINGS; i++) {
        filings[i] =
            (struct reported){.service = clocked[any(COUNT(clocked))], .at = any_time(begin)};
        ids[i] = file(town, &filings[i]);
        if (i % 2) {
            struct date date = city_local(town->city, any_time(begin)).date;
            const char *text = str_z(town->ctx.arena, date_format(town->ctx.arena, date));

            if (calendar_is_workday(&town->city->calendar, date) && !is_among(days, day_n, text)) {
                close_elsewhere(town, text, false);
                days[day_n++] = text;
                if (day_n % 2) /* else it is heard of later */
                    load_again(town);
            }
        }
    }
    while (day_n) {
        size_t i = (size_t)any((int64_t)day_n);

        open_elsewhere(town, days[i], false);
        days[i] = days[--day_n];
        if (day_n % 2)
            load_again(town);
    }
    load_again(town);
    assert_int_equal(town->city->calendar.closures_n, 0);
    for (size_t i = 0; i < FILINGS; i++) {
        struct str was = due_of(town, ids[i]), is = due_of(town, file(town, &filings[i]));

        if (!str_eq(was, is))
            fail_msg("%s of %.*s: %.*s, not %.*s", filings[i].service,
                     STR_ARG(instant_format_utc(town->ctx.arena, filings[i].at)), STR_ARG(was),
                     STR_ARG(is));
    }
    assert_int_equal(test_town_differences(town), 0);
}

static void added_and_removed_is_as_before(void **state)
{
    struct test_town *town = *state;
    struct instant begin = town->ctx.now;

    test_town_put(town, "services/a-days.yaml", CLOCKED("a-days", "2 workdays", "10 workdays"));
    test_town_put(town, "services/b-hours.yaml",
                  CLOCKED("b-hours", "4 work hours", "60 work hours"));
    test_town_put(town, "services/c-elapsed.yaml", CLOCKED("c-elapsed", "24 h", "10 d"));
    test_town_publish(town);
    for (uint32_t i = 0; i < 8; i++) {
        seed = 1000 + i;
        try_order(town, begin);
    }
}

/* What began after the day's closing time counts from the next day anyway, and elapsed time knows
 * no calendar, though its end be within opening hours. */
static void what_does_not_count_the_day_stays(void **state)
{
    struct test_town *town = *state;

    test_town_put(town, "services/c-elapsed.yaml", CLOCKED("c-elapsed", "24 h", "10 d"));
    test_town_publish(town);
    test_town_file_as(town, "c-elapsed", NULL, 0);
    test_town_at(town, "2026-11-17T00:30:00Z"); /* half past six in the evening of the 16th */
    test_town_file(town);
    assert_int_equal(close_day(town, "2026-11-16", false).clocks, 0);
    assert_int_equal(close_day(town, "2026-11-17", false).clocks, 2);
}

/* Months, whose deadline may be a Sunday; and a pause over the day, which counts it or not. */
static void months_and_pauses_come_back_too(void **state)
{
    struct test_town *town = *state;
    struct instant before, due;

    test_town_put(town, "services/a-days.yaml", CLOCKED("a-days", "2 workdays", "1 month"));
    test_town_publish(town);
    test_town_at(town, "2026-11-20T16:00:00Z"); /* a month on is Sunday, December 20 */
    test_town_file_as(town, "a-days", NULL, 0);
    trace_of(town, 1, &before);
    close_day(town, "2026-11-24", false);
    close_day(town, "2026-12-01", false);
    open_day(town, "2026-12-01", false);
    open_day(town, "2026-11-24", false);
    trace_of(town, 1, &due);
    assert_int_equal(due.us_utc, before.us_utc);
    /* It stood still from the 23rd to the 25th, of which the 24th was closed meanwhile. */
    close_day(town, "2026-11-24", false);
    test_town_at(town, "2026-11-23T16:00:00Z");
    test_town_step(town, 1, "ask");
    test_town_at(town, "2026-11-25T16:00:00Z");
    test_town_step(town, 1, "answer");
    trace_of(town, 1, &before);
    open_day(town, "2026-11-24", false);
    trace_of(town, 1, &due);
    assert_int_equal(due.us_utc, before.us_utc);
}

/* ---- By a program whose city has not heard of it */

/* The deadlines of a case filed now, by a city that knows all. */
static struct str due_when_filed_anew(struct test_town *town)
{
    load_again(town);
    return due_of(town, test_town_file(town).case_id);
}

#define assert_due(town, id, expected) check_due(town, id, expected, __FILE__, __LINE__)

static void check_due(struct test_town *town, int64_t id, struct str expected, const char *file,
                      int line)
{
    struct str is = due_of(town, id);

    if (str_eq(is, expected))
        return;
    print_error("case %lld: %.*s, not %.*s\n", (long long)id, STR_ARG(is), STR_ARG(expected));
    _fail(file, line);
}

/* As many days as one likes, one beside the other, closed and opened in any order: whoever was
 * there before is due when one is that is filed for the same time now. */
#define DAYS_TRIED 12
#define TURNS      40

static void turn_day(struct test_town *town, bool *is_closed, struct instant begin)
{
    size_t i = (size_t)any(DAYS_TRIED);
    struct date date = date_plus(city_local(town->city, begin).date, (int)i + 1);
    const char *text = str_z(town->ctx.arena, date_format(town->ctx.arena, date));

    if (is_closed[i])
        open_day(town, text, false);
    else if (calendar_is_workday(&town->city->calendar, date))
        close_day(town, text, false);
    else
        return;
    is_closed[i] = !is_closed[i];
}

static void closed_days_beside_each_other_come_back(void **state)
{
    struct test_town *town = *state;
    struct reported filings[] = {{"a-days", town->ctx.now}, {"b-hours", town->ctx.now}};
    struct instant begin = town->ctx.now, later = instant_plus_us(begin, US_PER_DAY);
    struct str paused[2];
    int64_t ids[2], paused_ids[2];
    bool is_closed[DAYS_TRIED] = {false};

    test_town_put(town, "services/a-days.yaml", CLOCKED("a-days", "2 workdays", "3 workdays"));
    test_town_put(town, "services/b-hours.yaml",
                  CLOCKED("b-hours", "4 work hours", "24 work hours"));
    test_town_publish(town);
    for (size_t i = 0; i < 2; i++) {
        ids[i] = file(town, &filings[i]);
        paused_ids[i] = file(town, &filings[i]);
        town->ctx.now = later;
        test_town_step(town, paused_ids[i], "ask");
        town->ctx.now = instant_plus_us(later, 2 * US_PER_DAY);
        test_town_step(town, paused_ids[i], "answer");
        paused[i] = due_of(town, paused_ids[i]);
    }
    seed = 7;
    for (int turn = 0; turn < TURNS; turn++) {
        town->ctx.now = later;
        turn_day(town, is_closed, begin);
        for (size_t i = 0; i < 2; i++)
            check_due(town, ids[i], due_of(town, file(town, &filings[i])), filings[i].service,
                      turn);
    }
    town->ctx.now = later;
    for (size_t i = 0; i < DAYS_TRIED; i++)
        if (is_closed[i])
            open_day(town,
                     str_z(town->ctx.arena,
                           date_format(town->ctx.arena,
                                       date_plus(city_local(town->city, begin).date, (int)i + 1))),
                     false);
    assert_int_equal(town->city->calendar.closures_n, 0);
    for (size_t i = 0; i < 2; i++)
        assert_due(town, paused_ids[i], paused[i]);
    assert_int_equal(test_town_differences(town), 0);
}

static void filed_just_after_a_closure_is_due_as_filed_later(void **state)
{
    struct test_town *town = *state;
    struct filed filed;
    struct str open;

    open = due_when_filed_anew(town);
    close_elsewhere(town, "2026-11-17", false);
    filed = test_town_file(town);
    assert_int_equal(test_town_count(town, "SELECT due FROM cases WHERE id = 2"), filed.due.us_utc);
    assert_due(town, filed.case_id, due_when_filed_anew(town));
    open_elsewhere(town, "2026-11-17", false);
    filed = test_town_file(town);
    assert_due(town, filed.case_id, open);
    assert_due(town, 1, open);
    assert_due(town, 2, open);
    assert_int_equal(test_town_count(town, "SELECT due FROM cases WHERE id = 4"), filed.due.us_utc);
    assert_int_equal(test_town_differences(town), 0);
}

/* Asked on the 16th and answered on the 20th, it stood still for four workdays: for three where
 * one of them was closed. */
static void resumed_just_after_a_closure(void **state)
{
    struct test_town *town = *state;
    struct str heard;

    for (int64_t id = 1; id <= 2; id++) {
        test_town_file(town);
        test_town_step(town, id, "ask");
    }
    close_elsewhere(town, "2026-11-18", false);
    test_town_at(town, "2026-11-20T16:00:00Z");
    test_town_step(town, 1, "answer");
    load_again(town);
    test_town_step(town, 2, "answer");
    heard = due_of(town, 2);
    assert_due(town, 1, heard);
    open_day(town, "2026-11-18", false);
    assert_due(town, 1, due_of(town, 2));
    assert_int_equal(test_town_differences(town), 0);
}

/* Its time comes with the days that count when it is set. */
static void a_timer_set_just_after_a_removal(void **state)
{
    struct test_town *town = *state;

    test_town_file(town);
    close_day(town, "2026-11-20", false);
    open_elsewhere(town, "2026-11-20", false);
    test_town_step(town, 1, "ask");
    load_again(town);
    test_town_at(town, "2026-12-02T06:00:00Z");
    test_town_run_jobs(town);
    test_town_says(town, "SELECT state FROM cases", "resolved");
}

/* Neither knows of the other's day: no deadline ends on a day that is closed. */
static void two_closures_at_once(void **state)
{
    struct test_town *town = *state;

    test_town_file(town);
    close_elsewhere(town, "2026-11-18", false);
    close_elsewhere(town, "2026-11-17", false);
    assert_due(town, 1, due_when_filed_anew(town));
    open_elsewhere(town, "2026-11-17", false);
    close_elsewhere(town, "2026-11-19", false);
    assert_due(town, 1, due_when_filed_anew(town));
    assert_int_equal(test_town_differences(town), 0);
}

static void a_day_that_another_closes_and_opens(void **state)
{
    struct test_town *town = *state;
    struct closure_effect effect;

    close_elsewhere(town, "2026-11-18", false);
    assert_int_equal(closure_add(&town->ctx, date_of_text("2026-11-18"), S("x"), false, &effect),
                     RC_CONFLICT);
    assert_int_equal(town->ctx.err.id, ERR_DUPLICATE);
    ctx_clear_error(&town->ctx);
    open_elsewhere(town, "2026-11-18", false);
    assert_int_equal(closure_remove(&town->ctx, date_of_text("2026-11-18"), S("x"), false, &effect),
                     RC_NOT_FOUND);
    ctx_clear_error(&town->ctx);
}

/* The 17th is closed by who has not heard that the 18th is a holiday since. */
static void a_closure_beside_a_publication(void **state)
{
    struct test_town *town = *state;
    struct city *before = town->city;
    struct str calendar, anew;
    struct instant due;

    test_town_file(town);
    test_ok(&town->ctx,
            file_read(&town->ctx,
                      str_z(town->ctx.arena,
                            str_fmt(town->ctx.arena, "%s/calendars/city-hall.yaml", town->folder)),
                      100000, &calendar));
    anew = str_join(
        town->ctx.arena,
        (struct str[]){calendar, S("  - {date: 2026-11-18, name: {en: A, es: A, vi: A}}\n")}, 2,
        STR_NONE);
    town->city = NULL;
    test_town_put(town, "calendars/city-hall.yaml", str_z(town->ctx.arena, anew));
    test_town_publish(town);
    town->ctx.city = before;
    close_elsewhere(town, "2026-11-17", false);
    town->ctx.city = town->city;
    city_free(before);
    trace_of(town, 0, &due);
    assert_true(str_eq(instant_format_utc(town->ctx.arena, due), S("2026-11-20T06:00:00Z")));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, test_town_open, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_counts_the_day_is_moved_and_says_why),
        TEST(a_clock_that_stands_still_is_moved_too),
        TEST(a_day_that_is_none_is_refused),
        TEST(a_mistyped_day_is_taken_back),
        TEST(what_is_no_closure_is_not_taken_back),
        TEST(a_deadline_that_is_over_by_that_is_missed),
        TEST(a_timer_comes_earlier_again),
        TEST(added_and_removed_is_as_before),
        TEST(what_does_not_count_the_day_stays),
        TEST(months_and_pauses_come_back_too),
        TEST(closed_days_beside_each_other_come_back),
        TEST(filed_just_after_a_closure_is_due_as_filed_later),
        TEST(resumed_just_after_a_closure),
        TEST(a_timer_set_just_after_a_removal),
        TEST(two_closures_at_once),
        TEST(a_day_that_another_closes_and_opens),
        TEST(a_closure_beside_a_publication),
    };

    return cmocka_run_group_tests_name("closure", tests, NULL, NULL);
}
