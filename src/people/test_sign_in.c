#include <liboath/oath.h>
#include <pthread.h>
#include <unistd.h>

#include "people/password.h"
#include "people/test_support.h"

static enum err_id try_sign_in(struct people_test *test, const char *login, struct str password,
                               struct str code, struct signed_in *ret)
{
    enum err_id id;

    ctx_clear_error(&test->ctx);
    if (!sign_in(&test->ctx,
                 &(struct sign_in){.login = str_of(login),
                                   .password = password,
                                   .code = code,
                                   .address = S("203.0.113.7"),
                                   .agent = S("Test")},
                 ret))
        return ERR_NONE;
    id = test->ctx.err.id;
    ctx_clear_error(&test->ctx);
    return id;
}

static struct str code_at(struct people_test *test, struct str secret, int64_t steps)
{
    char code[7];
    time_t at = (time_t)(test->ctx.now.us_utc / US_PER_S + steps * TOTP_STEP_S);

    assert_int_equal(oath_totp_generate(secret.p, secret.n, at, TOTP_STEP_S, 0, 6, code), OATH_OK);
    return str_copy(test->ctx.arena, str_of(code));
}

/* Signs a new account in for the first time; its secret. */
static struct str enrol(struct people_test *test, const char *login, struct str first,
                        struct sign_in_finished *ret)
{
    struct signed_in in = {0};
    struct sign_in_setup setup;

    assert_int_equal(try_sign_in(test, login, first, STR_NONE, &in), ERR_NONE);
    assert_true(in.ticket.n > 0 && in.token.n == 0);
    assert_int_equal(sign_in_setup_of(&test->ctx, in.ticket, &setup), RC_OK);
    assert_true(setup.needs_password && setup.secret.n == TOTP_SECRET_BYTES);
    assert_int_equal(
        sign_in_finish(&test->ctx,
                       &(struct sign_in_finish){.ticket = in.ticket,
                                                .password = S("correct horse battery"),
                                                .again = S("correct horse battery"),
                                                .code = code_at(test, setup.secret, 0)},
                       ret),
        RC_OK);
    return setup.secret;
}

static void demonstration_needs_the_password_alone(void **state)
{
    struct people_test *test = *state;
    struct str password;
    struct signed_in in = {0};
    struct session session;
    bool is_found = false;

    test_be_demonstration(true);
    test_account(test, "rdiaz", &password);
    assert_int_equal(password.n, 23);
    assert_int_equal(try_sign_in(test, "rdiaz", password, STR_NONE, &in), ERR_NONE);
    assert_int_equal(in.token.n, 43);
    assert_int_equal(in.ticket.n, 0);
    assert_int_equal(session_find(&test->ctx, in.token, &is_found, &session), RC_OK);
    assert_true(is_found);
    assert_str(session.login, "rdiaz");
    assert_int_equal(session.actor.kind, ACTOR_STAFF);
    assert_int_equal(session.actor.grant_n, 1);
    assert_true(actor_has_role(&session.actor, ROLE_AGENT));
    assert_false(actor_has_role(&session.actor, ROLE_ADMINISTRATOR));
}

static void all_refusals_are_alike(void **state)
{
    struct people_test *test = *state;
    struct str password;
    struct signed_in in = {0};
    int64_t id;

    test_be_demonstration(true);
    id = test_account(test, "rdiaz", &password);
    assert_int_equal(try_sign_in(test, "nobody", password, STR_NONE, &in), ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "rdiaz", S("wrong"), STR_NONE, &in), ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "rdiaz", STR_NONE, STR_NONE, &in), ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "", STR_NONE, STR_NONE, &in), ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "rdiaz' OR 1=1 --", password, STR_NONE, &in), ERR_SIGN_IN);
    assert_int_equal(account_disable(&test->ctx, id, true, STR_NONE), RC_OK);
    assert_int_equal(try_sign_in(test, "rdiaz", password, STR_NONE, &in), ERR_SIGN_IN);
    assert_int_equal(account_disable(&test->ctx, id, false, STR_NONE), RC_OK);
    assert_int_equal(try_sign_in(test, "rdiaz", password, STR_NONE, &in), ERR_NONE);
}

/* Best of three, so that a busy machine does not decide; a login that is refused without a hash
 * would be a hundred times faster. */
static void unknown_logins_cost_a_hash(void **state)
{
    struct people_test *test = *state;
    struct str password;
    struct signed_in in = {0};
    int64_t best[2] = {INT64_MAX, INT64_MAX};

    unsetenv("CITYHALL_LIGHT_PASSWORDS"); /* the hash that nobody has is never light */
    test_be_demonstration(true);
    test_account(test, "rdiaz", &password);
    for (int i = 0; i < 6; i++) {
        int64_t began = clock_monotonic_ms(), took;

        assert_int_equal(
            try_sign_in(test, i % 2 ? "rdiaz" : "nobody", S("wrong password"), STR_NONE, &in),
            ERR_SIGN_IN);
        took = clock_monotonic_ms() - began;
        best[i % 2] = took < best[i % 2] ? took : best[i % 2];
    }
    assert_true(best[0] * 3 >= best[1] && best[1] * 3 >= best[0]);
}

