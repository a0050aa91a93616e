#include "people/resident.h"

#include "db/db.h"
#include "people/test_support.h"

static enum rc make_tx(struct ctx *ctx, void *arg)
{
    return resident_ticket_make(ctx, S("Ana@Example.org"), STR_NONE, arg);
}

/* On a browser that has signed in before. */
static enum rc make_known_tx(struct ctx *ctx, void *arg)
{
    return resident_ticket_make(ctx, S("ana@example.org"), S("0123456789abcdef"), arg);
}

static struct str ticket(struct people_test *test)
{
    struct str token = STR_NONE;

    assert_int_equal(db_tx(&test->ctx, make_tx, &token), RC_OK);
    return token;
}

static enum rc open_link(struct people_test *test, struct str token, struct str *ret)
{
    enum rc rc = resident_sign_in(
        &test->ctx, &(struct resident_sign_in){token, S("203.0.113.7"), S("Browser\x01")}, ret);

    ctx_clear_error(&test->ctx);
    return rc;
}

static bool is_in(struct people_test *test, struct str token, struct resident *ret)
{
    bool is_found = false;

    assert_int_equal(db_reader_acquire(&test->ctx), RC_OK);
    assert_int_equal(resident_find(&test->ctx, token, &is_found, ret), RC_OK);
    db_reader_release(&test->ctx);
    return is_found;
}

