/* What administrators say about mail: checked, recorded, and secrets kept. */
#include "engine/message/mail_settings.h"

#include "base/file.h"
#include "engine/record/people_record.h"
#include "engine/test_town.h"
#include "people/people.h"

static int open_town(void **state)
{
    const struct people_setup setup = {.key = "a key of thirty-two bytes, more",
                                       .record = people_record};

    people_use(&setup);
    return test_town_open(state);
}

static enum rc set(struct test_town *town, enum mail_setting what, const char *value)
{
    return mail_settings_change(&town->ctx, &(struct mail_change){what, str_of(value)}, 1,
                                S("as asked"));
}

static struct mail_settings settings_of(struct test_town *town)
{
    struct mail_settings settings;

    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    test_ok(&town->ctx, mail_settings_read(&town->ctx, &settings));
    db_reader_release(&town->ctx);
    return settings;
}

static struct smtp_relay login_of(struct test_town *town, enum rc wanted)
{
    struct smtp_relay relay = {0};

    test_ok(&town->ctx, db_reader_acquire(&town->ctx));
    assert_int_equal(mail_settings_login(&town->ctx, town->folder, &relay), wanted);
    db_reader_release(&town->ctx);
    ctx_clear_error(&town->ctx);
    return relay;
}

static int64_t events(struct test_town *town)
{
    return test_town_count(town, "SELECT count(*) FROM event WHERE kind = 'setting.changed'");
}

static struct str last_payload(struct test_town *town)
{
    return test_town_text(town, "SELECT CAST(payload AS TEXT) FROM event_payload "
                                "ORDER BY event DESC LIMIT 1");
}

static void names_are_those_of_the_store(void **state)
{
    enum mail_setting which = MAIL_RELAY;

    (void)state;
    for (int i = 0; i < MAIL_SETTING__N; i++) {
        assert_true(mail_setting_of(mail_setting_name((enum mail_setting)i), &which));
        assert_int_equal(which, i);
    }
    assert_false(mail_setting_of(S("demonstration"), &which));
}

static void each_change_is_an_event(void **state)
{
    struct test_town *town = *state;

    test_ok(&town->ctx, set(town, MAIL_RELAY, " smtp://relay.example:25 "));
    assert_int_equal(events(town), 1);
    assert_true(str_find(last_payload(town), S("smtp://relay.example:25")) > 0);
    assert_true(str_find(last_payload(town), S("as asked")) > 0);
    assert_true(str_eq(settings_of(town).value[MAIL_RELAY], S("smtp://relay.example:25")));
    test_ok(&town->ctx, set(town, MAIL_RELAY, "smtp://relay.example:25"));
    assert_int_equal(events(town), 1);
    test_ok(&town->ctx, set(town, MAIL_RELAY, ""));
    assert_int_equal(events(town), 2);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM setting WHERE name = 'smtp'"), 0);
}

static void a_password_is_used_and_never_shown(void **state)
{
    const struct people_setup other = {.key = "another key of thirty-two bytes",
                                       .record = people_record};
    struct test_town *town = *state;

    assert_int_equal(set(town, MAIL_PASSWORD, "hidden words"), RC_INVALID);
    assert_true(str_eq(town->ctx.err.field, S("smtp-user")));
    ctx_clear_error(&town->ctx);
    test_ok(&town->ctx, set(town, MAIL_USER, "clerk"));
    assert_int_equal(login_of(town, RC_OK).user.n, 0); /* without a password nobody signs in */
    test_ok(&town->ctx, set(town, MAIL_PASSWORD, "hidden words"));
    assert_true(str_find(last_payload(town), S("smtp-password")) > 0);
    assert_true(str_find(last_payload(town), S("hidden")) < 0);
    assert_true(settings_of(town).has_password);
    assert_int_equal(settings_of(town).value[MAIL_PASSWORD].n, 0);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM setting WHERE value LIKE '%hidden%'"), 0);
    assert_true(str_eq(login_of(town, RC_OK).user, S("clerk")));
    assert_true(str_eq(login_of(town, RC_OK).password, S("hidden words")));
    people_use(&other);
    login_of(town, RC_INVALID);
    /* Nobody signs in: nothing is left of the password. */
    test_ok(&town->ctx, set(town, MAIL_USER, ""));
    assert_false(settings_of(town).has_password);
    assert_int_equal(test_town_count(town, "SELECT count(*) FROM setting WHERE name LIKE 'smtp-%'"),
                     0);
}

static void witnesses_are_addresses(void **state)
{
    struct test_town *town = *state;

    test_ok(&town->ctx, set(town, MAIL_WITNESSES, "a@press.example\r\n\nb@court.example,,"));
    assert_true(
        str_eq(settings_of(town).value[MAIL_WITNESSES], S("a@press.example, b@court.example")));
}

static void what_is_wrong_is_refused(void **state)
{
    static const struct {
        enum mail_setting what;
        const char *value;
        enum err_id id;
    } wrong[] = {
        {MAIL_RELAY, "relay.example", ERR_PATTERN},
        {MAIL_RELAY, "smtp://user:secret@relay.example", ERR_PATTERN},
        {MAIL_SENDER, "City Hall", ERR_NOT_AN_EMAIL},
        {MAIL_SENDER, "City <a@b.example>\r\nBcc: c@d.example", ERR_ONE_LINE},
        {MAIL_USER, "clerk\nx", ERR_ONE_LINE},
        {MAIL_WITNESSES, "a@press.example, nobody", ERR_NOT_AN_EMAIL},
        {MAIL_USER, "\xff", ERR_NOT_UTF8},
    };
    struct test_town *town = *state;
    static char long_text[2002];

    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(set(town, wrong[i].what, wrong[i].value), RC_INVALID);
        assert_int_equal(town->ctx.err.id, wrong[i].id);
        assert_true(str_eq(town->ctx.err.field, mail_setting_name(wrong[i].what)));
        ctx_clear_error(&town->ctx);
    }
    memset(long_text, 'x', sizeof long_text - 1);
    assert_int_equal(set(town, MAIL_USER, long_text), RC_INVALID);
    assert_int_equal(town->ctx.err.id, ERR_TOO_LONG);
    ctx_clear_error(&town->ctx);
    assert_int_equal(events(town), 0);
    assert_int_equal(
        test_town_count(town, "SELECT count(*) FROM setting WHERE name <> 'city.stamp'"), 0);
}

#define SETTINGS_TEST(function) \
    cmocka_unit_test_setup_teardown(function, open_town, test_town_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_the_store),    SETTINGS_TEST(each_change_is_an_event),
        SETTINGS_TEST(a_password_is_used_and_never_shown), SETTINGS_TEST(witnesses_are_addresses),
        SETTINGS_TEST(what_is_wrong_is_refused),
    };

    return cmocka_run_group_tests_name("mail settings", tests, NULL, NULL);
}
