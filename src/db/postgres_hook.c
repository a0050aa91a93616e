/* The hook on PostgreSQL: what SQLite's writer does at the end of a group is done here soon after,
 * on a thread of its own, by whoever holds the lease.
 *
 * The lease is an advisory lock that ends with the transaction, so a program that dies leaves none
 * behind. Its transaction is READ COMMITTED: a snapshot taken before the lock was had would not
 * see what the last holder did; and it takes no part in the serialisation of the others, who never
 * wait for it. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/fault.h"
#include "db/postgres.h"

#define LOOK_EVERY_S 5 /* for what other programs left when they died */
#define TRY_AGAIN_S  1
#define ARENA_BYTES  ((size_t)64 << 20)
#define BEGIN_LEASED                                                       \
    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '5s';" \
    "SELECT pg_advisory_xact_lock(7215541421)"

struct postgres_hook {
    struct postgres_db *db;
    db_tx_fn *fn;
    void *arg;
    bool has_thread;
    pthread_t thread;

    pthread_mutex_t running; /* of the connection, and of what `arg` points to */
    struct postgres_conn *conn;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    bool has_work, must_stop;
};

static enum rc connect_hook(struct ctx *ctx, struct postgres_hook *hook)
{
    return hook->conn ? RC_OK : postgres_conn_open(ctx, hook->db, hook->db->location, &hook->conn);
}

static enum rc run_leased(struct ctx *ctx, struct postgres_hook *hook)
{
    struct postgres_conn *conn = hook->conn;
    enum rc rc;

    conn->base.may_write = true;
    rc = postgres_conn_begin(ctx, conn, BEGIN_LEASED);
    ctx->conn = &conn->base;
    if (rc == RC_OK)
        rc = hook->fn(ctx, hook->arg);
    if (rc == RC_OK && arena_has_failed(ctx->arena))
        rc = FAIL(ctx, ERR_MEMORY);
    if (rc == RC_OK && conn->base.has_failed)
        rc = db_swallowed(ctx);
    if (rc == RC_OK)
        rc = postgres_conn_run(ctx, conn, "COMMIT");
    else if (!postgres_conn_is_lost(conn))
        PQclear(PQexec(conn->handle, "ROLLBACK"));
    return rc;
}

enum rc postgres_hook_run(struct ctx *ctx, struct postgres_hook *hook)
{
    struct db_conn *before = ctx->conn;
    enum rc rc;

    if (!hook)
        return RC_OK;
    pthread_mutex_lock(&hook->running);
    rc = connect_hook(ctx, hook);
    if (rc == RC_OK)
        rc = run_leased(ctx, hook);
    pthread_mutex_unlock(&hook->running);
    ctx->conn = before;
    return rc;
}

static void wait_for_work(struct postgres_hook *hook, int seconds)
{
    struct timespec until;
    int waited = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&hook->lock);
    while (!hook->must_stop && !hook->has_work && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&hook->wake, &hook->lock, &until);
    hook->has_work = false;
    pthread_mutex_unlock(&hook->lock);
}

static bool is_stopping(struct postgres_hook *hook)
{
    bool is;

    pthread_mutex_lock(&hook->lock);
    is = hook->must_stop;
    pthread_mutex_unlock(&hook->lock);
    return is;
}

static bool run_once(struct postgres_hook *hook, struct arena *arena)
{
    struct ctx ctx = {.arena = arena, .now = clock_now(), .db = &hook->db->base};
    bool is_done = postgres_hook_run(&ctx, hook) == RC_OK;

    ctx_done(&ctx);
    arena_reset(arena);
    return is_done;
}

static void *serve(void *arg)
{
    struct postgres_hook *hook = arg;
    struct arena *arena = arena_new(ARENA_BYTES);
    int pause_s = LOOK_EVERY_S;
    bool is_last = false;

    while (arena && !is_last) {
        wait_for_work(hook, pause_s);
        is_last = is_stopping(hook); /* what was committed until then is followed all the same */
        pause_s = run_once(hook, arena) ? LOOK_EVERY_S : TRY_AGAIN_S;
    }
    arena_free(arena);
    return NULL;
}

struct postgres_hook *postgres_hook_start(struct postgres_db *db, db_tx_fn *fn, void *arg)
{
    struct postgres_hook *hook = calloc(1, sizeof *hook);
    pthread_condattr_t monotonic;

    if (!hook)
        return NULL;
    hook->db = db;
    hook->fn = fn;
    hook->arg = arg;
    pthread_mutex_init(&hook->running, NULL);
    pthread_mutex_init(&hook->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&hook->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    hook->has_thread = pthread_create(&hook->thread, NULL, serve, hook) == 0;
    return hook;
}

void postgres_hook_wake(struct postgres_hook *hook)
{
    if (!hook)
        return;
    pthread_mutex_lock(&hook->lock);
    hook->has_work = true;
    pthread_cond_signal(&hook->wake);
    pthread_mutex_unlock(&hook->lock);
}

void postgres_hook_stop(struct postgres_hook *hook)
{
    if (!hook)
        return;
    pthread_mutex_lock(&hook->lock);
    hook->must_stop = true;
    pthread_cond_signal(&hook->wake);
    pthread_mutex_unlock(&hook->lock);
    if (hook->has_thread)
        pthread_join(hook->thread, NULL);
    if (hook->conn)
        postgres_conn_close(hook->conn);
    pthread_cond_destroy(&hook->wake);
    pthread_mutex_destroy(&hook->lock);
    pthread_mutex_destroy(&hook->running);
    free(hook);
}
