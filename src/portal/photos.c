#include "portal/photos.h"

#include "db/db.h"
#include "portal/draft_limit.h"
#include "web/server.h"
#include "web/upload_limit.h"
#include "web/url.h"

/* What is one photo's own trouble; the rest is the request's. */
static bool is_refusal(enum err_id id)
{
    return id == ERR_FILE_KIND || id == ERR_FILE_BROKEN || id == ERR_TOO_LARGE ||
           id == ERR_PHOTOS_FULL || id == ERR_OVERLOAD;
}

static void refuse(struct ctx *ctx, struct report *report, struct str name)
{
    report->refused[report->refused_n++] = (struct photo_refusal){name, ctx->err};
    if (report->refused_n == 1) {
        report->err = ctx->err;
        report->err.field = S("photos");
    }
    ctx_clear_error(ctx);
}

/* Work after a write reads what was written. */
static enum rc look_again(struct ctx *ctx)
{
    db_reader_release(ctx);
    return db_reader_acquire(ctx);
}

/* A form sends an empty part for an input in which nothing was chosen. */
static bool is_chosen(const struct upload *upload)
{
    return str_eq(upload->field, S("photos")) && (upload->filename.n || upload->size_bytes);
}

static struct str subject_of(struct ctx *ctx, const struct draft *draft)
{
    return str_fmt(ctx->arena, "draft %lld", (long long)draft->id);
}

static enum rc add_all(struct ctx *ctx, const struct request *request, struct reply *reply,
                       struct report *report)
{
    struct str subject = subject_of(ctx, &report->draft);
    size_t n = 0;

    for (const struct upload *upload = request->uploads; upload; upload = upload->next)
        n++;
    report->refused = ARENA_ARRAY(ctx->arena, n, struct photo_refusal);
    if (!report->refused)
        return FAIL(ctx, ERR_MEMORY);
    for (const struct upload *upload = request->uploads; upload; upload = upload->next) {
        enum rc rc;

        if (!is_chosen(upload))
            continue;
        rc = upload_limit_take(ctx, request, reply, subject);
        if (rc)
            return rc;
        rc = upload_check(ctx, upload);
        if (!rc)
            rc = photo_add(ctx, report->draft.id, report->draft.definition,
                           &(struct photo_upload){upload->path, upload->filename});
        if (rc && !is_refusal(ctx->err.id))
            return rc;
        if (rc)
            refuse(ctx, report, upload->filename);
        rc = look_again(ctx);
        if (rc)
            return rc;
    }
    return RC_OK;
}

static enum rc add_in_turn(struct ctx *ctx, const struct request *request, struct reply *reply,
                           struct report *report)
{
    size_t turn = 0;
    enum rc rc;

    if (!request->uploads)
        return RC_OK;
    rc = upload_turn_take(ctx, reply, subject_of(ctx, &report->draft), &turn);
    if (!rc)
        rc = add_all(ctx, request, reply, report);
    upload_turn_give(turn);
    return rc;
}

static enum rc remove_one(struct ctx *ctx, const struct request *request,
                          const struct report *report)
{
    int64_t photo;

    if (!str_to_i64(request_value(request, S("remove")), &photo))
        return RC_OK;
    return photo_remove(ctx, report->draft.id, photo);
}

enum rc photos_report_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct report report;
    enum rc rc = report_load(ctx, request, S("photos"), &report);

    if (!rc)
        rc = draft_limit_take(ctx, request, reply, &report.draft);
    if (!rc)
        rc = report_keep(ctx, request, reply, &report.draft);
    if (!rc)
        rc = remove_one(ctx, request, &report);
    if (!rc)
        rc = look_again(ctx);
    if (!rc)
        rc = add_in_turn(ctx, request, reply, &report);
    if (rc)
        return rc;
    if (report.refused_n)
        return report_render(ctx, request, reply, &report);
    if (request_value(request, S("add")).n || request_value(request, S("remove")).n) {
        reply_redirect(reply, url_in_lang(ctx->arena, ctx->lang,
                                          str_fmt(ctx->arena, "/report/%.*s/photos",
                                                  STR_ARG(report.draft.definition->code))));
        return RC_OK;
    }
    report.draft.has_photos = true;
    return report_go_on(ctx, request, reply, &report.draft);
}

/* What not everybody may see stays in no browser: staff may hide it, and machines are shared. */
static enum rc send(struct ctx *ctx, struct reply *reply, const struct photo_file *file)
{
    reply->cache = file->is_public ? REPLY_FIVE_MINUTES : REPLY_NO_STORE;
    reply_header(reply, S("Content-Disposition"), S("inline"));
    return reply_file(ctx, reply, file->fd, file->media);
}

enum rc photos_report_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct draft draft;
    struct photo_file file;
    int64_t photo;
    enum rc rc;

    if (!str_to_i64(request_param(request, S("photo")), &photo))
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = report_draft(ctx, request, &draft);
    if (!rc)
        rc = photo_open_draft(ctx, draft.id, photo, PHOTO_THUMB, &file);
    return rc ? rc : send(ctx, reply, &file);
}

enum rc photos_case_send(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct photo_file file;
    enum rc rc = photo_open_named(ctx, request_param(request, S("photo")),
                                  request_param(request, S("variant")), &file);

    return rc ? rc : send(ctx, reply, &file);
}
