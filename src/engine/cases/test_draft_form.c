#include "engine/test_city.h"

#include "engine/cases/cases.h"
#include "engine/cases/draft_form.h"

#define TEXT "text: {en: Q, es: P, vi: H}"

static const char service[] = TEST_HEAD
    "place: {required: true}\n"
    "fields:\n"
    "  - {id: kind, type: choice, " TEXT ", options: [{id: a, text: {en: A, es: A, vi: A}}, "
    "{id: b, text: {en: B, es: B, vi: B}}]}\n"
    "  - {id: why, type: text, required: false, when: 'kind == \"b\"', " TEXT "}\n"
    "  - {id: east, type: yes-no, default: false, when: 'place.layer(\"district\") == \"1\"', " TEXT
    "}\n"
    "  - {id: desk, type: text, required: false, audience: staff, " TEXT "}\n"
    "  - {id: again, type: text, when: 'has(why) && why.size() > 2', " TEXT "}\n" TEST_ROUTE;

struct form_test {
    struct ctx *ctx;
    struct test_city made;
    struct draft draft;
};

static void begin(struct form_test *test, struct ctx *ctx)
{
    struct test_files files = test_city_files(TEST_WORKFLOW, service);

    test->ctx = ctx;
    test->made = test_city_of(ctx, &files);
    if (test->made.rc)
        print_error("%.*s", STR_ARG(test_problems(ctx, &test->made.problems)));
    assert_int_equal(test->made.rc, RC_OK);
    assert_int_equal(draft_new(ctx, test->made.city->services[0], &test->draft), RC_OK);
}

/* "place kind details who check" for the steps there are. */
static void has_steps(struct form_test *test, const char *expected)
{
    struct buf out = buf_in(test->ctx->arena, 1000);
    struct form_at steps[16];
    size_t n;

    assert_int_equal(draft_form_steps(test->ctx, &test->draft, steps, 16, &n), RC_OK);
    for (size_t i = 0; i < n; i++) {
        static const char *const names[] = {"place", NULL, "photos", "details", "who", "check"};

        if (i)
            buf_add_byte(&out, ' ');
        if (steps[i].step == FORM_FIELD)
            buf_add(&out, test->draft.definition->fields[steps[i].field].id);
        else
            buf_add(&out, str_of(names[steps[i].step]));
    }
    assert_str(buf_str(&out), expected);
}

static enum form_step next(struct form_test *test)
{
    struct form_at at;

    assert_int_equal(draft_form_next(test->ctx, &test->draft, &at), RC_OK);
    return at.step;
}

static void answer(struct form_test *test, const char *id, const char *typed)
{
    const struct field *field = definition_field(test->draft.definition, str_of(id));
    struct str text = str_of(typed);

    assert_non_null(field);
    assert_int_equal(answer_read(test->ctx, field, &text, 1,
                                 &test->draft.answers.of[field - test->draft.definition->fields]),
                     RC_OK);
    test->draft.passed = str_fmt(test->ctx->arena, "%.*s %s ", STR_ARG(test->draft.passed), id);
}

/* Conditions on what is not answered yet do not break the form: their fields come later. */
static void begins_with_the_place(void **state)
{
    struct form_test test;

    begin(&test, *state);
    assert_int_equal(next(&test), FORM_PLACE);
    has_steps(&test, "place kind details who check");
    assert_int_equal(test.ctx->err.id, ERR_NONE);
    test_city_done(test.ctx, &test.made);
}

static void asks_what_the_answers_call_for(void **state)
{
    static const struct place_layer district = {STR("district"), STR("1"), STR("v")};
    struct form_test test;

    begin(&test, *state);
    test.draft.has_place = true;
    test.draft.place = (struct place){.layers = &district, .layer_n = 1};
    has_steps(&test, "place kind east details who check");
    assert_int_equal(next(&test), FORM_FIELD);
    answer(&test, "kind", "b");
    has_steps(&test, "place kind why east details who check");
    answer(&test, "why", "because");
    has_steps(&test, "place kind why east again details who check");
    answer(&test, "kind", "a");
    has_steps(&test, "place kind east again details who check");
    test.draft.place.layer_n = 0;
    has_steps(&test, "place kind again details who check");
    test_city_done(test.ctx, &test.made);
}

static void goes_on_to_the_check(void **state)
{
    struct form_test test;

    begin(&test, *state);
    test.draft.has_place = true;
    answer(&test, "kind", "a");
    assert_int_equal(next(&test), FORM_DETAILS);
    test.draft.has_description = true;
    assert_int_equal(next(&test), FORM_WHO);
    test.draft.has_contact = true;
    assert_int_equal(next(&test), FORM_CHECK);
    test_city_done(test.ctx, &test.made);
}

