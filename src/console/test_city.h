/* For the tests of the console: a small city with cases and staff, and the hooks that a server
 * needs. Apart from the tests, because the web layer's test site and the engine each have a
 * `struct answer`. */
#ifndef CONSOLE_TEST_CITY_H
#define CONSOLE_TEST_CITY_H

#include "base/test_support.h"
#include "base/test_temporary.h"
#include "db/test_raw.h"
#include "web/server.h"

struct test_city {
    char folder[TEST_TEMPORARY_MAX];
    struct raw_place place;
    struct ctx ctx;
    struct db *db;
    struct city *city;
    int64_t waited_us; /* how far the server's clock is ahead */
};

/* Publishes src/console/testdata/city into a fresh store; signing in takes a password alone. */
void test_city_open(struct test_city *city);
void test_city_close(struct test_city *city);
void test_city_be_demonstration(bool is_demonstration);

/* The server's options for it: routes of the console, hooks as the program has them. */
void test_city_serve(struct test_city *city, struct server_options *options);

/* A member of staff with one grant; the first password, in the city's arena. "team" and the like
 * name the scope. */
struct str test_city_staff(struct test_city *city, const char *login, const char *role,
                           const char *scope_kind, const char *scope);

/* One grant more. */
void test_city_grant(struct test_city *city, const char *login, const char *role,
                     const char *scope_kind, const char *scope);

/* Files a case of a service, "hole" or "tree"; its number. A hole that blocks a lane goes to team
 * east, others to west. */
struct str test_city_file(struct test_city *city, const char *service, bool is_lane,
                          const char *description);

/* Takes a step of a case now, as a supervisor of the city; what it asks for is given. */
void test_city_step(struct test_city *city, int64_t case_id, const char *step);

/* Erases of a closed case the answers whose time is over so many days from now. */
void test_city_expire(struct test_city *city, int64_t case_id, int64_t days);

/* Closes the city on the workday after today; the deadlines that count it move. The day as the
 * console shows it, in the city's arena. */
struct str test_city_close_tomorrow(struct test_city *city, const char *reason);

/* What the reporter says of a closed case. */
void test_city_rate(struct test_city *city, int64_t case_id, int64_t score, const char *text);

/* The number that a question of one value has for an answer, read past the store's interface. */
int64_t test_city_count(struct test_city *city, const char *sql);

/* Changes rows past it. */
void test_city_exec(struct test_city *city, const char *sql);

#endif
