/* The steps of a request: who may take them, from where, with what, and what comes of it. */
#include <stdio.h>

#include "engine/test_support.h"

static const char *const states[] = {"new",     "in-progress", "scheduled",
                                     "waiting", "resolved",    "withdrawn"};
static const int state_types[] = {0, 0, 0, 1, 2, 2};

/* What the shared workflow says, written down a second time. W: a worker of the case's team
 * (agent, crew), S: their supervisor, R: the reporter, T: the timer. */
static const struct {
    const char *step, *from, *to, *by;
} rules[] = {
    {"start", "new scheduled", "in-progress", "WS"},
    {"schedule", "new in-progress scheduled", "scheduled", "WS"},
    {"ask", "new in-progress scheduled", "waiting", "WS"},
    {"answer", "waiting", "in-progress", "WSR"},
    {"give-up", "waiting", "resolved", "T"},
    {"resolve", "new in-progress scheduled waiting", "resolved", "WS"},
    {"withdraw", "new in-progress scheduled waiting", "withdrawn", "WSR"},
    {"reopen", "resolved withdrawn", "new", "SR"},
};

/* ---- Who may do what from where */

struct person {
    const char *name;
    char letter; /* of `by`; '-': nobody who may take a step */
    const struct actor *actor;
};

static bool has_word(const char *words, const char *word)
{
    struct str rest = str_of(words), one;

    while (str_next(&rest, ' ', &one))
        if (str_eq(one, str_of(word)))
            return true;
    return false;
}

/* What any change of the case would change. */
static int64_t fingerprint(struct world *world)
{
    return test_i64(world,
                    "SELECT 1000000 * (SELECT count(*) FROM event) + 1000 * (SELECT count(*) FROM "
                    "message) + lock_version FROM cases WHERE id = 1",
                    0);
}

/* As if it had come there by its steps. */
static void put_into(struct world *world, size_t state)
{
    char sql[300];

    snprintf(sql, sizeof sql,
             "UPDATE cases SET state = '%s', state_type = %d, closed = %s, outcome = NULL "
             "WHERE id = 1",
             states[state], state_types[state], state_types[state] == 2 ? "updated" : "NULL");
    test_exec(world, sql);
}

static void try_step(struct world *world, size_t rule, const struct person *person, size_t state)
{
    struct step_input input = {.step = str_of(rules[rule].step),
                               .message = S("Here."),
                               .outcome = S("done"),
                               .date = S("2026-07-20")};
    bool may = strchr(rules[rule].by, person->letter) != NULL;
    bool fits = has_word(rules[rule].from, states[state]);
    int64_t before;
    enum rc rc;

    if (may && fits) /* nobody has done too much in a day */
        world->ctx.now = instant_plus_us(world->ctx.now, US_PER_DAY / OWN_STEPS_PER_DAY + 1);
    put_into(world, state);
    before = fingerprint(world);
    rc = test_step(world, person->actor, 1, &input);
    if (may && fits) {
        if (rc)
            print_error("%s %s from %s\n", person->name, rules[rule].step, states[state]);
        test_ok(&world->ctx, rc);
        assert_str(test_text(world, "SELECT state FROM cases WHERE id = 1", 0), rules[rule].to);
        return;
    }
    if (rc == RC_OK)
        fail_msg("%s could %s from %s", person->name, rules[rule].step, states[state]);
    assert_error(&world->ctx, rc, may ? ERR_TRANSITION : ERR_DENIED, NULL);
    assert_int_equal(fingerprint(world), before);
    assert_str(test_text(world, "SELECT state FROM cases WHERE id = 1", 0), states[state]);
}

