#include "engine/work/sign.h"

#include "db/db.h"
#include "engine/work/queries.h"

#define FORGOTTEN_DAYS 7

struct signing {
    struct str name;
    struct instant began;
};

static enum rc put_tx(struct ctx *ctx, void *arg)
{
    const struct signing *signing = arg;
    enum rc rc = worker_seen(ctx, signing->name, signing->began, ctx->now, NULL);

    if (!rc)
        rc = workers_forget(ctx, instant_plus_us(ctx->now, -FORGOTTEN_DAYS * US_PER_DAY), NULL);
    return rc;
}

enum rc sign_put(struct ctx *ctx, struct str name, struct instant began)
{
    struct signing signing = {name, began};

    return db_tx(ctx, put_tx, &signing);
}

static enum rc end_tx(struct ctx *ctx, void *arg)
{
    return worker_ended(ctx, *(const struct str *)arg, NULL);
}

enum rc sign_end(struct ctx *ctx, struct str name)
{
    return db_tx(ctx, end_tx, &name);
}

enum rc sign_list(struct ctx *ctx, struct signs *ret)
{
    struct workers_rows rows;
    struct sign *items;
    struct instant late = instant_plus_us(ctx->now, -SIGN_LATE_S * US_PER_S);
    enum rc rc = workers(ctx, &rows);

    if (rc)
        return rc;
    items = ARENA_ARRAY(ctx->arena, rows.n, struct sign);
    if (!items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < rows.n; i++)
        items[i] = (struct sign){rows.rows[i].name, rows.rows[i].began, rows.rows[i].seen,
                                 instant_cmp(rows.rows[i].seen, late) < 0};
    *ret = (struct signs){items, rows.n};
    return RC_OK;
}
