/* Mails to a mailbox that nobody has proven: counted together, whatever they are about. */
#include <stdio.h>

#include "db/db.h"
#include "db/stats.h"
#include "engine/cases/case_own.h"
#include "engine/cases/draft_share.h"
#include "engine/cases/follower.h"
#include "engine/cases/private_link.h"
#include "engine/message/notice.h"
#include "engine/record/people_record.h"
#include "engine/test_support.h"
#include "people/people.h"
#include "people/resident.h"

#define BASE   S("https://city.example")
#define VICTIM "victim@example.net"

static int64_t mails(struct world *world)
{
    return test_i64(world, "SELECT count(*) FROM message WHERE address LIKE 'v%%' AND %lld = 1", 1);
}

static void mail_link(struct world *world, int64_t case_id, const char *email)
{
    const struct link_mail mail = {.case_id = case_id, .email = str_of(email), .link = BASE};

    test_ok(&world->ctx, case_link_mail(&world->ctx, &mail));
}

static void links_of_a_case_have_an_end(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){0});

    world->ctx.actor = test_reporter(world, filed.case_id);
    for (int i = 0; i < MAILBOX_MAILS_PER_DAY + 5; i++)
        mail_link(world, filed.case_id, VICTIM);
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY);
    mail_link(world, filed.case_id, "somebody.else@example.net");
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM message WHERE address LIKE 'some%%' AND %lld = 1", 1),
        1);
    world->ctx.now = instant_plus_us(world->ctx.now, US_PER_DAY);
    mail_link(world, filed.case_id, VICTIM);
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY + 1);
}

static void names_of_one_mailbox_count_as_one(void **state)
{
    static const char *const names[] = {"victim@example.net", "Victim+a@Example.net",
                                        "v.i.c.tim+b+c@example.net", "vic.tim@example.net"};
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){0});

    world->ctx.actor = test_reporter(world, filed.case_id);
    for (int i = 0; i < 4 * MAILBOX_MAILS_PER_DAY; i++)
        mail_link(world, filed.case_id, names[i % 4]);
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY);
}

static void mail_draft(struct world *world)
{
    struct str token = STR_NONE;
    struct draft draft;

    test_ok(&world->ctx, draft_new(&world->ctx, city_service(test_city, S("pothole")), &draft));
    test_ok(&world->ctx, draft_save(&world->ctx, &draft, &token));
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
    test_ok(&world->ctx, draft_load(&world->ctx, token, &draft));
    test_ok(&world->ctx,
            draft_mail(&world->ctx, &(struct draft_mail){
                                        .draft = &draft, .email = S(VICTIM), .base_url = BASE}));
}

/* Each of them has an end of its own as well; together they have this one. */
static void mails_of_all_sorts_count_together(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.email = VICTIM});
    const struct actor *reporter = test_reporter(world, filed.case_id);

    for (int i = 0; i < 3; i++) {
        mail_draft(world);
        world->ctx.actor = reporter;
        mail_link(world, filed.case_id, VICTIM);
        world->ctx.actor = NULL;
        test_ok(&world->ctx,
                follower_ask(&world->ctx, &(struct follower_ask){.case_id = filed.case_id,
                                                                 .email = S(VICTIM),
                                                                 .base_url = BASE}));
    }
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY);
    test_file(world, &(struct test_filing){.email = VICTIM});
    mail_draft(world);
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY);
}

/* Whoever files may take the case back and open it again; that tells the address they gave. */
static void steps_of_a_reporter_count(void **state)
{
    static const char *const steps[] = {"withdraw", "reopen"};
    struct world *world = *state;
    int64_t before;

    for (int i = 0; i < 4; i++) {
        struct filed filed = test_file(world, &(struct test_filing){.email = VICTIM});
        const struct actor *reporter = test_reporter(world, filed.case_id);

        for (int j = 0; j < OWN_STEPS_PER_DAY; j++)
            test_ok(&world->ctx, test_step(world, reporter, filed.case_id,
                                           &(struct step_input){.step = str_of(steps[j % 2]),
                                                                .message = S("Still there")}));
    }
    before = mails(world);
    assert_int_equal(before, MAILBOX_MAILS_PER_DAY);
}

/* What staff do is told further, but not without end: a thousand reports of one stranger may be
 * closed in one go. */
static void staff_tell_further(void **state)
{
    struct world *world = *state;
    const struct actor *staff = test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL);
    struct filed filed[MAILBOX_MAILS_BY_CITY + 5];
    const size_t n = sizeof filed / sizeof *filed;

    for (size_t i = 0; i < n; i++)
        filed[i] = test_file(world, &(struct test_filing){.email = VICTIM});
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY);
    for (size_t i = 0; i < n; i++)
        test_ok(&world->ctx,
                test_step(world, staff, filed[i].case_id,
                          &(struct step_input){.step = S("ask"), .message = S("Where?")}));
    assert_int_equal(mails(world), MAILBOX_MAILS_BY_CITY);
}