static void asks_for_photos_where_they_are_taken(void **state)
{
    struct form_test test;
    struct definition definition;
    struct city *before;
    struct city city;

    begin(&test, *state);
    before = test.ctx->city;
    city = *before;
    definition = *test.draft.definition;
    definition.photos.max = 2;
    test.draft.definition = &definition;
    test.draft.has_place = true;
    answer(&test, "kind", "a");
    city.pictures = NULL;
    test.ctx->city = &city;
    has_steps(&test, "place kind details who check"); /* nobody could take them in */
    city.pictures = (struct image_client *)&city;
    has_steps(&test, "place kind photos details who check");
    assert_int_equal(next(&test), FORM_PHOTOS);
    test.draft.has_photos = true;
    assert_int_equal(next(&test), FORM_DETAILS);
    test.ctx->city = before;
    test_city_done(test.ctx, &test.made);
}

/* The id "why" is not passed because "whys" is. */
static void knows_what_was_passed(void **state)
{
    struct form_test test;

    begin(&test, *state);
    test.draft.passed = S(" whys  kind ");
    assert_true(draft_form_is_passed(&test.draft, (struct form_at){FORM_FIELD, 0}));
    assert_false(draft_form_is_passed(&test.draft, (struct form_at){FORM_FIELD, 1}));
    assert_false(draft_form_is_passed(&test.draft, (struct form_at){FORM_CHECK, 0}));
    test_city_done(test.ctx, &test.made);
}

static void refuses_too_many_steps(void **state)
{
    struct form_test test;
    struct form_at steps[3];
    size_t n = 9;

    begin(&test, *state);
    assert_int_equal(draft_form_steps(test.ctx, &test.draft, steps, 3, &n), RC_INVALID);
    assert_int_equal(n, 9);
    test_city_done(test.ctx, &test.made);
}

/* ---- Answers that are too much together */

static const char wordy[] =
    TEST_HEAD "place: {required: true}\n"
              "fields:\n"
              "  - {id: one, type: text, required: false, max: 4000, " TEXT "}\n"
              "  - {id: two, type: text, required: false, max: 4000, " TEXT "}\n"
              "  - {id: three, type: text, required: false, max: 4000, " TEXT "}\n"
              "  - {id: four, type: text, required: false, max: 4000, " TEXT "}\n"
              "  - {id: sure, type: yes-no, required: false, " TEXT "}\n" TEST_ROUTE;

static const char *letters(struct form_test *test, int n)
{
    struct buf out = buf_in(test->ctx->arena, 20000);

    for (int i = 0; i < n; i++)
        buf_add(&out, S("\xe1\xbb\x87"));
    return str_z(test->ctx->arena, buf_str(&out));
}

static void assert_too_much(struct form_test *test, const char *at, enum err_id id,
                            const char *field)
{
    struct ctx *ctx = test->ctx;
    const struct filing filing = draft_filing(&test->draft);

    ctx_clear_error(ctx);
    assert_int_equal(
        filing_check_answers(ctx, &filing,
                             at ? definition_field(test->draft.definition, str_of(at)) : NULL),
        RC_INVALID);
    assert_int_equal(ctx->err.id, id);
    assert_str(ctx->err.field, field);
}

/* The number that is told is one of characters, and so many do fit. Where nothing can be shortened
 * it is said what can. */
static void too_much_together_is_said_where_it_can_be_shortened(void **state)
{
    struct test_files files = test_city_files(TEST_WORKFLOW, wordy);
    struct form_test test = {.ctx = *state};
    struct ctx *ctx = *state;
    struct filing filing;
    int64_t fit;

    test.made = test_city_of(ctx, &files);
    assert_int_equal(test.made.rc, RC_OK);
    assert_int_equal(draft_new(ctx, test.made.city->services[0], &test.draft), RC_OK);
    answer(&test, "one", letters(&test, 4000));
    answer(&test, "two", letters(&test, 4000));
    answer(&test, "three", letters(&test, 3999));
    answer(&test, "four", letters(&test, 4000));
    answer(&test, "sure", "true");
    assert_too_much(&test, NULL, ERR_TOO_LONG, "one");
    assert_too_much(&test, "four", ERR_TOO_LONG, "four");
    assert_true(str_to_i64(ctx->err.arg, &fit));
    assert_in_range(fit, 1200, 1400);
    assert_too_much(&test, "sure", ERR_ANSWERS_LONG, "sure");
    assert_str(ctx->err.arg, "Q");
    ctx_clear_error(ctx);
    answer(&test, "four", letters(&test, (int)fit));
    filing = draft_filing(&test.draft);
    assert_int_equal(filing_check_answers(ctx, &filing, NULL), RC_OK);
    test_city_done(ctx, &test.made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(begins_with_the_place),
        TEST(asks_what_the_answers_call_for),
        TEST(goes_on_to_the_check),
        TEST(knows_what_was_passed),
        TEST(refuses_too_many_steps),
        TEST(asks_for_photos_where_they_are_taken),
        TEST(too_much_together_is_said_where_it_can_be_shortened),
    };

    return cmocka_run_group_tests_name("engine/form", tests, NULL, NULL);
}
