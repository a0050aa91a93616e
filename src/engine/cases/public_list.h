/* Lists of cases for everybody, by filters without words: from the order of an index, or from what
 * lies in a box. Either way a page costs what it looks at, and that is bounded. Layer: engine,
 * private to the folder; public_cases is what is called. Reads on ctx->conn. */
#ifndef ENGINE_PUBLIC_LIST_H
#define ENGINE_PUBLIC_LIST_H

#include "engine/cases/public_case.h"

/* public_cases for a filter without words. */
enum rc public_list(struct ctx *ctx, const struct public_filter *filter,
                    struct public_cases *ret) MUST_CHECK;

/* Copies a case's texts to that arena. */
void public_case_keep(struct arena *arena, struct public_case *shown);

#endif
