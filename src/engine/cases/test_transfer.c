/* A case goes to a service with another workflow: the state's name may mean something else there,
 * and the clocks and steps by timer are others. */
#include "engine/cases/case_transfer.h"

#include "engine/test_town.h"

#define NAMES(text)         "{en: " text ", es: " text ", vi: " text "}"
#define STATE(id, type)     "  " id ": {type: " type ", name: " NAMES("x") "}\n"
#define STEP(id, from, how) "  " id ": {name: " NAMES("x") ", from: [" from "], " how "}\n"
#define CLOCKS(more)        "clocks:\n  resolve: {name: " NAMES("x") ", stops: [done]" more "}\n"

static const char mend[] =
    "workflow: mend\nname: " NAMES("Mend") "\nstart: new\nstates:\n" STATE("new", "open")
        STATE("begun", "open") STATE("shelved", "open") STATE("done", "closed")
            CLOCKS("") "steps:\n" STEP("begin", "new", "to: begun, by: [staff]")
                STEP("shelve", "begun", "to: shelved, by: [staff]")
                    STEP("close", "begun, shelved", "to: done, by: [staff]");

/* A work that was begun waits here for what was ordered, for five days; one on a shelf is over. */
static const char build[] =
    "workflow: build\nname: " NAMES("Build") "\nstart: new\nstates:\n" STATE("new", "open")
        STATE("begun", "waiting") STATE("shelved", "closed") STATE("done", "closed")
            CLOCKS(", pauses: [begun]") "steps:\n" STEP("begin", "new", "to: begun, by: [staff]")
                STEP("shelve", "begun", "to: shelved, by: [staff]")
                    STEP("end", "begun", "to: done, by: [timer], after: 5 d")
                        STEP("close", "begun", "to: done, by: [staff]");

/* A shelved work wants a second answer. */
static const char again[] =
    "workflow: again\nname: " NAMES("Again") "\nstart: new\nstates:\n" STATE("new", "open")
        STATE("begun", "open") STATE("shelved", "open") STATE("done", "closed")
            CLOCKS("}\n  answer: {name: " NAMES("x") ", stops: [begun]") "steps:\n" STEP(
                "begin", "new", "to: begun, by: [staff]")
                STEP("shelve", "begun", "to: shelved, by: [staff], do: [{clock: {start: answer}}]")
                    STEP("close", "begun, shelved", "to: done, by: [staff]");

#define SERVICE(code, workflow, days)                                                            \
    "service: " code                                                                             \
    "\nname: " NAMES(code) "\ndepartment: public-works\nworkflow: " workflow                     \
                           "\nplace: {required: false}\nroute: [{team: streets-west}]\nclocks: " \
                           "{resolve: " days " workdays}\nexamples:\n"                           \
                           "  - {filed: 2026-07-06 09:00, expect: {team: streets-west}}\n"       \
                           "  - {filed: 2026-07-06 10:00, expect: {team: streets-west}}\n"       \
                           "  - {filed: 2026-07-06 11:00, expect: {team: streets-west}}\n"

/* Ten questions with room for 4,000 characters each. */
#define LONG(id) "  - {id: " id ", type: text, max: 4000, required: false, text: " NAMES("x") "}\n"
#define FIELDS                                                                                  \
    "fields:\n" LONG("a") LONG("b") LONG("c") LONG("d") LONG("e") LONG("f") LONG("g") LONG("h") \
        LONG("i") LONG("j")

/* A condition of so many characters as a file may have, in a clock and in a route, and the longest
 * of spans. */
static const char *endless(struct test_town *town)
{
    struct buf out = buf_in(town->ctx.arena, 30000);
    struct buf when = buf_in(town->ctx.arena, 10000);

    BUF_ADD(&when, "!(!(!(!(!(!(!(!(channel != \"");
    while (when.n < 9980)
        buf_add_byte(&when, 'x');
    BUF_ADD(&when, "\"))))))))");
    buf_add_fmt(
        &out,
        "service: endless\nname: " NAMES(
            "Endless") "\ndepartment: public-works\nworkflow: mend\nplace: {required: false}\n"
                       "route: [{when: '%.*s', team: streets-west}, {team: streets-west}]\n"
                       "clocks: {resolve: {any: [{when: '%.*s', within: 3660 workdays}, "
                       "{within: 3660 workdays}]}}\nexamples:\n"
                       "  - {filed: 2026-07-06 09:00, expect: {team: streets-west}}\n"
                       "  - {filed: 2026-07-06 10:00, expect: {team: streets-west}}\n"
                       "  - {filed: 2026-07-06 11:00, expect: {team: streets-west}}\n",
        STR_ARG(buf_str(&when)), STR_ARG(buf_str(&when)));
    return str_z(town->ctx.arena, buf_str(&out));
}

