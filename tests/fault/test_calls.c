/* The n-th fallible call fails, for every n, in a store's life from opening to closing; only in
 * builds with -Dfaults=true. Whatever db_tx answered is true afterwards, and every failure says
 * why. */
#include <stdio.h>
#include <stdlib.h>

#include "base/fault.h"
#include "db/test_queries.h"
#include "db/test_support.h"

/* Fewer fault points than this mean that a wrapper no longer asks. */
#define POINTS_MIN 40

static enum rc file_one(struct ctx *ctx, void *arg)
{
    struct sample_page_args page = {.at_most = 10, .label = S("x"), .with_label = true};
    struct sample_page_rows rows;
    enum rc rc = team_add(ctx, *(struct str *)arg, NULL);

    if (rc == RC_OK)
        rc = record_add(ctx, *(struct str *)arg, S("seal"), NULL);
    if (rc == RC_OK)
        rc = sample_page(ctx, &page, &rows);
    return rc;
}

static enum rc count_teams(struct ctx *ctx, int64_t *ret)
{
    struct team_count_row row;
    enum rc rc = db_reader_acquire(ctx);

    if (rc == RC_OK)
        rc = team_count(ctx, &row);
    if (rc == RC_OK)
        *ret = row.total;
    db_reader_release(ctx);
    return rc;
}

/* One life: open, migrate, file, read, close. *ret_filed says whether db_tx reported success. */
static enum rc live(const struct test_store *store, const struct db_schema *schema, struct str name,
                    bool *ret_filed, struct ctx *ctx)
{
    struct db_options options = test_options(store);
    struct db *db;
    int64_t count;
    enum rc rc;

    *ret_filed = false;
    options.schema = schema;
    rc = db_open(ctx, &options, &db);
    if (rc != RC_OK)
        return rc;
    ctx->db = db;
    rc = db_migrate(ctx, db, NULL);
    if (rc == RC_OK)
        rc = db_tx(ctx, file_one, &name);
    *ret_filed = rc == RC_OK;
    if (rc == RC_OK)
        rc = count_teams(ctx, &count);
    db_close(db);
    ctx->db = NULL;
    return rc;
}

static int64_t stored(const struct test_store *store, struct str name)
{
    struct db_options options = test_options(store);
    struct ctx ctx = test_ctx(NULL);
    struct team_find_row row;
    bool was_found = false, is_ready;
    size_t pending = 1;

    test_ok(&ctx, db_open(&ctx, &options, &ctx.db));
    test_ok(&ctx, db_migrations_pending(&ctx, ctx.db, &pending));
    is_ready = pending == 0;
    if (is_ready) {
        test_ok(&ctx, db_reader_acquire(&ctx));
        test_ok(&ctx, team_find(&ctx, name, &was_found, &row));
        db_reader_release(&ctx);
    }
    db_close(ctx.db);
    test_ctx_done(&ctx);
    return was_found;
}

static void test_every_call(void **state)
{
    struct test_store store;
    int64_t points = 1, n;

    (void)state;
    for (n = 1; n <= points; n++) {
        struct ctx ctx = test_ctx(NULL);
        struct str name = str_fmt(ctx.arena, "filing %lld", (long long)n);
        bool was_filed;
        enum rc rc;

        test_folder_make(&store);
        fault_arm(n);
        rc = live(&store, &test_schema, name, &was_filed, &ctx);
        points = fault_count() < n ? n - 1 : n + 1;
        fault_arm(0);
        assert_true(rc == RC_OK || ctx.err.id != ERR_NONE);
        assert_int_equal(stored(&store, name), was_filed);
        test_ctx_done(&ctx);
        test_temporary_remove(store.folder);
    }
    print_message("# %lld fault points\n", (long long)n - 1);
    assert_true(n > POINTS_MIN);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_call)};

    test_choose_engine(argc, argv);
    return cmocka_run_group_tests_name("fault/calls", tests, NULL, NULL);
}
