/* For the test of plans: what is worrying in how a store goes about one statement. SQLite's words
 * are used for both: "SCAN c USING INDEX i" goes through all of c in that order, "TEMP B-TREE"
 * sorts. PostgreSQL is asked on empty tables and told to prefer indexes and inner loops, so that
 * what is left is what no index serves; "SUBPLAN c" compares each pair of rows with the answer of
 * a subquery. */
#ifndef APP_TEST_PLAN_H
#define APP_TEST_PLAN_H

#include "app/test_shapes.h"
#include "db/test_support.h"

#define PLAN_STEPS 60

struct plan {
    struct str steps[PLAN_STEPS]; /* in the arena */
    size_t n;
};

/* Of a migrated, empty store; each fails the test where the statement does not prepare. */
struct sqlite3;
struct sqlite3 *plan_open_sqlite(const struct test_store *store);
void plan_worries_sqlite(struct arena *arena, struct sqlite3 *db, const struct shape *shape,
                         struct plan *ret);

struct raw;
struct raw *plan_open_postgres(const struct test_store *store);
void plan_worries_postgres(struct ctx *ctx, struct raw *raw, const struct shape *shape,
                           struct plan *ret);

#endif
