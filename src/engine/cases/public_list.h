/* Lists of cases for everybody, by filters without words: from the order of an index, or from what
 * lies in a box. Either way a page costs what it looks at, and that is bounded. Layer: engine,
 * private to the folder; public_cases is what is called. Reads on ctx->conn. */
#ifndef ENGINE_PUBLIC_LIST_H
#define ENGINE_PUBLIC_LIST_H

#include "engine/cases/public_case.h"

struct public_run_row;

/* public_cases for a filter without words. */
enum rc public_list(struct ctx *ctx, const struct public_filter *filter,
                    struct public_cases *ret) MUST_CHECK;

/* What everybody may be shown of a row; *ret_is_public is false when there is nothing. is_bare
 * leaves the place out, which costs the most. */
enum rc public_project(struct ctx *ctx, const struct public_run_row *row, bool is_bare,
                       struct public_case *ret, bool *ret_is_public) MUST_CHECK;

/* Copies a case's texts to that arena. */
void public_case_keep(struct arena *arena, struct public_case *shown);

/* What of a case decides whether it is asked for, but for its place and its words. */
struct public_narrow {
    int64_t service, state_type;
    struct str district;
    struct instant opened, updated;
};
bool public_is_asked_for(const struct public_filter *filter, const struct public_narrow *of);

#endif
