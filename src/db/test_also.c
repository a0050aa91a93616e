/* What goes with another's transaction, and what the store counts of them. */
#include "db/also.h"
#include "db/stats.h"
#include "db/test_queries.h"
#include "db/test_support.h"

struct turn {
    int number;
    bool must_fail;
};

/* Adds a team called by its number, and then fails when told to. */
static enum rc add_numbered(struct ctx *ctx, void *arg)
{
    const struct turn *turn = arg;
    enum rc rc = team_add(ctx, str_fmt(ctx->arena, "t%d", turn->number), NULL);

    return rc == RC_OK && turn->must_fail ? FAIL(ctx, ERR_GUARD) : rc;
}

static int64_t count_teams(struct db *db)
{
    struct ctx ctx = test_ctx(db);
    struct team_count_row row;

    test_ok(&ctx, db_reader_acquire(&ctx));
    test_ok(&ctx, team_count(&ctx, &row));
    test_ctx_done(&ctx);
    return row.total;
}

static void add(struct ctx *ctx, int number)
{
    struct turn turn = {.number = number};

    test_ok(ctx, db_tx(ctx, add_numbered, &turn));
}

static void fail_to_add(struct ctx *ctx, struct turn *turn)
{
    assert_int_equal(db_tx(ctx, add_numbered, turn), err_rc(ERR_GUARD));
    ctx_clear_error(ctx);
}

/* The store says how busy its writing is, whichever it is. */
static void test_stats_count(void **state)
{
    struct test_store *store = *state;
    struct ctx ctx = test_ctx(store->db);
    struct db_stats before = db_stats(store->db), after;
    struct turn fails = {.must_fail = true};

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
    struct turn act = {.number = 1}, note = {.number = 2, .must_fail = true};
    struct db_also also = {.fn = add_numbered, .arg = &note};

    db_also(&also);
    fail_to_add(&ctx, &act);
    assert_int_equal(count_teams(store->db), 0);
    assert_false(also.is_done);
    note.must_fail = false;
    act.must_fail = true;
    fail_to_add(&ctx, &act);
    assert_int_equal(count_teams(store->db), 0);
    assert_false(also.is_done);
    add(&ctx, 1);
    assert_int_equal(count_teams(store->db), 2);
    assert_true(also.is_done);
    add(&ctx, 3);
    assert_int_equal(count_teams(store->db), 3);
    db_also(NULL);
    add(&ctx, 4);
    assert_int_equal(count_teams(store->db), 4);
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
