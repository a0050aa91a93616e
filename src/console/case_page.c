#include "console/case_page.h"

#include "base/msg.h"
#include "console/case_map.h"
#include "console/case_page.ct.h"
#include "console/case_panels.h"
#include "console/case_replies.h"
#include "engine/cases/case_work.h"
#include "web/csrf.h"
#include "web/server.h"

static void draw_map(struct ctx *ctx, struct case_view *view)
{
    const struct msg_arg named = MSG_ARG("place", view->place);

    if (!view->row.lat_e7_is_null && !view->row.lon_e7_is_null)
        view->has_map =
            case_map(ctx, (struct point){(int32_t)view->row.lat_e7, (int32_t)view->row.lon_e7},
                     msg_format(ctx->arena, ctx->lang, MSG_map_of_case, &named, 1), &view->map);
}

/* The id of the case in the path; also the wall: who may not read it does not find it. */
static enum rc find(struct ctx *ctx, const struct request *request, struct case_view *view)
{
    return case_view_load(ctx, request_param(request, S("number")), view);
}

/* The page, with all that stands beside the case. */
static enum rc show(struct ctx *ctx, struct request *request, struct reply *reply,
                    struct case_view *view)
{
    struct staff_page page = staff_page_on(ctx, request, reply, view->title);
    struct case_panels panels;
    enum rc rc = case_panels_load(ctx, view, &panels);

    if (!rc && view->may_work)
        rc = case_replies_load(ctx, view);
    if (rc)
        return rc;
    view->panels = &panels;
    draw_map(ctx, view);
    page.current = S("/staff/queue");
    page.has_errors = view->form.err.id != ERR_NONE;
    if (page.has_errors)
        reply->status = err_status(view->form.err.id);
    staff_case_page(&page.view, &page, view);
    return RC_OK;
}

enum rc staff_case_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_view view = {.is_saved = str_eq(request_value(request, S("done")), S("1"))};
    enum rc rc = find(ctx, request, &view);

    return rc ? rc : show(ctx, request, reply, &view);
}

enum rc staff_case_answer(struct ctx *ctx, struct request *request, struct reply *reply, enum rc rc,
                          struct case_form *form)
{
    struct case_view view = {0};
    struct str number = request_param(request, S("number"));

    if (!rc) {
        staff_redirect(ctx, reply,
                       str_fmt(ctx->arena, "/staff/cases/%.*s?done=1", STR_ARG(number)));
        return RC_OK;
    }
    if (rc != RC_INVALID && rc != RC_CONFLICT)
        return rc;
    form->err = ctx->err;
    ctx_clear_error(ctx);
    str_to_i64(request_value(request, S("seen")), &form->seen.us_utc);
    rc = case_view_load(ctx, number, &view);
    view.form = *form;
    return rc ? rc : show(ctx, request, reply, &view);
}

int64_t staff_seen_version(const struct request *request, const struct case_view *view)
{
    int64_t version = 0;

    str_to_i64(request_value(request, S("lock_version")), &version);
    return version > 0 ? version : view->row.lock_version;
}

/* Three fields as one date; what is no number stays wrong. */
static struct str typed_date(struct ctx *ctx, const struct case_form *form)
{
    int64_t year, month, day;

    if (!form->year.n && !form->month.n && !form->day.n)
        return STR_NONE;
    if (!str_to_i64(form->year, &year) || !str_to_i64(form->month, &month) ||
        !str_to_i64(form->day, &day) || year < 0 || year > 9999 || month < 0 || month > 99 ||
        day < 0 || day > 99)
        return S("?");
    return str_fmt(ctx->arena, "%04d-%02d-%02d", (int)year, (int)month, (int)day);
}

static struct str typed(const struct request *request, const char *name)
{
    return str_trim(request_value(request, str_of(name)));
}

/* The photos of a step's form, on the disk and not yet the case's. */
static enum rc make_photos(struct ctx *ctx, const struct request *request,
                           struct photo_made **ret_photos, size_t *ret_n)
{
    struct photo_made *photos;
    size_t n = 0;
    enum rc rc = RC_OK;