static void a_link_signs_in_once(void **state)
{
    struct people_test *test = *state;
    struct str link = ticket(test), session = STR_NONE, email;
    struct resident resident;

    assert_int_equal(db_reader_acquire(&test->ctx), RC_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(resident_ticket_look(&test->ctx, link, &email), RC_OK);
    db_reader_release(&test->ctx);
    assert_true(str_eq(email, S("ana@example.org")));
    assert_int_equal(open_link(test, link, &session), RC_OK);
    assert_string_equal(test_last_kind, "resident.signed-in");
    assert_true(is_in(test, session, &resident));
    assert_true(str_eq(resident.email, S("ana@example.org")));
    assert_int_equal(open_link(test, link, &session), RC_GONE);
    assert_int_equal(open_link(test, S("made up"), &session), RC_GONE);
    assert_false(is_in(test, link, &resident));
}

static void a_link_lasts_a_quarter_of_an_hour(void **state)
{
    struct people_test *test = *state;
    struct str early = ticket(test), late = ticket(test), session;

    test_wait(test, RESIDENT_TICKET_US - US_PER_S);
    assert_int_equal(open_link(test, early, &session), RC_OK);
    test_wait(test, 2 * US_PER_S);
    assert_int_equal(open_link(test, late, &session), RC_GONE);
}

static void an_address_is_not_flooded(void **state)
{
    struct people_test *test = *state;
    struct str token = STR_NONE;
    int sent = 0;

    for (int hour = 0; hour < 8; hour++) {
        for (int i = 0; i < STRANGER_TICKETS_PER_HOUR; i++)
            sent += db_tx(&test->ctx, make_tx, &token) == RC_OK;
        assert_int_equal(db_tx(&test->ctx, make_tx, &token), RC_LIMIT);
        ctx_clear_error(&test->ctx);
        test_wait(test, US_PER_H + US_PER_S);
    }
    assert_int_equal(sent, STRANGER_TICKETS_PER_DAY);
}

/* Whatever strangers ask for, and the other way round. */
static void a_browser_that_has_signed_in_has_links_of_its_own(void **state)
{
    struct people_test *test = *state;
    struct str token = STR_NONE, session;
    int strangers = 0, own = 0;

    for (int i = 0; i < RESIDENT_TICKETS_PER_DAY; i++) {
        strangers += db_tx(&test->ctx, make_tx, &token) == RC_OK;
        ctx_clear_error(&test->ctx);
    }
    assert_int_equal(strangers, STRANGER_TICKETS_PER_HOUR);
    for (int i = 0; i < RESIDENT_TICKETS_PER_DAY; i++) {
        own += db_tx(&test->ctx, make_known_tx, &token) == RC_OK;
        ctx_clear_error(&test->ctx);
    }
    assert_int_equal(own, RESIDENT_TICKETS_PER_HOUR);
    assert_int_equal(open_link(test, token, &session), RC_OK);
    test_wait(test, US_PER_H + US_PER_S);
    assert_int_equal(db_tx(&test->ctx, make_tx, &token), RC_OK);
}

static void one_address_is_one_account(void **state)
{
    struct people_test *test = *state;
    struct str one = STR_NONE, two = STR_NONE;
    struct resident first, second;

    assert_int_equal(open_link(test, ticket(test), &one), RC_OK);
    assert_int_equal(open_link(test, ticket(test), &two), RC_OK);
    assert_true(is_in(test, one, &first) && is_in(test, two, &second));
    assert_true(first.party == second.party);
    assert_int_equal(resident_change(&test->ctx, first.party, S(" Ana Ruiz "), LANG_ES), RC_OK);
    assert_true(is_in(test, two, &second));
    assert_true(str_eq(second.name, S("Ana Ruiz")));
    assert_int_equal(second.lang, LANG_ES);
    assert_int_equal(resident_change(&test->ctx, first.party, S("a\nb"), LANG_ES), RC_INVALID);
}

static void sessions_end(void **state)
{
    struct people_test *test = *state;
    struct str one = STR_NONE, two = STR_NONE;
    struct resident first, second;
    struct session_line *lines;
    size_t n;

    assert_int_equal(open_link(test, ticket(test), &one), RC_OK);
    assert_int_equal(open_link(test, ticket(test), &two), RC_OK);
    assert_true(is_in(test, one, &first) && is_in(test, two, &second));
    assert_int_equal(db_reader_acquire(&test->ctx), RC_OK);
    assert_int_equal(resident_sessions(&test->ctx, first.party, &lines, &n), RC_OK);
    db_reader_release(&test->ctx);
    assert_int_equal(n, 2);
    assert_int_equal(resident_session_end(&test->ctx, first.party + 1, second.session_id),
                     RC_NOT_FOUND);
    ctx_clear_error(&test->ctx);
    assert_int_equal(resident_session_end(&test->ctx, first.party, second.session_id), RC_OK);
    assert_false(is_in(test, two, &second));
    test_wait(test, RESIDENT_IDLE_US - US_PER_S);
    assert_true(is_in(test, one, &first));
    test_wait(test, RESIDENT_IDLE_US - US_PER_S);
    assert_true(is_in(test, one, &first));
    test_wait(test, 4 * US_PER_DAY);
    assert_false(is_in(test, one, &first));
}

static enum rc delete_tx(struct ctx *ctx, void *arg)
{
    return resident_delete(ctx, *(const int64_t *)arg);
}

static void a_deleted_account_is_gone(void **state)
{
    struct people_test *test = *state;
    struct str session = STR_NONE;
    struct resident before, after;

    assert_int_equal(open_link(test, ticket(test), &session), RC_OK);
    assert_true(is_in(test, session, &before));
    assert_int_equal(db_tx(&test->ctx, delete_tx, &before.party), RC_OK);
    assert_string_equal(test_last_kind, "resident.deleted");
    assert_false(is_in(test, session, &after));
    assert_int_equal(open_link(test, ticket(test), &session), RC_OK);
    assert_true(is_in(test, session, &after));
    assert_true(after.party != before.party);
    assert_int_equal(after.name.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEOPLE_TEST(a_link_signs_in_once),
        PEOPLE_TEST(a_link_lasts_a_quarter_of_an_hour),
        PEOPLE_TEST(an_address_is_not_flooded),
        PEOPLE_TEST(a_browser_that_has_signed_in_has_links_of_its_own),
        PEOPLE_TEST(one_address_is_one_account),
        PEOPLE_TEST(sessions_end),
        PEOPLE_TEST(a_deleted_account_is_gone),
    };

    return cmocka_run_group_tests_name("people resident", tests, NULL, NULL);
}
