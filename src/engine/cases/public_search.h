/* Full text for everybody: words looked up in the same index as staff's, then asked of what the
 * public is shown. A word of a private description, an exact house number where the service blurs
 * it, a name: none of them finds a case. Layer: engine. Reads on ctx->conn. */
#ifndef ENGINE_PUBLIC_SEARCH_H
#define ENGINE_PUBLIC_SEARCH_H

#include "engine/cases/public_case.h"

#define PUBLIC_SEARCH_ROWS 500 /* looked at for one page */

struct public_search {
    struct str words;  /* as typed: all must stand in the case, the last perhaps cut short */
    int64_t before_id; /* 0: from the latest case */
    size_t most;       /* 1 to PUBLIC_CASES_MAX */
};

struct public_search_found {
    struct public_case *of; /* the latest entered first */
    size_t n;
    bool has_more; /* there may be more after `next_id`, also when the page is not full */
    int64_t next_id;
};

/* A page of the public cases whose number, shown place or released description has the words, in
 * the arena. No words: nothing is found. */
enum rc public_search(struct ctx *ctx, const struct public_search *search,
                      struct public_search_found *ret) MUST_CHECK;

#endif
