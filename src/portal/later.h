/* Going on with a report later or elsewhere, and what was begun in this browser. Layer: portal. */
#ifndef PORTAL_LATER_H
#define PORTAL_LATER_H

#include "engine/cases/draft_share.h"
#include "portal/page.h"

#define LATER_COOKIE S("later") /* the code that was just made, for the page that shows it */

struct later {
    struct draft draft;
    struct str code; /* just made; empty: none */
    struct str url;  /* where it is typed in */
    bool is_sent;
    struct str typed;
    struct err err;
};

/* What this browser holds. */
struct held {
    struct draft_lines drafts;
    bool has_keys;     /* to drafts, or to reports */
    bool is_forgotten; /* just now */
};

enum rc later_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_code(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_code_take(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_link(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_open(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_drafts_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_drafts_go_on(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc later_drafts_drop(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
