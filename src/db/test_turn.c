#include "db/test_turn.h"

#include "db/test_queries.h"

enum rc test_turn_add(struct ctx *ctx, void *arg)
{
    const struct test_turn *turn = arg;
    enum rc rc = team_add(ctx, str_fmt(ctx->arena, "t%d", turn->number), NULL);

    return rc == RC_OK && turn->must_fail ? FAIL(ctx, ERR_GUARD) : rc;
}

int64_t test_count_teams(struct db *db)
{
    struct ctx ctx = test_ctx(db);
    struct team_count_row row;

    test_ok(&ctx, db_reader_acquire(&ctx));
    test_ok(&ctx, team_count(&ctx, &row));
    test_ctx_done(&ctx);
    return row.total;
}
