/* Merging a case into another and undoing it: what the two pages know beside the case.
 * Layer: console, private. */
#ifndef CONSOLE_ACT_MERGE_H
#define CONSOLE_ACT_MERGE_H

#include "console/case_act.h"
#include "console/case_panels.h"

struct merge_form {
    struct case_panels panels; /* what may be the other one */
    struct panel_lines picks;  /* the open ones of these */
    struct str into;           /* as typed or picked */
    bool is_picked;            /* it is one of the picks */
    bool has_other;
    struct case_view other;
};

#endif
