/* db_tx on PostgreSQL: SERIALIZABLE, repeated after a conflict.
 *
 * On SQLite writers run one after another, so code is written as if it were alone; SERIALIZABLE
 * is the one isolation level under which the same code means the same here (REPEATABLE READ
 * allows write skew: two that each read what the other changes). Its price is paid in
 * repetitions; what would always collide takes turns (db_turn_begin). */
#include <stdlib.h>
#include <time.h>

#include "db/postgres.h"

#define ATTEMPTS_MAX 40
#define PAUSE_MAX_MS 64

/* Longer and longer, at random, so that two that collided do not meet again. */
static void pause_before(unsigned attempt)
{
    unsigned most_ms = attempt > 6 ? PAUSE_MAX_MS : 1U << attempt;
    struct timespec now, pause = {0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    pause.tv_nsec = (now.tv_nsec ^ now.tv_nsec >> 12) % ((long)most_ms * 1000000);
    nanosleep(&pause, NULL);
}

static struct postgres_db *store_of(const struct postgres_conn *conn)
{
    return (struct postgres_db *)(void *)conn->base.db;
}

static enum rc attempt_once(struct ctx *ctx, struct postgres_conn *conn, db_tx_fn *fn, void *arg)
{
    enum rc rc = postgres_conn_begin(ctx, conn, "BEGIN ISOLATION LEVEL SERIALIZABLE");
    struct db_later *laters;

    if (rc != RC_OK)
        return rc;
    ctx->conn = &conn->base;
    db_laters_begin(&conn->base, ctx->arena);
    rc = fn(ctx, arg);
    laters = db_laters_end(&conn->base);
    if (rc == RC_OK && arena_has_failed(ctx->arena))
        rc = FAIL(ctx, ERR_MEMORY);
    if (rc == RC_OK && conn->base.has_failed)
        rc = db_swallowed(ctx);
    if (rc == RC_OK)
        rc = db_laters_run(ctx, &conn->base, laters);
    /* A COMMIT that is lost on the way may have happened: it must not be repeated. */
    if (rc == RC_OK) {
        rc = postgres_conn_run(ctx, conn, "COMMIT");
        store_of(conn)->commits += rc == RC_OK;
        return rc;
    }
    if (!postgres_conn_is_lost(conn))
        PQclear(PQexec(conn->handle, "ROLLBACK"));
    conn->wants_retry |= postgres_conn_is_lost(conn);
    return rc;
}

static bool may_repeat(const struct ctx *ctx, const struct postgres_conn *conn, unsigned attempt)
{
    return conn->wants_retry && attempt + 1 < ATTEMPTS_MAX && !arena_has_failed(ctx->arena) &&
           (!ctx->deadline_ms || clock_monotonic_ms() < ctx->deadline_ms);
}

static enum rc run(struct ctx *ctx, struct postgres_conn *conn, db_tx_fn *fn, void *arg)
{
    enum rc rc = RC_OK;

    for (unsigned attempt = 0;; attempt++) {
        conn->wants_retry = false;
        rc = attempt_once(ctx, conn, fn, arg);
        if (rc == RC_OK || !may_repeat(ctx, conn, attempt))
            break;
        ctx_clear_error(ctx);
        store_of(conn)->repeated++;
        pause_before(attempt);
    }
    if (!conn->wants_retry || rc == RC_OK)
        return rc;
    ctx_clear_error(ctx);
    return FAIL(ctx, ERR_UNAVAILABLE,
                .detail = S("PostgreSQL asked for the transaction again "
                            "too often, or went away"));
}

enum rc postgres_tx(struct ctx *ctx, struct postgres_db *db, db_tx_fn *fn, void *arg)
{
    struct db_conn *before = ctx->conn;
    struct postgres_conn *conn;
    void *item;
    enum rc rc;

    db->waiting++;
    rc = db_pool_take(&db->writers, ctx, &item);
    db->waiting--;
    if (rc != RC_OK)
        return rc;
    db->transactions++;
    conn = item;
    if (!conn)
        rc = postgres_conn_open(ctx, db, db->location, &conn);
    if (rc == RC_OK) {
        conn->base.may_write = true;
        rc = run(ctx, conn, fn, arg);
    }
    ctx->conn = before;
    db_pool_give(&db->writers, conn);
    return rc;
}

struct db_stats postgres_stats(const struct db *db)
{
    const struct postgres_db *store = (const struct postgres_db *)(const void *)db;

    return (struct db_stats){.queued = store->waiting,
                             .transactions = store->transactions,
                             .groups = store->commits,
                             .repeated = store->repeated};
}
