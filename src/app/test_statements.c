/* Every statement above src/db, prepared as each of the two stores has it. */
#include "api/queries.h"
#include "console/queries.h"
#include "db/test_support.h"
#include "engine/cases/queries.h"
#include "engine/clock/queries.h"
#include "engine/definition/queries.h"
#include "engine/message/queries.h"
#include "engine/publish/queries.h"
#include "engine/record/queries.h"
#include "engine/work/queries.h"
#include "people/queries.h"

static const struct sql_statements *const every[] = {
    &people_queries,         &console_queries,       &api_queries,
    &engine_cases_queries,   &engine_clock_queries,  &engine_definition_queries,
    &engine_message_queries, &engine_record_queries, &engine_work_queries,
    &engine_publish_queries,
};

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
    for (size_t i = 0; i < COUNT(every); i++)
        test_ok(&store.ctx, db_check_statements(&store.ctx, every[i]));
    test_ctx_done(&store.ctx);
    db_close(store.db);
    test_folder_remove(&store);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_prepare)};

    test_choose_engine(argc, argv);
    return cmocka_run_group_tests_name("statements", tests, NULL, NULL);
}
