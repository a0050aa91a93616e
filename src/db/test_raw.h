/* For tests above src/db: a store of either engine in a place of its own, and looking into it past
 * the store's interface.
 *
 * With CITYHALL_TEST_ENGINE=postgres in the environment stores are databases of the server that
 * with_postgres.sh started; else they are files. */
#ifndef DB_TEST_RAW_H
#define DB_TEST_RAW_H

#include "base/arena.h"
#include "db/db.h"

bool raw_is_postgres(void);

struct raw_place {
    char location[300];       /* for db_options */
    char owner_location[300]; /* "" on SQLite */
};

/* A place in that folder; on PostgreSQL an empty database, or a copy of `from` unless that is
 * NULL (nobody may have it open). */
void raw_place_make(struct raw_place *place, const char *folder, const struct raw_place *from);
void raw_place_drop(const struct raw_place *place);

/* The same, ready for raw_place_open: on PostgreSQL, where making the tables takes longer than most
 * tests, a copy of a database that was migrated once in this program (it stays until the tests'
 * server is thrown away); on SQLite an empty place still. */
void raw_place_make_migrated(struct raw_place *place, const char *folder);

/* The program's own store there, migrated. Fails the test, showing the error. db_close. */
struct db *raw_place_open(struct ctx *ctx, const struct raw_place *place);

/* A connection that may do everything. */
struct raw *raw_open(const char *location);
void raw_close(struct raw *raw);
/* SQLite's own, or NULL. */
struct sqlite3 *raw_sqlite(struct raw *raw);

/* Fails the test when the SQL does. Of SQLite's functions PostgreSQL has group_concat, instr (a
 * truth), json_extract of a path's names, randomblob, x'00' and rowid (there: id); both have
 * unhex. */
void raw_exec(struct raw *raw, const char *sql);
/* Without failing the test; whether it went well. */
bool raw_try(struct raw *raw, const char *sql);

/* The first column of the first row, as text (bytes as they are, booleans as 0 and 1), in the
 * arena; false without a row, *ret.p NULL for NULL. Fails the test when the SQL is wrong. */
bool raw_ask(struct raw *raw, const char *sql, struct arena *arena, struct str *ret);

#endif
