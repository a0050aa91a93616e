/* What an engine provides to the rest of src/db, which includes this header alone.
 *
 * struct db and struct db_conn are the first members of each engine's own. A cursor is one run of
 * one statement, on the caller's stack.
 */
#ifndef DB_ENGINE_H
#define DB_ENGINE_H

#include "db/db.h"
#include "db/pool.h"
#include "db/stats.h"

struct db_cursor;

struct db_ops {
    /* After the readers were closed. */
    void (*close)(struct db *db);
    enum rc (*open_reader)(struct ctx *ctx, struct db *db, struct db_conn **ret);
    void (*close_conn)(void *conn);
    enum rc (*begin_snapshot)(struct ctx *ctx, struct db_conn *conn);
    void (*end_snapshot)(struct db_conn *conn);
    enum rc (*write)(struct ctx *ctx, struct db *db, db_tx_fn *fn, void *arg);
    struct db_pool *(*turns)(
        struct db *db); /* of one; NULL: writers run one after another anyway */
    struct db_stats (*stats)(const struct db *db);
    enum rc (*migrate)(struct ctx *ctx, struct db *db, bool is_trial, size_t *ret);
    enum rc (*check_objects)(struct ctx *ctx, struct db *db); /* NULL: nothing to look at */
    void (*set_hook)(struct db *db, db_tx_fn *hook, void *arg);
    enum rc (*settle)(struct ctx *ctx, struct db *db);
    enum rc (*load)(struct ctx *ctx, struct db *db, db_tx_fn *fn, void *arg);
    enum rc (*write_back)(struct ctx *ctx, struct db *db);
    enum rc (*backup)(struct ctx *ctx, struct db *db, const char *path);

    /* Prepares without running, and compares what can be compared. */
    enum rc (*check)(struct ctx *ctx, struct db_cursor *cursor);

    /* Binds and prepares; nothing has to be undone after a failure. */
    enum rc (*cursor_open)(struct ctx *ctx, struct db_cursor *cursor);
    /* The next row into `row` (cleared before), text in `copies` or borrowed when it is NULL. */
    enum rc (*cursor_step)(struct ctx *ctx, struct db_cursor *cursor, struct arena *copies,
                           void *row, bool *ret_has_row);
    void (*cursor_close)(struct db_cursor *cursor);
};

struct db {
    const struct db_ops *ops;
    enum sql_engine engine;
    const struct db_schema *schema;
    bool is_read_only;
    struct db_pool readers; /* of struct db_conn */
};

/* One call of db_tx_later. */
struct db_later {
    struct db_later *next;
    db_tx_fn *fn;
    void *arg;
};

struct db_conn {
    struct db *db;
    bool may_write;   /* it is inside db_tx */
    bool has_failed;  /* a statement has, since the transaction began */
    bool is_reader;   /* no connection itself, but a struct db_reader */
    unsigned cursors; /* open on it */
    /* Of the transaction whose function runs. */
    struct arena *tx_arena;
    struct db_later *later, **later_end;
};

/* What ctx->conn is in work that reads, and in copies of its ctx. Readers are few and those who
 * wait, in db_tx or elsewhere, are many: the connection goes back to the others meanwhile. */
struct db_reader {
    struct db_conn base;
    struct db_conn *held; /* NULL since db_tx or db_reader_rest, until the next statement */
};

struct db_cursor {
    struct db_conn *conn;
    const struct sql_statement *statement;
    const void *args;
    uint32_t fragments;
    unsigned order;
    bool is_streamed; /* rows are taken while other statements run */
    int64_t changed;  /* rows, when all steps are done */
    void *handle;     /* the engine's */
    void *result;
    int at, rows;
};

/* What both engines' stores begin with; false without memory. */
bool db_init(struct db *db, const struct db_ops *ops, enum sql_engine engine,
             const struct db_options *options) MUST_CHECK;
enum rc sqlite_open(struct ctx *ctx, const struct db_options *options, struct db **ret) MUST_CHECK;
enum rc postgres_open(struct ctx *ctx, const struct db_options *options,
                      struct db **ret) MUST_CHECK;

/* What db_tx's function asked to be run later: begun before it, with the arena of its caller, and
 * run or dropped after it. */
void db_laters_begin(struct db_conn *conn, struct arena *arena);
struct db_later *db_laters_end(struct db_conn *conn);
enum rc db_laters_run(struct ctx *ctx, struct db_conn *conn,
                      const struct db_later *first) MUST_CHECK;

/* The connection that a statement of ctx runs on: the writer's, or a reader's, which may have to be
 * taken first. */
enum rc db_conn_get(struct ctx *ctx, struct db_conn **ret) MUST_CHECK;

/* The failure of a function that returned RC_OK although conn->has_failed. */
enum rc db_swallowed(struct ctx *ctx) MUST_CHECK;

/* A value in its struct. Text is set as it is given. */
void field_set_i64(const struct sql_field *field, void *base, int64_t value);
void field_set_f64(const struct sql_field *field, void *base, double value);
void field_set_str(const struct sql_field *field, void *base, struct str value);
int64_t field_i64(const struct sql_field *field, const void *base);
double field_f64(const struct sql_field *field, const void *base);
struct str field_str(const struct sql_field *field, const void *base);
/* NULL of a column: RC_INTERNAL where the type says there is none. */
enum rc field_set_null(struct ctx *ctx, const struct sql_statement *statement,
                       const struct sql_field *field, void *base) MUST_CHECK;
bool field_is_null(const struct sql_field *field, const void *base);
/* Text that an engine could not take: with a NUL byte. */
enum rc field_check_text(struct ctx *ctx, const struct sql_statement *statement,
                         const struct sql_field *field, struct str value) MUST_CHECK;

/* migrate.c: migrating, the same on both engines. */
struct migrate_row {
    struct str folder, checksum;
    int64_t number;
};

/* What an engine has for it, on one connection that may do DDL (in a trial: that may read). */
struct migrate_steps {
    const char *begin; /* a transaction that writes */
    enum rc (*run)(struct ctx *ctx, void *conn, const char *sql, const char *what);
    /* The rows of the ledger, *ret_n 0 when there is none yet. */
    enum rc (*read_ledger)(struct ctx *ctx, void *conn, struct migrate_row **ret_rows,
                           size_t *ret_n);
    enum rc (*note)(struct ctx *ctx, void *conn, const struct db_migration *migration);
    void (*rollback)(void *conn);
};

/* One flag for each migration of the schema, in the arena: whether the ledger has it. The errors of
 * db_migrate where ledger and schema do not agree. */
enum rc migrate_applied(struct ctx *ctx, const struct db_schema *schema,
                        const struct migrate_steps *steps, void *conn,
                        bool **ret_is_applied) MUST_CHECK;

/* The table of the ledger, made before the first migration. */
extern const char migrate_ledger_sql[];

/* Applies what is missing, or only counts it. Where nothing is missing nothing is written. */
enum rc migrate_apply(struct ctx *ctx, const struct db_schema *schema,
                      const struct migrate_steps *steps, void *conn, bool is_trial,
                      size_t *ret_missing) MUST_CHECK;

#endif
