/* What goes with another's transaction, and what the store counts of them. */
#include "db/also.h"
#include "db/stats.h"
#include "db/test_queries.h"
#include "db/test_turn.h"

static void add(struct ctx *ctx, int number)
{
    struct test_turn turn = {.number = number};

    test_ok(ctx, db_tx(ctx, test_turn_add, &turn));
}

static void fail_to_add(struct ctx *ctx, struct test_turn *turn)
{
    assert_int_equal(db_tx(ctx, test_turn_add, turn), err_rc(ERR_GUARD));
    ctx_clear_error(ctx);
}

/* The store says how busy its writing is, whichever it is. */
static void test_stats_count(void **state)
{
    struct test_store *store = *state;
    struct ctx ctx = test_ctx(store->db);
    struct db_stats before = db_stats(store->db), after;
    struct test_turn fails = {.must_fail = true};

    for (int i = 1; i < 4; i++)
        add(&ctx, i);
    fail_to_add(&ctx, &fails);
    after = db_stats(store->db);
    assert_int_equal(after.transactions - before.transactions, 4);
    assert_true(after.groups - before.groups >= 3);
    assert_int_equal(after.queued, 0);
    test_ctx_done(&ctx);
}

/* What is noted with a transaction is on disk with it or not at all, and once. */
static void test_also_goes_with_the_first(void **state)
{
    struct test_store *store = *state;
    struct ctx ctx = test_ctx(store->db);
    struct test_turn act = {.number = 1}, note = {.number = 2, .must_fail = true};
    struct db_also also = {.fn = test_turn_add, .arg = &note};

    db_also(&also);
    fail_to_add(&ctx, &act);
    assert_int_equal(test_count_teams(store->db), 0);
    assert_false(also.is_done);
    note.must_fail = false;
    act.must_fail = true;
    fail_to_add(&ctx, &act);
    assert_int_equal(test_count_teams(store->db), 0);
    assert_false(also.is_done);
    add(&ctx, 1);
    assert_int_equal(test_count_teams(store->db), 2);
    assert_true(also.is_done);
    add(&ctx, 3);
    assert_int_equal(test_count_teams(store->db), 3);
    db_also(NULL);
    add(&ctx, 4);
    assert_int_equal(test_count_teams(store->db), 4);
    test_ctx_done(&ctx);
}

#define STORED(name) cmocka_unit_test_setup_teardown(name, test_store_open, test_store_close)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        STORED(test_stats_count),
        STORED(test_also_goes_with_the_first),
    };

    test_choose_engine(argc, argv);
    return cmocka_run_group_tests_name("db/also", tests, NULL, NULL);
}