static int open_town(void **state)
{
    int opened = test_town_open(state);

    test_town_put(*state, "workflows/mend.yaml", mend);
    test_town_put(*state, "workflows/build.yaml", build);
    test_town_put(*state, "services/bench.yaml", SERVICE("bench", "mend", "5"));
    test_town_put(*state, "services/shelter.yaml", SERVICE("shelter", "build", "9"));
    test_town_put(*state, "workflows/again.yaml", again);
    test_town_put(*state, "services/kiosk.yaml",
                  SERVICE("kiosk", "again", "5 workdays, answer: 90"));
    test_town_put(*state, "services/stall.yaml",
                  SERVICE("stall", "again", "5 workdays, answer: 1"));
    test_town_put(*state, "services/hut.yaml", SERVICE("hut", "mend", "5") FIELDS);
    test_town_put(*state, "services/house.yaml",
                  SERVICE("house", "mend", "5") "fields:\n" LONG("a") LONG("why"));
    test_town_put(*state, "services/endless.yaml", endless(*state));
    test_town_publish(*state);
    return opened;
}

static enum rc transfer_case(struct test_town *town, int64_t case_id,
                             const struct transfer *transfer)
{
    static const struct grant grant = {ROLE_SUPERVISOR, SCOPE_CITY, STR("")};
    const struct actor staff = {.kind = ACTOR_STAFF, .id = 1, .grants = &grant, .grant_n = 1};
    enum rc rc;

    town->ctx.actor = &staff;
    rc = case_transfer(&town->ctx, case_id, 0, transfer);
    town->ctx.actor = NULL;
    return rc;
}

static void transfer(struct test_town *town, const char *service)
{
    test_ok(&town->ctx, transfer_case(town, 1,
                                      &(struct transfer){.service = str_of(service),
                                                         .reason = S("It is one.")}));
}

/* Answers of a case that was stored before they had a bound together. */
static void store_too_much(struct test_town *town)
{
    struct buf out = buf_in(town->ctx.arena, 200000);

    BUF_ADD(&out, "UPDATE cases SET answers = '{");
    for (char id = 'a'; id <= 'j'; id++) {
        buf_add_fmt(&out, "%s\"%c\":\"", id == 'a' ? "" : ",", id);
        for (int i = 0; i < 4000; i++)
            BUF_ADD(&out, "\xe1\xbb\x87");
        BUF_ADD(&out, "\"");
    }
    BUF_ADD(&out, "}' WHERE id = 1");
    test_town_set(town, str_z(town->ctx.arena, buf_str(&out)));
}

static const char state[] = "SELECT state FROM cases";
static const char type[] = "SELECT state_type FROM cases";

/* Begun on Monday, transferred on Tuesday: it waits from then on, and the five days of the new
 * workflow count from when it was begun. */
static void a_state_of_the_same_name_has_the_new_type(void **state_of)
{
    struct test_town *town = *state_of;

    test_town_file_as(town, "bench", NULL, 0);
    test_town_step(town, 1, "begin");
    test_town_at(town, "2026-11-17T16:00:00Z");
    transfer(town, "shelter");
    test_town_says(town, state, "begun");
    test_town_says(town, type, "1");
    test_town_says(town, "SELECT state_since FROM cases", "1794844800000000");
    test_town_says(town, "SELECT paused FROM clock", "1794931200000000");
    test_town_says(town, "SELECT due FROM cases", "NULL");
    assert_int_equal(test_town_differences(town), 0);
    test_town_run_jobs_at(town, "2026-11-21T15:59:59Z");
    test_town_says(town, state, "begun");
    test_town_run_jobs_at(town, "2026-11-21T16:00:00Z");
    test_town_says(town, state, "done");
}

/* And back: it is work again, its clock runs, and what the timer was for is gone. */
static void a_timer_stays_behind_with_its_workflow(void **state_of)
{
    struct test_town *town = *state_of;

    test_town_file_as(town, "shelter", NULL, 0);
    test_town_step(town, 1, "begin");
    test_town_says(town, type, "1");
    transfer(town, "bench");
    test_town_says(town, type, "0");
    test_town_says(town, "SELECT paused FROM clock", "NULL");
    assert_int_equal(test_town_differences(town), 0);
    test_town_run_jobs_at(town, "2026-11-21T16:00:00Z");
    test_town_says(town, state, "begun");
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM job WHERE trouble <> ''"), 0);
}

/* Bench: five workdays from Monday the 16th on, which is the 23rd; it waited until Wednesday. */
static void the_wait_until_the_transfer_is_added(void **state_of)
{
    struct test_town *town = *state_of;

    test_town_file_as(town, "shelter", NULL, 0);
    test_town_step(town, 1, "begin");
    test_town_at(town, "2026-11-18T16:00:00Z");
    transfer(town, "bench");
    test_town_says(town, "SELECT due FROM cases", "1795672800000000");
    assert_int_equal(test_town_differences(town), 0);
}

