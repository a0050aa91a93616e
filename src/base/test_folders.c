/* The folders that tests make: each program takes its own with it, and no other's. */
#include "base/test_support.h"
#include "base/test_temporary.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void write_into(const char *folder)
{
    char path[TEST_TEMPORARY_MAX + 20];
    FILE *file;

    snprintf(path, sizeof path, "%s/deep", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/deep/file", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static void goes_with_all_that_is_in_it(void **state)
{
    char folder[TEST_TEMPORARY_MAX], other[TEST_TEMPORARY_MAX];

    (void)state;
    test_temporary(folder, "folders");
    test_temporary(other, "folders");
    assert_string_not_equal(folder, other);
    write_into(folder);
    test_temporary_remove(folder);
    assert_false(is_there(folder));
    assert_true(is_there(other));
    test_temporary_remove(other);
}

static void lies_where_temporary_things_lie(void **state)
{
    const char *in = getenv("TMPDIR");
    char folder[TEST_TEMPORARY_MAX], inner[TEST_TEMPORARY_MAX];
    struct str before = str_copy(((struct ctx *)*state)->arena, str_of(in));

    test_temporary(folder, "folders");
    assert_true(str_starts_with(str_of(folder), in ? before : S("/tmp")));
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);
    test_temporary(inner, "inner");
    assert_true(str_starts_with(str_of(inner), str_of(folder)));
    if (in)
        setenv("TMPDIR", str_z(((struct ctx *)*state)->arena, before), 1);
    else
        unsetenv("TMPDIR");
    test_temporary_remove(inner);
    test_temporary_remove(folder);
}

/* As a set-up that fails would, or a test that has no tear-down. */
static void what_is_left_goes_with_the_program(void **state)
{
    char own[TEST_TEMPORARY_MAX], of_child[TEST_TEMPORARY_MAX] = "";
    int ends[2], status;
    pid_t child;

    (void)state;
    test_temporary(own, "folders");
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        test_temporary(of_child, "folders");
        write_into(of_child);
        exit(write(ends[1], of_child, sizeof of_child) != sizeof of_child);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(read(ends[0], of_child, sizeof of_child), sizeof of_child);
    assert_true(*of_child);
    assert_false(is_there(of_child));
    assert_true(is_there(own));
    test_temporary_remove(own);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_with_all_that_is_in_it),
        TEST(lies_where_temporary_things_lie),
        cmocka_unit_test(what_is_left_goes_with_the_program),
    };

    return cmocka_run_group_tests_name("base/folders", tests, NULL, NULL);
}
