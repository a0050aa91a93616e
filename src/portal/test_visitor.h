/* For the tests of the public pages: a visitor of the demonstration city, by the portal's own route
 * table (web/test_ask.h), and what they do more than once. */
#ifndef PORTAL_TEST_VISITOR_H
#define PORTAL_TEST_VISITOR_H

#include "engine/test_support.h"
#include "web/test_ask.h"

struct visitor {
    struct asker asker;
    struct world *world;
};

/* On https, so that cookies have the names and fences they have in a city. */
void visitor_init(struct visitor *visitor, struct world *world);

/* GET of a path, printf's way; POST of an encoded form to one. The status. */
int visit(struct visitor *visitor, const char *path, ...) __attribute__((format(printf, 2, 3)));
int submit(struct visitor *visitor, const char *form, const char *path, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether the last page has the text, as it stands in HTML. */
bool sees(const struct visitor *visitor, const char *text);

/* Where the last answer leads, checked to be a 303; fails the test with what was answered instead.
 */
#define assert_leads(visitor, path) check_leads((visitor), (path), __FILE__, __LINE__)
void check_leads(const struct visitor *visitor, const char *path, const char *file, int line);

/* Reports a pothole at 795 Massachusetts Ave up to its last page; `email` may be empty. */
void visitor_fills(struct visitor *visitor, const char *email);

/* The token at the end of the newest mailed link with "/what/" in it, in the world's arena. */
struct str mailed_token(struct world *world, const char *what);

/* Signs in with an address, by the mailed link. */
void visitor_signs_in(struct visitor *visitor, const char *email);

/* Days later. */
void pass_days(struct world *world, int days);

#endif
