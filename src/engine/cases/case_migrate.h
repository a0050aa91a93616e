/* Moving open cases to another version of their service.
 *
 * A case stays on the version it was filed under. Somebody may move it when the newer one is meant
 * for it as well: its fields, workflow, rules and notices are then those of the new version. State,
 * team, clocks and deadlines stay as they are, but for a clock that the new version has no rule
 * for, which goes; answers are carried by the field's id. Steps by timer are the new version's and
 * count from when the case came into its state: one whose time is over is taken at once. A case
 * moves only when nothing is lost in silence: its state must be of the same type in the new
 * workflow, and each new field that must be answered has an answer or a default. Layer: engine.
 */
#ifndef ENGINE_CASE_MIGRATE_H
#define ENGINE_CASE_MIGRATE_H

#include "engine/definition/city.h"

struct case_migration {
    const struct definition *to; /* a published version */
    struct str number;           /* this case alone; empty: every open case of the service */
    struct str reason;           /* kept in the record */
    bool is_dry;                 /* looks and says, changes nothing */
};

struct case_migrated {
    int64_t moved; /* or would be */
    int64_t stay;  /* cannot be moved */
};

/* Moves them, each in a transaction of its own with the event case.migrated (for staff: from and to
 * which version, what answers are left behind, the reason). A line of `report` for each that loses
 * an answer or stays: "26-00042-7: stays: the new workflow has no state "looked-at"". Run again it
 * goes on where it was stopped. Errors of case_reason_check; ERR_NOT_FOUND for a number that is no
 * case of the service. */
enum rc case_migrate(struct ctx *ctx, const struct case_migration *how, struct buf *report,
                     struct case_migrated *ret) MUST_CHECK;

#endif
