#include "console/admin_jobs.h"

#include "base/msg.h"
#include "console/admin_jobs.ct.h"
#include "console/queries.h"

#define JOBS_PAGE 100

enum msg_id admin_job_state_name(enum job_state state)
{
    static const enum msg_id names[JOB__N] = {
        [JOB_WAITING] = MSG_admin_job_waiting,   [JOB_RUNNING] = MSG_admin_job_running,
        [JOB_TROUBLED] = MSG_admin_job_troubled, [JOB_GIVEN_UP] = MSG_admin_job_given_up,
        [JOB_ENDED] = MSG_admin_job_ended,
    };

    return names[state];
}

/* "NAME: detail" of an error, or what job.c and job_desk.c say themselves. */
struct job_trouble admin_job_trouble(struct ctx *ctx, struct str trouble)
{
    struct str rest = trouble, name = STR_NONE;
    struct job_trouble told = {.says = trouble};
    enum msg_id id;

    if (!trouble.n)
        return told;
    str_next(&rest, ':', &name);
    if (str_starts_with(trouble, S("dropped")))
        told = (struct job_trouble){msg_text(ctx->lang, MSG_admin_job_dropped), str_trim(rest)};
    else if (str_eq(trouble, S("the worker stopped at it")))
        told.says = msg_text(ctx->lang, MSG_admin_job_lost);
    else if (msg_by_key(str_fmt(ctx->arena, "error.%.*s", STR_ARG(name)), &id))
        told = (struct job_trouble){msg_text(ctx->lang, id), str_trim(trouble)};
    return told;
}

/* A case's job begins its argument with the case's id. */
static bool is_of_case(const struct job_line *line, int64_t *ret_case)
{
    struct str rest = line->argument, id;

    return str_starts_with(line->kind, S("case.")) && str_next(&rest, ' ', &id) &&
           str_to_i64(id, ret_case);
}

struct str admin_job_about(const struct job_line *line)
{
    struct str rest = line->argument, piece = STR_NONE;
    int64_t case_id;

    if (!is_of_case(line, &case_id))
        return line->argument;
    str_next(&rest, ' ', &piece); /* the case */
    str_next(&rest, ' ', &piece); /* since when it has been in its state, in microseconds */
    return rest;
}

static enum rc load_numbers(struct ctx *ctx, struct jobs_view *view)
{
    view->numbers = ARENA_ARRAY(ctx->arena, view->lines.n, struct str);
    if (!view->numbers)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < view->lines.n; i++) {
        struct job_case_row row;
        bool is_found = false;
        int64_t case_id;
        enum rc rc = RC_OK;

        if (is_of_case(&view->lines.items[i], &case_id))
            rc = job_case(ctx, case_id, &is_found, &row);
        if (rc)
            return rc;
        if (is_found)
            view->numbers[i] = row.number;
    }
    return RC_OK;
}

static enum rc show(struct ctx *ctx, const struct request *request, struct reply *reply,
                    struct jobs_view *view)
{
    struct admin_page page =
        admin_page_on(ctx, request, reply, MSG_admin_jobs, "/staff/admin/jobs");
    enum rc rc = job_counts(ctx, view->counts);

    if (!rc)
        rc = job_list(ctx, view->state, JOBS_PAGE, &view->lines);
    if (!rc)
        rc = load_numbers(ctx, view);
    if (rc)
        return rc;
    page.staff.has_errors = view->err.id != ERR_NONE;
    if (page.staff.has_errors)
        reply->status = err_status(view->err.id);
    admin_jobs_page(&page.staff.view, &page, view);
    return RC_OK;
}

/* What needs somebody first: given up, troubled, else what waits. */
static enum rc state_of(struct ctx *ctx, const struct request *request, enum job_state *ret)
{
    int64_t counts[JOB__N];
    enum rc rc;

    if (job_state_of(request_value(request, S("state")), ret))
        return RC_OK;
    rc = job_counts(ctx, counts);
    *ret = JOB_WAITING;
    if (!rc && counts[JOB_TROUBLED])
        *ret = JOB_TROUBLED;
    if (!rc && counts[JOB_GIVEN_UP])
        *ret = JOB_GIVEN_UP;
    return rc;
}

enum rc admin_jobs_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct jobs_view view = {0};
    enum rc rc = state_of(ctx, request, &view.state);

    return rc ? rc : show(ctx, request, reply, &view);
}

static enum rc take(struct ctx *ctx, const struct request *request, struct jobs_view *view)
{
    struct str what = request_value(request, S("do"));

    view->typed_why = str_trim(request_value(request, S("why")));
    if (!str_to_i64(request_param(request, S("job")), &view->wrong_job))
        return FAIL(ctx, ERR_NOT_FOUND);
    if (!view->typed_why.n)
        return FAIL(ctx, ERR_REQUIRED, .field = S("why"));
    if (str_eq(what, S("drop")))
        return job_drop(ctx, view->wrong_job, view->typed_why);
    if (str_eq(what, S("retry")))
        return job_retry(ctx, view->wrong_job, view->typed_why);
    return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("why"));
}

enum rc admin_job_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct jobs_view view = {0};
    struct str word;
    enum rc rc = state_of(ctx, request, &view.state);

    if (!rc)
        rc = take(ctx, request, &view);
    if (rc == RC_INVALID || rc == RC_CONFLICT) {
        view.err = ctx->err;
        ctx_clear_error(ctx);
        return show(ctx, request, reply, &view);
    }
    word = job_state_word(view.state);
    if (!rc)
        staff_redirect(ctx, reply,
                       str_fmt(ctx->arena, "/staff/admin/jobs?done=1&state=%.*s", STR_ARG(word)));
    return rc;
}
