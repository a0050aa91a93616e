/* Going on with a report later or elsewhere, and what was begun in this browser. Layer: portal. */
#ifndef PORTAL_LATER_H
#define PORTAL_LATER_H

#include "engine/cases/draft_share.h"
#include "portal/page.h"

struct later {
    struct draft draft;
    struct str code; /* just made; empty: none */
    struct str url;  /* where it is typed in */
    bool is_sent;
    struct str typed;
    struct err err;
};

enum rc later_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_code(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_code_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_link(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_open(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc drafts_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc drafts_go_on(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc drafts_drop(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
