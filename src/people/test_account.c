#include "people/password.h"
#include "people/permission.h"
#include "people/test_support.h"

static struct str begin(struct people_test *test, const char *login, int64_t *ret_id)
{
    struct str password;
    struct signed_in in = {0};

    test_be_demonstration(true);
    *ret_id = test_account(test, login, &password);
    assert_int_equal(sign_in(&test->ctx,
                             &(struct sign_in){.login = str_of(login),
                                               .password = password,
                                               .address = S("203.0.113.7"),
                                               .agent = S("Browser\x01")},
                             &in),
                     RC_OK);
    return in.token;
}

static bool is_alive(struct people_test *test, struct str token)
{
    struct session session;
    bool is_found = false;

    assert_int_equal(session_find(&test->ctx, token, &is_found, &session), RC_OK);
    db_reader_release(&test->ctx);
    return is_found;
}

static void a_session_ends_when_idle(void **state)
{
    struct people_test *test = *state;
    int64_t id;
    struct str token = begin(test, "rdiaz", &id);

    test_wait(test, 29 * US_PER_MIN);
    assert_true(is_alive(test, token));
    test_wait(test, 29 * US_PER_MIN);
    assert_true(is_alive(test, token));
    test_wait(test, SESSION_IDLE_US);
    assert_false(is_alive(test, token));
}

static void a_session_ends_after_twelve_hours(void **state)
{
    struct people_test *test = *state;
    int64_t id;
    struct str token = begin(test, "rdiaz", &id);

    for (int i = 0; i < 35; i++) {
        test_wait(test, 20 * US_PER_MIN);
        assert_true(is_alive(test, token));
    }
    test_wait(test, 20 * US_PER_MIN);
    assert_false(is_alive(test, token));
}

static struct instant last_seen(struct people_test *test, int64_t id)
{
    struct session_line *lines;
    size_t n = 0;

    assert_int_equal(session_list(&test->ctx, id, &lines, &n), RC_OK);
    db_reader_release(&test->ctx);
    assert_int_equal(n, 1);
    return lines[0].seen;
}

static void a_session_is_touched_once_a_minute(void **state)
{
    struct people_test *test = *state;
    int64_t id;
    struct str token = begin(test, "rdiaz", &id);
    struct instant began = test->ctx.now;

    test_wait(test, 59 * US_PER_S);
    assert_true(is_alive(test, token));
    assert_int_equal(instant_cmp(last_seen(test, id), began), 0);
    test_wait(test, 1 * US_PER_S);
    assert_true(is_alive(test, token));
    assert_int_equal(instant_cmp(last_seen(test, id), test->ctx.now), 0);
}

static void tokens_of_others_find_nothing(void **state)
{
    struct people_test *test = *state;
    int64_t id;

    begin(test, "rdiaz", &id);
    assert_false(is_alive(test, STR_NONE));
    assert_false(is_alive(test, S("x")));
    assert_false(is_alive(test, S("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")));
}

static void sessions_are_listed_and_ended(void **state)
{
    struct people_test *test = *state;
    int64_t id, other_id;
    struct str token = begin(test, "rdiaz", &id);
    struct str other = begin(test, "other", &other_id);
    struct session_line *lines;
    size_t n;

    assert_int_equal(session_list(&test->ctx, id, &lines, &n), RC_OK);
    assert_int_equal(n, 1);
    assert_str(lines[0].address, "203.0.113.7");
    assert_str(lines[0].agent, ""); /* what is not clean text is not kept */
    assert_int_equal(session_end_one(&test->ctx, other_id, lines[0].id), RC_NOT_FOUND);
    ctx_clear_error(&test->ctx);
    assert_true(is_alive(test, token));
    assert_int_equal(session_end_one(&test->ctx, id, lines[0].id), RC_OK);
    assert_string_equal(test_last_kind, "session.ended");
    assert_false(is_alive(test, token));
    assert_true(is_alive(test, other));
    assert_int_equal(session_end(&test->ctx, other), RC_OK);
    assert_int_equal(session_end(&test->ctx, other), RC_OK);
    assert_false(is_alive(test, other));
}

static void disabling_ends_sessions(void **state)
{
    struct people_test *test = *state;
    int64_t id;
    struct str token = begin(test, "rdiaz", &id);
    int before = test_recorded;

    assert_int_equal(account_disable(&test->ctx, id, true, STR_NONE), RC_OK);
    assert_string_equal(test_last_kind, "account.disabled");
    assert_int_equal(account_disable(&test->ctx, id, true, STR_NONE), RC_OK);
    assert_int_equal(test_recorded, before + 1);
    assert_false(is_alive(test, token));
    assert_int_equal(account_disable(&test->ctx, id, false, STR_NONE), RC_OK);
    assert_false(is_alive(test, token));
    assert_int_equal(account_disable(&test->ctx, 999, true, STR_NONE), RC_NOT_FOUND);
}