static void first_sign_in_sets_up(void **state)
{
    struct people_test *test = *state;
    struct str first, secret;
    struct sign_in_finished finished = {0};
    struct signed_in in = {0};

    test_account(test, "rdiaz", &first);
    secret = enrol(test, "rdiaz", first, &finished);
    assert_int_equal(finished.token.n, 43);
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        assert_true(finished.recovery[i].n > 0);
    assert_int_equal(try_sign_in(test, "rdiaz", first, STR_NONE, &in), ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "rdiaz", S("correct horse battery"), STR_NONE, &in),
                     ERR_SIGN_IN);
    test_wait(test, 60 * US_PER_S);
    assert_int_equal(
        try_sign_in(test, "rdiaz", S("correct horse battery"), code_at(test, secret, 0), &in),
        ERR_NONE);
    assert_int_equal(in.token.n, 43);
}

static void ticket_works_once_and_ten_minutes(void **state)
{
    struct people_test *test = *state;
    struct str first;
    struct signed_in late = {0}, other = {0};
    struct sign_in_setup setup;
    struct sign_in_finished finished;
    char *forged;

    test_account(test, "rdiaz", &first);
    assert_int_equal(try_sign_in(test, "rdiaz", first, STR_NONE, &late), ERR_NONE);
    test_wait(test, 10 * US_PER_MIN);
    assert_int_equal(sign_in_setup_of(&test->ctx, late.ticket, &setup), RC_GONE);
    ctx_clear_error(&test->ctx);
    assert_int_equal(try_sign_in(test, "rdiaz", first, STR_NONE, &other), ERR_NONE);
    forged = (char *)(uintptr_t)str_z(test->ctx.arena, other.ticket);
    forged[40] = forged[40] == 'A' ? 'B' : 'A';
    assert_int_equal(sign_in_setup_of(&test->ctx, str_of(forged), &setup), RC_GONE);
    ctx_clear_error(&test->ctx);
    assert_int_equal(sign_in_setup_of(&test->ctx, S("x"), &setup), RC_GONE);
    ctx_clear_error(&test->ctx);
    enrol(test, "rdiaz", first, &finished);
    assert_int_equal(sign_in_setup_of(&test->ctx, other.ticket, &setup), RC_GONE);
}

