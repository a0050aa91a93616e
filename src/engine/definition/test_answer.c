/* Answers: typed text to values, stored and shown. */
#include "engine/test_support.h"
#include "rules/cel.h"

#define ZEROS  "0000000000000000000000000000000000000000000000000000000000000000000000"
#define BLANKS "                                                                      "

static const struct field_option options[] = {
    {STR("plate"), {{STR("Like a plate"), STR("Como un plato"), STR("Bằng cái đĩa")}}},
    {STR("tire"), {{STR("Like a tire"), STR("Como una llanta"), STR("Bằng bánh xe")}}},
};

enum { TEXT, NUMBER, EXACT, MONEY, DATE, YES_NO, CHOICE, CHOICES, CODE, LAMP, FIELDS };

static const struct field fields[FIELDS] = {
    [TEXT] = {.id = STR("text"), .type = FIELD_TEXT, .max_length = 5},
    [NUMBER] = {.id = STR("number"),
                .type = FIELD_NUMBER,
                .has_min = true,
                .has_max = true,
                .min = {1, 0},
                .max = {10, 0}},
    [EXACT] = {.id = STR("exact"), .type = FIELD_NUMBER, .decimals = 2},
    [MONEY] = {.id = STR("money"), .type = FIELD_MONEY, .has_min = true, .min = {0, 0}},
    [DATE] = {.id = STR("date"), .type = FIELD_DATE},
    [YES_NO] = {.id = STR("yes_no"), .type = FIELD_YES_NO},
    [CHOICE] = {.id = STR("choice"), .type = FIELD_CHOICE, .options = options, .option_n = 2},
    [CHOICES] = {.id = STR("choices"), .type = FIELD_CHOICES, .options = options, .option_n = 2},
    [CODE] = {.id = STR("code"),
              .type = FIELD_TEXT,
              .max_length = 100,
              .pattern = STR("[A-Z]{2}[0-9]+"),
              .pattern_says = {{STR("Two letters and digits")}}},
    [LAMP] = {.id = STR("lamp"), .type = FIELD_ASSET, .max_length = 8},
};

static const struct definition definition = {
    .code = STR("all"), .fields = fields, .field_n = FIELDS};

static const struct {
    int field;
    const char *typed, *stored, *shown;
} right[] = {
    {TEXT, " hole ", "hole", "hole"},
    {TEXT, "đường", "đường", "đường"},
    {TEXT, "<b>{}", "<b>{}", "<b>{}"},
    {NUMBER, "1", "1", "1"},
    {NUMBER, "10", "10", "10"},
    {EXACT, "1,234.50", "1234.50", "1234.50"},
    {EXACT, "1 234.5", "1234.5", "1234.5"},
    {EXACT, "-1,234", "-1234", "-1234"},
    {EXACT, "-0.05", "-0.05", "-0.05"},
    {MONEY, "$1,234.5", "1234.50", "$1,234.50"},
    {MONEY, "$ 1,234,567", "1234567.00", "$1,234,567.00"},
    {MONEY, "12.50 $", "12.50", "$12.50"},
    {MONEY, "0", "0.00", "$0.00"},
    {DATE, "2026-07-02", "2026-07-02", "Jul 2, 2026"},
    {YES_NO, "true", "true", "Yes"},
    {YES_NO, "false", "false", "No"},
    {CHOICE, "tire", "tire", "Like a tire"},
    {CHOICES, "tire", "tire", "Like a tire"},
    {CODE, "AB12", "AB12", "AB12"},
    {LAMP, "48-12", "48-12", "48-12"},
};

static void what_is_typed_is_read_stored_and_shown(void **state)
{
    struct world *world = *state;
    struct ctx *ctx = &world->ctx;

    for (size_t i = 0; i < COUNT(right); i++) {
        const struct field *field = &fields[right[i].field];
        struct str typed = str_of(right[i].typed);
        struct answers answers, back;
        struct answer *answer;

        test_ok(ctx, answers_new(ctx, &definition, &answers));
        answer = &answers.of[right[i].field];
        test_ok(ctx, answer_read(ctx, field, &typed, 1, answer));
        assert_true(answer->is_given);
        assert_str(answer_typed(ctx->arena, field, answer), right[i].stored);
        if (right[i].shown)
            assert_str(answer_shown(ctx->arena, field, answer, LANG_EN), right[i].shown);
        for (int lang = 0; field->type == FIELD_MONEY && lang < LANG__N; lang++)
            assert_str(answer_shown(ctx->arena, field, answer, (enum lang)lang), right[i].shown);
        test_ok(ctx, answers_parse(ctx, &definition, answers_json(ctx, &answers), &back));
        for (int j = 0; j < FIELDS; j++)
            assert_int_equal(back.of[j].is_given, j == right[i].field);
        assert_int_equal(back.of[right[i].field].value.kind, answer->value.kind);
        assert_str(answer_typed(ctx->arena, field, &back.of[right[i].field]), right[i].stored);
    }
}

