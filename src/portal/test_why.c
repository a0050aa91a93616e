/* Why a request is due when it is: the sentences on its page, by who asks, in each language, and
 * for each kind of span. */
#include "portal/why.h"

#include <stdio.h>

#include "engine/cases/case_transfer.h"
#include "engine/clock/closure.h"
#include "portal/test_visitor.h"

struct scene {
    struct world *world;
    struct visitor reporter, stranger;
    const char *page;
};

static void set_scene(struct scene *scene, struct world *world, const struct test_filing *of)
{
    struct filed filed;

    scene->world = world;
    visitor_init(&scene->reporter, world);
    visitor_init(&scene->stranger, world);
    filed = test_file(world, of);
    scene->page =
        str_z(world->ctx.arena, str_fmt(world->ctx.arena, "/cases/%.*s", STR_ARG(filed.number)));
    submit(&scene->reporter, "", "/follow/%.*s", STR_ARG(filed.link_token));
}

/* Filed after closing on the day before a holiday, which a weekend follows. */
static void a_date_is_explained_day_by_day(void **state)
{
    static const struct {
        const char *lang, *says[6];
    } told[] = {
        {"",
         {"gives 2 workdays.", "Counting starts the day after",
          "Friday, July 3, 2026 does not count:", "Independence Day",
          "2 days of weekends do not count.", "version 1,"}},
        {"/es",
         {"da 2 d\xc3\xad"
          "as laborables.",
          "Se cuenta desde el d\xc3\xad"
          "a siguiente",
          "3 de julio de 2026 no cuenta:", "Independencia",
          "2 d\xc3\xad"
          "as de fin de semana no cuentan.",
          "1,"}},
    };
    struct scene scene;

    ((struct world *)*state)->ctx.now = test_time("2026-07-02 16:30");
    set_scene(&scene, *state, &(struct test_filing){.answers = {"lane", "true"}});
    for (size_t i = 0; i < COUNT(told); i++) {
        assert_int_equal(visit(&scene.stranger, "%s%s", told[i].lang, scene.page), 200);
        for (size_t j = 0; j < COUNT(told[i].says); j++)
            if (!sees(&scene.stranger, told[i].says[j]))
                fail_msg("%s", told[i].says[j]);
    }
}

/* Which answers the rule looked at is told to who gave them. */
static void answers_are_told_to_who_gave_them(void **state)
{
    struct scene scene;

    set_scene(&scene, *state, &(struct test_filing){.answers = {"lane", "true"}});
    visit(&scene.reporter, "%s", scene.page);
    assert_true(sees(&scene.reporter, "Is it in the way of traffic? Yes."));
    assert_false(sees(&scene.reporter, "How long depends on where it is"));
    visit(&scene.stranger, "%s", scene.page);
    assert_false(sees(&scene.stranger, "Is it in the way of traffic? Yes."));
    assert_true(sees(&scene.stranger, "How long depends on where it is"));
}

/* What staff alone see is told to nobody else, whatever the rule looked at. */
static void answers_of_staff_are_not_told(void **state)
{
    struct world *world = *state;
    const struct definition *pothole = city_service(world->ctx.city, S("pothole"));
    const struct field *field = definition_field(pothole, S("lane"));
    enum audience before = field->audience;
    struct field *lane;
    struct scene scene;

    memcpy(&lane, &field, sizeof lane); /* the city's, which is const to all others */
    lane->audience = AUDIENCE_STAFF;
    set_scene(&scene, world, &(struct test_filing){.answers = {"lane", "true"}});
    visit(&scene.reporter, "%s", scene.page);
    lane->audience = before;
    assert_true(sees(&scene.reporter, "gives 2 workdays."));
    assert_false(sees(&scene.reporter, "Is it in the way of traffic?"));
    assert_true(sees(&scene.reporter, "How long depends on where it is"));
}

