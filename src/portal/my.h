/* A resident's own pages: signing in by a mailed link, my requests, drafts and follows, settings.
 *
 * Signing in says the same for every address. Layer: portal. */
#ifndef PORTAL_MY_H
#define PORTAL_MY_H

#include "engine/cases/case_own.h"
#include "engine/cases/draft_share.h"
#include "engine/cases/follower.h"
#include "people/resident.h"
#include "portal/page.h"

#define ME_COOKIE S("resident")

#define MY_CASES 50 /* on a page */

struct me {
    const struct resident *resident;
    struct own_cases cases;
    struct str older_url, newest_url; /* empty: none */
    struct draft_lines drafts;
    struct follow_lines follows;
    struct session_line *sessions;
    size_t session_n;
    bool is_saved;
    struct str typed;
    struct err err;
};

/* Drafts that one can go on with: this browser's and, signed in, the resident's own. */
enum rc my_drafts(struct ctx *ctx, const struct request *request,
                  struct draft_lines *ret) MUST_CHECK;

enum rc my_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_sign_in(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_ask(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_sent(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_link(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_open(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_sign_out(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_settings(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_change(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_session_end(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_follow_end(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_delete_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc my_delete(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
