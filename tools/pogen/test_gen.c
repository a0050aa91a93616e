#include "gen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/test_temporary.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(4U << 20);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void quoting(void **state)
{
    static const struct {
        struct str text;
        const char *literal;
    } cases[] = {
        {STR(""), "\"\""},
        {STR("say \"a\\b\""), "\"say \\\"a\\\\b\\\"\""},
        {STR("tab\there\0 7"), "\"tab\\011here\\000 7\""},
        {STR("one\ntwo\n"), "\"one\\n\"\n  \"two\\n\""},
        {STR("?\?="), "\"?\\?=\""},
        {STR("Ổ gà"), "\"Ổ gà\""},
        {STR("\177"), "\"\\177\""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf out = buf_in(arena, 4096);

        gen_quote(&out, cases[i].text, 2);
        assert_string_equal(str_z(arena, buf_str(&out)), cases[i].literal);
    }
}

static void complaints(void **state)
{
    struct gen_report report = {.text = buf_in(arena, 4096)};

    (void)state;
    gen_complain(&report, "a.ct", 7, "%d things", 2);
    gen_complain(&report, "b.po", 0, "missing");
    assert_string_equal(str_z(arena, buf_str(&report.text)), "a.ct:7: 2 things\nb.po: missing\n");
    assert_int_equal(report.count, 2);
}

static void files(void **state)
{
    char folder[TEST_TEMPORARY_MAX];
    struct str got = S("untouched");
    const char *path;

    (void)state;
    test_temporary(folder, "gen");
    path = str_z(arena, str_fmt(arena, "%s/file", folder));
    assert_true(gen_write(path, S("")));
    assert_true(gen_read(arena, path, &got));
    assert_int_equal(got.n, 0);
    assert_true(gen_write(path, S("a\0b")));
    assert_true(gen_read(arena, path, &got));
    assert_true(str_eq(got, S("a\0b")));
    test_temporary_remove(folder);
    assert_false(gen_read(arena, path, &got));
    assert_false(gen_write("/no/such/folder/x", S("x")));
    assert_true(str_eq(got, S("a\0b")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quoting),
        cmocka_unit_test(complaints),
        cmocka_unit_test(files),
    };

    return cmocka_run_group_tests_name("tools/gen", tests, setup, teardown);
}
