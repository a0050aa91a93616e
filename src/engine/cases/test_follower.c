/* Following by mail: confirmed first, told what is public, ended by a link. */
#include "engine/cases/follower.h"
#include "engine/cases/queries.h"
#include "engine/test_support.h"

#define BASE S("https://city.example")

static enum rc ask(struct world *world, int64_t case_id, const char *email)
{
    enum rc rc = follower_ask(
        &world->ctx,
        &(struct follower_ask){.case_id = case_id, .email = str_of(email), .base_url = BASE});

    test_look_again(world);
    return rc;
}

/* What follows `part` in the last mail to an address, to the end of the line. */
static struct str token_of(struct world *world, const char *column, const char *part)
{
    struct str sql =
        str_fmt(world->ctx.arena, "SELECT %s FROM message ORDER BY id DESC LIMIT 1", column);
    struct str text = test_text(world, str_z(world->ctx.arena, sql), 0);
    ptrdiff_t at = str_find(text, str_of(part));
    struct str rest, token;

    assert_true(at >= 0);
    rest = str_slice(text, (size_t)at + strlen(part), text.n);
    assert_true(str_next(&rest, '\n', &token));
    return token;
}

static void follow(struct world *world, int64_t case_id, const char *email)
{
    test_ok(&world->ctx, ask(world, case_id, email));
    test_ok(&world->ctx, follower_confirm(&world->ctx, token_of(world, "body", "/follows/")));
    test_look_again(world);
}

static struct filed file_bulky(struct world *world)
{
    return test_file(world, &(struct test_filing){.service = "bulky-item",
                                                  .place = "38 Bishop Allen Dr",
                                                  .answers = {"pieces", "2"},
                                                  .name = "Maria Ngo",
                                                  .email = "maria@example.org",
                                                  .phone = "251-555-0142"});
}

static void nobody_follows_before_confirming(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.email = "maria@example.org"});
    struct test_counts before;
    struct follower_link link;
    struct str token;

    test_counts(world, &before);
    test_ok(&world->ctx, ask(world, filed.case_id, " Li@Example.org "));
    assert_grown(world, &before, "link_token", 1, "message", 1, "mailbox_day", 1, NULL);
    token = token_of(world, "body", "/follows/");
    test_counts(world, &before);
    test_ok(&world->ctx, follower_look(&world->ctx, token, &link));
    assert_false(link.is_active);
    assert_true(str_eq(link.shown.number, filed.number));
    assert_grown(world, &before, NULL);
    for (int i = 0; i < 2; i++)
        test_ok(&world->ctx, follower_confirm(&world->ctx, token));
    assert_grown(world, &before, "follower", 1, "event", 1, "event_payload", 1, "record_leaf", 1,
                 NULL);
    assert_str(test_text(world, "SELECT email FROM follower", 0), "li@example.org");
    test_look_again(world);
    test_ok(&world->ctx, follower_look(&world->ctx, token, &link));
    assert_true(link.is_active);
    test_counts(world, &before);
    test_ok(&world->ctx, ask(world, filed.case_id, "li@example.org"));
    assert_grown(world, &before, NULL);
}

/* What confirms a follower, and what ends one, opens nothing of the reporter's. */
static void its_links_are_no_private_links(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.email = "maria@example.org"});
    struct crypto_hash hash;
    struct link_case_row row;
    bool is_found = true;

    test_ok(&world->ctx, ask(world, filed.case_id, "li@example.org"));
    hash = crypto_sha256(token_of(world, "body", "/follows/"));
    test_ok(&world->ctx,
            link_case(&world->ctx, crypto_hash_str(&hash), world->ctx.now, &is_found, &row));
    assert_false(is_found);
    assert_error(&world->ctx, follower_confirm(&world->ctx, filed.link_token), ERR_EXPIRED, NULL);
    assert_error(&world->ctx, follower_end(&world->ctx, filed.link_token), ERR_EXPIRED, NULL);
}

