/* A browser for the tests of the console: one cookie jar, form tokens taken from pages. */
#ifndef CONSOLE_TEST_CLIENT_H
#define CONSOLE_TEST_CLIENT_H

#include "console/test_city.h"
#include "web/test_site.h"

struct world {
    struct test_city city;
    struct site site;
    struct str address; /* of its browsers */
};

int world_open(void **state);

/* The same with what `prepare` changes of the site's options before it starts: other pages. */
int world_open_with(void **state, void (*prepare)(struct world *world));
int world_close(void **state);
#define WORLD_TEST(function) cmocka_unit_test_setup_teardown(function, world_open, world_close)

#define BROWSER_COOKIES 6

struct browser {
    struct world *world;
    struct str session, form, device; /* cookies */
    struct {
        struct str name, value;
    } others[BROWSER_COOKIES]; /* the same of public pages; a forgotten one has no value */
    size_t other_n;
    struct str csrf; /* of the last page that had one */
    struct answer last;
};

/* GET, remembering the page's token. The status. */
int browse(struct browser *browser, struct str path);

/* POST of an encoded form to which the token is added. The status. */
int submit(struct browser *browser, struct str path, struct str form);

/* Signs in and comes to the queue. */
void browser_sign_in(struct browser *browser, const char *login, struct str password);

/* The paths of a case: its page, and one of its forms. */
struct str case_path(struct world *world, struct str number, const char *rest);

/* The value of the first hidden field of that name on the last page; empty: there is none. */
struct str hidden_field(struct browser *browser, const char *name);

/* "lock_version=..&seen=..&" of the last page. */
struct str case_fields(struct browser *browser);

/* The same with more fields behind. */
struct str case_form(struct browser *browser, const char *rest);

bool page_has(const struct browser *browser, const char *text);
struct str location_of(struct browser *browser);

#endif