static void grants_come_and_go(void **state)
{
    struct people_test *test = *state;
    const struct grant crew = {ROLE_CREW, SCOPE_TEAM, STR("streets-west")};
    int64_t id;
    struct str token = begin(test, "rdiaz", &id);
    struct accounts all;
    struct session session;
    bool is_found;

    assert_int_equal(grant_add(&test->ctx, id, &crew, STR_NONE), RC_OK);
    assert_string_equal(test_last_kind, "grant.added");
    assert_int_equal(grant_add(&test->ctx, id, &crew, STR_NONE), RC_OK);
    assert_int_equal(account_list(&test->ctx, &all), RC_OK);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.items[0].grant_n, 2);
    assert_int_equal(session_find(&test->ctx, token, &is_found, &session), RC_OK);
    assert_true(
        actor_has_role_on(&session.actor, ROLE_CREW, (struct reach){.team = S("streets-west")}));
    assert_false(
        actor_has_role_on(&session.actor, ROLE_CREW, (struct reach){.team = S("streets-east")}));
    assert_int_equal(grant_revoke(&test->ctx, all.items[0].grants[1].id, STR_NONE), RC_OK);
    assert_string_equal(test_last_kind, "grant.revoked");
    assert_int_equal(grant_revoke(&test->ctx, all.items[0].grants[1].id, STR_NONE), RC_NOT_FOUND);
    ctx_clear_error(&test->ctx);
    assert_int_equal(session_find(&test->ctx, token, &is_found, &session), RC_OK);
    assert_int_equal(session.actor.grant_n, 1);
    assert_int_equal(
        grant_add(&test->ctx, id, &(struct grant){ROLE_CREW, SCOPE_TEAM, STR_NONE}, STR_NONE),
        RC_INVALID);
    ctx_clear_error(&test->ctx);
    assert_int_equal(grant_add(&test->ctx, 999, &crew, STR_NONE), RC_NOT_FOUND);
}

/* Two administrators and one agent; acts as the first. */
static int64_t administrators_of(struct people_test *test, struct actor *ret_first,
                                 int64_t *ret_second)
{
    const struct grant whole = {ROLE_ADMINISTRATOR, SCOPE_CITY, STR_NONE};
    struct str password;
    int64_t agent = test_account(test, "agent", &password);
    int64_t first = test_account(test, "first", &password);

    *ret_second = test_account(test, "second", &password);
    assert_int_equal(grant_add(&test->ctx, first, &whole, STR_NONE), RC_OK);
    assert_int_equal(grant_add(&test->ctx, *ret_second, &whole, STR_NONE), RC_OK);
    *ret_first = (struct actor){.kind = ACTOR_STAFF, .id = first, .name = S("First")};
    test->ctx.actor = ret_first;
    return agent;
}

static int64_t grant_of(struct people_test *test, const char *login, enum role role)
{
    struct account account;

    assert_int_equal(account_get(&test->ctx, str_of(login), &account), RC_OK);
    db_reader_release(&test->ctx);
    for (size_t i = 0; i < account.grant_n; i++)
        if (account.grants[i].grant.role == role)
            return account.grants[i].id;
    return 0;
}

static void refused(struct people_test *test, enum rc rc, enum err_id id)
{
    assert_int_not_equal(rc, RC_OK);
    assert_int_equal(test->ctx.err.id, id);
    ctx_clear_error(&test->ctx);
}

static void nobody_raises_themselves(void **state)
{
    struct people_test *test = *state;
    const struct grant auditor = {ROLE_AUDITOR, SCOPE_CITY, STR_NONE};
    const struct grant part = {ROLE_ADMINISTRATOR, SCOPE_TEAM, STR("west")};
    struct str password;
    struct actor first;
    int64_t second, agent = administrators_of(test, &first, &second);
    int before = test_recorded;

    refused(test, grant_add(&test->ctx, first.id, &auditor, S("why")), ERR_OWN_ACCOUNT);
    refused(test, grant_revoke(&test->ctx, grant_of(test, "first", ROLE_AGENT), S("why")),
            ERR_OWN_ACCOUNT);
    refused(test, account_disable(&test->ctx, first.id, true, S("why")), ERR_OWN_ACCOUNT);
    refused(test, account_reset(&test->ctx, first.id, S("why"), &password), ERR_OWN_ACCOUNT);
    refused(test, account_reset_code(&test->ctx, first.id, S("why")), ERR_OWN_ACCOUNT);
    refused(test, grant_add(&test->ctx, agent, &part, S("why")), ERR_NOT_A_CHOICE);
    assert_int_equal(test_recorded, before);
    assert_int_equal(grant_add(&test->ctx, agent, &auditor, S("why")), RC_OK);
}

