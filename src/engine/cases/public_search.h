/* Full text for everybody. Words are looked up in an index of what everybody may be shown
 * (case_public_text, projection.h), then asked of what they are shown: its number, its service's
 * name in ctx->lang, its place and its released description. A word of a private description, an
 * exact house number where the service blurs it, a name, a case that is hidden: none of them finds
 * anything, nor makes a search go on longer. Layer: engine, private to the folder; public_cases is
 * what is called. Reads on ctx->conn. */
#ifndef ENGINE_PUBLIC_SEARCH_H
#define ENGINE_PUBLIC_SEARCH_H

#include "engine/cases/public_case.h"

#define PUBLIC_SEARCH_ROWS 1000 /* looked at for one page */

/* public_cases for a filter with words. Words without a letter or digit find nothing; a whole
 * public number finds its case. The last word may be cut short. */
enum rc public_search(struct ctx *ctx, const struct public_filter *filter,
                      struct public_cases *ret) MUST_CHECK;

#endif