static void each_step_by_everybody_from_everywhere(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.email = "m@b.example"});
    struct actor stranger = {.kind = ACTOR_RESIDENT, .id = 99};
    struct actor signed_in = {
        .kind = ACTOR_RESIDENT,
        .id = test_i64(world, "SELECT reporter FROM cases WHERE id = %lld", filed.case_id)};
    struct actor api = {.kind = ACTOR_API, .id = 3};
    struct actor import = {.kind = ACTOR_IMPORT};
    const struct person people[] = {
        {"agent of the team", 'W', test_staff(world, ROLE_AGENT, SCOPE_TEAM, "streets-east")},
        {"agent of the city", 'W', test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL)},
        {"crew of the department", 'W',
         test_staff(world, ROLE_CREW, SCOPE_DEPARTMENT, "public-works")},
        {"agent of the service", 'W', test_staff(world, ROLE_AGENT, SCOPE_SERVICE, "pothole")},
        {"supervisor", 'S', test_staff(world, ROLE_SUPERVISOR, SCOPE_TEAM, "streets-east")},
        {"agent of another team", '-', test_staff(world, ROLE_AGENT, SCOPE_TEAM, "drainage")},
        {"supervisor elsewhere", '-',
         test_staff(world, ROLE_SUPERVISOR, SCOPE_DEPARTMENT, "parks")},
        {"administrator", '-', test_staff(world, ROLE_ADMINISTRATOR, SCOPE_CITY, NULL)},
        {"auditor", '-', test_staff(world, ROLE_AUDITOR, SCOPE_CITY, NULL)},
        {"service account without grants", '-', &api},
        {"import", '-', &import},
        {"reporter by link", 'R', test_reporter(world, filed.case_id)},
        {"reporter signed in", 'R', &signed_in},
        {"another resident", '-', &stranger},
        {"resident of another case", '-', test_reporter(world, filed.case_id + 1)},
        {"the program", 'T', NULL},
    };

    assert_int_equal(filed.case_id, 1);
    for (size_t rule = 0; rule < COUNT(rules); rule++)
        for (size_t person = 0; person < COUNT(people); person++)
            for (size_t from = 0; from < COUNT(states); from++)
                try_step(world, rule, &people[person], from);
}

/* How many steps the actor may take of a pothole that stands so. */
static size_t open_steps(struct world *world, struct case_standing standing)
{
    const struct step **steps;
    size_t n;

    standing.definition = city_service(test_city, S("pothole"));
    test_ok(&world->ctx, case_steps_open(&world->ctx, &standing, &steps, &n));
    return n;
}

static void open_steps_are_those_that_may_be_taken(void **state)
{
    struct world *world = *state;
    struct case_standing new_one = {.state = S("new"), .team = S("streets-east")};

    world->ctx.actor = test_staff(world, ROLE_AGENT, SCOPE_TEAM, "streets-east");
    assert_int_equal(open_steps(world, new_one), 5);
    new_one.is_merged = true;
    assert_int_equal(open_steps(world, new_one), 0);
    assert_int_equal(
        open_steps(world, (struct case_standing){.state = S("new"), .team = S("drainage")}), 0);
    assert_int_equal(open_steps(world, (struct case_standing){.state = S("resolved"),
                                                              .team = S("streets-east")}),
                     0);
    world->ctx.actor = test_reporter(world, 1);
    assert_int_equal(open_steps(world, (struct case_standing){.state = S("waiting")}), 2);
    world->ctx.actor = NULL;
    assert_int_equal(open_steps(world, (struct case_standing){.state = S("waiting")}), 0);
}

static void reopening_is_open_for_a_while(void **state)
{
    struct world *world = *state;
    struct case_standing standing = {
        .state = S("resolved"), .has_closed = true, .closed = world->ctx.now};

    world->ctx.actor = test_reporter(world, 1);
    assert_int_equal(open_steps(world, standing), 1);
    standing.has_closed = false;
    assert_int_equal(open_steps(world, standing), 0);
    standing.has_closed = true;
    standing.closed = instant_plus_us(world->ctx.now, -365 * US_PER_DAY);
    assert_int_equal(open_steps(world, standing), 0);
}

/* ---- What has to be given */

