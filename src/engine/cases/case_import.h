/* Cases that another system kept: taken over with their history's dates.
 *
 * An imported case has a number of the year it was opened in, a team by its service's rules, its
 * search entry and its place, and one event, case.imported, which says when and from where it came.
 * Nobody is told, and no clock runs: its deadlines were the other system's, so none is overdue by
 * being taken over. What the other system calls it is remembered (external_ref), so the same import
 * run again changes nothing. Layer: engine.
 */
#ifndef ENGINE_CASE_IMPORT_H
#define ENGINE_CASE_IMPORT_H

#include "engine/definition/answer.h"
#include "engine/definition/city.h"
#include "place/place.h"

struct case_history {
    const struct definition *definition;
    struct answers answers;
    bool has_place;
    struct place place;
    struct str description;
    struct str external_id; /* 1 to 200 characters */
    const struct state *state;
    struct str outcome; /* one of the workflow's; empty: none */
    struct instant opened, updated;
    struct instant closed; /* when the state is a closed one */
    enum lang lang;
};

struct case_import_group {
    struct str system; /* who the external ids belong to, at most 40 characters */
    const struct case_history *cases;
    size_t n;
    bool is_dry; /* counted, and nothing of it kept */
};

struct case_import_counts {
    int64_t taken, there_before;
};

/* All that can be known of a group before its transaction: teams, texts, ids that stand twice.
 * Reads ctx->city alone; borrows the group's cases. The cases are complete and consistent
 * (case_history_check). In the arena. */
struct case_import_plan;
enum rc case_import_plan(struct ctx *ctx, const struct case_import_group *group,
                         struct case_import_plan **ret) MUST_CHECK;

/* Takes it in one transaction: all of it or nothing. Runs its own db_tx. */
enum rc case_import(struct ctx *ctx, struct case_import_plan *plan,
                    struct case_import_counts *ret) MUST_CHECK;

/* Why a case cannot be taken, as a sentence for whoever imports; empty when it can. In the arena.
 */
struct str case_history_check(struct ctx *ctx, const struct case_history *history);

#endif
