#include "engine/test_city.h"

/* The findings about a workflow's text. */
static struct str problems_of(struct ctx *ctx, const char *workflow, const struct workflow **ret)
{
    struct problems problems = problems_in(ctx->arena);
    const struct yaml_node *root;
    const struct workflow *made = NULL;
    enum rc rc = yaml_parse(ctx, S("w.yaml"), str_of(workflow), &problems, &root);

    if (!rc)
        rc = workflow_load(ctx, root, &problems, &made);
    assert_int_equal(rc, problems.error_count ? RC_INVALID : RC_OK);
    assert_int_equal(made != NULL, rc == RC_OK);
    if (ret)
        *ret = made;
    return test_problems(ctx, &problems);
}

static struct str replaced(struct ctx *ctx, const char *part, const char *by)
{
    struct str text = S(TEST_WORKFLOW);
    ptrdiff_t at = str_find(text, str_of(part));

    assert_true(at >= 0);
    return str_fmt(ctx->arena, "%.*s%s%.*s", (int)at, text.p, by,
                   (int)(text.n - (size_t)at - strlen(part)), text.p + at + strlen(part));
}

/* The usual workflow with one part replaced says so. */
static void says(struct ctx *ctx, const char *part, const char *by, const char *sentence)
{
    ctx_clear_error(ctx);
    assert_part(problems_of(ctx, str_z(ctx->arena, replaced(ctx, part, by)), NULL), sentence);
}

static void reads_states_and_steps(void **state)
{
    struct ctx *ctx = *state;
    const struct workflow *workflow;
    const struct step *step;

    assert_str(problems_of(ctx, TEST_WORKFLOW, &workflow), "");
    assert_int_equal(workflow->state_n, 3);
    assert_int_equal(workflow->start, 0);
    assert_int_equal(workflow_state(workflow, S("done")), 2);
    assert_int_equal(workflow_state(workflow, S("gone")), -1);
    assert_int_equal(workflow->states[1].type, STATE_WAITING);
    step = workflow_step(workflow, S("close"));
    assert_non_null(step);
    assert_int_equal(step->from, 3);
    assert_int_equal(step->to, 2);
    assert_int_equal(step->by, STEP_BY_STAFF);
    assert_null(workflow_step(workflow, S("open")));
    assert_int_equal(workflow->clocks[1].stops_in, 4);
    assert_int_equal(workflow->clocks[1].pauses_in, 2);
    assert_int_equal(workflow->not_run_n, 0);
}

static void names_what_is_wrong(void **state)
{
    struct ctx *ctx = *state;

    says(ctx, "name: W\n", "nane: W\n", "1: error: \"nane\" is not a key here; did you mean");
    says(ctx, "start: new\n", "start: knew\n", "\"knew\" is not a state of this workflow; did you");
    says(ctx, "type: waiting", "type: resting",
         "w.yaml:6:17: error: one of these is expected here: open, waiting, closed");
    says(ctx, "vi: Mới}", "en: again}", "w.yaml:5");
    says(ctx, ", vi: Mới", "", "the state's name is missing in");
    says(ctx, "to: asked", "to: [asked]", "a state's id is expected here");
    says(ctx, "by: [staff]", "by: [mayor]", "one of these is expected here: staff, supervisor");
    says(ctx, "by: [staff]", "by: [timer]", "a step by timer says after how long");
    says(ctx, "by: [staff]", "by: [staff], after: 2 d", "a step by timer says after how long");
    says(ctx, "by: [staff]", "by: [staff], asks: [outcome]", "the workflow lists none");
    says(ctx, "by: [staff]", "by: [staff], outcome: fixed", "one of the workflow's outcomes");
    says(ctx, "by: [staff]", "by: [staff], notice: bell", "one of the workflow's notices");
    says(ctx, "from: [new], to: asked, ", "", "a step needs name, from, to and by");
    says(ctx, "stops: [done]", "stop: [done]",
         "\"stop\" is not a key here; did you mean \"stops\"?");
    says(ctx, "steps:", "stops:", "a workflow needs the section \"steps\"");
}

