/* Cases in the order of a list: one run over an index for each team, service or person of the
 * filter (or, for who does not see the whole city, of their own) and each type of state, merged.
 * Layer: engine, private to the folder. Reads on ctx->conn. */
#ifndef ENGINE_CASE_RUNS_H
#define ENGINE_CASE_RUNS_H

#include "engine/cases/case_searching.h"

/* Enters up to search->most + 1 cases behind the cursor into work->found, in the order. is_cut when
 * rows_max of them were looked at before: work->last is where to go on. */
enum rc case_runs_search(struct case_searching *work) MUST_CHECK;

#endif