static void what_a_step_needs_is_asked_for(void **state)
{
    static char long_text[4002];
    static const struct {
        struct step_input input;
        enum err_id error;
        const char *field;
    } refused[] = {
        {{.step = STR("resolve")}, ERR_REQUIRED, "outcome"},
        {{.step = STR("resolve"), .outcome = STR("perhaps")}, ERR_NOT_A_CHOICE, "outcome"},
        {{.step = STR("ask")}, ERR_REQUIRED, "message"},
        {{.step = STR("ask"), .message = STR(" \n\t ")}, ERR_REQUIRED, "message"},
        {{.step = STR("ask"), .message = STR("half \xe2\x82")}, ERR_NOT_UTF8, "message"},
        {{.step = STR("ask"), .message = STR("a\0b")}, ERR_NOT_UTF8, "message"},
        {{.step = STR("ask"), .message = {long_text, 4001}}, ERR_TOO_LONG, "message"},
        {{.step = STR("start"), .note = STR("\x01")}, ERR_NOT_UTF8, "note"},
        {{.step = STR("start"), .note = {long_text, 4001}}, ERR_TOO_LONG, "note"},
        {{.step = STR("schedule")}, ERR_REQUIRED, "date"},
        {{.step = STR("schedule"), .date = STR("2026-02-30")}, ERR_NOT_A_DATE, "date"},
        {{.step = STR("schedule"), .date = STR("tomorrow")}, ERR_NOT_A_DATE, "date"},
        {{.step = STR("no-such-step")}, ERR_TRANSITION, NULL},
        {{.step = STR("")}, ERR_TRANSITION, NULL},
    };
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    struct test_counts before;

    memset(long_text, 'a', sizeof long_text - 1);
    test_file(world, &(struct test_filing){.email = "m@b.example"});
    test_counts(world, &before);
    for (size_t i = 0; i < COUNT(refused); i++)
        assert_error(&world->ctx, test_step(world, agent, 1, &refused[i].input), refused[i].error,
                     refused[i].field);
    assert_error(&world->ctx, test_step(world, agent, 2, &refused[0].input), ERR_NOT_FOUND, NULL);
    assert_grown(world, &before, NULL);
    assert_int_equal(test_i64(world, "SELECT lock_version FROM cases", 0), 1);
}

static void the_second_of_two_is_told(void **state)
{
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    struct step_input start = {.step = S("start"), .lock_version = 1};
    struct step_input resolve = {.step = S("resolve"), .lock_version = 1, .outcome = S("done")};
    struct test_counts before;

    test_file(world, &(struct test_filing){0});
    test_ok(&world->ctx, test_step(world, agent, 1, &start));
    test_counts(world, &before);
    assert_error(&world->ctx, test_step(world, agent, 1, &resolve), ERR_STALE, NULL);
    assert_grown(world, &before, NULL);
    resolve.lock_version = 2;
    test_ok(&world->ctx, test_step(world, agent, 1, &resolve));
    assert_int_equal(test_i64(world, "SELECT lock_version FROM cases", 0), 3);
}

static void a_step_is_recorded_for_its_readers(void **state)
{
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    struct test_counts before;

    test_file(world, &(struct test_filing){.email = "m@b.example"});
    test_counts(world, &before);
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("resolve"),
                                           .outcome = S("done"),
                                           .message = S("Filled {link} <script>alert(1)</script>"),
                                           .note = S("two buckets")}));
    assert_grown(world, &before, "event", 3, "event_payload", 3, "record_leaf", 3, "message", 1,
                 "link_token", 1, NULL);
    assert_str(test_text(world,
                         "SELECT group_concat(kind || ' ' || audience || ' ' || actor_kind, ', ') "
                         "FROM event WHERE cases = 1 AND id > (SELECT max(id) FROM event WHERE "
                         "kind = 'case.routed')",
                         0),
               "case.step 0 staff, message.added 1 staff, note.added 2 staff");
    assert_str(test_text(world,
                         "SELECT json_extract(payload, '$.text') FROM event_payload p JOIN event e "
                         "ON e.id = p.event WHERE e.kind = 'message.added'",
                         0),
               "Filled {link} <script>alert(1)</script>");
    assert_str(test_text(world, "SELECT outcome FROM cases", 0), "done");
}

/* ---- Clocks */

/* The due date of the resolving clock, in the city. */
static struct str due_day(struct world *world)
{
    struct date date = {
        (int32_t)test_i64(world, "SELECT due_date FROM clock WHERE kind = 'resolve'", 0)};

    return date_format(world->ctx.arena, date);
}

static void waiting_stops_the_clock_over_a_holiday(void **state)
{
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);

    world->ctx.now = test_time("2026-06-29 10:00");
    test_file(world, &(struct test_filing){0});
    assert_str(due_day(world), "2026-07-14");
    world->ctx.now = test_time("2026-07-01 09:00");
    test_ok(&world->ctx, test_step(world, agent, 1,
                                   &(struct step_input){.step = S("ask"), .message = S("Where?")}));
    assert_int_equal(test_i64(world, "SELECT due IS NULL FROM cases", 0), 1);
    /* July 3 is the observed holiday: July 2 and 6 were the workdays it stood still. */
    world->ctx.now = test_time("2026-07-06 16:00");
    test_ok(&world->ctx,
            test_step(world, test_reporter(world, 1), 1,
                      &(struct step_input){.step = S("answer"), .message = S("By the tree")}));
    assert_str(due_day(world), "2026-07-16");
    assert_int_equal(test_i64(world, "SELECT due FROM cases", 0),
                     test_time("2026-07-17 00:00").us_utc);
    assert_int_equal(test_i64(world, "SELECT due FROM clock WHERE kind = 'resolve'", 0),
                     test_time("2026-07-17 00:00").us_utc);
}

