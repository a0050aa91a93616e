/* What the tests of src/db share: a store in a temporary folder and a context to work with. */
#ifndef DB_TEST_SUPPORT_H
#define DB_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/date.h"
#include "base/test_temporary.h"
#include "db/db.h"

extern const struct db_schema test_schema;

struct test_store {
    char folder[TEST_TEMPORARY_MAX];
    char location[TEST_TEMPORARY_MAX + 40];
    char owner_location[TEST_TEMPORARY_MAX +
                        40]; /* PostgreSQL: the one that may migrate; else as location */
    struct ctx ctx;
    struct db *db;
};

/* First thing in main: "postgres" as argument makes all stores PostgreSQL databases on the server
 * that with_postgres.sh started. */
void test_choose_engine(int argc, char **argv);
bool test_is_postgres(void);

/* Stops, or starts, that server. */
void test_postgres_ctl(const char *verb);

/* A context with an arena of its own, for `db`. */
struct ctx test_ctx(struct db *db);
void test_ctx_done(struct ctx *ctx);

/* cmocka set-up and tear-down of a migrated, empty store; *state is the struct test_store. */
int test_store_open(void **state);
int test_store_close(void **state);

/* The same by hand, for tests that open with options of their own. */
void test_folder_make(struct test_store *store);
struct db_options test_options(const struct test_store *store);
/* Opens as the owner, migrates to `schema`, closes. */
enum rc test_migrate(const struct test_store *store, const struct db_schema *schema,
                     struct ctx *ctx, size_t *ret_applied);

/* RC_OK, or the test fails showing the error. */
void test_ok(struct ctx *ctx, enum rc rc);

#endif
