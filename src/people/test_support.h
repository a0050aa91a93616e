/* What the tests of src/people share: a store with the program's schema and a recorder that counts
 * what it is told. */
#ifndef PEOPLE_TEST_SUPPORT_H
#define PEOPLE_TEST_SUPPORT_H

#include "base/test_support.h"
#include "base/test_temporary.h"
#include "db/db.h"
#include "people/account.h"
#include "people/people.h"
#include "people/sign_in.h"

struct people_test {
    char folder[TEST_TEMPORARY_MAX];
    struct ctx ctx;
    struct db *db;
};

extern int test_recorded;       /* events since the start of the test */
extern char test_last_kind[40]; /* of the last one */
extern bool test_record_fails;  /* the next ones are refused */

/* cmocka set-up and tear-down; the installation is a real one, not a demonstration. */
int people_test_open(void **state);
int people_test_close(void **state);
void test_be_demonstration(bool is_demonstration);

/* Moves the test's clock. */
void test_wait(struct people_test *test, int64_t us);

/* An agent of the city; its first password. */
int64_t test_account(struct people_test *test, const char *login, struct str *ret_password);

#define PEOPLE_TEST(function) \
    cmocka_unit_test_setup_teardown(function, people_test_open, people_test_close)

#endif
