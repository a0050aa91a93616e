/* The store: one SQL interface, two engines (SQLite and PostgreSQL).
 *
 * A program opens one struct db and shares it among all its threads. Work that reads takes a
 * reader connection, which sees one snapshot; work that writes gives db_tx a function that runs
 * as one serial transaction. Statements come from queries.sql (statement.h); they run on
 * ctx->conn. Layer: db. Any thread; a struct ctx is used by one thread at a time, and while
 * db_tx runs it is lent to the writer.
 *
 * Both engines give the same promises. Transactions are serialisable: SQLite has one writer,
 * PostgreSQL runs at SERIALIZABLE and repeats what could not be put in order. What db_tx said
 * was done is on disk (SQLite: WAL with synchronous=FULL; PostgreSQL: its own setting). The
 * exception is power lost inside the commit itself: what was then reported as failed may turn
 * out to be stored, which is why every form and call carries a key that makes it count once.
 *
 * Second wall. A connection of the server can do no DDL, ATTACH, PRAGMA (but for what FTS5
 * needs) or write to a table marked @protected in its migration, unless the compiled statement
 * says `-- writes:`. On SQLite an authorizer checks that when a statement is prepared; on
 * PostgreSQL the build has checked the marks and the server's role (options.owner_location is
 * another) has no right to change tables or to alter insert-only rows.
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/ctx.h"
#include "base/fault.h"
#include "db/schema.h"

/* How many commits may be lost to a power cut. NORMAL loses the last moments' work (never
 * consistency) and is for imports that can be repeated, and for tests. SQLite alone. */
enum db_durability { DB_FULL, DB_NORMAL };

struct db_options {
    const char *location;           /* a file's path, or postgresql://... */
    const struct db_schema *schema; /* borrowed; what db_migrate makes of the database */
    bool may_create;                /* SQLite: make the file if there is none */
    unsigned reader_max;            /* connections for reading; 0: two per core, at least 4;
                                     * PostgreSQL, where they mostly wait: 16 */
    unsigned writer_max;            /* PostgreSQL: connections for db_tx; 0: 8 */
    unsigned queue_max;             /* transactions that may wait; 0: 1024 */
    enum db_durability durability;
    /* PostgreSQL: the address of the role that owns the tables. db_migrate and db_load work as that
     * role and give the one of `location` what a server needs and no more: no DDL, and the record
     * insert-only. NULL: the role of `location` does all. */
    const char *owner_location;
    bool is_read_only; /* nothing is ever written: no db_tx, no db_migrate, and a read-only disk
                        * will do */
    const char *vfs;   /* SQLite: the name of another VFS, for tests; NULL: the usual one */
};

/* Opens the store and starts what serves it. ERR_CONFIG for a file that is no database or is
 * missing, ERR_UNAVAILABLE for a server that does not answer. Owned: db_close. */
enum rc db_open(struct ctx *ctx, const struct db_options *options, struct db **ret) MUST_CHECK;

/* Waits for what is queued, then closes. Connections still taken are a programming fault.
 * NULL is allowed. */
void db_close(struct db *db);

enum sql_engine db_engine(const struct db *db);

/* Applies the migrations that are missing, each in a transaction of its own, in the schema's
 * order. ERR_CONFIG, detail in a sentence, when an applied one has changed since, or when the
 * database has migrations that this program does not know (a newer version was here).
 * ret_applied, how many were applied, may be NULL. Forward only: back means restoring. */
enum rc db_migrate(struct ctx *ctx, struct db *db, size_t *ret_applied) MUST_CHECK;

/* The same checks without applying: *ret_pending is how many are missing. */
enum rc db_migrations_pending(struct ctx *ctx, struct db *db, size_t *ret_pending) MUST_CHECK;

/* Whether the database consists of what the migrations applied to it make, and of nothing else: for
 * one that came from elsewhere, before anything is written to it. Tables, indexes, views and
 * triggers are compared by name and SQL. ERR_FORMAT, detail in a sentence that names the first that
 * is unknown, missing or another; the errors of db_migrations_pending. Writes nothing. On
 * PostgreSQL, where only rows come from elsewhere, RC_OK without a look. */
enum rc db_check_objects(struct ctx *ctx, struct db *db) MUST_CHECK;

/* Gives ctx->conn a read-only connection of ctx->db that sees one snapshot, taken at the first
 * statement, until db_reader_release. Waits for a free one until ctx->deadline_ms, at most ten
 * seconds: then ERR_DEADLINE or ERR_OVERLOAD. Having one already is a programming fault. */
enum rc db_reader_acquire(struct ctx *ctx) MUST_CHECK;
/* Gives it back; does nothing without one. */
void db_reader_release(struct ctx *ctx);

/* For who has one and is about to wait for something that is not the store (another program,
 * another server, a slow hash): others may have the connection until the next statement, which
 * takes one again as after db_tx. What was read stays; what is read then is of a newer snapshot.
 * Nothing without a reader. Not from the rows of an :each; inside db_tx a programming fault. */
void db_reader_rest(struct ctx *ctx);