static void followers_are_told_what_is_public(void **state)
{
    struct world *world = *state;
    struct filed filed = file_bulky(world);
    struct str body;

    world->ctx.lang = LANG_ES;
    follow(world, filed.case_id, "li@example.org");
    world->ctx.lang = LANG_EN;
    test_ok(&world->ctx,
            test_step(world, test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL), filed.case_id,
                      &(struct step_input){.step = S("resolve"),
                                           .outcome = S("done"),
                                           .message = S("The key is under the mat"),
                                           .base_url = BASE}));
    body = test_text(world,
                     "SELECT body FROM message WHERE address = 'li@example.org' "
                     "ORDER BY id DESC LIMIT 1",
                     0);
    assert_int_equal(str_find(body, S("mat")), -1);
    assert_int_equal(str_find(body, S("38 Bishop")), -1);
    assert_int_equal(str_find(body, S("/follow/")), -1);
    assert_true(str_find(body, S("reabrirla")) >= 0);
    assert_true(str_find(body, S("https://city.example/es/cases/26-")) >= 0);
    assert_true(str_find(body, S("https://city.example/es/unfollow/")) >= 0);
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM message WHERE address = "
                              "'maria@example.org' AND body LIKE '%%under the mat%%'",
                              0),
                     1);
}

static void it_ends_by_its_link(void **state)
{
    struct world *world = *state;
    struct filed filed = file_bulky(world);
    const struct actor *agent = test_staff(world, ROLE_AGENT, SCOPE_CITY, NULL);
    struct test_counts before;
    struct str token, number;
    bool is_active = false;

    follow(world, filed.case_id, "li@example.org");
    test_ok(&world->ctx, test_step(world, agent, filed.case_id,
                                   &(struct step_input){.step = S("start"), .base_url = BASE}));
    test_look_again(world);
    token = token_of(world, "unsubscribe", "/unfollow/");
    test_ok(&world->ctx, follower_end_look(&world->ctx, token, &is_active, &number));
    assert_true(is_active && str_eq(number, filed.number));
    for (int i = 0; i < 2; i++)
        test_ok(&world->ctx, follower_end(&world->ctx, token));
    test_look_again(world);
    test_ok(&world->ctx, follower_end_look(&world->ctx, token, &is_active, &number));
    assert_false(is_active);
    test_counts(world, &before);
    test_ok(&world->ctx,
            test_step(world, agent, filed.case_id,
                      &(struct step_input){
                          .step = S("resolve"), .outcome = S("done"), .base_url = BASE}));
    assert_int_equal(test_i64(world,
                              "SELECT count(*) FROM message WHERE notice = 'resolved' AND "
                              "address = 'li@example.org'",
                              0),
                     0);
    follow(world, filed.case_id, "li@example.org");
    test_ok(&world->ctx, follower_stop(&world->ctx, S("Li@example.org"), 0));
    assert_error(&world->ctx, follower_stop(&world->ctx, S("li@example.org"), 99), ERR_NOT_FOUND,
                 NULL);
}

static void asking_is_refused_or_swallowed(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.email = "maria@example.org"});

    assert_error(&world->ctx, ask(world, filed.case_id, ""), ERR_REQUIRED, "email");
    assert_error(&world->ctx, ask(world, filed.case_id, "a@b\r\nBcc: x@y.example"),
                 ERR_NOT_AN_EMAIL, "email");
    for (int i = 0; i < FOLLOWER_MAILS_PER_DAY + 3; i++)
        test_ok(&world->ctx, ask(world, filed.case_id, "flood@example.org"));
    assert_int_equal(
        test_i64(world, "SELECT count(*) FROM message WHERE address = 'flood@example.org'", 0),
        FOLLOWER_MAILS_PER_DAY);
    test_exec(world, "UPDATE cases SET is_hidden = TRUE");
    test_look_again(world);
    assert_error(&world->ctx, ask(world, filed.case_id, "li@example.org"), ERR_NOT_FOUND, NULL);
}

static void an_old_link_is_refused(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.email = "maria@example.org"});
    struct str token;

    test_ok(&world->ctx, ask(world, filed.case_id, "li@example.org"));
    token = token_of(world, "body", "/follows/");
    world->ctx.now = instant_plus_us(world->ctx.now, FOLLOWER_CONFIRM_DAYS * US_PER_DAY + US_PER_S);
    assert_error(&world->ctx, follower_confirm(&world->ctx, token), ERR_EXPIRED, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_follows_before_confirming),  TEST(its_links_are_no_private_links),
        TEST(followers_are_told_what_is_public), TEST(it_ends_by_its_link),
        TEST(asking_is_refused_or_swallowed),    TEST(an_old_link_is_refused),
    };

    return RUN_TESTS("engine follower", tests);
}