static void setup_refuses_bad_input(void **state)
{
    static const struct {
        const char *password, *again, *code, *field;
        enum err_id error;
    } cases[] = {
        {"", "", "000000", "password", ERR_REQUIRED},
        {"too short", "too short", "000000", "password", ERR_PASSWORD_SHORT},
        {"aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "000000", "password", ERR_PASSWORD_PLAIN},
        {"rdiaz.rdiaz.rdiaz", "rdiaz.rdiaz.rdiaz", "000000", "password", ERR_PASSWORD_PLAIN},
        {"correct horse battery", "correct horse buttery", "000000", "again", ERR_PASSWORD_AGAIN},
        {"correct horse battery", "correct horse battery", "", "code", ERR_REQUIRED},
        {"correct horse battery", "correct horse battery", "12345", "code", ERR_PATTERN},
        {"correct horse battery", "correct horse battery", "12345x", "code", ERR_PATTERN},
    };
    struct people_test *test = *state;
    struct str first;
    struct signed_in in = {0};
    struct sign_in_finished finished;

    test_account(test, "rdiaz.rdiaz.rdiaz", &first);
    assert_int_equal(try_sign_in(test, "rdiaz.rdiaz.rdiaz", first, STR_NONE, &in), ERR_NONE);
    for (size_t i = 0; i < COUNT(cases); i++) {
        ctx_clear_error(&test->ctx);
        assert_int_equal(sign_in_finish(&test->ctx,
                                        &(struct sign_in_finish){
                                            .ticket = in.ticket,
                                            .password = str_of(cases[i].password),
                                            .again = str_of(cases[i].again),
                                            .code = str_of(cases[i].code),
                                        },
                                        &finished),
                         RC_INVALID);
        assert_int_equal(test->ctx.err.id, cases[i].error);
        assert_str(test->ctx.err.field, cases[i].field);
    }
}

/* Everything that is wrong is said at once. */
static void setup_tells_all_that_is_wrong(void **state)
{
    struct people_test *test = *state;
    struct err faults[SIGN_IN_FAULTS];
    struct sign_in_finish input = {.password = S("short"), .again = S("shorter"), .code = S("1")};
    struct signed_in in = {0};
    struct str first;
    size_t n = 9;

    test_account(test, "rdiaz", &first);
    assert_int_equal(try_sign_in(test, "rdiaz", first, STR_NONE, &in), ERR_NONE);
    input.ticket = in.ticket;
    assert_int_equal(sign_in_finish_faults(&test->ctx, &input, faults, &n), RC_OK);
    assert_int_equal(n, 3);
    assert_int_equal(faults[0].id, ERR_PASSWORD_SHORT);
    assert_int_equal(faults[1].id, ERR_PASSWORD_AGAIN);
    assert_int_equal(faults[2].id, ERR_PATTERN);
    assert_int_equal(test->ctx.err.id, ERR_NONE);
    input.password = input.again = S("correct horse battery");
    assert_int_equal(sign_in_finish_faults(&test->ctx, &input, faults, &n), RC_OK);
    assert_int_equal(n, 1);
    assert_str(faults[0].field, "code");
    input.ticket = S("AAAA");
    assert_int_equal(sign_in_finish_faults(&test->ctx, &input, faults, &n), RC_GONE);
}

static void a_code_counts_once(void **state)
{
    struct people_test *test = *state;
    struct str first, secret, code;
    struct sign_in_finished finished;
    struct signed_in in = {0};
    struct str password = S("correct horse battery");

    test_account(test, "rdiaz", &first);
    secret = enrol(test, "rdiaz", first, &finished);
    /* The enrolment's own code is used up too. */
    assert_int_equal(try_sign_in(test, "rdiaz", password, code_at(test, secret, 0), &in),
                     ERR_SIGN_IN);
    test_wait(test, 2 * TOTP_STEP_S * US_PER_S);
    code = code_at(test, secret, 0);
    assert_int_equal(try_sign_in(test, "rdiaz", password, code, &in), ERR_NONE);
    assert_int_equal(try_sign_in(test, "rdiaz", password, code, &in), ERR_SIGN_IN);
    /* A later step may be used early, then the one before is gone. */
    test_wait(test, 2 * TOTP_STEP_S * US_PER_S);
    assert_int_equal(try_sign_in(test, "rdiaz", password, code_at(test, secret, 1), &in), ERR_NONE);
    assert_int_equal(try_sign_in(test, "rdiaz", password, code_at(test, secret, 0), &in),
                     ERR_SIGN_IN);
    test_wait(test, 3 * TOTP_STEP_S * US_PER_S);
    assert_int_equal(try_sign_in(test, "rdiaz", password, code_at(test, secret, -2), &in),
                     ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "rdiaz", password, code_at(test, secret, 2), &in),
                     ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "rdiaz", password, code_at(test, secret, -1), &in),
                     ERR_NONE);
}

static void recovery_codes_count_once(void **state)
{
    struct people_test *test = *state;
    struct str first, password = S("correct horse battery");
    struct sign_in_finished finished;
    struct signed_in in = {0};

    test_account(test, "rdiaz", &first);
    enrol(test, "rdiaz", first, &finished);
    assert_int_equal(finished.recovery[0].n, 11);
    assert_false(str_eq(finished.recovery[0], finished.recovery[1]));
    assert_int_equal(try_sign_in(test, "rdiaz", password,
                                 str_lower_ascii(test->ctx.arena, finished.recovery[3]), &in),
                     ERR_NONE);
    assert_string_equal(test_last_kind, "session.started");
    assert_int_equal(try_sign_in(test, "rdiaz", password, finished.recovery[3], &in), ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "rdiaz", password, S("ABCDE-FGHJK"), &in), ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "rdiaz", S("wrong password"), finished.recovery[4], &in),
                     ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "rdiaz", password, finished.recovery[4], &in), ERR_NONE);
}

static void reset_ends_everything(void **state)
{
    struct people_test *test = *state;
    struct str first, second;
    struct sign_in_finished finished;
    struct signed_in in = {0};
    struct session session;
    bool is_found = true;
    int64_t id = test_account(test, "rdiaz", &first);

    enrol(test, "rdiaz", first, &finished);
    assert_int_equal(account_reset(&test->ctx, id, STR_NONE, &second), RC_OK);
    assert_int_equal(session_find(&test->ctx, finished.token, &is_found, &session), RC_OK);
    assert_false(is_found);
    assert_int_equal(
        try_sign_in(test, "rdiaz", S("correct horse battery"), finished.recovery[0], &in),
        ERR_SIGN_IN);
    assert_int_equal(try_sign_in(test, "rdiaz", second, STR_NONE, &in), ERR_NONE);
    assert_true(in.ticket.n > 0);
}

