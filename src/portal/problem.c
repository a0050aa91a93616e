#include "base/msg.h"
#include "portal/page.ct.h"
#include "portal/page.h"
#include "portal/portal.h"

void portal_problem(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_page_problem));

    problem_page(&page.view, &page, reply->status, page_error(&page, &ctx->err));
}
