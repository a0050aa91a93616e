#include "base/test_support.h"
#include "web/form.h"

static const char *const colours[] = {"red", "green", NULL};
static const struct input_spec specs[] = {
    {.name = "text", .type = INPUT_TEXT, .is_required = true, .max_characters = 5},
    {.name = "code", .type = INPUT_TEXT, .pattern = "[A-Z]{2}[0-9]+"},
    {.name = "mail", .type = INPUT_EMAIL},
    {.name = "count", .type = INPUT_INTEGER, .min = 1, .max = 9},
    {.name = "day", .type = INPUT_DATE},
    {.name = "agree", .type = INPUT_YES_NO},
    {.name = "colour", .type = INPUT_CHOICE, .choices = colours},
    {.name = "colours", .type = INPUT_CHOICES, .choices = colours},
    {.name = "token", .type = INPUT_TOKEN},
    {.name = NULL},
};
static const struct route api_route = {HTTP_POST, "/", NULL, 1, .flags = ROUTE_API};

static struct form read_form(struct ctx *ctx, const char *encoded)
{
    struct request request = {.method = HTTP_POST};
    struct form form;

    ctx_clear_error(ctx);
    assert_int_equal(url_params_decode(ctx, str_of(encoded), 1000, &request.form), RC_OK);
    assert_int_equal(form_read(ctx, &request, specs, &form), RC_OK);
    return form;
}

static enum rc read_json(struct ctx *ctx, const char *text, struct form *form)
{
    struct request request = {.method = HTTP_POST,
                              .route = &api_route,
                              .media_type = S("application/json"),
                              .body = str_of(text)};

    ctx_clear_error(ctx);
    return form_read(ctx, &request, specs, form);
}

static void test_good_form(void **state)
{
    struct form form = read_form(*state, "text=+a%0D%0Ab+&code=AB12&mail=a@b.example&count=9&"
                                         "day=2026-07-02&agree=on&colour=red&colours=red&"
                                         "colours=green&token=a-Z_9&stranger=1");

    assert_true(form_is_valid(&form));
    assert_str(form_text(&form, "text"), "a\nb");
    assert_int_equal(form_integer(&form, "count"), 9);
    assert_str(date_format(((struct ctx *)*state)->arena, form_date(&form, "day")), "2026-07-02");
    assert_true(form_is_yes(&form, "agree"));
    assert_true(form_has_choice(&form, "colours", S("green")));
    assert_false(form_has_choice(&form, "colour", S("green")));
}

static void test_left_out(void **state)
{
    struct form form = read_form(*state, "text=x&mail=&count=+&day=&colour=");

    assert_true(form_is_valid(&form));
    assert_false(form_has(&form, "mail"));
    assert_false(form_has(&form, "token"));
    assert_false(form_is_yes(&form, "agree"));
    assert_str(form_text(&form, "code"), "");
}

static void test_errors_are_collected(void **state)
{
    struct form form =
        read_form(*state, "text=+&code=ab&mail=x&count=10&day=2026-02-30&agree=maybe&"
                          "colour=blue&colours=red&colours=red&token=a%20b");

    assert_int_equal(form.error_count, 9);
    assert_int_equal(form_field(&form, "text")->error, ERR_REQUIRED);
    assert_int_equal(form_field(&form, "code")->error, ERR_PATTERN);
    assert_int_equal(form_field(&form, "mail")->error, ERR_NOT_AN_EMAIL);
    assert_int_equal(form_field(&form, "count")->error, ERR_TOO_BIG);
    assert_str(form_field(&form, "count")->arg, "9");
    assert_int_equal(form_field(&form, "day")->error, ERR_NOT_A_DATE);
    assert_int_equal(form_field(&form, "agree")->error, ERR_NOT_A_CHOICE);
    assert_int_equal(form_field(&form, "colour")->error, ERR_NOT_A_CHOICE);
    assert_int_equal(form_field(&form, "colours")->error, ERR_NOT_A_CHOICE);
    assert_int_equal(form_field(&form, "token")->error, ERR_PATTERN);
    assert_str(form_text(&form, "day"), "2026-02-30");
    assert_int_equal(form_check(*state, &form), RC_INVALID);
    assert_int_equal(((struct ctx *)*state)->err.id, ERR_REQUIRED);
}

static void check_error(struct ctx *ctx, const char *encoded, const char *name, enum err_id error)
{
    struct form form = read_form(ctx, encoded);

    if (form_field(&form, name)->error != error)
        fail_msg("%s: %s", encoded, err_name(form_field(&form, name)->error));
}

static void test_single_errors(void **state)
{
    check_error(*state, "text=123456", "text", ERR_TOO_LONG);
    check_error(*state, "text=%E1%BB%95%E1%BB%95%E1%BB%95%E1%BB%95%E1%BB%95", "text", ERR_NONE);
    check_error(*state, "text=a%01b", "text", ERR_NOT_UTF8);
    check_error(*state, "text=a%00", "text", ERR_NOT_UTF8);
    check_error(*state, "token=%ff", "token", ERR_NOT_UTF8);
    check_error(*state, "text=a&text=b", "text", ERR_NOT_A_CHOICE);
    check_error(*state, "count=0", "count", ERR_TOO_SMALL);
    check_error(*state, "count=1.5", "count", ERR_NOT_A_NUMBER);
    check_error(*state, "count=99999999999999999999", "count", ERR_NOT_A_NUMBER);
    check_error(*state, "day=2026-7-2", "day", ERR_NONE);
    check_error(*state, "day=2026-07-02-1", "day", ERR_NOT_A_DATE);
    check_error(*state, "day=0000-07-02", "day", ERR_NOT_A_DATE);
    check_error(*state, "day-year=2026&day-month=2&day-day=29", "day", ERR_NOT_A_DATE);
    check_error(*state, "day-year=2026&day-month=&day-day=", "day", ERR_NOT_A_DATE);
    check_error(*state, "day-year=&day-month=&day-day=", "day", ERR_NONE);
    check_error(*state, "day-year=2028&day-month=2&day-day=29", "day", ERR_NONE);
}

