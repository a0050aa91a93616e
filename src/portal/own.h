/* What a reporter does on their own case's page beyond its workflow's steps: a word, photos, how it
 * went, and the receipt. Layer: portal. */
#ifndef PORTAL_OWN_H
#define PORTAL_OWN_H

#include "portal/case_page.h"

/* Where the error summary of the case's page leads. */
struct str own_anchor(struct arena *arena, const struct case_page *shown);

/* Why it was refused. A step whose time is over is no link that has ended. */
struct str own_refused(const struct page *page, const struct case_page *shown);

/* What a page says after something was done ("comment", "photos", "rating", "step"). */
struct str own_done(struct str what, enum lang lang);

/* A receipt, line by line as it is signed. */
struct own_receipt {
    struct case_page shown;
    struct str text;
    bool is_proven; /* it has its place in the record; else a promise */
};

enum rc own_comment(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc own_photos(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc own_rate(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc own_link(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc own_receipt(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc own_receipt_json(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc own_receipt_text(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
