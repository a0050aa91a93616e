#include "api/page.h"

#include "api/api.h"
#include "api/openapi.h"
#include "api/page.ct.h"
#include "base/msg.h"

struct str api_page_method(const struct route *route)
{
    return http_method_name(route->method);
}

struct str api_page_statuses(const struct api_page *page, const struct route *route)
{
    struct buf out = buf_in(page->ctx->arena, 200);
    int statuses[OPENAPI_MAX_STATUSES];
    size_t n = openapi_statuses(route, statuses);

    for (size_t i = 0; i < n; i++)
        buf_add_fmt(&out, "%s%d", i ? ", " : "", statuses[i]);
    return buf_str(&out);
}

bool api_page_error(const struct api_page *page, int id, struct str *ret_name,
                    struct str *ret_sentence)
{
    struct arena *arena = page->ctx->arena;
    const struct msg_arg arg = MSG_ARG("arg", "…");
    enum msg_id message;

    *ret_name = str_of(err_name((enum err_id)id));
    if (!msg_by_key(str_fmt(arena, "error.%.*s", STR_ARG(*ret_name)), &message))
        return false;
    *ret_sentence = msg_format(arena, page->view.lang, message, &arg, 1);
    return true;
}

enum rc api_page_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct api_page page = {
        .view = {&reply->body, ctx->lang}, .ctx = ctx, .request = request, .routes = api_routes};

    api_page(&page.view, &page);
    return RC_OK;
}
