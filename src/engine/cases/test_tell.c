/* Who is told of what: the team by a workflow's notice, and everybody of a transfer or nobody. */
#include "engine/cases/case_transfer.h"
#include "engine/test_town.h"

#define BASE S("https://city.example")

#define EXAMPLES                                                    \
    "route: [{team: streets-west}]\n"                               \
    "place: {required: false}\n"                                    \
    "examples:\n"                                                   \
    "  - {filed: 2026-07-06 09:00, expect: {team: streets-west}}\n" \
    "  - {filed: 2026-07-06 10:00, expect: {team: streets-west}}\n" \
    "  - {filed: 2026-07-06 11:00, expect: {team: streets-west}}\n"

#define STATES                                                                           \
    "start: new\n"                                                                       \
    "states:\n"                                                                          \
    "  new: {type: open, name: {en: New, es: Nueva, vi: Moi}}\n"                         \
    "  done: {type: closed, name: {en: Done, es: Hecha, vi: Xong}}\n"                    \
    "steps:\n"                                                                           \
    "  close: {name: {en: Close, es: Cerrar, vi: Dong}, from: [new], to: done,\n"        \
    "    by: [staff], asks: [message, date], notice: closed}\n"                          \
    "notices:\n"                                                                         \
    "  here: {to: [team], subject: {en: \"Here: {number}\", es: a, vi: a},\n"            \
    "    body: {en: \"{service}, {team}. {link}\", es: b, vi: b}}\n"                     \
    "  closed: {to: [reporter, team], subject: {en: \"Closed {number}\", es: \"Cerrada " \
    "{number}\", vi: c},\n"                                                              \
    "    body: {en: \"{message} {date} {link}\", es: \"{date} {link}\", vi: d}}\n"

static const char loud[] = "workflow: loud\nname: {en: Loud}\nfiled: here\n" STATES;
static const char telling[] = "workflow: telling\nname: {en: Telling}\ntransferred: here\n" STATES;
static const char quiet[] = "workflow: quiet\nname: {en: Quiet}\ntransferred: none\n" STATES;

static const char swing[] = "service: swing\nname: {en: Swing, es: Columpio, vi: Xich du}\n"
                            "department: public-works\nworkflow: loud\n" EXAMPLES;
static const char slide[] = "service: slide\nname: {en: Slide, es: Tobogan, vi: Cau truot}\n"
                            "department: public-works\nworkflow: telling\n" EXAMPLES;
static const char seesaw[] = "service: seesaw\nname: {en: Seesaw, es: Balancin, vi: Bap benh}\n"
                             "department: public-works\nworkflow: quiet\n" EXAMPLES;
static const char inquiry[] = "service: inquiry\nname: {en: Inquiry}\naudience: staff\n"
                              "department: public-works\nworkflow: loud\n" EXAMPLES;

static int open_town(void **state)
{
    int opened = test_town_open(state);

    test_town_put(*state, "workflows/loud.yaml", loud);
    test_town_put(*state, "workflows/telling.yaml", telling);
    test_town_put(*state, "workflows/quiet.yaml", quiet);
    test_town_put(*state, "services/swing.yaml", swing);
    test_town_put(*state, "services/slide.yaml", slide);
    test_town_put(*state, "services/seesaw.yaml", seesaw);
    test_town_put(*state, "services/inquiry.yaml", inquiry);
    test_town_publish(*state);
    return opened;
}

static int64_t file_one(struct test_town *town, const char *service)
{
    struct ctx *ctx = &town->ctx;
    struct filing filing = {
        .definition = city_service(town->city, str_of(service)),
        .contact = {.name = S("Minh"), .email = S("minh@example.org")},
        .lang = LANG_ES,
        .channel = S("web"),
        .base_url = BASE,
    };
    struct filed filed;

    test_ok(ctx, answers_new(ctx, filing.definition, &filing.answers));
    test_ok(ctx, case_file(ctx, &filing, &filed));
    return filed.case_id;
}

