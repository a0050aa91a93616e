#include "engine/test_city.h"

#include "engine/publish/check.h"

#define TEXT "text: {en: Q, es: P, vi: H}"

/* A public service of one field, two routes and four branches; examples follow. */
#define SERVICE                                                           \
    TEST_HEAD                                                             \
    "place: {required: true}\n"                                           \
    "applicant: {anonymous: false, email: required}\n"                    \
    "fields: [{id: depth, type: number, min: 0, max: 9, " TEXT "}]\n"     \
    "route: [{when: 'place.layer(\"district\") == \"1\"', team: east},\n" \
    "  {team: west}]\n"                                                   \
    "clocks:\n"                                                           \
    "  respond: 2 h\n"                                                    \
    "  resolve: {any: [{when: depth > 5, within: 1 workday},\n"           \
    "    {when: depth > 2, within: 2 workdays},\n"                        \
    "    {within: 3 workdays}]}\n"                                        \
    "examples:\n"

#define EAST "place: \"30.65,-88.02\""
#define WEST "place: \"30.65,-88.07\""

#define GOOD                                                                           \
    "  - {" EAST ", depth: 6, filed: 2026-07-02 10:00, expect: {team: east, resolve: " \
    "2026-07-06,\n     respond: 2026-07-02 12:00}}\n"                                  \
    "  - {" WEST ", depth: 3, filed: 2026-06-01 10:00, expect: {team: west, resolve: " \
    "2026-06-03}}\n"                                                                   \
    "  - {" WEST ", depth: 0, filed: 2026-06-01 10:00, expect: {resolve: 2026-06-04}}\n"

struct checked {
    struct str problems, report;
    struct check_coverage coverage;
    int errors;
};

static struct checked check(struct ctx *ctx, const char *service)
{
    struct test_files files = test_city_files(TEST_WORKFLOW, service);
    struct test_city made = test_city_of(ctx, &files);
    struct buf report = buf_in(ctx->arena, 100000);
    struct checked checked = {0};

    if (made.rc)
        print_error("%.*s", STR_ARG(test_problems(ctx, &made.problems)));
    assert_int_equal(made.rc, RC_OK);
    assert_int_equal(check_city(ctx, made.city, &made.problems, &report, &checked.coverage), RC_OK);
    assert_int_equal(ctx->err.id, ERR_NONE);
    checked.problems = test_problems(ctx, &made.problems);
    checked.errors = made.problems.error_count;
    checked.report = str_copy(ctx->arena, buf_str(&report));
    test_city_done(ctx, &made);
    return checked;
}

/* The example, beside three good ones, says so, and nothing else is found. */
static void says(struct ctx *ctx, const char *example, const char *sentence)
{
    struct str service = str_fmt(ctx->arena, SERVICE GOOD "  - {%s}\n", example);
    struct checked checked = check(ctx, str_z(ctx->arena, service));

    assert_part(checked.problems, sentence);
    assert_int_equal(checked.errors, 1);
}

static void accepts(struct ctx *ctx, const char *example)
{
    struct str service = str_fmt(ctx->arena, SERVICE GOOD "  - {%s}\n", example);

    assert_str(check(ctx, str_z(ctx->arena, service)).problems, "");
}

static void passes_good_examples(void **state)
{
    struct checked checked = check(*state, SERVICE GOOD);

    assert_str(checked.problems, "");
    assert_str(checked.report, "s: 3 examples; 2 of 2 routes, 4 of 4 branches, a holiday\n"
                               "1 services: 2 of 2 routes, 4 of 4 branches, 1 of 1 calendars\n");
    assert_int_equal(checked.coverage.routes_taken, 2);
    assert_int_equal(checked.coverage.branches, 4);
    assert_int_equal(checked.coverage.branches_taken, 4);
    assert_int_equal(checked.coverage.calendars, 1);
    assert_int_equal(checked.coverage.holidays_taken, 1);
}

