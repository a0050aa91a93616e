/* Every statement above src/db, prepared as each of the two stores has it. */
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/test_queries.h"
#include "db/test_support.h"

static size_t files, left_out;

/* Whether the statements of that file, "/somewhere/people/queries.sql", are in the table. */
static bool is_known(struct str path)
{
    for (size_t i = 0; i < COUNT(test_queries); i++) {
        struct str file = str_of(test_queries[i]->items[0]->name);

        if (str_ends_with(path, str_slice(file, 0, (size_t)str_find_byte(file, ':'))))
            return true;
    }
    return false;
}

static int look_at(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
    (void)stat;
    if (kind != FTW_F || strcmp(path + at->base, "queries.sql") != 0)
        return 0;
    files++;
    if (!is_known(str_of(path))) {
        print_error("%s is not in app/test_queries.h\n", path);
        left_out++;
    }
    return 0;
}

static void test_no_folder_is_left_out(void **state)
{
    char folder[PATH_MAX];

    (void)state;
    assert_true(snprintf(folder, sizeof folder, "%s/src", getenv("CITYHALL_ROOT")) <
                (int)sizeof folder);
    assert_int_equal(nftw(folder, look_at, 10, FTW_PHYS), 0);
    assert_int_equal(left_out, 0);
    assert_int_equal(files, COUNT(test_queries));
}

static void test_all_prepare(void **state)
{
    struct test_store store;
    struct db_options options;

    (void)state;
    test_folder_make(&store);
    store.ctx = test_ctx(NULL);
    test_ok(&store.ctx, test_migrate(&store, &db_schema, &store.ctx, NULL));
    options = test_options(&store);
    options.schema = &db_schema;
    test_ok(&store.ctx, db_open(&store.ctx, &options, &store.db));
    store.ctx.db = store.db;
    for (size_t i = 0; i < COUNT(test_queries); i++)
        test_ok(&store.ctx, db_check_statements(&store.ctx, test_queries[i]));
    test_ctx_done(&store.ctx);
    db_close(store.db);
    test_temporary_remove(store.folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_folder_is_left_out),
                                       cmocka_unit_test(test_all_prepare)};

    test_choose_engine(argc, argv);
    return cmocka_run_group_tests_name("statements", tests, NULL, NULL);
}