static void act(struct test_town *town)
{
    static const struct grant everywhere = {.role = ROLE_SUPERVISOR, .scope_kind = SCOPE_CITY};
    static const struct actor boss = {.kind = ACTOR_STAFF, .grants = &everywhere, .grant_n = 1};

    town->ctx.actor = &boss;
}

/* A column of the only mail to the team, or to the reporter. */
static struct str mail(struct test_town *town, const char *column, bool is_team)
{
    struct str sql = str_fmt(town->ctx.arena, "SELECT %s FROM message WHERE (address = '%s') = %s",
                             column, "minh@example.org", is_team ? "false" : "true");

    return test_town_text(town, str_z(town->ctx.arena, sql));
}

static int64_t mails(struct test_town *town)
{
    return test_town_count(town, "SELECT count(*) FROM message");
}

static void the_team_hears_of_a_new_case(void **state)
{
    struct test_town *town = *state;

    file_one(town, "swing");
    assert_int_equal(mails(town), 1); /* the notice is for the team alone */
    assert_true(str_eq(mail(town, "address", true), S("streets-west@portazalea.example")));
    assert_true(str_eq(mail(town, "lang", true), S("en")));
    assert_true(str_starts_with(mail(town, "subject", true), S("Here: 26-")));
    assert_true(str_starts_with(mail(town, "body", true),
                                S("Swing, Streets West. https://city.example/staff/cases/26-")));
}

static void the_team_hears_of_a_step(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_one(town, "slide");

    act(town);
    test_ok(&town->ctx, case_step(&town->ctx, id,
                                  &(struct step_input){.step = S("close"),
                                                       .message = S("Mended."),
                                                       .date = S("2026-11-20"),
                                                       .base_url = BASE}));
    assert_int_equal(mails(town), 2);
    assert_true(str_find(mail(town, "body", true),
                         S("Mended. Friday, November 20, 2026 https://city.example/"
                           "staff/cases/")) == 0);
    assert_true(str_find(mail(town, "subject", false), S("Cerrada")) == 0);
    assert_true(str_find(mail(town, "body", false), S("/follow/")) > 0);
    assert_true(str_find(mail(town, "body", false), S("/staff/")) < 0);
}

/* A link would lead to a page that is not theirs to read. */
static void a_case_for_staff_alone_tells_its_reporter_nothing(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_one(town, "inquiry"), before = mails(town);

    act(town);
    test_ok(&town->ctx, case_step(&town->ctx, id,
                                  &(struct step_input){.step = S("close"),
                                                       .message = S("Mended."),
                                                       .date = S("2026-11-20"),
                                                       .base_url = BASE}));
    assert_int_equal(mails(town), before + 1);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM message WHERE address = 'minh@example.org'"),
        0);
}

static enum rc transfer(struct test_town *town, int64_t case_id, const char *service)
{
    act(town);
    return case_transfer(&town->ctx, case_id, 0,
                         &(struct transfer){.service = str_of(service),
                                            .reason = S("It is one."),
                                            .base_url = BASE});
}

static void a_transfer_is_told_in_the_programs_words(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_one(town, "slide");

    test_ok(&town->ctx, transfer(town, id, "swing"));
    assert_int_equal(mails(town), 1);
    assert_true(str_eq(mail(town, "notice", false), S("transferred")));
    assert_true(str_find(mail(town, "body", false), S("Columpio")) > 0);
    assert_true(str_find(mail(town, "body", false), S("Esperamos")) < 0); /* it has no deadline */
}

static void a_transfer_is_told_in_the_workflows_words(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_one(town, "seesaw");

    test_ok(&town->ctx, transfer(town, id, "slide"));
    assert_int_equal(mails(town), 1);
    assert_true(str_eq(mail(town, "notice", true), S("here")));
}

