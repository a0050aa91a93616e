#include "people/own_access.h"

#include <liboath/oath.h>

#include "people/test_support.h"

#define FIRST S("correct horse battery")
#define OTHER S("staple of another wall")

static struct sign_in signing(const char *login, struct str password, struct str code)
{
    return (struct sign_in){.login = str_of(login),
                            .password = password,
                            .code = code,
                            .address = S("203.0.113.7"),
                            .agent = S("Test")};
}

static struct str code_now(struct people_test *test, struct str secret)
{
    char code[7];
    time_t at = (time_t)(test->ctx.now.us_utc / US_PER_S);

    assert_int_equal(oath_totp_generate(secret.p, secret.n, at, TOTP_STEP_S, 0, 6, code), OATH_OK);
    return str_copy(test->ctx.arena, str_of(code));
}

struct mine {
    int64_t id;
    struct str secret, token;
    struct str codes[RECOVERY_CODES];
};

/* An account that is set up: its password is FIRST. */
static struct mine set_up(struct people_test *test)
{
    struct mine mine = {0};
    struct str first;
    struct signed_in in = {0};
    struct sign_in_setup setup;
    struct sign_in_finished finished = {0};
    struct sign_in input;

    mine.id = test_account(test, "rdiaz", &first);
    input = signing("rdiaz", first, STR_NONE);
    assert_int_equal(sign_in(&test->ctx, &input, &in), RC_OK);
    assert_int_equal(sign_in_setup_of(&test->ctx, in.ticket, &setup), RC_OK);
    mine.secret = setup.secret;
    assert_int_equal(sign_in_finish(&test->ctx,
                                    &(struct sign_in_finish){.ticket = in.ticket,
                                                             .password = FIRST,
                                                             .again = FIRST,
                                                             .code = code_now(test, mine.secret)},
                                    &finished),
                     RC_OK);
    mine.token = finished.token;
    memcpy(mine.codes, finished.recovery, sizeof mine.codes);
    return mine;
}

static bool find(struct people_test *test, struct str token, struct session *ret)
{
    bool is_found = false;

    assert_int_equal(session_find(&test->ctx, token, &is_found, ret), RC_OK);
    db_reader_release(&test->ctx);
    return is_found;
}

static enum rc try_sign_in(struct people_test *test, struct str password, struct str code,
                           struct str *ret_token)
{
    struct sign_in input = signing("rdiaz", password, code);
    struct signed_in in = {0};
    enum rc rc = sign_in(&test->ctx, &input, &in);

    *ret_token = in.token;
    ctx_clear_error(&test->ctx);
    return rc;
}

static void a_password_is_changed(void **state)
{
    struct people_test *test = *state;
    struct mine mine = set_up(test);
    struct session session, ended;
    struct str elsewhere, token;
    int before;

    assert_int_equal(try_sign_in(test, FIRST, mine.codes[0], &elsewhere), RC_OK);
    assert_true(find(test, elsewhere, &ended));
    assert_true(find(test, mine.token, &session));
    before = test_recorded;
    assert_int_equal(
        own_password_change(&test->ctx, &session, &(struct own_password){FIRST, OTHER, OTHER}),
        RC_OK);
    assert_int_equal(test_recorded, before + 1);
    assert_string_equal(test_last_kind, "account.password");
    assert_true(find(test, mine.token, &session));
    assert_false(find(test, elsewhere, &ended));
    assert_int_equal(try_sign_in(test, FIRST, mine.codes[1], &token), RC_DENIED);
    assert_int_equal(try_sign_in(test, OTHER, mine.codes[1], &token), RC_OK);
}

