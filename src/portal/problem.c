#include "base/msg.h"
#include "portal/page.ct.h"
#include "portal/page.h"
#include "portal/portal.h"
#include "web/kept_form.h"

void portal_problem(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    enum msg_id title = reply->status == 404 ? MSG_page_not_found : MSG_page_problem;
    bool is_refused_unread = ctx->err.id == ERR_CSRF;
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, title));

    problem_page(&page.view, &page, page_error(&page, &ctx->err),
                 is_refused_unread ? kept_form_text(ctx, request) : STR_NONE,
                 is_refused_unread ? kept_form_page(request) : STR_NONE);
}