/* The password stays, and what was set up with it goes. */
static void a_lost_phone_is_taken_away(void **state)
{
    struct people_test *test = *state;
    struct str first;
    struct sign_in_finished finished;
    struct signed_in in = {0};
    struct session session;
    bool is_found = true;
    int64_t id = test_account(test, "rdiaz", &first);

    enrol(test, "rdiaz", first, &finished);
    assert_int_equal(account_reset_code(&test->ctx, id, S("lost phone")), RC_OK);
    assert_string_equal(test_last_kind, "account.code_reset");
    assert_int_equal(session_find(&test->ctx, finished.token, &is_found, &session), RC_OK);
    assert_false(is_found);
    assert_int_equal(try_sign_in(test, "rdiaz", S("correct horse battery"), STR_NONE, &in),
                     ERR_NONE);
    assert_true(in.ticket.n > 0);
}

/* What cannot be recorded does not happen. */
static void no_session_without_its_event(void **state)
{
    struct people_test *test = *state;
    struct str password;
    struct signed_in in = {0};
    struct session_line *lines;
    size_t n;
    int64_t id;

    test_be_demonstration(true);
    id = test_account(test, "rdiaz", &password);
    test_record_fails = true;
    assert_int_equal(try_sign_in(test, "rdiaz", password, STR_NONE, &in), ERR_UNAVAILABLE);
    assert_int_equal(in.token.n, 0);
    assert_int_equal(session_list(&test->ctx, id, &lines, &n), RC_OK);
    assert_int_equal(n, 0);
}

#define CROWD 40

struct crowd {
    struct db *db;
    pthread_barrier_t begin;
    _Atomic int refused, wrong, waited; /* waited: in vain, on a slow machine */
};

static int heard(struct crowd *crowd)
{
    return crowd->refused + crowd->wrong + crowd->waited;
}

static void *one_of_the_crowd(void *arg)
{
    struct crowd *crowd = arg;
    struct ctx ctx = {.arena = arena_new(1 << 20), .now = clock_now(), .db = crowd->db};
    int64_t begin_ms;
    bool is_right = true;

    pthread_barrier_wait(&crowd->begin);
    begin_ms = clock_monotonic_ms();
    if (password_check(&ctx, &(struct password_try){.password = S("x")}, &is_right) ==
        RC_UNAVAILABLE)
        *(clock_monotonic_ms() - begin_ms < PASSWORD_WAIT_MS / 2 ? &crowd->refused
                                                                 : &crowd->waited) += 1;
    else
        crowd->wrong += !is_right;
    arena_free(ctx.arena);
    return NULL;
}

/* Of a crowd one is served at a time (PASSWORD_HASHES_AT_ONCE), eight wait, the rest hears at once
 * that it is too much; who is known comes in all the same. */
static void hashing_is_bounded(void **state)
{
    struct people_test *test = *state;
    struct crowd crowd = {.db = test->db};
    const struct password_try known = {.password = S("x"), .goes_first = true};
    bool is_right;
    pthread_t threads[CROWD];
    enum rc rc;

    assert_int_equal(PASSWORD_HASHES_AT_ONCE, 1);
    assert_int_equal(PASSWORD_WAITING_MAX - PASSWORD_KEPT_PLACES, 8);
    assert_int_equal(pthread_barrier_init(&crowd.begin, NULL, CROWD), 0);
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, one_of_the_crowd, &crowd), 0);
    while (!crowd.refused && heard(&crowd) < CROWD) /* on no machine for ever */
        usleep(1000);
    rc = password_check(&test->ctx, &known, &is_right);
    for (size_t i = 0; i < CROWD; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&crowd.begin);
    assert_int_equal(rc, RC_OK);
    assert_int_equal(heard(&crowd), CROWD);
    assert_true(crowd.refused > 0);
    assert_true(crowd.wrong > 0);
    assert_true(crowd.wrong + crowd.waited >= PASSWORD_WAITING_MAX - PASSWORD_KEPT_PLACES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEOPLE_TEST(demonstration_needs_the_password_alone),
        PEOPLE_TEST(all_refusals_are_alike),
        PEOPLE_TEST(unknown_logins_cost_a_hash),
        PEOPLE_TEST(first_sign_in_sets_up),
        PEOPLE_TEST(ticket_works_once_and_ten_minutes),
        PEOPLE_TEST(setup_refuses_bad_input),
        PEOPLE_TEST(setup_tells_all_that_is_wrong),
        PEOPLE_TEST(a_code_counts_once),
        PEOPLE_TEST(recovery_codes_count_once),
        PEOPLE_TEST(reset_ends_everything),
        PEOPLE_TEST(a_lost_phone_is_taken_away),
        PEOPLE_TEST(no_session_without_its_event),
        PEOPLE_TEST(hashing_is_bounded),
    };

    return cmocka_run_group_tests_name("people/sign_in", tests, NULL, NULL);
}