static void the_last_administrator_stays(void **state)
{
    struct people_test *test = *state;
    struct actor first;
    int64_t second, agent = administrators_of(test, &first, &second), granted;

    assert_int_equal(account_disable(&test->ctx, agent, true, S("gone")), RC_OK);
    assert_int_equal(account_disable(&test->ctx, second, true, S("gone")), RC_OK);
    test->ctx.actor = NULL;
    granted = grant_of(test, "first", ROLE_ADMINISTRATOR);
    refused(test, account_disable(&test->ctx, first.id, true, STR_NONE), ERR_LAST_ADMINISTRATOR);
    refused(test, grant_revoke(&test->ctx, granted, STR_NONE), ERR_LAST_ADMINISTRATOR);
    assert_int_equal(account_disable(&test->ctx, second, false, S("back")), RC_OK);
    assert_int_equal(grant_revoke(&test->ctx, granted, STR_NONE), RC_OK);
    refused(test, account_disable(&test->ctx, second, true, STR_NONE), ERR_LAST_ADMINISTRATOR);
}

static void details_change(void **state)
{
    struct people_test *test = *state;
    struct account_details details = {S(" Rosa Diaz "), S("rosa@example.com"), LANG_ES};
    struct str password, long_why;
    struct account account;
    int64_t id = test_account(test, "rdiaz", &password);
    int before;

    assert_int_equal(account_change(&test->ctx, id, &details, S("married")), RC_OK);
    assert_string_equal(test_last_kind, "account.changed");
    before = test_recorded;
    assert_int_equal(account_change(&test->ctx, id, &details, S("married")), RC_OK);
    assert_int_equal(test_recorded, before);
    assert_int_equal(account_get(&test->ctx, S("rdiaz"), &account), RC_OK);
    db_reader_release(&test->ctx);
    assert_str(account.name, "Rosa Diaz");
    assert_str(account.email, "rosa@example.com");
    assert_int_equal(account.lang, LANG_ES);
    refused(test, account_change(&test->ctx, 999, &details, STR_NONE), ERR_NOT_FOUND);
    details.email = S("josé@example.com"); /* the relay is not asked for it */
    refused(test, account_change(&test->ctx, id, &details, STR_NONE), ERR_NOT_AN_EMAIL);
    details.email = S("rosa@a@example.com");
    refused(test, account_change(&test->ctx, id, &details, STR_NONE), ERR_NOT_AN_EMAIL);
    details.email = S("rosa at example.com");
    refused(test, account_change(&test->ctx, id, &details, STR_NONE), ERR_NOT_AN_EMAIL);
    details = (struct account_details){.name = S("two\nlines")};
    refused(test, account_change(&test->ctx, id, &details, STR_NONE), ERR_ONE_LINE);
    details.name = S(" ");
    refused(test, account_change(&test->ctx, id, &details, STR_NONE), ERR_REQUIRED);
    details.name = S("R");
    long_why = str_fmt(test->ctx.arena, "%501s", "");
    refused(test, account_change(&test->ctx, id, &details, long_why), ERR_TOO_LONG);
    refused(test, account_get(&test->ctx, S("nobody"), &account), ERR_NOT_FOUND);
    db_reader_release(&test->ctx);
}

static void the_second_factor_is_taken_away(void **state)
{
    struct people_test *test = *state;
    int64_t id;
    struct str token = begin(test, "rdiaz", &id);
    int before = test_recorded;

    /* Without one there is nothing to take. */
    assert_int_equal(account_reset_code(&test->ctx, id, S("lost phone")), RC_OK);
    assert_int_equal(test_recorded, before);
    assert_true(is_alive(test, token));
    refused(test, account_reset_code(&test->ctx, 999, STR_NONE), ERR_NOT_FOUND);
}

