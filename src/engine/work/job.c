#include "engine/work/job.h"

#include <assert.h>

#include "base/utf8.h"
#include "db/db.h"
#include "engine/work/queries.h"

#define MAX_TROUBLE 400

struct claim {
    struct job_due_row row;
    const struct job_kind *kind; /* NULL: none that this version has */
    bool is_ours;
    enum rc rc; /* of its function */
    struct str trouble;
};

enum rc job_add(struct ctx *ctx, const struct job_order *order)
{
    return job_put(ctx,
                   &(struct job_put_args){
                       .kind = str_of(order->kind),
                       .argument = order->argument,
                       .once = order->once,
                       .once_is_null = !order->once.n,
                       .due = order->due,
                   },
                   NULL);
}

static enum rc begin_table(struct ctx *ctx, const struct job_kind *row)
{
    enum rc rc = RC_OK;

    for (; !rc && row->kind; row++)
        if (row->begins != JOB_WHEN_ADDED)
            rc = job_add(ctx, &(struct job_order){
                                  .kind = row->kind,
                                  .once = str_of(row->kind),
                                  .due = ctx->now,
                              });
    return rc;
}

static enum rc begin_tx(struct ctx *ctx, void *arg)
{
    const struct job_runner *runner = arg;
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && runner->tables[i]; i++)
        rc = begin_table(ctx, runner->tables[i]);
    return rc;
}

enum rc jobs_begin(struct ctx *ctx, const struct job_runner *runner)
{
    struct job_runner copy = *runner;

    return db_tx(ctx, begin_tx, &copy);
}

static enum rc keep_daily(struct ctx *ctx, const char *kind)
{
    struct job_order order = {.kind = kind, .once = str_of(kind)};
    struct job_standing_row row;
    bool is_found;
    enum rc rc = job_standing(ctx, order.once, &is_found, &row);

    if (rc)
        return rc;
    order.due = instant_plus_us(is_found ? row.due : ctx->now, US_PER_DAY);
    if (is_found && (row.attempts < JOB_TRIES || instant_cmp(order.due, ctx->now) > 0))
        return RC_OK;
    return job_add(ctx, &order);
}

static enum rc keep_tx(struct ctx *ctx, void *arg)
{
    const struct job_runner *runner = arg;
    enum rc rc = RC_OK;

    for (size_t i = 0; !rc && runner->tables[i]; i++)
        for (const struct job_kind *row = runner->tables[i]; !rc && row->kind; row++)
            if (row->begins == JOB_DAILY)
                rc = keep_daily(ctx, row->kind);
    return rc;
}

enum rc jobs_keep_daily(struct ctx *ctx, const struct job_runner *runner)
{
    struct job_runner copy = *runner;

    return db_tx(ctx, keep_tx, &copy);
}

static struct instant stuck_before(const struct ctx *ctx)
{
    return instant_plus_us(ctx->now, -JOB_STUCK_S * US_PER_S);
}

static enum rc claim_tx(struct ctx *ctx, void *arg)
{
    struct claim *claim = arg;
    int64_t changed;
    enum rc rc = job_claim(
        ctx,
        &(struct job_claim_args){
            .id = claim->row.id,
            .now = ctx->now,
            .stuck = stuck_before(ctx),
            .attempts = claim->row.attempts,
            .trouble = claim->row.claimed_is_null ? STR_NONE : S("the worker stopped at it"),
        },
        &changed);

    claim->is_ours = !rc && changed == 1;
    return rc;
}

/* Looks for a due job, and takes it. Another worker may be quicker: then there was none. */
static enum rc claim_next(struct ctx *ctx, struct claim *claim)
{
    bool is_found = false;
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    rc = job_due(ctx, ctx->now, stuck_before(ctx), JOB_TRIES, &is_found, &claim->row);
    db_reader_release(ctx);
    claim->is_ours = false;
    return rc || !is_found ? rc : db_tx(ctx, claim_tx, claim);
}

static const struct job_kind *kind_of(const struct job_runner *runner, struct str kind)
{
    for (size_t i = 0; runner->tables[i]; i++)
        for (const struct job_kind *row = runner->tables[i]; row->kind; row++)
            if (str_eq(str_of(row->kind), kind))
                return row;
    return NULL;
}

/* After one, four, nine ... forty-nine minutes. */
static struct instant next_try(const struct ctx *ctx, int64_t attempts)
{
    return instant_plus_us(ctx->now, attempts * attempts * US_PER_MIN);
}

static enum rc end_tx(struct ctx *ctx, void *arg)
{
    const struct claim *claim = arg;

    if (claim->rc)
        return job_put_back(ctx,
                            &(struct job_put_back_args){
                                .id = claim->row.id,
                                .claimed = ctx->now,
                                .due = next_try(ctx, claim->row.attempts + 1),
                                .trouble = claim->trouble,
                            },
                            NULL);
    if (claim->kind->begins == JOB_DAILY)
        return job_come_again(ctx, claim->row.id, ctx->now, instant_plus_us(ctx->now, US_PER_DAY),
                              NULL);
    return job_end(ctx, claim->row.id, ctx->now, ctx->now, NULL);
}

static struct str trouble_of(struct ctx *ctx)
{
    struct str text =
        str_fmt(ctx->arena, "%s: %.*s", err_name(ctx->err.id), STR_ARG(ctx->err.detail));

    return text_is_clean(text) ? utf8_cut(text, MAX_TROUBLE) : str_of(err_name(ctx->err.id));
}

enum rc job_run_next(struct ctx *ctx, const struct job_runner *runner, bool *ret_was_there)
{
    struct claim claim = {0};
    struct job job;
    struct ctx after;
    enum rc rc = claim_next(ctx, &claim);

    *ret_was_there = !rc && claim.is_ours;
    if (!*ret_was_there)
        return rc;
    job = (struct job){claim.row.id, claim.row.kind, claim.row.argument, runner->base_url};
    claim.kind = kind_of(runner, job.kind);
    claim.rc = claim.kind ? claim.kind->run(ctx, &job)
                          : FAIL(ctx, ERR_CONFIG,
                                 .detail = str_fmt(ctx->arena, "this version has no job \"%.*s\"",
                                                   STR_ARG(job.kind)));
    assert(!ctx->conn);
    if (claim.rc)
        claim.trouble = trouble_of(ctx);
    after = (struct ctx){.arena = ctx->arena, .now = ctx->now, .db = ctx->db};
    rc = db_tx(&after, end_tx, &claim);
    if (rc && !claim.rc)
        ctx->err = after.err;
    return claim.rc ? claim.rc : rc;
}

enum rc job_is_waiting(struct ctx *ctx, struct str once, bool *ret)
{
    struct job_waiting_row row;
    enum rc rc = db_reader_acquire(ctx);

    if (rc)
        return rc;
    rc = job_waiting(ctx, once, ret, &row);
    db_reader_release(ctx);
    return rc;
}

enum rc job_look_again(struct ctx *ctx, const char *kind, struct instant after)
{
    return job_advance(ctx, str_of(kind), after, ctx->now, NULL);
}

static enum rc end_waiting_tx(struct ctx *ctx, void *arg)
{
    const struct str *once = arg;

    return job_waiting_end(ctx, *once, ctx->now, NULL);
}

enum rc job_end_waiting(struct ctx *ctx, struct str once)
{
    return db_tx(ctx, end_waiting_tx, &once);
}