/* Of each row of the table: there is an example above, and what is read is what rules see. */
static void every_kind_is_what_its_row_says(void **state)
{
    struct world *world = *state;
    struct ctx *ctx = &world->ctx;
    struct cel_env *env = cel_env_new(ctx, CEL_LIMITS);

    for (int type = 0; type < FIELD_LATER; type++) {
        size_t at = 0;
        const struct cel_type *seen;
        const struct field *field;
        struct answer answer;

        while (at < COUNT(right) && fields[right[at].field].type != (enum field_type)type)
            at++;
        assert_in_range(at, 0, COUNT(right) - 1);
        field = &fields[right[at].field];
        seen = rule_field_type(env, field);
        assert_non_null(seen);
        test_ok(ctx,
                answer_read(ctx, field, &(struct str){right[at].typed, strlen(right[at].typed)}, 1,
                            &answer));
        assert_int_equal(answer.value.kind, seen->kind);
    }
}

/* Each kind of a later version has a type for rules, too, and an answer that has it. */
static void a_later_kind_is_read_as_far_as_its_row_goes(void **state)
{
    struct world *world = *state;
    struct ctx *ctx = &world->ctx;
    struct cel_env *env = cel_env_new(ctx, CEL_LIMITS);
    size_t n;
    const struct str *words = field_type_words(&n);

    assert_true(n > FIELD_LATER);
    for (size_t i = 0; i < n; i++) {
        struct field field = {.type = FIELD_LATER, .later = field_later(i)};
        const struct cel_type *seen;

        assert_int_equal(field.later == NULL, i < FIELD_LATER);
        if (!field.later)
            continue;
        assert_true(str_eq(field.later->word, words[i]));
        seen = rule_field_type(env, &field);
        assert_non_null(seen);
        assert_int_equal(answer_unread(ctx->arena, &field).kind,
                         seen->kind == CEL_LIST ? CEL_LIST : CEL_NULL);
    }
}

