/* Transferring a case to another service: what its page knows beside the case.
 * Layer: console, private. */
#ifndef CONSOLE_ACT_TRANSFER_H
#define CONSOLE_ACT_TRANSFER_H

#include "console/case_act.h"
#include "engine/cases/case_transfer.h"

struct due_change {
    struct str clock, before, after; /* "Resolution", "Jul 9, 2026", "Sep 29, 2026" */
};

struct transfer_form {
    const struct definition **services; /* of the city, by name */
    bool has_plan;
    struct transfer_plan plan;
    struct case_fact *kept, *left;
    size_t kept_n, left_n;
    struct due_change *dues;
    size_t due_n;
};

/* What was typed for a question of the new service; whether that option of it was chosen. */
struct str transfer_typed(const struct case_act *act, const struct field *field);
bool transfer_chose(const struct case_act *act, const struct field *field, struct str option);

#endif
