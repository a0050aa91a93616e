#include "console/photos.h"

#include "console/case_view.h"
#include "engine/cases/photo.h"

enum rc staff_photo_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct photo_file file;
    enum rc rc = photo_open_named(ctx, request_param(request, S("photo")),
                                  request_param(request, S("variant")), &file);

    if (rc)
        return rc;
    reply_header(reply, S("Content-Disposition"), S("inline"));
    return reply_file(ctx, reply, file.fd, file.media);
}

enum rc staff_photo_set(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str number = request_param(request, S("number"));
    struct str show = request_value(request, S("show"));
    struct case_view view = {0};
    int64_t photo;
    enum rc rc = case_view_load(ctx, number, &view);

    if (rc)
        return rc;
    if (!str_to_i64(request_param(request, S("photo")), &photo))
        return FAIL(ctx, ERR_NOT_FOUND);
    if (str_eq(show, S("public")))
        rc = photo_release(ctx, view.row.id, photo);
    else if (str_eq(show, S("private")))
        rc = photo_withdraw(ctx, view.row.id, photo);
    else if (str_eq(show, S("hidden")))
        rc = photo_hide(ctx, view.row.id, photo);
    else
        rc = FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("show"));
    if (!rc)
        staff_redirect(ctx, reply,
                       str_fmt(ctx->arena, "/staff/cases/%.*s?done=1", STR_ARG(number)));
    return rc;
}
