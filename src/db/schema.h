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

struct db_schema {
    const struct db_migration *migrations; /* in the order they are applied */
    size_t migration_count;
    const char *const *protected_tables; /* NULL-terminated; written only by marked statements */
    const char *const *insert_only;      /* NULL-terminated; a subset of the protected ones */
};

/* The schema of the program itself, from the list of folders in tools/meson.build. */
extern const struct db_schema db_schema;

#endif
