/* PostgreSQL that stops and comes back, and the hook that follows what programs commit there. */
#include <stdatomic.h>
#include <unistd.h>

#include "db/test_queries.h"
#include "db/test_turn.h"

static void test_server_comes_back(void **state)
{
    struct test_store *store = *state;
    struct test_turn turns[] = {{.number = 1}, {.number = 2}, {.number = 3}};

    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turns[0]));
    assert_int_equal(test_count_teams(store->db), 1);
    test_postgres_ctl("stop");
    assert_int_equal(db_tx(&store->ctx, test_turn_add, &turns[1]), RC_UNAVAILABLE);
    assert_int_equal(store->ctx.err.id, ERR_UNAVAILABLE);
    ctx_clear_error(&store->ctx);
    assert_int_equal(db_reader_acquire(&store->ctx), RC_UNAVAILABLE);
    ctx_clear_error(&store->ctx);
    test_postgres_ctl("start");
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turns[2]));
    assert_int_equal(test_count_teams(store->db), 2);
    /* And where nobody noticed that it was away. */
    test_postgres_ctl("restart");
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turns[1]));
    assert_int_equal(test_count_teams(store->db), 3);
}

struct following {
    _Atomic int inside, most_inside, runs;
    _Atomic int64_t seen; /* teams, when it last ran */
};

static struct following following; /* the hook runs once more when the store is closed */

static enum rc follow(struct ctx *ctx, void *arg)
{
    struct team_count_row row;
    int inside = ++following.inside;
    enum rc rc = team_count(ctx, &row);

    (void)arg;
    if (inside > following.most_inside)
        following.most_inside = inside;
    usleep(2000);
    following.inside--;
    following.runs++;
    if (rc == RC_OK)
        following.seen = row.total;
    return rc;
}

/* Two programs that both write: one of them at a time follows, and all of it is followed. */
static void test_hook_is_leased(void **state)
{
    struct test_store *store = *state;
    struct db_options options = test_options(store);
    struct test_turn turns[20];
    struct ctx other = test_ctx(NULL);

    test_ok(&other, db_open(&other, &options, &other.db));
    following.runs = following.most_inside = 0;
    following.seen = 0;
    db_set_group_hook(store->db, follow, NULL);
    db_set_group_hook(other.db, follow, NULL);
    for (int i = 0; i < 20; i++) {
        turns[i].number = i;
        turns[i].must_fail = false;
        test_ok(i % 2 ? &other : &store->ctx,
                db_tx(i % 2 ? &other : &store->ctx, test_turn_add, &turns[i]));
    }
    test_ok(&store->ctx, db_settle(&store->ctx));
    assert_int_equal(following.seen, 20);
    assert_int_equal(following.most_inside, 1);
    db_close(other.db);
    test_ctx_done(&other);
}

static void test_hook_follows_by_itself(void **state)
{
    struct test_store *store = *state;
    struct test_turn turn = {.number = 1};
    int64_t until_ms = clock_monotonic_ms() + 10000;

    following.runs = following.most_inside = 0;
    following.seen = 0;
    db_set_group_hook(store->db, follow, NULL);
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turn));
    while (following.seen < 1 && clock_monotonic_ms() < until_ms)
        usleep(1000);
    assert_int_equal(following.seen, 1);
    /* What was committed before the end is followed before the end. */
    turn.number = 2;
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turn));
    test_ctx_done(&store->ctx);
    db_close(store->db);
    assert_int_equal(following.seen, 2);
    store->db = NULL;
    store->ctx = test_ctx(NULL);
}

static void test_hook_survives_the_server(void **state)
{
    struct test_store *store = *state;
    struct test_turn turn = {.number = 1};

    following.runs = following.most_inside = 0;
    following.seen = 0;
    db_set_group_hook(store->db, follow, NULL);
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turn));
    test_ok(&store->ctx, db_settle(&store->ctx));
    test_postgres_ctl("stop");
    assert_int_equal(db_settle(&store->ctx), RC_UNAVAILABLE);
    ctx_clear_error(&store->ctx);
    test_postgres_ctl("start");
    turn.number = 2;
    test_ok(&store->ctx, db_tx(&store->ctx, test_turn_add, &turn));
    test_ok(&store->ctx, db_settle(&store->ctx));
    assert_int_equal(following.seen, 2);
}

#define STORED(name) cmocka_unit_test_setup_teardown(name, test_store_open, test_store_close)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        STORED(test_hook_is_leased),
        STORED(test_hook_follows_by_itself),
        STORED(test_hook_survives_the_server),
        STORED(test_server_comes_back),
    };

    test_choose_engine(argc, argv);
    return cmocka_run_group_tests_name("db/server-postgres", tests, NULL, NULL);
}