/* A span is told in the largest unit that it is whole in, and never rounded. */
static void a_span_is_told_as_it_is(void **state)
{
    static const struct {
        const char *unit, *says;
        int amount;
    } spans[] = {
        {"seconds", "gives 30 minutes.", 1800},
        {"seconds", "gives 1 minute.", 60},
        {"seconds", "gives 90 minutes.", 5400},
        {"seconds", "gives 2 hours.", 7200},
        {"seconds", "gives 1 day.", 86400},
        {"seconds", "gives 36 hours.", 129600},
        {"work-seconds", "gives 4 working hours.", 14400},
        {"work-seconds", "gives 150 working minutes.", 9000},
        {"workdays", "gives 10 workdays.", 10},
        {"months", "gives 1 month.", 1},
    };
    struct scene scene;

    set_scene(&scene, *state, &(struct test_filing){0});
    for (size_t i = 0; i < COUNT(spans); i++) {
        char sql[200];

        snprintf(sql, sizeof sql, "UPDATE clock SET trace = '{\"unit\":\"%s\",\"amount\":%d}'",
                 spans[i].unit, spans[i].amount);
        test_exec(scene.world, sql);
        visit(&scene.stranger, "%s", scene.page);
        if (!sees(&scene.stranger, spans[i].says))
            fail_msg("%d %s: %s", spans[i].amount, spans[i].unit, spans[i].says);
    }
}

/* The deadline that is over is not the one that is explained; one that stands still says so. */
static void the_clock_that_runs_is_explained(void **state)
{
    struct scene scene;

    set_scene(&scene, *state,
              &(struct test_filing){.service = "stray-animal",
                                    .answers = {"state", "bite", "animal", "Dog"}});
    visit(&scene.stranger, "%s", scene.page);
    assert_true(sees(&scene.stranger, "gives 2 workdays."));
    test_exec(scene.world, "UPDATE clock SET met = started WHERE kind = 'resolve'");
    visit(&scene.reporter, "%s", scene.page);
    assert_true(sees(&scene.reporter, "gives 30 minutes.") &&
                sees(&scene.reporter, "Counted from") &&
                sees(&scene.reporter, "What has happened? It bit somebody."));
    test_exec(scene.world, "UPDATE clock SET paused = started");
    visit(&scene.reporter, "%s", scene.page);
    assert_true(sees(&scene.reporter, "It stands still since"));
    test_exec(scene.world, "UPDATE clock SET met = started");
    visit(&scene.reporter, "%s", scene.page);
    assert_false(sees(&scene.reporter, "Why this date?"));
}

/* ---- What has moved it since */

/* The city closes for a day; its calendar is then the test city's until the world ends. */
static void close_day(struct world *world, const char *day, const char *reason)
{
    struct closure_effect effect;
    struct date date;

    assert_true(date_parse(str_of(day), &date));
    test_ok(&world->ctx, closure_add(&world->ctx, date, str_of(reason), false, &effect));
    assert_int_equal(effect.cases, 1);
}

/* The world's city has the old calendar still: with the day in it for the time. */
static void open_day(struct world *world, const char *day, const char *reason)
{
    struct city *before = world->ctx.city;
    struct calendar_day closed = {.name = {.in = {[LANG_EN] = S("Ice storm")}}};
    struct closure_effect effect;
    struct city city = *before;

    assert_true(date_parse(str_of(day), &closed.date));
    city.calendar.closures = &closed;
    city.calendar.closures_n = 1;
    world->ctx.city = &city;
    test_ok(&world->ctx, closure_remove(&world->ctx, closed.date, str_of(reason), false, &effect));
    world->ctx.city = before;
    assert_int_equal(effect.cases, 1);
}

static void steps(struct world *world, const char *step, const char *now)
{
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);

    world->ctx.now = test_time(now);
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = str_of(step), .message = S("How deep?")}));
}

static void assert_sees(const struct visitor *visitor, const char *text)
{
    if (!sees(visitor, text))
        fail_msg("%s", text);
}

/* Ten workdays from July 2, the third being a holiday, end on Friday the 17th. */
static void a_closed_day_is_told_with_its_reason(void **state)
{
    struct scene scene;

    set_scene(&scene, *state, &(struct test_filing){0});
    close_day(*state, "2026-07-10", "Ice <storm>");
    visit(&scene.stranger, "%s", scene.page);
    assert_sees(&scene.stranger, "Monday, July 20, 2026");
    assert_sees(&scene.stranger,
                "The date moved from Friday, July 17, 2026 to Monday, July 20, 2026: Friday, July "
                "10, 2026 does not count any more (Ice &lt;storm&gt;).");
    visit(&scene.stranger, "/es%s", scene.page);
    assert_sees(&scene.stranger, "10 de julio de 2026 ya no cuenta (Ice &lt;storm&gt;).");
    visit(&scene.stranger, "/vi%s", scene.page);
    assert_sees(&scene.stranger, "10/7/2026 kh\xc3\xb4ng c\xc3\xb2n \xc4\x91\xc6\xb0\xe1\xbb\xa3"
                                 "c t\xc3\xadnh (Ice &lt;storm&gt;).");
    open_day(*state, "2026-07-10", "A <slip>");
    visit(&scene.stranger, "%s", scene.page);
    assert_sees(&scene.stranger,
                "The date moved back from Monday, July 20, 2026 to Friday, July 17, 2026: Friday, "
                "July 10, 2026 counts after all (A &lt;slip&gt;).");
    visit(&scene.stranger, "/es%s", scene.page);
    assert_sees(&scene.stranger, "10 de julio de 2026 s\xc3\xad cuenta (A &lt;slip&gt;).");
}