static void a_warning_moves_with_its_deadline(void **state)
{
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);

    world->ctx.now = test_time("2026-10-05 10:00");
    test_file(world, &(struct test_filing){.service = "bulky-item",
                                           .name = "Jo",
                                           .phone = "251-555-0142",
                                           .answers = {"pieces", "2"}});
    assert_str(due_day(world), "2026-10-12");
    assert_int_equal(test_i64(world, "SELECT warn FROM clock WHERE kind = 'resolve'", 0),
                     test_time("2026-10-09 00:00").us_utc);
    test_ok(&world->ctx, test_step(world, agent, 1,
                                   &(struct step_input){.step = S("ask"), .message = S("Where?")}));
    world->ctx.now = test_time("2026-10-06 10:00");
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("answer"), .message = S("Here")}));
    assert_str(due_day(world), "2026-10-13");
    assert_int_equal(test_i64(world, "SELECT warn FROM clock WHERE kind = 'resolve'", 0),
                     test_time("2026-10-12 00:00").us_utc);
}

static void closing_meets_the_clocks_and_reopening_runs_one_on(void **state)
{
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);

    test_file(world, &(struct test_filing){0});
    test_ok(&world->ctx,
            test_step(world, agent, 1,
                      &(struct step_input){.step = S("resolve"), .outcome = S("done")}));
    assert_int_equal(test_i64(world, "SELECT count(*) FROM clock WHERE met IS NULL", 0), 0);
    assert_int_equal(test_i64(world, "SELECT due IS NULL FROM cases", 0), 1);
    assert_int_equal(test_i64(world, "SELECT closed FROM cases", 0), world->ctx.now.us_utc);
    test_ok(&world->ctx,
            test_step(world, test_reporter(world, 1), 1,
                      &(struct step_input){.step = S("reopen"), .message = S("Still there")}));
    assert_str(test_text(world, "SELECT group_concat(kind) FROM clock WHERE met IS NULL", 0),
               "resolve");
    assert_int_equal(test_i64(world,
                              "SELECT c.due = k.due AND c.closed IS NULL AND c.outcome IS NULL "
                              "FROM cases c, clock k WHERE k.kind = 'resolve'",
                              0),
                     1);
}

/* Each of them tells people by mail. */
static void withdrawing_and_reopening_has_an_end(void **state)
{
    struct world *world = *state;
    const char *const steps[] = {"withdraw", "reopen"};
    struct step_input input = {.message = S("No, yes, no"), .lock_version = 0};

    test_file(world, &(struct test_filing){.email = "ana@example.org"});
    for (int i = 0; i < OWN_STEPS_PER_DAY; i++) {
        input.step = str_of(steps[i % 2]);
        test_ok(&world->ctx, test_step(world, test_reporter(world, 1), 1, &input));
    }
    input.step = str_of(steps[OWN_STEPS_PER_DAY % 2]);
    assert_error(&world->ctx, test_step(world, test_reporter(world, 1), 1, &input), ERR_TOO_MANY,
                 NULL);
    world->ctx.now = instant_plus_us(world->ctx.now, US_PER_DAY + 1);
    test_ok(&world->ctx, test_step(world, test_reporter(world, 1), 1, &input));
}

static void the_public_reopens_within_the_window(void **state)
{
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    const struct actor *chief = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    struct step_input reopen = {.step = S("reopen"), .message = S("Still there")};
    struct instant closed = world->ctx.now;

    for (int i = 1; i <= 2; i++) {
        test_file(world, &(struct test_filing){0});
        test_ok(&world->ctx,
                test_step(world, agent, i,
                          &(struct step_input){.step = S("resolve"), .outcome = S("done")}));
    }
    world->ctx.now = instant_plus_us(closed, 30 * US_PER_DAY);
    assert_error(&world->ctx, test_step(world, test_reporter(world, 1), 1, &reopen), ERR_EXPIRED,
                 NULL);
    world->ctx.now = instant_plus_us(world->ctx.now, -1);
    test_ok(&world->ctx, test_step(world, test_reporter(world, 1), 1, &reopen));
    world->ctx.now = instant_plus_us(closed, 400 * US_PER_DAY);
    test_ok(&world->ctx, test_step(world, chief, 2, &reopen));
}

