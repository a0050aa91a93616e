#include "console/case_page.h"

#include "base/msg.h"
#include "console/case_page.ct.h"
#include "engine/cases/case_work.h"
#include "web/csrf.h"
#include "web/server.h"

static enum rc show(struct ctx *ctx, struct request *request, struct reply *reply,
                    const struct case_view *view)
{
    struct staff_page page = staff_page_on(ctx, request, reply, view->title);

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
    enum rc rc = case_view_load(ctx, request_param(request, S("number")), &view);

    return rc ? rc : show(ctx, request, reply, &view);
}

/* After a form: back to the case, or the case with what was typed and what is wrong with it. */
static enum rc answer(struct ctx *ctx, struct request *request, struct reply *reply, enum rc rc,
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

/* The id of the case in the path; also the wall: who may not read it does not find it. */
static enum rc find(struct ctx *ctx, const struct request *request, struct case_view *view)
{
    return case_view_load(ctx, request_param(request, S("number")), view);
}

static int64_t seen_version(const struct request *request, const struct case_view *view)
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
    enum rc rc = find(ctx, request, &view);

    if (rc)
        return rc;
    rc = case_step(ctx, view.row.id,
                   &(struct step_input){
                       .step = form.step,
                       .lock_version = seen_version(request, &view),
                       .note = form.note,
                       .message = form.message,
                       .outcome = form.outcome,
                       .date = typed_date(ctx, &form),
                       .base_url = request_csrf(request)->base_url,
                   });
    return answer(ctx, request, reply, rc, &form);
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
    rc = case_note(ctx, view.row.id, form.note, form.is_public);
    return answer(ctx, request, reply, rc, &form);
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
        rc = case_assign(ctx, view.row.id, seen_version(request, &view), account);
    return answer(ctx, request, reply, rc, &form);
}
