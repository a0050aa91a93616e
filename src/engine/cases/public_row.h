/* A row of a case as everybody may see it: what each way of listing public cases (public_case.c,
 * where it is written, public_list.c, public_story.c) asks of every row it reads. Layer: engine,
 * private to the folder. Reads on ctx->conn. */
#ifndef ENGINE_PUBLIC_ROW_H
#define ENGINE_PUBLIC_ROW_H

#include "engine/cases/public_case.h"

struct public_run_row;

/* What everybody may be shown of a row; *ret_is_public is false when there is nothing. is_bare
 * leaves the place out, which costs the most. */
enum rc public_project(struct ctx *ctx, const struct public_run_row *row, bool is_bare,
                       struct public_case *ret, bool *ret_is_public) MUST_CHECK;

/* What of a case decides whether it is asked for, but for its place and its words. */
struct public_narrow {
    int64_t service, state_type;
    struct str district;
    struct instant opened, updated;
};
bool public_is_asked_for(const struct public_filter *filter, const struct public_narrow *of);

#endif
