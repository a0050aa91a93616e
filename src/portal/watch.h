/* Following a case by mail, from its public page: asking, confirming, ending.
 *
 * Every page says the same whether an address follows already or not. A look at a link changes
 * nothing; both ends of a link are a button, and a mail program may press the last one by itself
 * (RFC 8058). Layer: portal. */
#ifndef PORTAL_WATCH_H
#define PORTAL_WATCH_H

#include "engine/cases/follower.h"
#include "portal/page.h"

struct watch {
    struct public_case shown;
    struct str typed; /* the address, kept when it was wrong */
    struct err err;
};

struct watch_ending {
    struct str number, token;
    bool is_active;
};

enum rc watch_show(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc watch_ask(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc watch_sent(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc watch_link(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc watch_confirm(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc watch_end_link(struct ctx *ctx, struct request *request, struct reply *reply);
enum rc watch_end(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