static void a_wrong_change_changes_nothing(void **state)
{
    static const struct {
        const char *current, *password, *again, *field;
        enum err_id error;
    } cases[] = {
        {"", "staple of another wall", "staple of another wall", "current", ERR_REQUIRED},
        {"wrong", "staple of another wall", "staple of another wall", "current",
         ERR_PASSWORD_WRONG},
        {"correct horse battery", "", "", "password", ERR_REQUIRED},
        {"correct horse battery", "short", "short", "password", ERR_PASSWORD_SHORT},
        {"correct horse battery", "aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "password",
         ERR_PASSWORD_PLAIN},
        {"correct horse battery", "staple of another wall", "staple of another hall", "again",
         ERR_PASSWORD_AGAIN},
    };
    struct people_test *test = *state;
    struct mine mine = set_up(test);
    struct session session;
    struct str token;
    int before;

    assert_true(find(test, mine.token, &session));
    before = test_recorded;
    for (size_t i = 0; i < COUNT(cases); i++) {
        ctx_clear_error(&test->ctx);
        assert_int_equal(own_password_change(&test->ctx, &session,
                                             &(struct own_password){str_of(cases[i].current),
                                                                    str_of(cases[i].password),
                                                                    str_of(cases[i].again)}),
                         RC_INVALID);
        assert_int_equal(test->ctx.err.id, cases[i].error);
        assert_str(test->ctx.err.field, cases[i].field);
    }
    ctx_clear_error(&test->ctx);
    assert_int_equal(test_recorded, before);
    assert_int_equal(try_sign_in(test, FIRST, mine.codes[0], &token), RC_OK);
}

/* What cannot be recorded is not done. */
static void no_record_no_change(void **state)
{
    struct people_test *test = *state;
    struct mine mine = set_up(test);
    struct session session;
    struct str token;

    assert_true(find(test, mine.token, &session));
    test_record_fails = true;
    assert_int_not_equal(
        own_password_change(&test->ctx, &session, &(struct own_password){FIRST, OTHER, OTHER}),
        RC_OK);
    test_record_fails = false;
    assert_int_equal(try_sign_in(test, OTHER, mine.codes[0], &token), RC_DENIED);
    assert_int_equal(try_sign_in(test, FIRST, mine.codes[0], &token), RC_OK);
}

static int64_t codes_left(struct people_test *test, int64_t id, bool has_authenticator)
{
    struct own_codes codes = {0};

    assert_int_equal(own_codes_read(&test->ctx, id, &codes), RC_OK);
    db_reader_release(&test->ctx);
    assert_int_equal(codes.has_authenticator, has_authenticator);
    return codes.left;
}

static void codes_are_made_anew(void **state)
{
    struct people_test *test = *state;
    struct mine mine = set_up(test);
    struct str fresh[RECOVERY_CODES], token;
    struct session session;

    assert_true(find(test, mine.token, &session));
    assert_int_equal(codes_left(test, mine.id, true), RECOVERY_CODES);
    assert_int_equal(try_sign_in(test, FIRST, mine.codes[0], &token), RC_OK);
    assert_int_equal(codes_left(test, mine.id, true), RECOVERY_CODES - 1);
    assert_int_equal(own_codes_renew(&test->ctx, &session, S("wrong"), fresh), RC_INVALID);
    assert_int_equal(test->ctx.err.id, ERR_PASSWORD_WRONG);
    assert_str(test->ctx.err.field, "current");
    ctx_clear_error(&test->ctx);
    assert_int_equal(own_codes_renew(&test->ctx, &session, FIRST, fresh), RC_OK);
    assert_string_equal(test_last_kind, "account.recovery_codes");
    assert_int_equal(codes_left(test, mine.id, true), RECOVERY_CODES);
    assert_int_equal(try_sign_in(test, FIRST, mine.codes[1], &token), RC_DENIED);
    assert_int_equal(try_sign_in(test, FIRST, fresh[9], &token), RC_OK);
    assert_int_equal(try_sign_in(test, FIRST, fresh[9], &token), RC_DENIED);
}

/* A demonstration asks for none, so there is nothing to recover. */
static void no_codes_without_an_authenticator(void **state)
{
    struct people_test *test = *state;
    struct str password, token, codes[RECOVERY_CODES];
    struct session session;
    int64_t id;

    test_be_demonstration(true);
    id = test_account(test, "rdiaz", &password);
    assert_int_equal(try_sign_in(test, password, STR_NONE, &token), RC_OK);
    assert_true(find(test, token, &session));
    assert_int_equal(codes_left(test, id, false), 0);
    assert_int_equal(own_codes_renew(&test->ctx, &session, password, codes), RC_NOT_FOUND);
    ctx_clear_error(&test->ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEOPLE_TEST(a_password_is_changed),
        PEOPLE_TEST(a_wrong_change_changes_nothing),
        PEOPLE_TEST(no_record_no_change),
        PEOPLE_TEST(codes_are_made_anew),
        PEOPLE_TEST(no_codes_without_an_authenticator),
    };

    return cmocka_run_group_tests_name("own_access", tests, NULL, NULL);
}