static void members_work_within_the_reach(void **state)
{
    struct people_test *test = *state;
    const struct grant west = {ROLE_CREW, SCOPE_TEAM, STR("streets-west")};
    const struct grant auditor = {ROLE_AUDITOR, SCOPE_CITY, STR_NONE};
    struct account_new account = {.name = S("N"), .grant_n = 1};
    struct accounts members;
    struct str password;
    int64_t id;

    account.login = S("west");
    account.grants = &west;
    assert_int_equal(account_add(&test->ctx, &account, &password, &id), RC_OK);
    account.login = S("auditor");
    account.grants = &auditor;
    assert_int_equal(account_add(&test->ctx, &account, &password, &id), RC_OK);
    test_account(test, "agent", &password);
    assert_int_equal(
        account_members(&test->ctx, (struct reach){.team = S("streets-west")}, &members), RC_OK);
    assert_int_equal(members.n, 2);
    assert_str(members.items[0].login, "agent");
    assert_str(members.items[1].login, "west");
    assert_int_equal(
        account_members(&test->ctx, (struct reach){.team = S("streets-east")}, &members), RC_OK);
    assert_int_equal(members.n, 1);
}

static void bad_accounts_are_refused(void **state)
{
    static const struct {
        const char *login, *name;
        enum err_id error;
    } cases[] = {
        {"", "N", ERR_REQUIRED},          {"r", "N", ERR_PATTERN},
        {"R. Diaz", "N", ERR_PATTERN},    {"1diaz", "N", ERR_PATTERN},
        {"r'; DROP--", "N", ERR_PATTERN}, {"rdiaz", " ", ERR_REQUIRED},
        {"rdiaz", "\x02", ERR_NOT_UTF8},
    };
    struct people_test *test = *state;
    struct str password;
    int64_t id;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct account_new account = {.login = str_of(cases[i].login),
                                      .name = str_of(cases[i].name)};

        ctx_clear_error(&test->ctx);
        assert_int_equal(account_add(&test->ctx, &account, &password, &id), RC_INVALID);
        assert_int_equal(test->ctx.err.id, cases[i].error);
    }
    ctx_clear_error(&test->ctx);
    test_account(test, "rdiaz", &password);
    assert_int_equal(account_add(&test->ctx,
                                 &(struct account_new){.login = S("rdiaz"), .name = S("N")},
                                 &password, &id),
                     RC_CONFLICT);
}

static void permissions_follow_roles(void **state)
{
    const struct grant agent = {ROLE_AGENT, SCOPE_TEAM, STR("streets-west")};
    const struct actor actor = {.kind = ACTOR_STAFF, .grants = &agent, .grant_n = 1};

    (void)state;
    assert_true(actor_may(&actor, PERMISSION_WORK));
    assert_true(actor_may(&actor, PERMISSION_PUBLIC));
    assert_false(actor_may(&actor, PERMISSION_ADMINISTER));
    assert_false(actor_may(&actor, PERMISSION_NOBODY));
    assert_true(actor_may(NULL, PERMISSION_PUBLIC));
    assert_false(actor_may(NULL, PERMISSION_STAFF));
}

static void first_passwords_are_acceptable(void **state)
{
    struct people_test *test = *state;
    struct str one = password_initial(test->ctx.arena), two = password_initial(test->ctx.arena);

    assert_int_equal(one.n, 23);
    assert_false(str_eq(one, two));
    assert_int_equal(password_acceptable(&test->ctx, one, S("rdiaz"), S("password")), RC_OK);
}

static void secrets_are_written_for_people(void **state)
{
    struct people_test *test = *state;
    struct str secret = S("12345678901234567890");

    assert_str(totp_secret_text(test->ctx.arena, secret),
               "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    assert_str(totp_uri(test->ctx.arena, secret, S("Port Azalea"), S("r.diaz")),
               "otpauth://totp/Port%20Azalea:r.diaz?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
               "&issuer=Port%20Azalea");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEOPLE_TEST(a_session_ends_when_idle),
        PEOPLE_TEST(a_session_ends_after_twelve_hours),
        PEOPLE_TEST(a_session_is_touched_once_a_minute),
        PEOPLE_TEST(tokens_of_others_find_nothing),
        PEOPLE_TEST(sessions_are_listed_and_ended),
        PEOPLE_TEST(disabling_ends_sessions),
        PEOPLE_TEST(grants_come_and_go),
        PEOPLE_TEST(nobody_raises_themselves),
        PEOPLE_TEST(the_last_administrator_stays),
        PEOPLE_TEST(details_change),
        PEOPLE_TEST(the_second_factor_is_taken_away),
        PEOPLE_TEST(members_work_within_the_reach),
        PEOPLE_TEST(bad_accounts_are_refused),
        PEOPLE_TEST(permissions_follow_roles),
        PEOPLE_TEST(first_passwords_are_acceptable),
        PEOPLE_TEST(secrets_are_written_for_people),
    };

    return cmocka_run_group_tests_name("people/account", tests, NULL, NULL);
}