static void a_pause_that_is_over_is_told(void **state)
{
    struct scene scene;

    set_scene(&scene, *state, &(struct test_filing){0});
    steps(*state, "ask", "2026-07-06 11:00");
    steps(*state, "answer", "2026-07-08 09:30");
    visit(&scene.stranger, "%s", scene.page);
    assert_sees(&scene.stranger, "Tuesday, July 21, 2026: from Jul 6, 2026, 11:00 a.m. until Jul "
                                 "8, 2026, 9:30 a.m. it stood still.");
    /* Answered on the day of the question, nothing is moved, and nothing is told. */
    steps(*state, "ask", "2026-07-09 11:00");
    steps(*state, "answer", "2026-07-09 12:00");
    assert_int_equal(test_i64(*state,
                              "SELECT count(*) FROM clock WHERE kind = 'resolve' AND cases = %lld "
                              "AND CAST(moves AS TEXT) LIKE '%%\"pause\"%%\"pause\"%%'",
                              1),
                     0);
}

static void a_transfer_is_told(void **state)
{
    struct world *world = *state;
    struct scene scene;

    set_scene(&scene, world, &(struct test_filing){0});
    steps(world, "ask", "2026-07-06 11:00");
    steps(world, "answer", "2026-07-08 09:30");
    world->ctx.actor = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    test_ok(&world->ctx,
            case_transfer(&world->ctx, 1, 0,
                          &(struct transfer){.service = S("sidewalk"), .reason = S("It is one.")}));
    world->ctx.actor = NULL;
    visit(&scene.reporter, "%s", scene.page);
    assert_sees(&scene.reporter, "gives 60 workdays.");
    assert_sees(&scene.reporter, "The date moved from Tuesday, July 21, 2026 to Monday, September "
                                 "28, 2026: the request went to another service on Wednesday, "
                                 "July 8, 2026.");
    assert_sees(&scene.reporter, "The date moved from Monday, September 28, 2026 to Wednesday, "
                                 "September 30, 2026: it had stood still for a time.");
    visit(&scene.stranger, "%s", scene.page);
    assert_sees(&scene.stranger, "it had stood still for a time.");
    assert_false(sees(&scene.stranger, "went to another service"));
}

/* That newer rules were taken is in the record for staff alone. */
static void a_migration_is_not_told(void **state)
{
    struct scene scene;

    set_scene(&scene, *state, &(struct test_filing){0});
    test_exec(scene.world,
              "UPDATE clock SET moves = '[{\"why\":\"migration\",\"at\":\"2026-07-02T16:00:00Z\","
              "\"from\":\"2026-07-18T05:00:00Z\",\"to\":\"2026-07-18T05:00:00Z\","
              "\"version\":1}]'");
    visit(&scene.reporter, "%s", scene.page);
    assert_sees(&scene.reporter, "gives 10 workdays.");
    assert_false(sees(&scene.reporter, "newer rules"));
}

/* Of what was erased nothing is told, and nothing breaks. */
static void an_erased_reason_is_left_out(void **state)
{
    struct scene scene;

    set_scene(&scene, *state, &(struct test_filing){.answers = {"lane", "true"}});
    test_exec(scene.world, "UPDATE clock SET trace = '{}'");
    assert_int_equal(visit(&scene.reporter, "%s", scene.page), 200);
    assert_false(sees(&scene.reporter, "gives") ||
                 sees(&scene.reporter, "in the way of traffic? Yes."));
    assert_true(sees(&scene.reporter, "Expected by"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_date_is_explained_day_by_day),   TEST(answers_are_told_to_who_gave_them),
        TEST(answers_of_staff_are_not_told),    TEST(a_span_is_told_as_it_is),
        TEST(the_clock_that_runs_is_explained), TEST(a_closed_day_is_told_with_its_reason),
        TEST(a_pause_that_is_over_is_told),     TEST(a_transfer_is_told),
        TEST(a_migration_is_not_told),          TEST(an_erased_reason_is_left_out),
    };

    return RUN_TESTS("portal/why", tests);
}