/* ---- Notices of a case */

static void everybody_is_told_once_in_their_language(void **state)
{
    static const struct {
        enum lang lang;
        const char *email, *says;
    } reporters[] = {
        {LANG_EN, "en@b.example", "is resolved"},
        {LANG_ES, "es@b.example", "está resuelta"},
        {LANG_VI, "vi@b.example", "đã được giải quyết"},
    };
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);

    for (size_t i = 0; i < COUNT(reporters); i++) {
        struct filed filed = test_file(
            world, &(struct test_filing){.email = reporters[i].email, .lang = reporters[i].lang});
        struct step_input steps[] = {
            {.step = S("schedule"), .date = S("2026-07-20"), .message = S("{number} }{")},
            {.step = S("ask"), .message = S("Which {lane}?")},
            {.step = S("resolve"), .outcome = S("done"), .base_url = S("https://city.example")},
        };

        for (size_t j = 0; j < COUNT(steps); j++)
            test_ok(&world->ctx, test_step(world, agent, filed.case_id, &steps[j]));
        assert_int_equal(
            test_i64(world, "SELECT count(*) FROM message WHERE cases = %lld", filed.case_id), 4);
        assert_true(str_find(test_text(world,
                                       "SELECT subject FROM message WHERE cases = %lld AND notice "
                                       "= 'resolved'",
                                       filed.case_id),
                             str_of(reporters[i].says)) > 0);
    }
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM message m JOIN cases c ON c.id = m.cases "
                              "WHERE m.lang <> c.lang OR subject LIKE '%%{%%'",
                              0),
                     0);
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM message WHERE body LIKE '%%{%%' AND NOT "
                              "(instr(body, '{number} }{') OR instr(body, 'Which {lane}?'))",
                              0),
                     0);
    assert_true(str_find(test_text(world, "SELECT body FROM message WHERE notice = 'scheduled'", 0),
                         S("Monday, July 20, 2026. {number} }{ See ")) > 0);
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM message WHERE notice = 'resolved' AND "
                              "instr(body, 'https://city.example/follow/')",
                              0),
                     3);
}

static void an_anonymous_reporter_is_not_told(void **state)
{
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);

    test_file(world, &(struct test_filing){0});
    test_file(world, &(struct test_filing){.phone = "251-555-0142"});
    for (int i = 1; i <= 2; i++)
        test_ok(&world->ctx,
                test_step(world, agent, i,
                          &(struct step_input){.step = S("resolve"), .outcome = S("done")}));
    assert_int_equal(test_i64(world, "SELECT count(*) FROM message", 0), 0);
}

static void a_step_that_asks_for_no_outcome_has_none(void **state)
{
    struct world *world = *state;
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);

    test_file(world, &(struct test_filing){0});
    test_ok(&world->ctx, test_step(world, agent, 1,
                                   &(struct step_input){.step = S("start"), .outcome = S("done")}));
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM event e JOIN event_payload p ON p.event = e.id "
                              "WHERE e.kind = 'case.step' AND e.cases = %lld AND "
                              "CAST(p.payload AS TEXT) LIKE '%%outcome%%'",
                              1),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_step_that_asks_for_no_outcome_has_none),
        TEST(each_step_by_everybody_from_everywhere),
        TEST(open_steps_are_those_that_may_be_taken),
        TEST(reopening_is_open_for_a_while),
        TEST(what_a_step_needs_is_asked_for),
        TEST(the_second_of_two_is_told),
        TEST(a_step_is_recorded_for_its_readers),
        TEST(waiting_stops_the_clock_over_a_holiday),
        TEST(a_warning_moves_with_its_deadline),
        TEST(closing_meets_the_clocks_and_reopening_runs_one_on),
        TEST(withdrawing_and_reopening_has_an_end),
        TEST(the_public_reopens_within_the_window),
        TEST(everybody_is_told_once_in_their_language),
        TEST(an_anonymous_reporter_is_not_told),
    };

    return RUN_TESTS("steps", tests);
}
