/* What the words of a filter ask of a case. A bare word is met by the text of the case, or by its
 * service when it begins a word of that service's name or other words in any language; quoted
 * words ask for text alone. So a case of a service need only have the words that do not name it;
 * what is left to be looked up is said here for each service that is named, once for a search.
 * Layer: engine, private to the folder. Reads on ctx->conn. */
#ifndef ENGINE_CASE_ASKED_H
#define ENGINE_CASE_ASKED_H

#include "engine/cases/case_filter.h"

struct case_asked_of;

struct case_asked {
    /* Where the rows come from: the text of staff's index and, when `codes` is not empty, also the
     * services in the public's, which has their codes. All cases asked for are among them. Empty:
     * no words are asked for. */
    struct str words, codes;
    bool is_exact; /* no service is named: a row of `words` needs no second look */
    struct case_asked_of *of;
    size_t n; /* the first is every service that no word names */
};

/* ERR_MEMORY. In the arena. */
enum rc case_asked_read(struct ctx *ctx, const struct case_filter *filter,
                        struct case_asked *ret) MUST_CHECK;

/* Whether the case, of that service, has all the words asked for. */
enum rc case_asked_holds(struct ctx *ctx, const struct case_asked *asked, int64_t id,
                         int64_t service, bool *ret) MUST_CHECK;

/* What it adds to case_match_score that the service is named. */
int64_t case_asked_score(const struct case_asked *asked, int64_t service);

#endif
