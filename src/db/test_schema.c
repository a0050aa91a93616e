/* The program's own schema can be made on both engines, from nothing and a second time. */
#include "db/test_support.h"

static void test_program_schema(void **state)
{
    struct test_store store;
    struct ctx ctx = test_ctx(NULL);
    size_t applied = 0;

    (void)state;
    test_folder_make(&store);
    test_ok(&ctx, test_migrate(&store, &db_schema, &ctx, &applied));
    assert_int_equal(applied, db_schema.migration_count);
    test_ok(&ctx, test_migrate(&store, &db_schema, &ctx, &applied));
    assert_int_equal(applied, 0);
    test_ctx_done(&ctx);
    test_temporary_remove(store.folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_program_schema)};

    test_choose_engine(argc, argv);
    return cmocka_run_group_tests_name("db/schema", tests, NULL, NULL);
}
