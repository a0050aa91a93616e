/* For the tests of plans: every statement above src/db in the shapes that the program gives it.
 *
 * Optional parts are tried as nobody, each alone, and all at once, in each order; a statement whose
 * parts depend on each other in the shapes that its callers make. */
#ifndef APP_TEST_SHAPES_H
#define APP_TEST_SHAPES_H

#include "db/statement.h"

struct shape {
    const struct sql_statement *statement;
    const char *name;   /* without the file's */
    uint32_t fragments; /* and order: as sql_text takes them */
    unsigned order;
};

typedef void shape_fn(void *arg, const struct shape *shape);

void shapes_each(shape_fn *each, void *arg);

#endif
