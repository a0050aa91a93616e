/* Compiled SQL statements: what the code generated from queries.sql is made of.
 *
 * The build tool (tools/sqlgen) turns each named statement of a queries.sql into one typed C
 * function, one struct sql_statement and a call of one of the sql_ functions below. Nobody else
 * calls them: code calls the typed functions. No SQL text exists that was not compiled, prepared
 * and typed by the build. Layer: db. A statement is constant: any thread; a call uses ctx->conn,
 * which belongs to one thread at a time.
 *
 * What every typed function does: takes its values from `args` (borrowed for the call), runs on
 * ctx->conn (a reader from db_reader_acquire, or the writer inside db_tx) and copies what it
 * returns into ctx->arena. Out-parameters stay untouched on failure. Failures of all kinds:
 * ERR_DUPLICATE (a unique key is taken; err.detail names it), ERR_INTERNAL for a broken CHECK,
 * NOT NULL or foreign key (detail names it) and for a NULL where the type says there is none,
 * ERR_NOT_UTF8 for text with a NUL byte, ERR_MEMORY, ERR_DEADLINE, ERR_DISK_FULL,
 * ERR_DISK_READONLY, ERR_UNAVAILABLE, and RC_RETRY, which goes to db_tx alone.
 */
#ifndef DB_STATEMENT_H
#define DB_STATEMENT_H

#include "base/ctx.h"

/* The abstract types and how they look in C and in the two engines. ID and REF are SQL_I64. */
enum sql_type {
    SQL_I64,     /* int64_t;        INTEGER;             BIGINT */
    SQL_BOOL,    /* bool;           INTEGER, 0 or 1;     BOOLEAN */
    SQL_MONEY,   /* struct money;   INTEGER, cents;      BIGINT */
    SQL_INSTANT, /* struct instant; INTEGER, us UTC;     BIGINT */
    SQL_DATE,    /* struct date;    INTEGER, day number; INTEGER */
    SQL_TEXT,    /* struct str, UTF-8 without NUL; TEXT; TEXT */
    SQL_JSON,    /* struct str, one JSON value;    TEXT; JSONB (may reorder and respace it) */
    SQL_BLOB,    /* struct str, any bytes;         BLOB; BYTEA */
    SQL_F64,     /* double;         REAL;                DOUBLE PRECISION */
    SQL__TYPES,
};

enum sql_engine { SQL_SQLITE, SQL_POSTGRES, SQL__ENGINES };

enum sql_kind { SQL_ONE, SQL_OPTIONAL, SQL_MANY, SQL_EACH, SQL_EXEC, SQL_INSERT };

#define SQL_NEVER_NULL UINT16_MAX
#define SQL_ALWAYS     (-1)

/* A parameter in the args struct or a column in the row struct. */
struct sql_field {
    const char *name;
    enum sql_type type;
    uint16_t offset;      /* of the value in its struct */
    uint16_t null_offset; /* of its bool `<name>_is_null`, or SQL_NEVER_NULL */
};

/* A stretch of SQL, there always, with one optional fragment or with one sort order. */
struct sql_piece {
    const char *text;
    int fragment; /* index, or SQL_ALWAYS */
    int order;    /* index, or SQL_ALWAYS */
};

struct sql_statement {
    const char *name; /* "engine/queries.sql: case_by_number" */
    enum sql_kind kind;
    bool is_read_only;
    uint16_t row_bytes;
    uint16_t order_offset; /* of the unsigned `order` in args; only with order_count */
    const struct sql_piece *pieces[SQL__ENGINES];
    uint16_t piece_count[SQL__ENGINES];
    const struct sql_field *params;
    uint16_t param_count;
    const struct sql_field *columns;
    uint16_t column_count;
    const uint16_t *fragment_offsets; /* of the bools `with_<fragment>` in args */
    uint16_t fragment_count;
    uint16_t order_count;
    const char *const *writes; /* protected tables it may write, NULL-terminated, or NULL */
};

/* All statements of one file, for a test that prepares each on PostgreSQL. */
struct sql_statements {
    const struct sql_statement *const *items;
    size_t n;
};

/* The one column of every :insert. */
extern const struct sql_field sql_id_column[1];

/* The SQL of one variant: the fragments whose bits are set and one order. Empty on failure. */
struct str sql_text(struct arena *arena, const struct sql_statement *statement,
                    enum sql_engine engine, uint32_t fragments, unsigned order);

/* Exactly one row: RC_NOT_FOUND with ERR_NOT_FOUND when there is none; the first if more. */
enum rc sql_one(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                void *ret_row) MUST_CHECK;

/* The first row if there is one; *ret_found says so. */
enum rc sql_optional(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                     bool *ret_found, void *ret_row) MUST_CHECK;

/* All rows as one array in ctx->arena. */
enum rc sql_many(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                 void **ret_rows, size_t *ret_n) MUST_CHECK;

/* Calls `each` row by row with a row whose text is borrowed until `each` returns; stops at the
 * first that does not return RC_OK and returns that. `each` may run other statements. */
typedef enum rc sql_each_fn(struct ctx *ctx, const void *row, void *arg);
enum rc sql_each(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                 sql_each_fn *each, void *arg) MUST_CHECK;

/* Rows changed, not counting those that triggers changed; ret_changed may be NULL. */
enum rc sql_exec(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                 int64_t *ret_changed) MUST_CHECK;

/* The new row's id; ret_id may be NULL. ERR_DUPLICATE also when ON CONFLICT DO NOTHING left
 * the table as it was. */
enum rc sql_insert(struct ctx *ctx, const struct sql_statement *statement, const void *args,
                   int64_t *ret_id) MUST_CHECK;

#endif
