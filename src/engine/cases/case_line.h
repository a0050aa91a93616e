/* A row of a list made ready to be shown. Layer: engine, private to the folder. */
#ifndef ENGINE_CASE_LINE_H
#define ENGINE_CASE_LINE_H

#include "engine/cases/case_search.h"
#include "engine/cases/rows.h"

/* Reads what a list shows of the case (struct case_line of case_search.h) beside what it was found
 * by: its names and place, and, with_answers, those of its answers that ctx->actor may read; NULL
 * for a case of a version that is not known. */
enum rc case_line_read(struct ctx *ctx, const struct case_run_row *row, bool with_answers,
                       struct case_line *ret) MUST_CHECK;

#endif
