/* What the tests of jobs, timers and mail share: a small town in a temporary folder, published
 * into a store of its own, with the demonstration city's workflow, teams and calendar. */
#ifndef ENGINE_TEST_TOWN_H
#define ENGINE_TEST_TOWN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/test_temporary.h"
#include "db/db.h"
#include "db/test_raw.h"
#include "engine/cases/cases.h"
#include "engine/work/job.h"
#include "people/actor.h"

struct test_town {
    char folder[TEST_TEMPORARY_MAX];
    struct raw_place place; /* of the store */
    struct ctx ctx;
    struct db *db;
    struct city *city;
};

/* cmocka set-up and tear-down; *state is the struct test_town. The time is Monday, November 16,
 * 2026, 10:00 in the town (16:00 UTC). */
int test_town_open(void **state);
int test_town_close(void **state);

/* Closes the store and opens it again, as another program would. */
void test_town_restart(struct test_town *town);

/* Puts a file into the town's folder (NULL: takes it out); publishes the folder and loads the city
 * anew. */
void test_town_put(struct test_town *town, const char *name, const char *content);
void test_town_publish(struct test_town *town);

/* Sets ctx->now; an instant as RFC 3339 has it. */
void test_town_at(struct test_town *town, const char *instant);

/* RC_OK, or the test fails showing the error. */
void test_ok(struct ctx *ctx, enum rc rc);

/* Files a case of the service "broken-bench" and takes a step as a supervisor of the city. */
struct filed test_town_file(struct test_town *town);
void test_town_step(struct test_town *town, int64_t case_id, const char *step);

/* Files a case of another service, nobody's, with its first `n` fields answered as typed. */
struct filed test_town_file_as(struct test_town *town, const char *service,
                               const char *const *typed, size_t n);

/* Runs due jobs until there are none; how many there were. The second sets the time first. */
int test_town_run_jobs(struct test_town *town);
int test_town_run_jobs_at(struct test_town *town, const char *instant);

/* The number that a question of one value has for an answer, read past the store's interface. */
int64_t test_town_count(struct test_town *town, const char *sql);
struct str test_town_text(struct test_town *town, const char *sql);

/* Fails unless that is the question's answer. JSON, which PostgreSQL spaces and orders in a way of
 * its own, is compared by what it says. */
void test_town_says(struct test_town *town, const char *sql, const char *expected);

/* How many rows differ from what the record says they should be; they are shown. */
int64_t test_town_differences(struct test_town *town);

/* Changes rows past the store's interface. */
void test_town_set(struct test_town *town, const char *sql);

#endif
