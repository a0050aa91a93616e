/* How many typing errors lie between two short words.
 *
 * An error is a letter too many, missing, wrong, or two neighbours exchanged (optimal string
 * alignment distance). A pattern is prepared once and compared with thousands of words at a few
 * nanoseconds a letter: Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit
 * distances" (2003). Works on folded text: a to z and 0 to 9; all other bytes count as one letter.
 * Layer: place. Any thread.
 */
#ifndef PLACE_FUZZY_H
#define PLACE_FUZZY_H

#include "base/str.h"

#define FUZZY_MAX     63 /* letters of a pattern */
#define FUZZY_LETTERS 37

struct fuzzy {
    uint64_t masks[FUZZY_LETTERS]; /* where each letter stands in the pattern */
    uint64_t bag;
    size_t n;
};

/* Prepares a pattern; longer ones are cut to FUZZY_MAX. */
struct fuzzy fuzzy_of(struct str pattern);

/* Which letters a word has, one bit each: words whose bags differ in more than two bits an error
 * need not be compared. */
uint64_t fuzzy_bag(struct str word);

/* Errors between the pattern and the word when there are at most `limit`, else limit + 1. `bag`
 * is the word's. */
int fuzzy_errors(const struct fuzzy *pattern, struct str word, uint64_t bag, int limit);

/* How many errors a word of so many letters is allowed: none in 1 or 2, one up to 7, then two. */
int fuzzy_allowed(size_t n);

#endif
