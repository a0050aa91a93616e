#include "base/test_support.h"
#include "web/form.h"

static const char *const colours[] = {"red", "green", NULL};
static const struct input_spec specs[] = {
    {.name = "text", .type = INPUT_TEXT, .is_required = true, .max_characters = 5},
    {.name = "count", .type = INPUT_INTEGER, .min = 1, .max = 9},
    {.name = "colour", .type = INPUT_CHOICE, .choices = colours},
    {.name = "token", .type = INPUT_TOKEN},
    {.name = NULL},
};

static struct form read_form(struct ctx *ctx, const char *encoded)
{
    struct request request = {.method = HTTP_POST};
    struct form form;

    ctx_clear_error(ctx);
    assert_int_equal(url_params_decode(ctx, str_of(encoded), 1000, &request.form), RC_OK);
    assert_int_equal(form_read(ctx, &request, specs, &form), RC_OK);
    return form;
}

static void test_good_form(void **state)
{
    struct form form =
        read_form(*state, "text=+a%0D%0Ab+&count=9&colour=red&token=a-Z_9&stranger=1");

    assert_true(form_is_valid(&form));
    assert_str(form_text(&form, "text"), "a\nb");
    assert_int_equal(form_integer(&form, "count"), 9);
    assert_str(form_text(&form, "colour"), "red");
    assert_str(form_text(&form, "token"), "a-Z_9");
}

static void test_left_out(void **state)
{
    struct form form = read_form(*state, "text=x&count=+&colour=");

    assert_true(form_is_valid(&form));
    assert_false(form_has(&form, "count"));
    assert_false(form_has(&form, "colour"));
    assert_false(form_has(&form, "token"));
    assert_str(form_text(&form, "token"), "");
    assert_int_equal(form_integer(&form, "count"), 0);
}

static void test_errors_are_collected(void **state)
{
    struct form form = read_form(*state, "text=+&count=10&colour=blue&token=a%20b");

    assert_int_equal(form.error_count, 4);
    assert_int_equal(form_field(&form, "text")->error, ERR_REQUIRED);
    assert_int_equal(form_field(&form, "count")->error, ERR_TOO_BIG);
    assert_str(form_field(&form, "count")->arg, "9");
    assert_int_equal(form_field(&form, "colour")->error, ERR_NOT_A_CHOICE);
    assert_int_equal(form_field(&form, "token")->error, ERR_PATTERN);
    assert_str(form_text(&form, "token"), "a b");
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
    check_error(*state, "text=&text=b", "text", ERR_NOT_A_CHOICE);
    check_error(*state, "count=0", "count", ERR_TOO_SMALL);
    check_error(*state, "count=1.5", "count", ERR_NOT_A_NUMBER);
    check_error(*state, "count=99999999999999999999", "count", ERR_NOT_A_NUMBER);
}

/* A program that misspells a field is told; a browser's extension is not. */
static void test_unknown_fields(void **state)
{
    static const struct route api_route = {HTTP_GET, "/", NULL, 1, .flags = ROUTE_API};
    struct param items[] = {{S("text"), S("x")}, {S("csrf"), S("t")}, {S("txet"), S("y")}};
    struct request request = {.method = HTTP_GET, .query = {items, 3}};
    struct form form;

    assert_int_equal(form_read(*state, &request, specs, &form), RC_OK);
    assert_true(form_is_valid(&form));
    request.route = &api_route;
    assert_int_equal(form_read(*state, &request, specs, &form), RC_OK);
    assert_false(form_is_valid(&form));
    assert_str(form.unknown, "txet");
    request.query.n = 2;
    assert_int_equal(form_read(*state, &request, specs, &form), RC_OK);
    assert_true(form_is_valid(&form));
}

static void test_a_body_that_is_no_form(void **state)
{
    struct request request = {.method = HTTP_POST, .body = S("<a>")};
    struct form form = {.count = 77};

    assert_int_equal(form_read(*state, &request, specs, &form), RC_INVALID);
    assert_int_equal(((struct ctx *)*state)->err.id, ERR_MEDIA_TYPE);
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
        "Your text had 1,048,576 characters, and there is room for 4,000. Its first 9 are shown "
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
        TEST(test_good_form),     TEST(test_left_out),       TEST(test_errors_are_collected),
        TEST(test_single_errors), TEST(test_unknown_fields), TEST(test_a_body_that_is_no_form),
        TEST(test_sentences),
    };

    return cmocka_run_group_tests_name("web/form", tests, NULL, NULL);
}
