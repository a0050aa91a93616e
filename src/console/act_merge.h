/* Merging a case into another, undoing it, and linking cases. Layer: console, private. */
#ifndef CONSOLE_ACT_MERGE_H
#define CONSOLE_ACT_MERGE_H

#include "console/case_act.h"
#include "console/case_panels.h"

struct merge_act {
    struct case_act act;
    struct case_panels panels; /* what may be the other one */
    struct panel_lines picks;  /* the open ones of these */
    struct str into;           /* as typed or picked */
    bool is_picked;            /* it is one of the picks */
    bool has_other;
    struct case_view other;
};

enum rc merge_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc merge_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc unmerge_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc unmerge_take(struct ctx *ctx, struct request *request, struct reply *reply);

/* POST from the case's own page: other=NUMBER, act=add or end. */
enum rc link_take(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
