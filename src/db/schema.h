/* The schema as the build compiled it: every migration for both engines.
 *
 * tools/sqlgen reads src/<folder>/migrations/NNNN_what.sql, expands the abstract types and emits
 * one constant struct db_schema; tests make their own from files of theirs. Layer: db.
 */
#ifndef DB_SCHEMA_H
#define DB_SCHEMA_H

#include "db/statement.h"

struct db_migration {
    const char *folder;   /* "engine" */
    int number;           /* of the file's name, dense from 1 in each folder */
    const char *name;     /* "0001_cases" */
    const char *checksum; /* 16 hexadecimal digits over the source file */
    const char *sql[SQL__ENGINES];
};

/* A table, with what a copy of its rows needs. A row is passed as bytes that `dump`'s columns
 * describe; they are `load`'s parameters as well. */
struct db_table {
    const char *name;
    const struct sql_statement *dump;  /* :each, every row, in the order of its key */
    const struct sql_statement *load;  /* :exec, one row with the id it has; inside db_load */
    const struct sql_statement *count; /* :one, a row of one int64_t */
};

struct db_schema {
    const struct db_migration *migrations; /* in the order they are applied */
    size_t migration_count;
    const char *const *protected_tables; /* NULL-terminated; written only by marked statements */
    const char *const *insert_only;      /* NULL-terminated; a subset of the protected ones */
    const struct db_table *tables;       /* but for derived ones, in the order they were made */
    size_t table_count;
};

/* The schema of the program itself, from the list of folders in tools/meson.build. */
extern const struct db_schema db_schema;

#endif