static void says_what_differs_and_where(void **state)
{
    struct ctx *ctx = *state;

    says(ctx, EAST ", depth: 1, filed: 2026-06-01 10:00, expect: {team: west}",
         "services/s.yaml:20:79: error: the example expects team: west, but it is east");
    says(ctx, EAST ", depth: 6, filed: 2026-07-02 10:00, expect: {resolve: 2026-07-03}",
         "the example expects resolve: 2026-07-03, but it is 2026-07-06");
    says(ctx, EAST ", depth: 6, filed: 2026-07-02 10:00, expect: {respond: 2026-07-02 12:01}",
         "the example expects respond: 2026-07-02 12:01, but it is 2026-07-02 12:00");
    says(ctx, EAST ", depth: 6, filed: 2026-07-02 10:00, expect: {resolve: [2026-07-06]}",
         "the example expects resolve: , but it is 2026-07-06");
}

static void knows_refusals(void **state)
{
    struct ctx *ctx = *state;

    accepts(ctx, EAST ", depth: 12, filed: 2026-06-01 10:00, expect: {refused: depth}");
    accepts(ctx, EAST ", depth: 12, filed: 2026-06-01 10:00, expect: {refused: too-big}");
    accepts(ctx, EAST ", filed: 2026-06-01 10:00, expect: {refused: depth}");
    accepts(ctx, "depth: 1, filed: 2026-06-01 10:00, expect: {refused: place}");
    accepts(ctx, EAST ", depth: 1, contact: none, filed: 2026-06-01 10:00, "
                      "expect: {refused: email}");
    accepts(ctx, "place: Nowhere, depth: 1, filed: 2026-06-01 10:00, "
                 "expect: {refused: place-unknown}");
    says(ctx, EAST ", depth: 12, filed: 2026-06-01 10:00, expect: {team: east}",
         "the example is refused: depth: ");
    says(ctx, EAST ", depth: 12, filed: 2026-06-01 10:00, expect: {refused: place}",
         "the example expects refused: place, but it is refused for depth: ");
    says(ctx, EAST ", depth: 1, filed: 2026-06-01 10:00, expect: {refused: depth}",
         "the example expects to be refused, but it is taken");
}

static void knows_its_keys(void **state)
{
    struct ctx *ctx = *state;

    says(ctx, EAST ", dept: 1, filed: 2026-06-01 10:00, expect: {team: east}",
         "\"dept\" is not a key here; did you mean \"depth\"?");
    says(ctx, EAST ", depth: 1, filed: 2026-06-01 10:00, expect: {teem: east}",
         "\"teem\" is not a key here; did you mean \"team\"?");
    says(ctx, EAST ", depth: 1, filed: 2026-06-01 10:00, expect: {fees: 5}",
         "\"fees\" is not a key here");
    says(ctx, EAST ", depth: 1, filed: 2026-06-01 10:00, expect: {}", "expects nothing");
    says(ctx, EAST ", depth: 1, filed: 2026-06-01 10:00, expect: [team]", "a map of keys");
    says(ctx, EAST ", depth: 1, filed: 2026-06-01, expect: {team: east}", "date and time are");
    says(ctx, EAST ", depth: 1, filed: 2026-02-30 10:00, expect: {team: east}", "date and time");
    says(ctx, EAST ", depth: 1, filed: 2026-06-01 24:00, expect: {team: east}", "date and time");
    says(ctx, EAST ", depth: 1, contact: me, filed: 2026-06-01 10:00, expect: {team: east}",
         "only \"contact: none\" is understood");
    says(ctx, EAST ", depth: 1, lang: xx, filed: 2026-06-01 10:00, expect: {team: east}",
         "one of these is expected here: en, es, vi");
    accepts(ctx, EAST ", depth: 1, lang: vi, channel: phone, filed: 2026-06-01 10:00, "
                      "expect: {team: east}");
}

static void wants_three_examples(void **state)
{
    struct ctx *ctx = *state;
    struct checked checked = check(ctx, TEST_HEAD TEST_ROUTE);

    assert_part(checked.problems, "services/s.yaml:1:1: error: a public service has at least 3 "
                                  "examples; this one has 0");
    checked = check(ctx, "service: s\nname: S\naudience: staff\ndepartment: works\nworkflow: "
                         "w\n" TEST_ROUTE);
    assert_str(checked.problems, "");
}