static void a_transfer_may_be_silent(void **state)
{
    struct test_town *town = *state;
    int64_t id = file_one(town, "slide");

    test_ok(&town->ctx, transfer(town, id, "seesaw"));
    assert_int_equal(mails(town), 0);
    test_ok(&town->ctx, transfer(town, id, "inquiry"));
    assert_int_equal(mails(town), 0);
}

/* ---- The resident has answered */

#define ASKING                                                                        \
    "start: new\nstates:\n"                                                           \
    "  new: {type: open, name: {en: New, es: Nueva, vi: Moi}}\n"                      \
    "  waiting: {type: waiting, name: {en: Waiting, es: Espera, vi: Cho}}\n"          \
    "  done: {type: closed, name: {en: Done, es: Hecha, vi: Xong}}\n"                 \
    "steps:\n"                                                                        \
    "  ask: {name: {en: Ask, es: a, vi: a}, from: [new], to: waiting, by: [staff]}\n" \
    "  answer: {name: {en: Answer, es: a, vi: a}, from: [waiting], to: new,\n"        \
    "    by: [resident, staff], asks: [message]}\n"                                   \
    "  close: {name: {en: Close, es: a, vi: a}, from: [new, waiting], to: done,\n"    \
    "    by: [resident, staff], asks: [message]}\n"                                   \
    "notices:\n"                                                                      \
    "  back: {to: [team], subject: {en: \"Back: {number}\", es: a, vi: a},\n"         \
    "    body: {en: \"{link}\", es: b, vi: b}}\n"

static const char dialogue[] = "workflow: dialogue\nname: {en: Dialogue}\n" ASKING;
static const char worded[] = "workflow: worded\nname: {en: Worded}\nanswered: back\n" ASKING;
static const char mute[] = "workflow: mute\nname: {en: Mute}\nanswered: none\n" ASKING;

static void put_workflow(struct test_town *town, const char *name, const char *workflow)
{
    struct arena *arena = town->ctx.arena;
    struct str service = str_fmt(arena,
                                 "service: %s\nname: {en: Bin, es: Papelera, vi: Thung rac}\n"
                                 "department: public-works\nworkflow: %s\n" EXAMPLES,
                                 name, name);

    test_town_put(town, str_z(arena, str_fmt(arena, "workflows/%s.yaml", name)), workflow);
    test_town_put(town, str_z(arena, str_fmt(arena, "services/%s.yaml", name)),
                  str_z(arena, service));
    test_town_publish(town);
}

/* Ana, a member of the team whose cases these are. */
static void assign_to_ana(struct test_town *town)
{
    test_town_set(town,
                  "INSERT INTO account (login, name, email, lang, password_hash, must_change, "
                  "totp_step, has_keys, created) VALUES ('ana', 'Ana', 'ana@city.example', 'vi', "
                  "'x', FALSE, 0, FALSE, 0)");
    test_town_set(town, "INSERT INTO grants (account, role, scope_kind, scope, granted) "
                        "SELECT id, 'crew', 'team', 'streets-west', 0 FROM account");
    test_town_set(town, "UPDATE cases SET assignee = (SELECT id FROM account)");
}

static void as_resident(struct test_town *town, int64_t id, const char *step)
{
    struct actor resident = {.kind = ACTOR_RESIDENT, .case_ids = &id, .case_n = 1};

    town->ctx.actor = &resident;
    test_ok(&town->ctx, case_step(&town->ctx, id,
                                  &(struct step_input){.step = str_of(step),
                                                       .message = S("Behind my blue house."),
                                                       .base_url = BASE}));
    town->ctx.actor = NULL;
}

static void asked_and_answered(struct test_town *town, int64_t id)
{
    test_town_step(town, id, "ask");
    as_resident(town, id, "answer");
}

