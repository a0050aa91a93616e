/* A search at work: what case_search.c settles once, and what each way of searching (case_runs.c,
 * case_rare.c, by words) fills: the rows found. Layer: engine, private to the folder; one thread.
 */
#ifndef ENGINE_CASE_SEARCHING_H
#define ENGINE_CASE_SEARCHING_H

#include "engine/cases/case_cursor.h"
#include "engine/cases/case_match.h"

#define CASE_SEARCHING_CHUNK 500 /* rows, the most that are read at once */

struct case_searching {
    struct ctx *ctx;
    const struct case_search *search;
    struct case_match match;
    enum case_sort sort;
    struct case_cursor cursor;
    size_t rows_max, rows_read;
    size_t looked_at; /* in all, also in a way of searching that was given up */
    struct case_run_row
        *found; /* room for search->most + 1, or for rows_max + 1 where all are looked at */
    size_t found_n;
    struct case_run_row last; /* looked at */
    bool is_cut;              /* rows_max ended it: there may be more */
};

/* Looks at a row: it is entered into `found`, which must have room, when the filter asks for it and
 * ctx->actor may see it. Errors as case_match_row. */
enum rc case_searching_look(struct case_searching *work, const struct case_run_row *row) MUST_CHECK;

#endif
