/* tests/definitions/next: services of later versions are read to the last key, their examples run
 * as far as this version goes, and exactly what does not run is noted. */
#include "engine/test_city.h"

#include "base/file.h"
#include "engine/publish/check.h"

struct next_test {
    struct ctx work;
    struct city *city;
    struct problems problems;
    const char *folder;
};

static void begin(struct next_test *test)
{
    const char *root = getenv("CITYHALL_ROOT");

    crypto_init();
    *test = (struct next_test){.work = {.arena = arena_new((size_t)256 << 20)}};
    test->problems = problems_in(test->work.arena);
    test->folder = str_z(test->work.arena,
                         str_fmt(test->work.arena, "%s/tests/definitions/next", root ? root : "."));
    assert_int_equal(city_read(&test->work, test->folder, &test->problems, &test->city), RC_OK);
}

static void end(struct next_test *test)
{
    city_free(test->city);
    ctx_done(&test->work);
    arena_free(test->work.arena);
}

/* The findings without the folder's name, as next.notes lists them. */
static struct str notes_of(struct next_test *test)
{
    struct str folder = str_fmt(test->work.arena, "%s/", test->folder), line;
    struct str rest = test_problems(&test->work, &test->problems);
    struct buf out = buf_in(test->work.arena, 1 << 20);

    while (str_next(&rest, '\n', &line)) {
        if (str_starts_with(line, folder))
            line = str_slice(line, folder.n, line.n);
        if (line.n)
            buf_add_fmt(&out, "%.*s\n", STR_ARG(line));
    }
    return buf_str(&out);
}

static void notes_exactly_what_does_not_run(void **state)
{
    struct next_test test;
    struct str expected, got;

    (void)state;
    begin(&test);
    assert_int_equal(test.problems.error_count, 0);
    assert_int_equal(
        file_read(&test.work,
                  str_z(test.work.arena, str_fmt(test.work.arena, "%s.notes", test.folder)),
                  1 << 20, &expected),
        RC_OK);
    got = notes_of(&test);
    if (!str_eq(got, expected))
        print_error("%.*s", STR_ARG(got));
    assert_true(str_eq(got, expected));
    end(&test);
}

static void runs_the_examples_as_far_as_it_goes(void **state)
{
    struct next_test test;
    struct check_coverage coverage;

    (void)state;
    begin(&test);
    assert_int_equal(check_city(&test.work, test.city, &test.problems, NULL, &coverage), RC_OK);
    assert_int_equal(test.problems.error_count, 0);
    assert_int_equal(coverage.services, 5);
    assert_int_equal(coverage.routes_taken, coverage.routes);
    assert_int_equal(coverage.branches_taken, coverage.branches);
    end(&test);
}

/* None of them would be published: each uses something that does not run. */
static void would_publish_none(void **state)
{
    struct next_test test;

    (void)state;
    begin(&test);
    for (size_t i = 0; i < test.city->service_n; i++)
        assert_true(test.city->services[i]->not_run_n > 0);
    end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(notes_exactly_what_does_not_run),
        TEST(runs_the_examples_as_far_as_it_goes),
        TEST(would_publish_none),
    };

    return cmocka_run_group_tests_name("engine/next", tests, NULL, NULL);
}
