/* Connections for reading: how many there are, and who leaves them to others. */
#include "db/test_queries.h"
#include "db/test_support.h"

static enum rc add_one(struct ctx *ctx, void *arg)
{
    (void)arg;
    return team_add(ctx, S("t1"), NULL);
}

static void test_readers_are_limited(void **state)
{
    struct test_store *store = *state;
    struct db_options options = test_options(store);
    struct ctx first = test_ctx(NULL), second = test_ctx(NULL);

    db_close(store->db);
    store->db = NULL;
    options.reader_max = 1;
    test_ok(&store->ctx, db_open(&store->ctx, &options, &store->db));
    first.db = second.db = store->db;
    test_ok(&first, db_reader_acquire(&first));
    second.deadline_ms = clock_monotonic_ms() + 30;
    assert_int_equal(db_reader_acquire(&second), RC_UNAVAILABLE);
    assert_int_equal(second.err.id, ERR_DEADLINE);
    ctx_clear_error(&second);
    second.deadline_ms = 0;
    db_reader_release(&first);
    test_ok(&second, db_reader_acquire(&second));
    test_ctx_done(&first);
    test_ctx_done(&second);
}

/* Of one connection for reading: who waits for something else leaves it to others. */
static void test_resting_lends_the_reader(void **state)
{
    struct test_store *store = *state;
    struct db_options options = test_options(store);
    struct ctx first = test_ctx(NULL), second = test_ctx(NULL);
    struct team_count_row row;

    db_close(store->db);
    store->db = NULL;
    options.reader_max = 1;
    test_ok(&store->ctx, db_open(&store->ctx, &options, &store->db));
    first.db = second.db = store->db;
    db_reader_rest(&first); /* without a reader nothing happens */
    test_ok(&first, db_reader_acquire(&first));
    test_ok(&first, team_count(&first, &row));
    db_reader_rest(&first);
    db_reader_rest(&first);
    second.deadline_ms = clock_monotonic_ms() + 2000;
    test_ok(&second, db_reader_acquire(&second));
    test_ok(&second, team_count(&second, &row));
    test_ok(&second, db_tx(&second, add_one, NULL));
    db_reader_release(&second);
    test_ok(&first, team_count(&first, &row));
    assert_int_equal(row.total, 1);
    db_reader_rest(&first); /* and is given back without another statement */
    test_ctx_done(&first);
    test_ctx_done(&second);
}

#define STORED(name) cmocka_unit_test_setup_teardown(name, test_store_open, test_store_close)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        STORED(test_readers_are_limited),
        STORED(test_resting_lends_the_reader),
    };

    test_choose_engine(argc, argv);
    return cmocka_run_group_tests_name("db/reader", tests, NULL, NULL);
}