static const struct {
    int field;
    struct str typed;
    enum err_id error;
} wrong[] = {
    {TEXT, STR("longer"), ERR_TOO_LONG},
    {TEXT, STR("a\0b"), ERR_NOT_UTF8},
    {TEXT, STR("\xff"), ERR_NOT_UTF8},
    {TEXT, STR("\x1b[0m"), ERR_NOT_UTF8},
    {NUMBER, STR("0"), ERR_TOO_SMALL},
    {NUMBER, STR("11"), ERR_TOO_BIG},
    {NUMBER, STR("2.5"), ERR_NOT_A_NUMBER},
    {NUMBER, STR("2,5"), ERR_NOT_A_NUMBER},
    {NUMBER, STR("1 0"), ERR_NOT_A_NUMBER},
    {NUMBER, STR("1e1"), ERR_NOT_A_NUMBER},
    {NUMBER, STR("99999999999999999999999999"), ERR_TOO_BIG},
    {NUMBER, STR("two"), ERR_NOT_A_NUMBER},
    {EXACT, STR("1.005"), ERR_NOT_A_NUMBER},
    {EXACT, STR("2,5"), ERR_NOT_A_NUMBER},
    {MONEY, STR("-1"), ERR_TOO_SMALL},
    {MONEY, STR("0.001"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("NaN"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("12,50"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("12,5000"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("12.500,50"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("12.500,50\u00a0$"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("0,500"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("-0,500"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("12$50"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("1$2"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("$$5"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("$5$"), ERR_NOT_AN_AMOUNT},
    {MONEY, STR("$"), ERR_NOT_AN_AMOUNT},
    {NUMBER, STR(ZEROS "5"), ERR_NOT_A_NUMBER},
    {NUMBER, STR("7" BLANKS "8"), ERR_NOT_A_NUMBER},
    {EXACT, STR("0,125"), ERR_NOT_A_NUMBER},
    {DATE, STR("2026-02-30"), ERR_NOT_A_DATE},
    {DATE, STR("07/02/2026"), ERR_NOT_A_DATE},
    {YES_NO, STR("on"), ERR_NOT_A_CHOICE},
    {CHOICE, STR("Tire"), ERR_NOT_A_CHOICE},
    {CHOICES, STR("plate,tire"), ERR_NOT_A_CHOICE},
    {CODE, STR("AB12x"), ERR_PATTERN},
    {CODE, STR("xAB12"), ERR_PATTERN},
    {CODE, STR("AB12\nAB12"), ERR_PATTERN},
};

static void what_does_not_fit_is_refused_at_its_field(void **state)
{
    struct world *world = *state;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        const struct field *field = &fields[wrong[i].field];
        struct answer answer = {.is_given = false};

        assert_error(&world->ctx, answer_read(&world->ctx, field, &wrong[i].typed, 1, &answer),
                     wrong[i].error, str_z(world->ctx.arena, field->id));
        assert_false(answer.is_given);
    }
}

/* The sentence of a limit says which: "shorten it to 5 characters". */
static void a_limit_is_named(void **state)
{
    static const struct {
        int field;
        const char *typed, *limit;
    } limits[] = {{TEXT, "longer", "5"},    {NUMBER, "0", "1"},
                  {NUMBER, "11", "10"},     {MONEY, "-1", "0"},
                  {LAMP, "123456789", "8"}, {CODE, "AB1x", "Two letters and digits"}};
    struct world *world = *state;

    for (size_t i = 0; i < COUNT(limits); i++) {
        const struct str typed = str_of(limits[i].typed);
        struct answer answer;

        assert_int_equal(answer_read(&world->ctx, &fields[limits[i].field], &typed, 1, &answer),
                         RC_INVALID);
        assert_str(world->ctx.err.arg, limits[i].limit);
        ctx_clear_error(&world->ctx);
    }
}

static void nothing_typed_is_no_answer(void **state)
{
    static const struct str blanks[] = {STR(""), STR("  \t\r\n")};
    struct world *world = *state;
    struct answer answer = {.is_given = true};

    for (int i = 0; i < FIELDS; i++) {
        for (size_t j = 0; j < COUNT(blanks); j++) {
            answer.is_given = true;
            test_ok(&world->ctx, answer_read(&world->ctx, &fields[i], &blanks[j], 1, &answer));
            assert_false(answer.is_given);
        }
        answer.is_given = true;
        test_ok(&world->ctx, answer_read(&world->ctx, &fields[i], NULL, 0, &answer));
        assert_false(answer.is_given);
    }
}

static void several_choices_are_a_list(void **state)
{
    static const struct str typed[] = {STR("tire"), STR("plate")};
    struct world *world = *state;
    struct ctx *ctx = &world->ctx;
    struct answers answers, back;

    test_ok(ctx, answers_new(ctx, &definition, &answers));
    test_ok(ctx, answer_read(ctx, &fields[CHOICES], typed, 2, &answers.of[CHOICES]));
    assert_str(answer_typed(ctx->arena, &fields[CHOICES], &answers.of[CHOICES]), "tire,plate");
    assert_str(answer_shown(ctx->arena, &fields[CHOICES], &answers.of[CHOICES], LANG_ES),
               "Como una llanta, Como un plato");
    assert_str(answers_json(ctx, &answers), "{\"choices\":[\"tire\",\"plate\"]}");
    test_ok(ctx, answers_parse(ctx, &definition, answers_json(ctx, &answers), &back));
    assert_str(answer_typed(ctx->arena, &fields[CHOICES], &back.of[CHOICES]), "tire,plate");
}

static void stored_text_that_is_not_ours_is_refused_or_left_out(void **state)
{
    struct world *world = *state;
    struct ctx *ctx = &world->ctx;
    struct answers answers;

    test_ok(ctx, answers_parse(ctx, &definition, S("{\"gone\": 1, \"text\": null}"), &answers));
    assert_false(answers.of[TEXT].is_given);
    assert_error(ctx, answers_parse(ctx, &definition, S("{\"number\": 99}"), &answers), ERR_TOO_BIG,
                 "number");
    assert_error(ctx, answers_parse(ctx, &definition, S("{\"text\":"), &answers), ERR_MALFORMED,
                 NULL);
    assert_error(ctx, answers_parse(ctx, &definition, S("{\"yes_no\": {}}"), &answers),
                 ERR_MALFORMED, NULL);
    assert_error(ctx, answers_parse(ctx, &definition, S("{\"choices\": [2.5]}"), &answers),
                 ERR_MALFORMED, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_typed_is_read_stored_and_shown),
        TEST(every_kind_is_what_its_row_says),
        TEST(a_later_kind_is_read_as_far_as_its_row_goes),
        TEST(what_does_not_fit_is_refused_at_its_field),
        TEST(a_limit_is_named),
        TEST(nothing_typed_is_no_answer),
        TEST(several_choices_are_a_list),
        TEST(stored_text_that_is_not_ours_is_refused_or_left_out),
    };

    return RUN_TESTS("answer", tests);
}