/* Nobody closed it, so it is not closed by the name alone. */
static void a_name_that_is_closed_there_begins_anew(void **state_of)
{
    struct test_town *town = *state_of;

    test_town_file_as(town, "bench", NULL, 0);
    test_town_step(town, 1, "begin");
    test_town_step(town, 1, "shelve");
    transfer(town, "shelter");
    test_town_says(town, state, "new");
    test_town_says(town, type, "0");
    assert_int_equal(test_town_differences(town), 0);
}

/* The clock that was begun anew is the one that gets the new deadline, from its own beginning; the
 * one that is met stays as it was. */
static void a_clock_begun_anew_is_the_one_renewed(void **state_of)
{
    struct test_town *town = *state_of;
    struct str met;

    test_town_file_as(town, "kiosk", NULL, 0);
    test_town_step(town, 1, "begin");
    met = test_town_text(town, "SELECT due FROM clock WHERE met IS NOT NULL");
    test_town_at(town, "2026-11-18T16:00:00Z");
    test_town_step(town, 1, "shelve");
    transfer(town, "stall");
    test_town_says(town, "SELECT count(*) FROM clock WHERE kind = 'answer'", "2");
    test_town_says(town, "SELECT due FROM clock WHERE kind = 'answer' AND met IS NULL",
                   "1795154400000000"); /* the end of Thursday the 19th */
    test_town_says(town, "SELECT due FROM clock WHERE met IS NOT NULL",
                   str_z(town->ctx.arena, met));
    assert_int_equal(test_town_differences(town), 0);
}

/* Whatever a city's rules are, a case is filed by them, and comes to them. */
static void endless_rules_refuse_nobody(void **state_of)
{
    struct test_town *town = *state_of;

    test_town_file_as(town, "endless", NULL, 0);
    transfer(town, "bench");
    transfer(town, "endless");
    test_town_says(town, "SELECT count(*) FROM clock WHERE CAST(trace AS TEXT) LIKE '%channel%'",
                   "1");
    test_town_says(town, "SELECT count(*) FROM event WHERE kind = 'case.routed'", "1");
    assert_int_equal(test_town_differences(town), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_town, test_town_close)

/* What is left behind is in the record, however much it is, and comes back. */
static void what_is_too_long_is_left_behind_whole(void **state_of)
{
    struct test_town *town = *state_of;

    test_town_file_as(town, "hut", NULL, 0);
    store_too_much(town);
    transfer(town, "bench");
    test_town_says(town, "SELECT answers FROM cases", "{}");
    transfer(town, "hut");
    assert_true(test_town_text(town, "SELECT answers FROM cases").n > 120000);
    assert_int_equal(test_town_differences(town), 0);
}

/* Staff's answers may make the case as long as a filing, or as it was, and no longer. */
static void what_staff_add_has_the_bound_of_a_filing(void **state_of)
{
    struct test_town *town = *state_of;
    struct buf why = buf_in(town->ctx.arena, 50000);
    const struct definition *to;
    struct answers given;
    struct transfer house = {.service = S("house"), .reason = S("It is one."), .given = &given};

    test_town_file_as(town, "hut", NULL, 0);
    store_too_much(town);
    to = city_service(town->ctx.city, S("house"));
    test_ok(&town->ctx, answers_new(&town->ctx, to, &given));
    for (int i = 0; i < 39990; i++)
        BUF_ADD(&why, "y");
    given.of[1] = (struct answer){.is_given = true, .value = cel_string(buf_str(&why))};
    test_ok(&town->ctx, transfer_case(town, 1, &house));
    test_town_file_as(town, "bench", NULL, 0);
    for (int i = 0; i < 100; i++)
        BUF_ADD(&why, "y");
    given.of[0] = (struct answer){.is_given = true, .value = cel_string(S("a"))};
    given.of[1].value = cel_string(buf_str(&why));
    assert_int_equal(transfer_case(town, 2, &house), RC_INVALID);
    assert_int_equal(town->ctx.err.id, ERR_TOO_LONG);
    assert_true(str_eq(town->ctx.err.field, S("why")));
    ctx_clear_error(&town->ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_state_of_the_same_name_has_the_new_type),
        TEST(a_timer_stays_behind_with_its_workflow),
        TEST(the_wait_until_the_transfer_is_added),
        TEST(a_name_that_is_closed_there_begins_anew),
        TEST(a_clock_begun_anew_is_the_one_renewed),
        TEST(endless_rules_refuse_nobody),
        TEST(what_is_too_long_is_left_behind_whole),
        TEST(what_staff_add_has_the_bound_of_a_filing),
    };

    return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
