/* Cases by what few of them have: a number, a person, an answer. All there are are read, by an
 * index of their own, then put in the order of the list and cut at its cursor: a next page may be
 * found in another way. Layer: engine, private to the folder. Reads on ctx->conn. */
#ifndef ENGINE_CASE_RARE_H
#define ENGINE_CASE_RARE_H

#include "engine/cases/case_searching.h"

/* By the filter's first term `reporter`, or by its `number`; one of which it must have. Enters up
 * to search->most + 1 cases into work->found, which is made anew; is_cut when there are more than
 * rows_max: as they came in no order, no cursor goes on from work->last. */
enum rc case_rare_search(struct case_searching *work, bool is_by_person) MUST_CHECK;

/* By that of the filter's answers that the fewest cases have, as above, when they are not more than
 * rows_max: they are counted first by the indexes alone, so that no more than one is looked at.
 * *ret_is_done is false when none is so rare, and for a filter without answers: what stands in
 * *work is then of no use, and the caller searches in another way. */
enum rc case_rare_search_answers(struct case_searching *work, bool *ret_is_done) MUST_CHECK;

#endif
