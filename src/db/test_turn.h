/* The smallest work for db_tx, which the tests of transactions share. */
#ifndef DB_TEST_TURN_H
#define DB_TEST_TURN_H

#include "db/test_support.h"

/* Adds a team called by its number, and then fails when told to. */
struct test_turn {
    int number;
    bool must_fail;
};
enum rc test_turn_add(struct ctx *ctx, void *arg);

int64_t test_count_teams(struct db *db);

#endif
