#include "console/work_order.h"

#include "base/msg.h"
#include "console/case_map.h"
#include "console/work_order.ct.h"

enum rc work_order_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_view view = {0};
    struct staff_page page;
    enum rc rc = case_view_load(ctx, request_param(request, S("number")), &view);

    if (rc)
        return rc;
    if (!view.row.lat_e7_is_null && !view.row.lon_e7_is_null) {
        const struct msg_arg named = MSG_ARG("place", view.place);

        view.has_map =
            case_map(ctx, (struct point){(int32_t)view.row.lat_e7, (int32_t)view.row.lon_e7},
                     msg_format(ctx->arena, ctx->lang, MSG_map_of_case, &named, 1), &view.map);
    }
    page = staff_page_on(ctx, request, reply,
                         str_fmt(ctx->arena, "%.*s %.*s",
                                 STR_ARG(msg_text(ctx->lang, MSG_case_work_order)),
                                 STR_ARG(view.row.number)));
    page.is_paper = true;
    work_order_page(&page.view, &page, &view);
    return RC_OK;
}
