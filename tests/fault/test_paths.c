/* Every change that the program makes, with its calls and its disk failing (paths_*.c).
 *
 *   test_fault_paths [--long] [WORD]
 *
 * Without --long each change is made once, its fault points are counted, and its middle one fails;
 * with it every one fails, and every write on a disk that is full, broken or read-only. WORD keeps
 * the changes whose name holds it. paths.py asks that no change of the sources is left out. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disk_vfs.h"
#include "paths.h"
#include "paths_web.h"

#define TESTS_MAX 200

static struct test_town *open_town(void)
{
    void *state = NULL;

    assert_int_equal(test_town_open(&state), 0);
    test_town_restart(state);
    scenario_begin(state);
    paths_open(state);
    return state;
}

static void close_town(struct test_town *town)
{
    void *state = town;

    scenario_check_record(town);
    paths_close(town);
    test_town_close(&state);
    scenario_end();
    disk_forget();
}

static void close_web(struct test_town *town)
{
    (void)town;
    paths_web_close();
    disk_forget();
}

/* Scenarios that share a town, unless every failure of each is asked for. */
static const struct group {
    const struct scenario *rows;
    struct test_town *(*open)(void);
    void (*close)(struct test_town *town);
} groups[] = {
    {paths_resident, open_town, close_town}, {paths_staff, open_town, close_town},
    {paths_people, open_town, close_town},   {paths_city, open_town, close_town},
    {paths_work, open_town, close_town},     {paths_web, paths_web_open, close_web},
};
static bool is_long;
static struct test_town *shared; /* of a group's scenarios; NULL: none is open */
static const struct group *shared_group;

static void close_shared(void)
{
    struct test_town *town = shared;

    shared = NULL;
    if (town)
        shared_group->close(town);
    shared_group = NULL;
}

struct test {
    const struct group *group;
    const struct scenario *scenario;
};

static void fail_everywhere(const struct test *test)
{
    struct test_town *town = test->group->open();

    scenario_fail_each(town, test->scenario, NULL);
    for (size_t i = 0; i < DISKS; i++)
        scenario_fail_each(town, test->scenario, &disks[i]);
    test->group->close(town);
}

static void test_scenario(void **state)
{
    const struct test *test = *state;

    if (is_long) {
        fail_everywhere(test);
        return;
    }
    if (shared_group != test->group) {
        close_shared();
        shared = test->group->open();
        shared_group = test->group;
    }
    scenario_try(shared, test->scenario);
}

static void test_end(void **state)
{
    (void)state;
    close_shared();
}

static size_t add_tests(struct CMUnitTest tests[TESTS_MAX], const char *word)
{
    static struct test made[TESTS_MAX];
    size_t n = 0;

    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        for (const struct scenario *row = groups[i].rows; row->name; row++)
            if (strstr(row->name, word)) {
                assert_true(n + 2 < TESTS_MAX);
                made[n] = (struct test){&groups[i], row};
                tests[n] = (struct CMUnitTest){
                    .name = row->name, .test_func = test_scenario, .initial_state = &made[n]};
                n++;
            }
    tests[n++] =
        (struct CMUnitTest){.name = "the records of all towns are whole", .test_func = test_end};
    return n;
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[TESTS_MAX];
    const char *word = "";

    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--long") == 0)
            is_long = true;
        else
            word = argv[i];
    disk_vfs_register();
    sqlite3_vfs_register(sqlite3_vfs_find(DISK_VFS), 1);
    return _cmocka_run_group_tests("fault/paths", tests, add_tests(tests, word), NULL, NULL);
}
