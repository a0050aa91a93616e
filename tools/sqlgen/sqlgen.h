/* sqlgen: compiles migrations and named SQL statements into C.
 *
 * A build tool; nothing of it is in the server. The grammar of both kinds of file and what the
 * tool refuses is told in tools/sqlgen/README.md. One run handles one file of statements, or all
 * migrations. Problems go to standard error as `file:line: statement name: what`; the run goes on
 * to find more and exits with 1.
 */
#ifndef SQLGEN_H
#define SQLGEN_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/buf.h"
#include "db/statement.h"

#define SQLGEN_FRAGMENTS_MAX 31
#define SQLGEN_TEXT_MAX      ((size_t)64 << 20)

struct sqlgen {
    struct arena *arena;
    int problems;
};

__attribute__((format(printf, 4, 5))) void problem(struct sqlgen *gen, struct str file, int line,
                                                   const char *format, ...);

/* The whole file; false after a problem. `path` is terminated. */
bool file_read(struct sqlgen *gen, struct str path, struct str *ret);

/* types.c */
struct sql_word {
    const char *word; /* "INSTANT" */
    enum sql_type type;
    const char *sqlite, *postgres; /* what a column of it is declared as */
};
/* The abstract type of that name (capitals), or NULL. */
const struct sql_word *sql_word_find(struct str word);
const char *sql_type_word(enum sql_type type);   /* "INSTANT" */
const char *sql_type_c(enum sql_type type);      /* "struct instant " : ready for a name */
const char *sql_type_symbol(enum sql_type type); /* "SQL_INSTANT" */
bool str_is_c_keyword(struct str s);

/* A table or any list of texts. */
struct names {
    struct str *items;
    size_t n;
};
void names_add(struct sqlgen *gen, struct names *names, struct str name);
bool names_have(const struct names *names, struct str name);

/* migrations.c */

/* What the expansion is for: an engine, or the database the tool reads types from, in which the
 * abstract words stay as declared types. */
enum target { TARGET_SQLITE, TARGET_POSTGRES, TARGET_TYPES, TARGET__N };

struct migration {
    struct str folder, name, path, source;
    int number;
    uint64_t checksum;
    struct str sql[TARGET__N];
};

struct migrations {
    struct migration *items;
    size_t n;
    struct names protected_tables, insert_only;
    struct names derived; /* tables that other tables' triggers fill: not copied */
    struct names files;   /* read, and folders looked into: for the depfile */
};

/* Reads and expands the migrations of the folders (comma-separated, below `root`), in order, up
 * to and with `last` if it is not empty. */
void migrations_read(struct sqlgen *gen, struct str root, struct str folders, struct str last,
                     struct migrations *ret);
/* expand.c: the SQL of one migration for one target; notes protected tables in *migrations. */
struct str migration_expand(struct sqlgen *gen, const struct migration *migration,
                            enum target target, struct migrations *migrations);
/* A new in-memory database with everything applied, or NULL after a problem. */
sqlite3 *migrations_apply(struct sqlgen *gen, const struct migrations *migrations,
                          enum target target);
void migrations_emit(struct sqlgen *gen, const struct migrations *migrations, struct str symbol,
                     struct buf *out);

/* tables.c: the array `tables` of struct db_table and what it names. */
void tables_emit(struct sqlgen *gen, const struct migrations *migrations, struct buf *out);

/* parse.c */
struct field {
    struct str name;
    enum sql_type type;
    bool is_nullable;
    bool is_used[SQL__ENGINES]; /* by that engine's SQL */
};

struct fields {
    struct field *items;
    size_t n;
};

struct piece {
    struct str text;
    int fragment, order;
};

struct body {
    struct piece *pieces;
    size_t n;
};

struct statement {
    struct str file, name, doc;
    int line;
    enum sql_kind kind;
    struct fields params;
    struct fields declared; /* by "-- column:" */
    struct fields columns;  /* found by check.c */
    struct names writes, fragments, orders;
    struct body bodies[SQL__ENGINES];
    bool is_read_only;
    bool returns_id[SQL__ENGINES]; /* of an :insert: else the last piece, RETURNING, is left out */
};

struct statements {
    struct statement *items;
    size_t n;
};

/* Line breaks off *rest one after another; the text of a line without its end. */
bool line_next(struct str *rest, struct str *ret_line);
struct field *fields_find(const struct fields *fields, struct str name);
void fields_add(struct sqlgen *gen, struct fields *fields, struct field field);
void statements_parse(struct sqlgen *gen, struct str file, struct str source,
                      struct statements *ret);
__attribute__((format(printf, 3, 4))) void statement_problem(struct sqlgen *gen,
                                                             const struct statement *statement,
                                                             const char *format, ...);

/* check.c: prepares every variant, fills columns and is_read_only. */
void statements_check(struct sqlgen *gen, struct statements *statements,
                      const struct migrations *migrations);

/* emit.c */
struct emit_names {
    struct str include; /* "engine/queries.h" */
    struct str rows;    /* "engine/rows.h" */
    struct str list;    /* "engine_queries" */
    struct str source;  /* "engine/queries.sql" */
};
void statements_emit_header(const struct statements *statements, const struct emit_names *names,
                            struct buf *out);
/* The types of what statements give, for headers: seeing a row is not asking for one. */
void statements_emit_rows(const struct statements *statements, const struct emit_names *names,
                          struct buf *out);
void statements_emit_source(const struct statements *statements, const struct emit_names *names,
                            struct buf *out);
void emit_c_string(struct buf *out, struct str text);

#endif
