/* The PostgreSQL engine's own parts; included by postgres*.c alone. */
#ifndef DB_POSTGRES_H
#define DB_POSTGRES_H

#include <libpq-fe.h>

#include "db/engine.h"

#define POSTGRES_CACHE_MAX 256

/* A variant prepared on the server under the name "s<index>". */
struct postgres_prepared {
    const struct sql_statement *statement;
    uint32_t fragments;
    unsigned order;
    uint32_t last_use;
};

struct postgres_conn {
    struct db_conn base;
    PGconn *handle;
    bool wants_retry; /* the server asked for the transaction again */
    uint32_t use_count, cursor_count;
    struct postgres_prepared cache[POSTGRES_CACHE_MAX];
};

struct postgres_hook;

struct postgres_db {
    struct db base;
    char *location;       /* owned */
    char *owner_location; /* owned; or NULL */
    struct db_pool writers;
    struct db_pool turns;       /* one, of nothing: see db_turn_begin */
    struct postgres_hook *hook; /* or NULL */
    _Atomic int64_t waiting, transactions, commits, repeated; /* for stats.h */
};

/* postgres_conn.c */
enum rc postgres_conn_open(struct ctx *ctx, struct postgres_db *db, const char *location,
                           struct postgres_conn **ret) MUST_CHECK;
void postgres_conn_close(void *conn);
bool postgres_conn_is_lost(const struct postgres_conn *conn);
/* Our own SQL without parameters. */
enum rc postgres_conn_run(struct ctx *ctx, struct postgres_conn *conn, const char *sql) MUST_CHECK;
/* Begins a transaction by `sql`. The server may have been stopped and started since the connection
 * was last used, which shows only when something is sent, and then as a closed socket or as the
 * farewell (57P01) that was waiting in it: the connection is made anew and `sql` sent once more.
 * Nothing was begun on the old one, so nothing is done twice. */
enum rc postgres_conn_begin(struct ctx *ctx, struct postgres_conn *conn,
                            const char *sql) MUST_CHECK;
/* The failure that a result (or NULL: the connection) means; remembers it on the connection. */
enum rc postgres_fail(struct ctx *ctx, struct postgres_conn *conn, const PGresult *result,
                      const char *what);

/* postgres_run.c */
enum rc postgres_cursor_open(struct ctx *ctx, struct db_cursor *cursor) MUST_CHECK;
enum rc postgres_cursor_step(struct ctx *ctx, struct db_cursor *cursor, struct arena *copies,
                             void *row, bool *ret_has_row) MUST_CHECK;
void postgres_cursor_close(struct db_cursor *cursor);
enum rc postgres_check(struct ctx *ctx, struct db_cursor *cursor) MUST_CHECK;

/* postgres_hook.c: NULL as a hook is none. NULL is returned without memory. */
struct postgres_hook *postgres_hook_start(struct postgres_db *db, db_tx_fn *fn, void *arg);
void postgres_hook_wake(struct postgres_hook *hook);
enum rc postgres_hook_run(struct ctx *ctx, struct postgres_hook *hook) MUST_CHECK;
void postgres_hook_stop(struct postgres_hook *hook);

/* postgres_tx.c, postgres_migrate.c, postgres_load.c */
enum rc postgres_tx(struct ctx *ctx, struct postgres_db *db, db_tx_fn *fn, void *arg) MUST_CHECK;
enum rc postgres_migrate(struct ctx *ctx, struct db *db, bool is_trial, size_t *ret) MUST_CHECK;
enum rc postgres_load(struct ctx *ctx, struct db *db, db_tx_fn *fn, void *arg) MUST_CHECK;
struct db_stats postgres_stats(const struct db *db);
/* A connection of the role that owns the tables. */
enum rc postgres_owner_open(struct ctx *ctx, struct postgres_db *db,
                            struct postgres_conn **ret) MUST_CHECK;

#endif