static void wants_every_state_to_be_reached_and_left(void **state)
{
    struct ctx *ctx = *state;

    says(ctx, "from: [new], to: asked", "from: [new], to: done",
         "no step leads to the state \"asked\"");
    says(ctx, "from: [new, asked], to: done", "from: [new], to: done",
         "from the state \"asked\" no steps lead to a closed one");
}

static void knows_the_placeholders(void **state)
{
    struct ctx *ctx = *state;
    struct str good = str_fmt(ctx->arena,
                              "%snotices:\n  n: {to: [reporter], subject: {en: "
                              "\"{number}\", es: x, vi: x}, body: {en: "
                              "\"{service}{at_place} {due}\", es: x, vi: x}}\n",
                              TEST_WORKFLOW);
    struct str bad = str_fmt(ctx->arena,
                             "%snotices:\n  n: {to: [reporter], subject: {en: "
                             "\"{nunber}\", es: \"{\", vi: x}, body: {en: x, es: x, "
                             "vi: \"{number} {qqqqqqqq}\"}}\n",
                             TEST_WORKFLOW);
    struct str text;

    assert_str(problems_of(ctx, str_z(ctx->arena, good), NULL), "");
    text = problems_of(ctx, str_z(ctx->arena, bad), NULL);
    assert_part(text, "{nunber} stands for nothing; did you mean {number}?");
    assert_part(text, "{} stands for nothing");
    assert_part(text, "{qqqqqqqq} stands for nothing; docs/service-file.md");
}

static void reads_guards_and_effects_for_later(void **state)
{
    struct ctx *ctx = *state;
    const struct workflow *workflow;
    struct str text = replaced(ctx, "from: [new], to: asked, by: [staff]",
                               "from: [new], to: asked, by: [staff], when: balance() == 0, else: "
                               "{en: E, es: E, vi: E}, do: [{charge: [a]}, {task: [b]}]");
    struct str found = problems_of(ctx, str_z(ctx->arena, text), &workflow);

    assert_part(found, "note: this version reads the guard of the step \"ask\" but does not run");
    assert_part(found, "note: this version reads this effect of the step \"ask\" but does not");
    assert_int_equal(workflow->not_run_n, 2);
    says(ctx, "by: [staff]", "by: [staff], when: balance() == 0", "a guard has both when and else");
    says(ctx, "by: [staff]", "by: [staff], do: [{fire: [x]}]", "\"fire\" is not a key here");
    says(ctx, "by: [staff]", "by: [staff], when: balance() + 1, else: {en: E, es: E, vi: E}",
         "error");
}

/* Every key, given a scalar, a list and a map in turn: never a crash, never taken in silence. */
static void survives_wrong_types(void **state)
{
    static const char *const keys[] = {
        "workflow", "name",    "start", "states", "steps",  "outcomes",
        "clocks",   "notices", "filed", "reopen", "tracks", "tasks",
    };
    static const char *const values[] = {"7", "[1, [2]]", "{a: {b: c}}", "[]", "{}", "''", "[{}]"};
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(keys); i++) {
        for (size_t j = 0; j < COUNT(values); j++) {
            struct buf out = buf_in(ctx->arena, 8000);
            struct str rest = S(TEST_WORKFLOW), line;
            bool is_skipping = false;

            /* The workflow without that section, and then with the wrong one. */
            while (str_next(&rest, '\n', &line)) {
                if (line.n && line.p[0] != ' ')
                    is_skipping = str_starts_with(line, str_of(keys[i]));
                if (!is_skipping)
                    buf_add_fmt(&out, "%.*s\n", STR_ARG(line));
            }
            buf_add_fmt(&out, "%s: %s\n", keys[i], values[j]);
            ctx_clear_error(ctx);
            (void)problems_of(ctx, str_z(ctx->arena, buf_str(&out)), NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_states_and_steps),
        TEST(names_what_is_wrong),
        TEST(wants_every_state_to_be_reached_and_left),
        TEST(knows_the_placeholders),
        TEST(reads_guards_and_effects_for_later),
        TEST(survives_wrong_types),
    };

    return cmocka_run_group_tests_name("engine/workflow", tests, NULL, NULL);
}
