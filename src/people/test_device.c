#include "people/device.h"
#include "people/test_support.h"

static bool knows(struct people_test *test, struct str cookie, const char *login, struct str *ret)
{
    return device_knows(&test->ctx, cookie, str_of(login), ret);
}

static void a_login_is_known_where_it_signed_in(void **state)
{
    struct people_test *test = *state;
    struct str cookie = device_remember(&test->ctx, STR_NONE, S("ann")), id, again;

    assert_true(knows(test, cookie, "ann", &id));
    assert_int_equal(id.n, 16);
    assert_false(knows(test, cookie, "bob", &again));
    assert_false(knows(test, cookie, "", &again));
    assert_false(knows(test, STR_NONE, "ann", &again));
    assert_true(str_find(cookie, S("ann")) < 0);
    test_wait(test, (DEVICE_DAYS - 1) * US_PER_DAY);
    assert_true(knows(test, cookie, "ann", &again));
    assert_true(str_eq(id, again));
    test_wait(test, 2 * US_PER_DAY);
    assert_false(knows(test, cookie, "ann", &again));
}

static void a_shared_desk_knows_its_last_logins(void **state)
{
    static const char *const logins[] = {"a", "b", "c", "d", "e"};
    struct people_test *test = *state;
    struct str cookie = STR_NONE, id, other;

    for (size_t i = 0; i < 5; i++)
        cookie = device_remember(&test->ctx, cookie, str_of(logins[i]));
    assert_false(knows(test, cookie, "a", &id));
    for (size_t i = 1; i < 5; i++)
        assert_true(knows(test, cookie, logins[i], &id));
    assert_true(knows(test, cookie, "b", &other));
    assert_false(str_eq(device_remember(&test->ctx, cookie, S("b")), cookie));
    cookie = device_remember(&test->ctx, cookie, S("b"));
    assert_true(knows(test, cookie, "b", &id));
    assert_false(str_eq(id, other));
    for (size_t i = 2; i < 5; i++)
        assert_true(knows(test, cookie, logins[i], &id));
}

/* Every byte counts, and rubbish is carried no further. */
static void a_note_is_not_made_up(void **state)
{
    struct people_test *test = *state;
    struct str good = device_remember(&test->ctx, STR_NONE, S("ann")), id;
    static const char *const wrong[] = {
        "",
        ".",
        "....",
        "x",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    };

    for (size_t i = 0; i < good.n; i += 3) {
        struct str changed = str_copy(test->ctx.arena, good);

        ((char *)(uintptr_t)changed.p)[i] = good.p[i] == 'A' ? 'E' : 'A';
        assert_false(knows(test, changed, "ann", &id));
    }
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct str cookie = device_remember(&test->ctx, str_of(wrong[i]), S("ann"));

        assert_false(knows(test, str_of(wrong[i]), "ann", &id));
        assert_true(knows(test, cookie, "ann", &id));
        assert_true(cookie.n == good.n || cookie.n == 2 * good.n + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PEOPLE_TEST(a_login_is_known_where_it_signed_in),
        PEOPLE_TEST(a_shared_desk_knows_its_last_logins),
        PEOPLE_TEST(a_note_is_not_made_up),
    };

    return cmocka_run_group_tests_name("people/device", tests, NULL, NULL);
}
