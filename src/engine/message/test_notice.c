/* Notices: placeholders filled, once per event and address, one line in the header. */
#include "engine/message/notice.h"

#include "engine/test_support.h"

static struct notice_facts facts_of(const char *message)
{
    const struct definition *pothole = city_service(test_city, S("pothole"));

    return (struct notice_facts){
        .number = S("26-00001-7"),
        .definition = pothole,
        .place = S("795 Massachusetts Ave"),
        .team = city_team(test_city, S("streets-east")),
        .has_due = true,
        .due = test_time("2026-07-10 00:00"),
        .link = S("https://city.example/follow/x"),
        .outcome = &pothole->workflow->outcomes[0],
        .message = str_of(message),
        .date = S("Monday"),
    };
}

static struct str fill(struct world *world, const char *text, const char *message)
{
    struct notice_facts facts = facts_of(message);

    return notice_fill(&world->ctx, str_of(text), &facts, LANG_EN);
}

static void placeholders_are_filled(void **state)
{
    static const struct {
        const char *text, *filled;
    } texts[] = {
        {"", ""},
        {"nothing to fill", "nothing to fill"},
        {"{number}", "26-00001-7"},
        {"{number}{number}", "26-00001-726-00001-7"},
        {"{service}{at_place}.", "Pothole, 795 Massachusetts Ave."},
        {"{team} {outcome} {date} {link}",
         "Streets East Work done Monday https://city.example/follow/x"},
        {"by {due}", "by Thursday, July 9, 2026"},
        {"odd } first, then {number}", "odd } first, then 26-00001-7"},
        {"open { end", "open { end"},
        {"{no_such}x", "x"},
        {"{message}", "{number} <b> }{"},
        {"{message}{number}", "{number} <b> }{26-00001-7"},
    };
    struct world *world = *state;

    for (size_t i = 0; i < COUNT(texts); i++)
        assert_str(fill(world, texts[i].text, "{number} <b> }{"), texts[i].filled);
}

static void what_is_not_known_is_written_as_nothing(void **state)
{
    struct world *world = *state;
    struct notice_facts facts = {.definition = city_service(test_city, S("pothole"))};

    assert_str(
        notice_fill(&world->ctx,
                    S("a{number}{place}{at_place}{team}{due}{link}{outcome}{message}{date}z"),
                    &facts, LANG_VI),
        "az");
}

static void every_notice_of_the_city_is_filled_in_every_language(void **state)
{
    struct world *world = *state;
    const struct workflow *workflow = city_service(test_city, S("pothole"))->workflow;
    struct notice_facts facts = facts_of("m");

    assert_true(workflow->notice_n >= 6);
    for (size_t i = 0; i < workflow->notice_n; i++) {
        for (int lang = 0; lang < LANG__N; lang++) {
            const struct notice_rule *notice = &workflow->notices[i];
            struct str body = notice_fill(&world->ctx, text_in(&notice->body, (enum lang)lang),
                                          &facts, (enum lang)lang);

            assert_true(body.n > 20 && str_find_byte(body, '{') < 0);
        }
    }
}

/* ---- As it goes out */

static void a_mail_names_the_city_and_the_request(void **state)
{
    struct world *world = *state;
    struct stored_mail mail = {.body = S("Work has begun. See " NOTICE_BASE_UNKNOWN "/follow/x\n"),
                               .number = S("26-00001-7"),
                               .base_url = S("https://city.example:8443"),
                               .lang = LANG_EN};

    assert_str(notice_as_sent(&world->ctx, &mail),
               "Work has begun. See https://city.example:8443/follow/x\n\n"
               "Port Azalea, phone 251-555-0311\nRequest 26-00001-7\n");
    mail.body = S("26-00001-7 is done: " NOTICE_BASE_UNKNOWN "/a " NOTICE_BASE_UNKNOWN "/b");
    assert_str(notice_as_sent(&world->ctx, &mail),
               "26-00001-7 is done: https://city.example:8443/a https://city.example:8443/b\n\n"
               "Port Azalea, phone 251-555-0311\n");
    mail = (struct stored_mail){.body = S("Hola"), .lang = LANG_ES};
    assert_str(notice_as_sent(&world->ctx, &mail), "Hola\n\nPort Azalea, tel\xc3\xa9"
                                                   "fono 251-555-0311\n");
}

/* ---- The outbox */

struct queueing {
    int64_t event_id;
    const struct notice_rule *notice;
    struct notice_facts facts;
    struct recipient recipient;
};

static enum rc queue_tx(struct ctx *ctx, void *arg)
{
    const struct queueing *queueing = arg;

    return notice_queue(ctx, 1, queueing->event_id, queueing->notice, &queueing->facts,
                        &queueing->recipient);
}

static int64_t messages_after(struct world *world, struct queueing *queueing)
{
    test_ok(&world->ctx, db_tx(&world->ctx, queue_tx, queueing));
    return test_i64(world, "SELECT count(*) FROM message", 0);
}

static void one_for_an_event_and_address(void **state)
{
    static char long_a[] = "a-resident-with-a-very-long-name-indeed-one@a-department-of-some-large-"
                           "organisation.somewhere.example";
    static char long_b[sizeof long_a];
    struct world *world = *state;
    struct queueing queueing = {
        .event_id = 1,
        .notice = city_service(test_city, S("pothole"))->workflow->filed_notice,
        .facts = facts_of(""),
        .recipient = {S("a@b.example"), LANG_EN, STR_NONE},
    };

    test_file(world, &(struct test_filing){0});
    assert_int_equal(messages_after(world, &queueing), 1);
    assert_int_equal(messages_after(world, &queueing), 1);
    queueing.recipient.email = S("c@b.example");
    assert_int_equal(messages_after(world, &queueing), 2);
    queueing.event_id = 2;
    assert_int_equal(messages_after(world, &queueing), 3);
    memcpy(long_b, long_a, sizeof long_a);
    long_b[sizeof long_b - 2] = 'x';
    queueing.recipient.email = str_of(long_a);
    assert_int_equal(messages_after(world, &queueing), 4);
    queueing.recipient.email = str_of(long_b);
    assert_int_equal(messages_after(world, &queueing), 5);
    assert_int_equal(messages_after(world, &queueing), 5);
}

static void a_subject_is_one_line(void **state)
{
    static const struct notice_rule hostile = {
        .id = STR("hostile"),
        .subject = {{STR("About {message}")}},
        .body = {{STR("{message}")}},
    };
    static char text[1000] = "x\r\nBcc: everybody@example.org\r\n";
    struct world *world = *state;
    struct queueing queueing = {
        .event_id = 1, .notice = &hostile, .recipient = {S("a@b.example"), LANG_EN, STR_NONE}};

    memset(text + strlen(text), 'y', sizeof text - strlen(text) - 1);
    queueing.facts = facts_of(text);
    test_file(world, &(struct test_filing){0});
    assert_int_equal(messages_after(world, &queueing), 1);
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM message WHERE instr(subject, '\n') OR "
                              "instr(subject, '\r') OR length(subject) > 400",
                              0),
                     0);
    assert_int_equal(test_i64(world, "SELECT length(body) FROM message", 0), strlen(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(placeholders_are_filled),
        TEST(what_is_not_known_is_written_as_nothing),
        TEST(every_notice_of_the_city_is_filled_in_every_language),
        TEST(a_mail_names_the_city_and_the_request),
        TEST(one_for_an_event_and_address),
        TEST(a_subject_is_one_line),
    };

    return RUN_TESTS("notice", tests);
}
