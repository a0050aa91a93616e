/* Expressions of the city's files: what they may name, when they hold, what they show. */
#include "base/json.h"
#include "engine/cases/locate.h"
#include "engine/test_support.h"

/* Whether the condition of a yaml text compiles among the names of a service; the rule, if so. */
static bool compiles(struct world *world, bool has_place, const char *source, struct rule *ret)
{
    struct ctx *ctx = &world->ctx;
    const struct definition *definition = city_service(test_city, S("pothole"));
    struct problems problems = problems_in(ctx->arena);
    struct yaml_node node = {.kind = YAML_SCALAR, .scalar = str_of(source), .line = 1, .column = 1};
    struct cel_env *names;

    *ret = (struct rule){0};
    test_ok(ctx, rule_names_new(ctx, has_place, &names));
    for (size_t i = 0; i < definition->field_n; i++)
        rule_names_add_field(names, &definition->fields[i]);
    rule_compile(ctx, names, &node, &problems, ret);
    assert_true((problems.error_count == 0) == (ret->program != NULL));
    return ret->program != NULL;
}

static void a_rule_may_use_what_is_there(void **state)
{
    static const struct {
        bool has_place, is_right;
        const char *source;
    } sources[] = {
        {true, true, "lane"},
        {true, true, "place.layer(\"district\") == \"3\""},
        {true, true, "place.kind == \"address\""},
        {false, false, "place.layer(\"district\") == \"3\""},
        {false, true, "has(place) && place.layer(\"district\") == \"3\""},
        {true, false, "size == \"plate\""},
        {true, true, "has(size) && size == \"plate\""},
        {true, false, "no_such_field"},
        {true, false, "lane + 1 == 2"},
        {true, false, "1 + 1"},
        {true, false, "lane &&"},
        {true, false, ""},
        {true, true, "today == date(\"2026-07-02\") || workdays(today, 2) > today"},
        {true, true, "is_workday(today) && channel == \"web\" && lang == \"en\""},
        {true, false, "fee(\"base\") > money(\"1.00\")"},
    };
    struct world *world = *state;
    struct rule rule;

    for (size_t i = 0; i < COUNT(sources); i++)
        if (compiles(world, sources[i].has_place, sources[i].source, &rule) != sources[i].is_right)
            fail_msg("%s", sources[i].source);
}

static bool holds(struct world *world, const char *source, const struct filing *filing)
{
    struct rule rule;
    struct facts facts = {
        .answers = &filing->answers,
        .place = filing->place,
        .filed = world->ctx.now,
        .today = city_local(test_city, world->ctx.now).date,
        .channel = filing->channel,
        .lang = filing->lang,
        .calendar = &test_city->calendar,
    };
    struct str trace = STR_NONE;
    bool is_held, is_shown;

    assert_true(compiles(world, false, source, &rule));
    test_ok(&world->ctx, rule_holds(&world->ctx, &rule, &facts, &is_held));
    test_ok(&world->ctx, rule_explain(&world->ctx, &rule, &facts, &is_shown, &trace));
    assert_int_equal(is_held, is_shown);
    assert_true(trace.n > 2 && trace.p[0] == '{');
    return is_held;
}

/* A trace is bounded: of a rule that would make a longer one its beginning is told, well-formed. */
static void a_long_rule_has_a_short_trace(void **state)
{
    struct world *world = *state;
    struct buf out = buf_in(world->ctx.arena, 10000);
    struct filing filing = test_filing(&world->ctx, &(struct test_filing){0});
    struct facts facts = {.filed = world->ctx.now,
                          .channel = S("web"),
                          .calendar = &test_city->calendar,
                          .answers = &filing.answers};
    struct rule rule;
    struct str trace;
    json_t *tree;
    bool holds;

    BUF_ADD(&out, "!(!(!(!(channel != \"");
    while (out.n < 9990)
        BUF_ADD(&out, "\xc3\xa9"); /* two bytes each */
    BUF_ADD(&out, "\"))))");
    assert_true(compiles(world, false, str_z(world->ctx.arena, buf_str(&out)), &rule));
    test_ok(&world->ctx, rule_explain(&world->ctx, &rule, &facts, &holds, &trace));
    assert_true(holds);
    assert_true(trace.n <= RULE_TRACE_MAX);
    test_ok(&world->ctx, json_parse(&world->ctx, trace, RULE_TRACE_MAX, &tree));
    assert_true(
        str_starts_with(buf_str(&out), str_of(json_string_value(json_object_get(tree, "expr")))));
    assert_string_equal(json_string_value(json_object_get(tree, "value")), "true");
}