static void who_has_proven_it_gets_all(void **state)
{
    struct world *world = *state;
    struct filing filing;
    struct filed filed;

    for (int i = 0; i < MAILBOX_MAILS_PER_DAY + 3; i++)
        test_file(world, &(struct test_filing){.email = VICTIM});
    filing = test_filing(&world->ctx, &(struct test_filing){.email = VICTIM});
    filing.is_own_email = true;
    test_ok(&world->ctx, case_file(&world->ctx, &filing, &filed));
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY + 1);
    test_ok(&world->ctx, test_step(world, test_reporter(world, filed.case_id), filed.case_id,
                                   &(struct step_input){.step = S("withdraw")}));
    test_ok(&world->ctx,
            test_step(world, test_reporter(world, filed.case_id), filed.case_id,
                      &(struct step_input){.step = S("reopen"), .message = S("Still there")}));
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY + 2);
}

static enum rc ticket_tx(struct ctx *ctx, void *arg)
{
    struct str *token = arg;

    return resident_ticket_make(ctx, S(VICTIM), STR_NONE, token);
}

static void open_and_withdraw(struct world *world, int64_t case_id)
{
    const struct actor *reporter = test_reporter(world, case_id);

    test_ok(&world->ctx,
            test_step(world, reporter, case_id, &(struct step_input){.step = S("withdraw")}));
    test_ok(&world->ctx,
            test_step(world, reporter, case_id,
                      &(struct step_input){.step = S("reopen"), .message = S("Still there")}));
}

/* The token of the newest mail about a case. */
static struct str mailed_token(struct world *world, int64_t case_id)
{
    struct str body = test_text(
        world, "SELECT body FROM message WHERE cases = %lld ORDER BY id DESC LIMIT 1", case_id);
    ptrdiff_t at = str_find(body, S("/follow/"));

    assert_true(at > 0);
    return str_slice(body, (size_t)at + 8, (size_t)at + 8 + 43);
}

static int64_t transactions(const struct world *world)
{
    return db_stats(world->ctx.db).transactions;
}

/* False for a token that opens nothing. */
static bool open_link(struct world *world, struct str token)
{
    struct private_link link;
    bool is_found = false;

    test_ok(&world->ctx, private_link_find(&world->ctx, token, &is_found, &link));
    if (is_found)
        test_ok(&world->ctx, private_link_opened(&world->ctx, &link));
    return is_found;
}

/* Strangers' reports do not become the victim's because the victim has signed in. */
static void proven_is_a_case_not_an_address(void **state)
{
    struct world *world = *state;
    struct filed filed[MAILBOX_MAILS_PER_DAY + 2];
    struct resident_sign_in input = {0};
    struct str session = STR_NONE, mailed;
    int64_t written;

    people_use(
        &(struct people_setup){.key = "a key for tests of the mailbox", .record = people_record});
    for (size_t i = 0; i < COUNT(filed); i++)
        filed[i] = test_file(world, &(struct test_filing){.email = VICTIM});
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY);
    test_ok(&world->ctx, db_tx(&world->ctx, ticket_tx, &input.token));
    test_ok(&world->ctx, resident_sign_in(&world->ctx, &input, &session));
    written = transactions(world);
    assert_true(open_link(world, filed[1].link_token));
    assert_false(open_link(world, S("made up")));
    assert_int_equal(transactions(world), written);
    for (size_t i = 0; i < COUNT(filed); i++)
        open_and_withdraw(world, filed[i].case_id);
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY);
    mailed = mailed_token(world, filed[0].case_id);
    written = transactions(world);
    assert_true(open_link(world, mailed));
    assert_int_equal(transactions(world), written + 1);
    assert_true(open_link(world, mailed));
    assert_int_equal(transactions(world), written + 1);
    open_and_withdraw(world, filed[0].case_id);
    open_and_withdraw(world, filed[1].case_id);
    assert_int_equal(mails(world), MAILBOX_MAILS_PER_DAY + 1);
}

static enum rc sign_in_tx(struct ctx *ctx, void *arg)
{
    (void)arg;
    return notice_queue_plain(ctx, &(struct plain_mail){.notice = S("sign-in"),
                                                        .email = S(VICTIM),
                                                        .trust = MAILBOX_SIGN_IN,
                                                        .subject = S("Sign in"),
                                                        .body = S("Here")});
}

/* Nobody's reports keep somebody from signing in, nor the other way round. */
static void links_to_sign_in_have_a_count_of_their_own(void **state)
{
    struct world *world = *state;

    for (int i = 0; i < MAILBOX_SIGN_INS_PER_DAY + 3; i++)
        test_ok(&world->ctx, db_tx(&world->ctx, sign_in_tx, NULL));
    assert_int_equal(mails(world), MAILBOX_SIGN_INS_PER_DAY);
    test_file(world, &(struct test_filing){.email = VICTIM});
    assert_int_equal(mails(world), MAILBOX_SIGN_INS_PER_DAY + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(links_of_a_case_have_an_end),
        TEST(names_of_one_mailbox_count_as_one),
        TEST(mails_of_all_sorts_count_together),
        TEST(steps_of_a_reporter_count),
        TEST(staff_tell_further),
        TEST(who_has_proven_it_gets_all),
        TEST(proven_is_a_case_not_an_address),
        TEST(links_to_sign_in_have_a_count_of_their_own),
    };

    return RUN_TESTS("engine mailbox", tests);
}
