/* The orders that a list of cases stands in, and the cursor that one page gives for the next: a
 * letter for the order, then the key of the last row. Pure. Layer: engine, private to the folder;
 * case_sort_word, case_sort_of and case_cursor_is of case_search.h are here, too. */
#ifndef ENGINE_CASE_CURSOR_H
#define ENGINE_CASE_CURSOR_H

#include "engine/cases/case_search.h"
#include "engine/cases/rows.h"

struct case_cursor {
    bool is_given; /* false: from the beginning */
    bool is_dated; /* false: among those without a deadline, by `id` alone */
    struct instant at;
    int64_t id; /* of CASES_BEST: how many were shown */
};

/* The letter of an order: 'd' by deadline (and 'u', which no order gives, for those without one),
 * 'n' newest, 'o' oldest, 'c' closed, 'm' by the last change, 'w' newest by words, 'b' best. */
char case_cursor_letter(enum case_sort sort, bool is_by_words);

/* What a cursor of the order `letter` says; from the beginning for any other text. */
struct case_cursor case_cursor_read(struct str text, char letter);

/* The cursor that goes on behind a row; in the arena. Not for CASES_BEST. */
struct str case_cursor_of(struct arena *arena, enum case_sort sort, bool is_by_words,
                          const struct case_run_row *row);

/* What rows of an order are compared by, before their id: of CASES_BY_DUE only with a deadline. */
struct instant case_cursor_key(enum case_sort sort, const struct case_run_row *row);

/* Negative when `a` stands before `b` in the order, positive when behind; 0 for the same case. */
int case_cursor_compare(enum case_sort sort, const struct case_run_row *a,
                        const struct case_run_row *b);

/* Whether an order has one index over all cases, whoever has them and whatever their state. */
bool case_cursor_has_index_for_all(enum case_sort sort);

#endif