static void test_too_many_values(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf = buf_in(ctx->arena, 10000);

    for (int i = 0; i < 200; i++)
        BUF_ADD(&buf, "colours=red&");
    check_error(ctx, str_z(ctx->arena, buf_str(&buf)), "colours", ERR_TOO_BIG);
}

static void test_emails(void **state)
{
    static const char *const good[] = {"a@b.co", "first.last+tag@sub.example.org", "x_y-z@b-c.d"};
    static const char *const bad[] = {"",        "a",        "a@b",           "@b.co",
                                      "a@",      "a@b..c",   "a@-b.co",       "a@b-.co",
                                      ".a@b.co", "a.@b.co",  "a..b@c.d",      "a b@c.d",
                                      "a@b@c.d", "<a@b.co>", "a@b.co\nBcc: x"};

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(form_is_email(str_of(good[i])));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(form_is_email(str_of(bad[i])));
}

static void test_refused_by_handler(void **state)
{
    struct form form = read_form(*state, "text=x");

    form_refuse(&form, "text", ERR_PLACE_OUTSIDE, STR_NONE);
    form_refuse(&form, "text", ERR_STALE, STR_NONE);
    assert_int_equal(form.error_count, 1);
    assert_int_equal(form_field(&form, "text")->error, ERR_PLACE_OUTSIDE);
}

static void test_json(void **state)
{
    struct ctx *ctx = *state;
    struct form form;

    assert_int_equal(read_json(ctx,
                               "{\"text\":\"x\",\"count\":3,\"agree\":true,\"mail\":null,"
                               "\"colours\":[\"red\",\"green\"]}",
                               &form),
                     RC_OK);
    assert_true(form_is_valid(&form));
    assert_int_equal(form_integer(&form, "count"), 3);
    assert_true(form_is_yes(&form, "agree"));
    assert_true(form_has_choice(&form, "colours", S("green")));
    assert_int_equal(read_json(ctx, "{\"text\":\"x\",\"other\":1}", &form), RC_OK);
    assert_false(form_is_valid(&form));
    assert_int_equal(form_check(ctx, &form), RC_INVALID);
    assert_str(ctx->err.field, "other");
    assert_int_equal(read_json(ctx, "{\"text\":{\"a\":1}}", &form), RC_OK);
    assert_false(form_is_valid(&form));
}

static void test_bad_json(void **state)
{
    static const char *const bad[] = {
        "", "{", "[]", "1", "{\"a\":1,\"a\":2}", "{}x", "{\"text\":\"\\u0000\"}"};
    struct form form = {.count = 77};

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(read_json(*state, bad[i], &form), RC_INVALID);
    assert_int_equal(form.count, 77);
}

static struct str sentence(struct ctx *ctx, const struct request *request, struct err err)
{
    return form_sentence(ctx->arena, LANG_EN, request, &err);
}

/* How long a text was is said of what was typed, and of what was sent where not all is there. */
static void test_sentences(void **state)
{
    struct ctx *ctx = *state;
    struct param items[] = {{S("note"), S(" \xe1\xbb\x95"
                                          "ab\n")},
                            {S("text"), S("beginning")}};
    struct input_flaw flaw = {.name = S("text"), .error = ERR_TOO_LONG, .characters = 1048576};
    struct request request = {.form = {items, 2}, .flaws = &flaw};

    assert_str(sentence(ctx, &request,
                        (struct err){.id = ERR_TOO_LONG, .field = S("note"), .arg = S("2")}),
               "This text has 3 characters, and there is room for 2. Please shorten it.");
    assert_str(
        sentence(ctx, &request,
                 (struct err){.id = ERR_TOO_LONG, .field = S("text"), .arg = S("4000")}),
        "Your text had 1048576 characters, and there is room for 4000. Its first 9 are shown "
        "here: please shorten it.");
    assert_str(sentence(ctx, &request,
                        (struct err){.id = ERR_TOO_LONG, .field = S("other"), .arg = S("2")}),
               "This text is too long. Please shorten it to 2 characters or fewer.");
    assert_str(
        sentence(ctx, &request, (struct err){.id = ERR_PATTERN, .arg = S("As on the meter.")}),
        "As on the meter.");
    assert_true(sentence(ctx, &request, (struct err){.id = ERR_REQUIRED}).n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_good_form),          TEST(test_left_out), TEST(test_errors_are_collected),
        TEST(test_single_errors),      TEST(test_emails),   TEST(test_too_many_values),
        TEST(test_refused_by_handler), TEST(test_json),     TEST(test_bad_json),
        TEST(test_sentences),
    };

    return cmocka_run_group_tests_name("web/form", tests, NULL, NULL);
}