/* Runs `fn` as one transaction of ctx->db and returns when it is on disk, or nothing of it is.
 *
 * Inside `fn` ctx->conn is the connection that writes. `fn` decides by its return: RC_OK
 * commits, anything else undoes all it did and is returned. It does no network, no waiting, and
 * may be run more than once (PostgreSQL repeats it after a conflict): it starts from its
 * arguments, gives results by overwriting, and its allocations of every attempt stay in
 * ctx->arena, whose cap is sized for that. A failed arena undoes it with ERR_MEMORY. A db_tx
 * inside a db_tx is a programming fault.
 *
 * A statement that fails leaves the transaction fit for nothing but being undone (PostgreSQL has
 * it so, and SQLite is held to the same): `fn` that goes on and returns RC_OK gets ERR_INTERNAL.
 * Where a conflict is expected the statement says ON CONFLICT.
 *
 * A reader held by ctx lets go of its snapshot, and others may have its connection meanwhile; the
 * next statement takes one again, which can fail as db_reader_acquire can, and sees what was
 * written. So no statement of that reader may be running: no db_tx from the rows of an :each.
 * With ctx->unusable set it fails with that before anything else, and `fn` is not run.
 * ERR_OVERLOAD at once when too many wait; ERR_DEADLINE when ctx->deadline_ms passes before it
 * has begun; ERR_DISK_FULL, ERR_DISK_READONLY, ERR_UNAVAILABLE when the commit fails.
 *
 * On SQLite the functions of all threads run one after another on one writer thread, many to a
 * commit; one that fails undoes only its own work. */
typedef enum rc db_tx_fn(struct ctx *ctx, void *arg);
enum rc db_tx(struct ctx *ctx, db_tx_fn *fn, void *arg) MUST_CHECK;

#ifdef CITYHALL_FAULTS
/* So that the fault tests know which of the program's changes they have seen (tests/fault). */
#define db_tx(ctx, ...) (fault_begin(__FILE__, __func__), (db_tx)(ctx, __VA_ARGS__))
#endif

/* Inside db_tx: has fn(ctx, arg) run when db_tx's own function has returned RC_OK, in the order in
 * which it was asked for; it is part of the transaction. On SQLite it runs after the functions of
 * the whole group and before its commit, and its failure fails the group. For what costs as much
 * for a group as for one: SQLite writes its full-text index out before every savepoint. Its effects
 * are not seen by statements of db_tx's function. `arg` and what it points to live as long as
 * db_tx_arena. It asks for no more of its kind. */
enum rc db_tx_later(struct ctx *ctx, db_tx_fn *fn, void *arg) MUST_CHECK;

/* Inside db_tx: the arena of who called db_tx, which lives until that has returned; ctx->arena may
 * be another's that ends before. */
struct arena *db_tx_arena(const struct ctx *ctx);

/* Around a db_tx that changes a row which many others change at the same time, as everything does
 * that takes the next number of a series. PostgreSQL would have all but one of them repeated, and
 * those again; with this those of one program run one after another, as they do on SQLite, where
 * nothing is done. Lends the reader as db_reader_rest does, waits as db_reader_acquire does and
 * fails as it does. What was begun must be ended, by the same thread, whatever came of db_tx. */
enum rc db_turn_begin(struct ctx *ctx) MUST_CHECK;
void db_turn_end(struct ctx *ctx);

/* Work that follows every change, done by one at a time, with a ctx of its own. Set once, before
 * the first db_tx.
 *
 * SQLite: `hook` runs on the writer thread after the functions of each group that has changed
 * something, before its commit; its failure fails the whole group.
 * PostgreSQL: soon after a db_tx of this program, every few seconds, and at db_close, on a thread
 * and a connection of its own, in a transaction that sees what was committed at each statement and
 * holds the lease, of which there is one for all programs on the database. It finds what it has to
 * do by itself; a failure is tried again, and shows in db_settle. */
void db_set_group_hook(struct db *db, db_tx_fn *hook, void *arg);

/* PostgreSQL: runs the hook now, so that what was committed before has been followed by it; waits
 * for the lease five seconds, then ERR_UNAVAILABLE. SQLite, or without a hook: nothing. Not inside
 * db_tx. */
enum rc db_settle(struct ctx *ctx) MUST_CHECK;

/* Runs `fn` as one transaction past the walls, for filling a store from a copy: references are
 * checked at its end, protected tables may be written, and ids that were given count as used
 * afterwards. As the owner on PostgreSQL. Without a reader. */
enum rc db_load(struct ctx *ctx, db_tx_fn *fn, void *arg) MUST_CHECK;

/* Prepares every variant of every statement of a queries.sql on ctx->db (each fragment alone, all
 * of them, each order) and, on PostgreSQL, compares the columns' names and types: for the test
 * run. ERR_INTERNAL names the first that does not fit. */
enum rc db_check_statements(struct ctx *ctx, const struct sql_statements *statements) MUST_CHECK;

/* SQLite: has what was committed so far copied from the log into the file by this thread, and not
 * by the one that writes, which goes on meanwhile; for work that writes much in a row. PostgreSQL
 * does so by itself: nothing. Not inside db_tx. ERR_DISK_FULL, ERR_UNAVAILABLE. */
enum rc db_write_back(struct ctx *ctx) MUST_CHECK;

/* Copies the whole database, as it is at one moment, to a new SQLite file at `path` while others
 * go on working; it takes that name only when it is complete and on disk. ERR_CONFIG on
 * PostgreSQL, whose rows are copied instead (table.h); ERR_FILE, ERR_DISK_FULL. */
enum rc db_backup(struct ctx *ctx, struct db *db, const char *path) MUST_CHECK;

#endif