    for (const struct upload *upload = request->uploads; upload; upload = upload->next)
        n++;
    photos = ARENA_ARRAY(ctx->arena, n, struct photo_made);
    if (!photos)
        return FAIL(ctx, ERR_MEMORY);
    n = 0;
    for (const struct upload *upload = request->uploads; !rc && upload; upload = upload->next) {
        /* An input in which nothing was chosen is sent as an empty file. */
        if (!str_eq(upload->field, S("photo")) || (!upload->filename.n && !upload->size_bytes))
            continue;
        rc = upload_check(ctx, upload);
        if (!rc)
            rc = photo_make(ctx, &(struct photo_upload){upload->path, upload->filename},
                            &photos[n++]);
    }
    if (rc && err_status(ctx->err.id) < 500) {
        ctx->err.field = S("photo");
        rc = RC_INVALID;
    }
    *ret_photos = photos;
    *ret_n = n;
    return rc;
}

/* Without scripts: the form again, the chosen reply behind what was typed; `text` is where it goes
 * in view->form. */
static enum rc fill_reply(struct ctx *ctx, struct request *request, struct reply *reply,
                          struct case_view *view, struct str *text)
{
    struct str chosen = request_value(request, S("reply"));
    enum rc rc = case_replies_load(ctx, view);

    for (size_t i = 0; !rc && i < view->reply_n; i++)
        if (str_eq(view->replies[i].id, chosen))
            *text = text->n ? str_fmt(ctx->arena, "%.*s\n\n%.*s", STR_ARG(*text),
                                      STR_ARG(view->replies[i].text))
                            : view->replies[i].text;
    return rc ? rc : show(ctx, request, reply, view);
}

enum rc staff_step_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_view view = {0};
    struct case_form form = {
        .kind = CASE_FORM_STEP,
        .step = request_param(request, S("step")),
        .note = typed(request, "note"),
        .message = typed(request, "message"),
        .outcome = typed(request, "outcome"),
        .month = typed(request, "month"),
        .day = typed(request, "day"),
        .year = typed(request, "year"),
    };
    struct photo_made *photos;
    size_t photo_n;
    enum rc rc = find(ctx, request, &view);

    if (rc)
        return rc;
    if (request_value(request, S("fill")).p) {
        view.form = form;
        return fill_reply(ctx, request, reply, &view, &view.form.message);
    }
    rc = make_photos(ctx, request, &photos, &photo_n);
    if (rc)
        return staff_case_answer(ctx, request, reply, rc, &form);
    rc = case_step(ctx, view.row.id,
                   &(struct step_input){
                       .step = form.step,
                       .lock_version = staff_seen_version(request, &view),
                       .note = form.note,
                       .message = form.message,
                       .outcome = form.outcome,
                       .date = typed_date(ctx, &form),
                       .base_url = request_csrf(request)->base_url,
                       .photos = photos,
                       .photo_n = photo_n,
                   });
    return staff_case_answer(ctx, request, reply, rc, &form);
}

enum rc staff_note_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_view view = {0};
    struct case_form form = {
        .kind = CASE_FORM_NOTE,
        .note = typed(request, "note"),
        .is_public = str_eq(request_value(request, S("visibility")), S("public")),
    };
    enum rc rc = find(ctx, request, &view);

    if (rc)
        return rc;
    if (request_value(request, S("fill")).p) {
        view.form = form;
        return fill_reply(ctx, request, reply, &view, &view.form.note);
    }
    rc = case_note(ctx, view.row.id, form.note, form.is_public);
    return staff_case_answer(ctx, request, reply, rc, &form);
}

enum rc staff_assign_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct case_view view = {0};
    struct case_form form = {.kind = CASE_FORM_ASSIGN, .assignee = typed(request, "assignee")};
    int64_t account = 0;
    enum rc rc = find(ctx, request, &view);

    if (rc)
        return rc;
    if (str_eq(form.assignee, S("me")))
        account = ctx->actor->id;
    else if (form.assignee.n)
        for (size_t i = 0; i < view.members.n; i++)
            if (str_eq(view.members.items[i].login, form.assignee))
                account = view.members.items[i].id;
    if (form.assignee.n && !account)
        rc = FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("assignee"));
    else
        rc = case_assign(ctx, view.row.id, staff_seen_version(request, &view), account);
    return staff_case_answer(ctx, request, reply, rc, &form);
}
