/* Findings about a file that people write: where, what, and what to do.
 *
 * Checkers collect them instead of stopping at the first, so that one run of `cityhall check`
 * shows everything. A note says something worth knowing; an error stops publishing.
 * Layer: base. One thread at a time.
 */
#ifndef BASE_PROBLEM_H
#define BASE_PROBLEM_H

#include "base/buf.h"

enum problem_kind { PROBLEM_ERROR, PROBLEM_NOTE };

struct problem {
    const struct problem *next;
    enum problem_kind kind;
    struct str file; /* as the user named it */
    int line;        /* from 1; 0 when it is about the whole file */
    int column;      /* from 1, in characters */
    struct str sentence;
};

struct problems {
    struct arena *arena;
    const struct problem *first;
    struct problem *last;
    int error_count;
    int note_count;
};

struct problem_at {
    struct str file;
    int line, column;
};

/* An empty collection; its findings live in the arena. */
struct problems problems_in(struct arena *arena);

/* Adds a finding; the sentence is printf'd. After PROBLEMS_KEPT findings further ones are only
 * counted. */
void problem_add(struct problems *problems, enum problem_kind kind, struct problem_at at,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The findings that are kept, sorted by file and position, at most PROBLEMS_KEPT; how many. */
#define PROBLEMS_KEPT 200
size_t problems_sorted(const struct problems *problems,
                       const struct problem *ret_sorted[PROBLEMS_KEPT]);

/* Writes "file:line:column: error: sentence\n" for each, sorted by file and position. */
void problems_write(const struct problems *problems, struct buf *out);

/* The candidate that differs from `word` by the fewest edits, if by no more than a third of its
 * length: for "did you mean". Empty when none is near. */
struct str problem_nearest(struct str word, const struct str *candidates, size_t count);

#endif