static void a_rule_holds_by_the_facts(void **state)
{
    struct world *world = *state;
    struct filing filing =
        test_filing(&world->ctx, &(struct test_filing){.answers = {"lane", "true"}});
    struct filing bare = test_filing(&world->ctx, &(struct test_filing){.place = ""});

    assert_true(holds(world, "lane", &filing));
    assert_false(holds(world, "lane", &bare));
    assert_true(holds(world, "has(place) && place.layer(\"district\") != \"\"", &filing));
    assert_false(holds(world, "has(place) && place.layer(\"district\") != \"\"", &bare));
    assert_true(holds(world, "has(place) && place.layer(\"none such\") == \"\"", &filing));
    assert_true(holds(world, "!has(size)", &filing));
    assert_true(holds(world, "today == date(\"2026-07-02\")", &filing));
    /* July 3 is the observed holiday, 4 and 5 the weekend. */
    assert_true(holds(world, "workdays(today, 1) == date(\"2026-07-06\")", &filing));
    assert_true(holds(world, "workdays(today, 0) == today", &filing));
    assert_false(holds(world, "is_workday(date(\"2026-07-03\"))", &filing));
    assert_true(holds(world, "channel == \"web\" && lang == \"en\"", &filing));
}

static void the_citys_day_is_not_utcs(void **state)
{
    struct world *world = *state;
    struct filing filing = test_filing(&world->ctx, &(struct test_filing){0});

    world->ctx.now = test_time("2026-07-02 23:30");
    assert_true(holds(world, "today == date(\"2026-07-02\")", &filing));
    world->ctx.now = test_time("2026-07-03 00:00");
    assert_true(holds(world, "today == date(\"2026-07-03\")", &filing));
}

static void a_rule_without_a_value_is_an_error(void **state)
{
    struct world *world = *state;
    struct filing filing = test_filing(&world->ctx, &(struct test_filing){0});
    struct facts facts = {
        .answers = &filing.answers, .place = filing.place, .calendar = &test_city->calendar};
    struct rule rule;
    bool is_held = true;

    assert_true(compiles(world, true, "workdays(today, -1) == today", &rule));
    assert_error(&world->ctx, rule_holds(&world->ctx, &rule, &facts, &is_held), ERR_EXPRESSION,
                 NULL);
    assert_true(compiles(world, true, "1 / 0 == 1", &rule));
    assert_error(&world->ctx, rule_holds(&world->ctx, &rule, &facts, &is_held), ERR_EXPRESSION,
                 NULL);
    assert_true(is_held);
}

static void no_rule_always_holds(void **state)
{
    struct world *world = *state;
    struct rule none = {0};
    struct facts facts = {0};
    struct str trace;
    bool is_held = false;

    test_ok(&world->ctx, rule_holds(&world->ctx, &none, &facts, &is_held));
    assert_true(is_held);
    test_ok(&world->ctx, rule_explain(&world->ctx, &none, &facts, &is_held, &trace));
    assert_str(trace, "null");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_long_rule_has_a_short_trace),      TEST(a_rule_may_use_what_is_there),
        TEST(a_rule_holds_by_the_facts),          TEST(the_citys_day_is_not_utcs),
        TEST(a_rule_without_a_value_is_an_error), TEST(no_rule_always_holds),
    };

    return RUN_TESTS("rule", tests);
}
