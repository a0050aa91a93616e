/* Whether a case is one that a filter asks for and ctx->actor may see: what case_search.c asks of
 * every row it reads. Layer: engine, private to the folder. */
#ifndef ENGINE_CASE_MATCH_H
#define ENGINE_CASE_MATCH_H

#include "engine/cases/access.h"
#include "engine/cases/case_asked.h"
#include "engine/cases/case_search.h"
#include "engine/cases/rows.h"

struct case_match {
    const struct case_filter *filter;
    struct case_access access;
    struct case_asked asked;
    bool is_by_words; /* the rows come from where `asked` says */
    unsigned types;   /* bit i: state type i is possible */
    int64_t *parties; /* whom the first term `reporter` may mean */
    size_t party_n;
    bool has_more_people; /* of a name: the newest alone are among `parties` */
};

/* Looks up logins and contacts, once for a search. Errors as case_search. */
enum rc case_match_begin(struct ctx *ctx, const struct case_search *search,
                         struct case_match *ret) MUST_CHECK;

enum rc case_match_row(struct ctx *ctx, const struct case_match *match,
                       const struct case_run_row *row, bool *ret) MUST_CHECK;

/* The words of a filter as the full-text index of this store is asked for them; empty without any
 * that is looked for. */
struct str case_match_words(struct ctx *ctx, const struct case_filter *filter);

/* Whether a folded text has a folded word, whole or as the beginning of one. */
bool case_match_has(struct str text, struct str word, bool is_beginning);

/* How well the words asked for stand in a case's text (case_text.words): more is better. The same
 * on every store. */
int64_t case_match_score(const struct case_filter *filter, struct arena *arena, struct str words);

#endif