static void lists_what_no_example_reaches(void **state)
{
    struct ctx *ctx = *state;
    struct checked checked = check(
        ctx, SERVICE "  - {" WEST ", depth: 3, filed: 2026-06-01 10:00, expect: {team: west}}\n"
                     "  - {" WEST ", depth: 3, filed: 2026-06-02 10:00, expect: {team: west}}\n"
                     "  - {" WEST ", depth: 9, filed: 2026-06-02 10:00, expect: {team: west}}\n");

    assert_str(checked.problems, "");
    assert_part(checked.report, "s: 3 examples; 1 of 2 routes, 3 of 4 branches\n");
    assert_part(checked.report, "  services/s.yaml:8: no example takes this route\n");
    assert_part(checked.report, "  services/s.yaml:14: no example takes this branch of a clock\n");
    assert_part(checked.report,
                "  services/s.yaml:1: no example has a deadline beyond a holiday\n");
    assert_int_equal(checked.coverage.routes_taken, 1);
    assert_int_equal(checked.coverage.holidays_taken, 0);
}

/* Nobody could say where: the author is told once, whatever asks for a place. */
static void notes_a_city_without_layers(void **state)
{
    static const char *const services[] = {
        TEST_HEAD "place: {required: true}\n" TEST_ROUTE,
        TEST_HEAD "place: {required: false, within: city}\n" TEST_ROUTE,
        TEST_HEAD "place: {required: false}\n" TEST_ROUTE,
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(services); i++) {
        struct test_files files = test_city_files(TEST_WORKFLOW, services[i]);
        struct check_coverage coverage;
        struct test_city made;

        assert_str(files.items[3].path, "layers/district.geojson");
        files.items[3] = files.items[--files.n];
        made = test_city_of(ctx, &files);
        assert_int_equal(made.rc, RC_OK);
        assert_int_equal(check_city(ctx, made.city, &made.problems, NULL, &coverage), RC_OK);
        assert_int_equal(made.problems.note_count, i < 2);
        if (i < 2)
            assert_part(test_problems(ctx, &made.problems),
                        "services/s.yaml:1:1: note: this service asks for a place, and the city "
                        "has no layers");
        test_city_done(ctx, &made);
    }
}

/* The demonstration city: every example holds and every line is reached. */
static void checks_the_demonstration_city(void **state)
{
    struct ctx *ctx = *state;
    const char *root = getenv("CITYHALL_ROOT");
    struct problems problems = problems_in(ctx->arena);
    struct buf report = buf_in(ctx->arena, 100000);
    struct check_coverage coverage;
    struct ctx work = {.arena = arena_new((size_t)512 << 20)};
    struct city *city;

    if (!root)
        skip();
    crypto_init();
    assert_int_equal(
        city_read(&work, str_z(ctx->arena, str_fmt(ctx->arena, "%s/cities/port-azalea", root)),
                  &problems, &city),
        RC_OK);
    assert_int_equal(check_city(&work, city, &problems, &report, &coverage), RC_OK);
    assert_str(test_problems(ctx, &problems), "");
    assert_int_equal(coverage.services, 14);
    assert_int_equal(coverage.routes_taken, coverage.routes);
    assert_int_equal(coverage.branches_taken, coverage.branches);
    assert_int_equal(coverage.holidays_taken, 14);
    city_free(city);
    ctx_done(&work);
    arena_free(work.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(passes_good_examples),
        TEST(says_what_differs_and_where),
        TEST(knows_refusals),
        TEST(knows_its_keys),
        TEST(wants_three_examples),
        TEST(lists_what_no_example_reaches),
        TEST(notes_a_city_without_layers),
        TEST(checks_the_demonstration_city),
    };

    return cmocka_run_group_tests_name("engine/check", tests, NULL, NULL);
}