static void whose_case_it_is_hears_of_an_answer(void **state)
{
    struct test_town *town = *state;
    int64_t id;

    put_workflow(town, "dialogue", dialogue);
    id = file_one(town, "dialogue");
    assign_to_ana(town);
    asked_and_answered(town, id);
    assert_int_equal(mails(town), 1);
    test_town_says(town, "SELECT address FROM message", "ana@city.example");
    test_town_says(town, "SELECT lang FROM message", "vi");
    assert_true(str_find(mail(town, "body", true), S("https://city.example/staff/cases/26-")) > 0);
    assert_true(str_find(mail(town, "body", true), S("Thung rac")) > 0);
    assert_true(str_find(mail(town, "body", true), S("blue")) < 0);
    assert_true(str_find(mail(town, "body", true), S("Minh")) < 0);
    /* Each question has its answer; what staff note for them, and a withdrawal, is none. */
    asked_and_answered(town, id);
    assert_int_equal(mails(town), 2);
    test_town_step(town, id, "ask");
    test_town_step(town, id, "answer");
    test_town_step(town, id, "ask");
    as_resident(town, id, "close");
    assert_int_equal(mails(town), 2);
}

static void without_anybody_the_team_hears_of_an_answer(void **state)
{
    struct test_town *town = *state;
    int64_t id;

    put_workflow(town, "dialogue", dialogue);
    id = file_one(town, "dialogue");
    asked_and_answered(town, id);
    test_town_says(town, "SELECT address FROM message", "streets-west@portazalea.example");
    test_town_says(town, "SELECT lang FROM message", "en");
}

/* Who has left reads no mail, and of a case that somebody may not read any more, their private
 * mailbox gets nothing. */
static void an_answer_is_told_to_nobody_who_has_lost_the_right(void **state)
{
    static const char *const losses[] = {
        "UPDATE account SET disabled = 1",
        "UPDATE account SET disabled = NULL",
        "UPDATE grants SET scope = 'streets-east'",
        "UPDATE grants SET scope = 'streets-west', role = 'auditor'",
        "UPDATE grants SET role = 'crew', revoked = 1",
    };
    struct test_town *town = *state;
    int64_t id;

    put_workflow(town, "dialogue", dialogue);
    id = file_one(town, "dialogue");
    assign_to_ana(town);
    for (size_t i = 0; i < COUNT(losses); i++) {
        test_town_set(town, losses[i]);
        asked_and_answered(town, id);
    }
    test_town_says(town, "SELECT count(*) FROM message WHERE address LIKE 'ana@%'", "1");
    test_town_says(town, "SELECT count(*) FROM message WHERE address LIKE 'streets-west%'", "4");
}

static void a_workflow_says_how_an_answer_is_told(void **state)
{
    struct test_town *town = *state;

    put_workflow(town, "mute", mute);
    asked_and_answered(town, file_one(town, "mute"));
    assert_int_equal(mails(town), 0);
    put_workflow(town, "worded", worded);
    asked_and_answered(town, file_one(town, "worded"));
    assert_int_equal(mails(town), 1);
    assert_true(str_starts_with(mail(town, "subject", true), S("Back: 26-")));
}

#define TELL_TEST(function) cmocka_unit_test_setup_teardown(function, open_town, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TELL_TEST(the_team_hears_of_a_new_case),
        TELL_TEST(the_team_hears_of_a_step),
        TELL_TEST(a_case_for_staff_alone_tells_its_reporter_nothing),
        TELL_TEST(a_transfer_is_told_in_the_programs_words),
        TELL_TEST(a_transfer_is_told_in_the_workflows_words),
        TELL_TEST(a_transfer_may_be_silent),
        TELL_TEST(whose_case_it_is_hears_of_an_answer),
        TELL_TEST(without_anybody_the_team_hears_of_an_answer),
        TELL_TEST(an_answer_is_told_to_nobody_who_has_lost_the_right),
        TELL_TEST(a_workflow_says_how_an_answer_is_told),
    };

    return cmocka_run_group_tests_name("who is told", tests, NULL, NULL);
}
