/* What a case's own page changes beside its steps and notes: who may read its text, who follows it,
 * which cases it is linked with. POSTs that lead back to the page. Layer: console, private. */
#ifndef CONSOLE_CASE_LINKS_H
#define CONSOLE_CASE_LINKS_H

#include "web/reply.h"
#include "web/request.h"

/* show=public or private. */
enum rc description_take(struct ctx *ctx, struct request *request, struct reply *reply);

/* email and lang of who wants to follow. */
enum rc follower_take(struct ctx *ctx, struct request *request, struct reply *reply);

/* other=NUMBER, act=add or end. */
enum rc link_take(struct ctx *ctx, struct request *request, struct reply *reply);

#endif
