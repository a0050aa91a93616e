/* What the tests of src/engine share: the demonstration city published into a store of its own,
 * people who act, and a filing in one call.
 *
 * The city is read, published and loaded once for a program; every test gets a copy of that store
 * in a temporary folder, with the record's sequencer at work. */
#ifndef ENGINE_TEST_SUPPORT_H
#define ENGINE_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/test_temporary.h"
#include "db/db.h"
#include "db/test_raw.h"
#include "engine/cases/cases.h"
#include "engine/record/record_tree.h"
#include "people/actor.h"

struct world {
    char folder[TEST_TEMPORARY_MAX];
    struct raw_place place; /* of the store */
    struct db *db;
    struct record_sequencer *sequencer;
    struct crypto_keypair keys;
    struct ctx ctx;  /* with a reader, the city, and now 2026-07-02 10:00 of the city */
    struct raw *raw; /* another connection, past all walls */
};

/* The city as published, and the folder it comes from: without the layers that no service and no
 * address needs. */
extern struct city *test_city;
extern char test_city_folder[TEST_TEMPORARY_MAX];

/* The store at a place, with that sequencer at work; ctx gets it. */
struct db *test_open_store(struct ctx *ctx, const struct raw_place *place,
                           struct record_sequencer *sequencer);

/* cmocka: group set-up and tear-down; set-up and tear-down of a test, *state its struct world. */
int test_group_open(void **state);
int test_group_close(void **state);
int test_open(void **state);
int test_close(void **state);
#define TEST(function) cmocka_unit_test_setup_teardown(function, test_open, test_close)
#define RUN_TESTS(name, tests) \
    cmocka_run_group_tests_name(name, tests, test_group_open, test_group_close)

/* A context of its own on the world's store, for another thread; without a reader. */
struct ctx test_ctx(const struct world *world);
void test_ctx_done(struct ctx *ctx);

/* RC_OK, or the test fails showing the error. */
void test_ok(struct ctx *ctx, enum rc rc);

/* Exactly that error, with that field unless it is NULL; the error is then forgotten. */
#define assert_error(ctx, rc, error_id, field_name) \
    check_error((ctx), (rc), (error_id), (field_name), __FILE__, __LINE__)
void check_error(struct ctx *ctx, enum rc rc, enum err_id id, const char *field, const char *file,
                 int line);

#define assert_str(actual, expected) check_str((actual), (expected), __FILE__, __LINE__)
void check_str(struct str actual, const char *expected, const char *file, int line);

/* "2026-07-02 16:30", the city's time, as an instant. */
struct instant test_time(const char *text);

/* ---- People */

/* Staff with one grant; `scope` is NULL for the whole city. Arena of the world. */
const struct actor *test_staff(struct world *world, enum role role, enum scope_kind kind,
                               const char *scope);
/* The reporter of a case, by their private link. */
const struct actor *test_reporter(struct world *world, int64_t case_id);

/* ---- Filing */

struct test_filing {
    const char *service; /* NULL: "pothole" */
    const char *place;   /* as typed; NULL: 795 Massachusetts Ave; "": none */
    const char *name, *email, *phone, *description, *submission;
    enum lang lang;
    const char *answers[8]; /* id, what was typed, id, ... */
};

/* What is most like a text, sure or not, and a whole street, too: "795 mass ave", "42.37,-71.11".
 */
void test_place(struct ctx *ctx, const char *typed, struct place *ret);

/* The filing made ready; an answer that cannot be read fails the test. */
struct filing test_filing(struct ctx *ctx, const struct test_filing *of);

/* Files it; the test fails when it is refused. */
struct filed test_file(struct world *world, const struct test_filing *of);

/* Takes a step as `actor` and restores ctx.actor. */
enum rc test_step(struct world *world, const struct actor *actor, int64_t case_id,
                  const struct step_input *input);

/* ---- The store, looked at directly */

/* The first column of the first row; fails when there is none. `%lld` takes `id`. */
int64_t test_i64(struct world *world, const char *sql, int64_t id);
struct str test_text(struct world *world, const char *sql, int64_t id);
void test_exec(struct world *world, const char *sql);

#define TEST_TABLES_MAX 80
struct test_counts {
    size_t n;
    struct {
        char name[60];
        int64_t rows;
    } of[TEST_TABLES_MAX];
};
/* The rows of every table. */
void test_counts(struct world *world, struct test_counts *ret);

/* Fails unless exactly these tables have grown by so much since: "cases", 1, "event", 1, NULL. */
void assert_grown(struct world *world, const struct test_counts *before, ...);

/* In how many rows the word stands, in any column that may hold what people wrote. */
int64_t test_found(struct world *world, const char *word);

/* The reader anew, with a snapshot of now. */
void test_look_again(struct world *world);

/* Looks again; fails, showing them, when rows differ from what the record says they should be. */
void test_projections(struct world *world);

/* The city after a publication: without the service, or with a newer version of it. */
struct city *test_city_after(struct world *world, const char *code, const struct definition *anew);

/* After the services or versions of a city of a test's own were put otherwise. */
void test_city_index(struct world *world, struct city *city);

/* ---- Files */

/* A copy of a file; what is at `to` is replaced. */
void test_copy(const char *from, const char *to);

#endif
