/* The SQLite engine's own parts; included by sqlite_*.c alone. */
#ifndef DB_SQLITE_H
#define DB_SQLITE_H

#include <pthread.h>
#include <sqlite3.h>

#include "db/engine.h"

#define SQLITE_CACHE_SETS 32
#define SQLITE_CACHE_WAYS 8

/* One prepared variant of a statement. */
struct sqlite_prepared {
    const struct sql_statement *statement;
    uint32_t fragments;
    unsigned order;
    uint32_t last_use;
    bool is_busy;
    bool is_cached; /* else finalised after use */
    sqlite3_stmt *stmt;
};

/* Our own SQL that every transaction runs, prepared once. */
enum sqlite_own {
    OWN_BEGIN_READ,
    OWN_BEGIN_WRITE,
    OWN_SAVE,
    OWN_RELEASE,
    OWN_COMMIT,
    OWN_ROLLBACK,
    OWN__N,
};

struct sqlite_conn {
    struct db_conn base;
    sqlite3 *handle;
    const struct sql_statement *current; /* whose rights the authorizer goes by; NULL: our own */
    const struct db_schema *schema;
    int64_t deadline_ms; /* of the work that reads; 0: none */
    uint32_t use_count;
    sqlite3_stmt *own[OWN__N];
    struct sqlite_prepared cache[SQLITE_CACHE_SETS][SQLITE_CACHE_WAYS];
};

enum sqlite_role { SQLITE_READER, SQLITE_WRITER, SQLITE_MIGRATOR };

struct sqlite_writer;

struct sqlite_db {
    struct db base;
    char *path; /* owned */
    const char *vfs;
    enum db_durability durability;
    bool is_immutable;            /* read without its log, on a disk that takes no writes */
    struct sqlite_writer *writer; /* NULL when it is only read */
};

/* sqlite_conn.c */

/* A connection set up for its role: a reader's takes no writes and ends a statement at
 * conn->deadline_ms; a reader's and a writer's do what the statement's own rights allow
 * (conn->current) and nothing else; a migrator's may do anything. ERR_MEMORY, and what a SQLite
 * result code means (sqlite_fail). Owned: sqlite_conn_close. */
enum rc sqlite_conn_open(struct ctx *ctx, struct sqlite_db *db, enum sqlite_role role,
                         bool may_create, struct sqlite_conn **ret) MUST_CHECK;
void sqlite_conn_close(struct sqlite_conn *conn);
/* Our own SQL. The SQLite result code. */
int sqlite_conn_run(struct sqlite_conn *conn, const char *sql) MUST_CHECK;
enum rc sqlite_conn_own(struct ctx *ctx, struct sqlite_conn *conn, enum sqlite_own own) MUST_CHECK;
/* ROLLBACK if there is a transaction; cannot fail. */
void sqlite_conn_rollback(struct sqlite_conn *conn);
/* The failure a SQLite result code means; `what` is the statement's name or what was done. */
enum rc sqlite_fail(struct ctx *ctx, struct sqlite_conn *conn, int code, const char *what);

/* sqlite_run.c: the cursor operations. */
enum rc sqlite_cursor_open(struct ctx *ctx, struct db_cursor *cursor) MUST_CHECK;
enum rc sqlite_cursor_step(struct ctx *ctx, struct db_cursor *cursor, struct arena *copies,
                           void *row, bool *ret_has_row) MUST_CHECK;
void sqlite_cursor_close(struct db_cursor *cursor);
enum rc sqlite_check(struct ctx *ctx, struct db_cursor *cursor) MUST_CHECK;

/* sqlite_writer.c: the one thread that writes. */
enum rc sqlite_writer_start(struct ctx *ctx, struct sqlite_db *db, bool may_create,
                            unsigned queue_max, struct sqlite_writer **ret) MUST_CHECK;
void sqlite_writer_stop(struct sqlite_writer *writer);
enum rc sqlite_writer_tx(struct ctx *ctx, struct sqlite_writer *writer, db_tx_fn *fn,
                         void *arg) MUST_CHECK;
void sqlite_writer_set_hook(struct sqlite_writer *writer, db_tx_fn *hook, void *arg);
struct db_stats sqlite_stats(const struct db *db);

/* sqlite_migrate.c, sqlite_backup.c, sqlite_objects.c */
enum rc sqlite_migrate(struct ctx *ctx, struct db *db, bool is_trial, size_t *ret) MUST_CHECK;
/* migrate_applied on that connection. */
enum rc sqlite_applied(struct ctx *ctx, struct sqlite_conn *conn, bool **ret) MUST_CHECK;
enum rc sqlite_check_objects(struct ctx *ctx, struct db *db) MUST_CHECK;
enum rc sqlite_load(struct ctx *ctx, struct db *db, db_tx_fn *fn, void *arg) MUST_CHECK;
enum rc sqlite_write_back(struct ctx *ctx, struct db *db) MUST_CHECK;
enum rc sqlite_backup(struct ctx *ctx, struct db *db, const char *path) MUST_CHECK;

#endif
