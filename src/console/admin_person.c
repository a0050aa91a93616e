/* One member of staff: details, access, grants. */
#include "base/msg.h"
#include "console/admin_people.ct.h"
#include "console/admin_people.h"
#include "console/console.h"
#include "console/queries.h"
#include "engine/definition/service_search.h"
#include "people/permission.h"

#define COUNT_MAX 1000

bool admin_role_gives(enum role role, int permission)
{
    const struct grant grant = {.role = role};

    return actor_may(&(struct actor){.kind = ACTOR_STAFF, .grants = &grant, .grant_n = 1},
                     (enum permission)permission);
}

enum msg_id admin_permission_name(int permission)
{
    static const enum msg_id names[PERMISSION__N] = {
        [PERMISSION_STAFF] = MSG_admin_may_staff,
        [PERMISSION_READ] = MSG_admin_may_read,
        [PERMISSION_WORK] = MSG_admin_may_work,
        [PERMISSION_SUPERVISE] = MSG_admin_may_supervise,
        [PERMISSION_ADMINISTER] = MSG_admin_may_administer,
        [PERMISSION_AUDIT] = MSG_admin_may_audit,
    };

    return permission > 0 && permission < PERMISSION__N ? names[permission] : MSG_NONE;
}

static enum rc load(struct ctx *ctx, const struct request *request, struct person_view *ret)
{
    struct person_view view = {0};
    enum rc rc = account_get(ctx, request_param(request, S("login")), &view.account);

    if (rc)
        return rc;
    view.is_own = view.account.id == ctx->actor->id;
    view.details =
        (struct account_details){view.account.name, view.account.email, view.account.lang};
    *ret = view;
    return RC_OK;
}

static enum rc show(struct ctx *ctx, const struct request *request, struct reply *reply,
                    struct person_view *view)
{
    struct admin_page page =
        admin_page_on(ctx, request, reply, MSG_admin_people, "/staff/admin/people");
    enum rc rc = session_list(ctx, view->account.id, &view->sessions, &view->session_n);

    if (!rc)
        rc = city_services_by_name(ctx, &view->services);
    if (rc)
        return rc;
    page.staff.title = view->account.name;
    page.staff.has_errors = view->err.id != ERR_NONE;
    if (page.staff.has_errors)
        reply->status = err_status(view->err.id);
    admin_person_page(&page.staff.view, &page, view);
    return RC_OK;
}

enum rc admin_person_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct person_view view;
    enum rc rc = load(ctx, request, &view);

    return rc ? rc : show(ctx, request, reply, &view);
}

/* A reason is asked of everybody who changes somebody's account. */
static enum rc read_why(struct ctx *ctx, const struct request *request, struct person_view *view)
{
    view->typed_why = str_trim(request_value(request, S("why")));
    return view->typed_why.n ? RC_OK : FAIL(ctx, ERR_REQUIRED, .field = S("why"));
}

/* After a change: back to the page, or the page with what is wrong. */
static enum rc finish(struct ctx *ctx, struct request *request, struct reply *reply,
                      struct person_view *view, enum rc rc)
{
    if (rc == RC_OK)
        staff_redirect(ctx, reply, admin_person_path(ctx->arena, view->account.login, "?done=1"));
    if (rc != RC_INVALID && rc != RC_CONFLICT && ctx->err.id != ERR_OWN_ACCOUNT)
        return rc;
    view->err = ctx->err;
    ctx_clear_error(ctx);
    return show(ctx, request, reply, view);
}

enum rc admin_person_change(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct person_view view;
    enum rc rc = load(ctx, request, &view);

    if (rc)
        return rc;
    view.form = S("details");
    view.details.name = str_trim(request_value(request, S("name")));
    view.details.email = str_trim(request_value(request, S("email")));
    lang_parse(request_value(request, S("lang")), &view.details.lang);
    rc = read_why(ctx, request, &view);
    if (!rc)
        rc = account_change(ctx, view.account.id, &view.details, view.typed_why);
    return finish(ctx, request, reply, &view, rc);
}

enum rc admin_person_disable(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct person_view view;
    bool is_disabled = str_eq(request_value(request, S("disabled")), S("1"));
    enum rc rc = load(ctx, request, &view);

    if (rc)
        return rc;
    view.form = S("disable");
    rc = read_why(ctx, request, &view);
    if (!rc)
        rc = account_disable(ctx, view.account.id, is_disabled, view.typed_why);
    if (!rc)
        console_signed_out(ctx, request, view.account.id);
    return finish(ctx, request, reply, &view, rc);
}

enum rc admin_person_reset(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct person_password given = {0};
    struct person_view view;
    struct admin_page page;
    enum rc rc = load(ctx, request, &view);

    if (rc)
        return rc;
    view.form = S("password");
    rc = read_why(ctx, request, &view);
    if (!rc)
        rc = account_reset(ctx, view.account.id, view.typed_why, &given.password);
    if (!rc)
        console_signed_out(ctx, request, view.account.id);
    if (rc)
        return finish(ctx, request, reply, &view, rc);
    given.login = view.account.login;
    given.name = view.account.name;
    /* Not after a redirect: the password is stored nowhere, and shown this once. */
    page = admin_page_on(ctx, request, reply, MSG_admin_password_title, "/staff/admin/people");
    admin_person_password_page(&page.staff.view, &page, &given);
    return RC_OK;
}

enum rc admin_person_reset_code(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct person_view view;
    enum rc rc = load(ctx, request, &view);

    if (rc)
        return rc;
    view.form = S("code");
    rc = read_why(ctx, request, &view);
    if (!rc)
        rc = account_reset_code(ctx, view.account.id, view.typed_why);
    if (!rc)
        console_signed_out(ctx, request, view.account.id);
    return finish(ctx, request, reply, &view, rc);
}

enum rc admin_person_end_session(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct person_view view;
    int64_t id = 0;
    enum rc rc = load(ctx, request, &view);

    if (rc)
        return rc;
    if (!str_to_i64(request_value(request, S("session")), &id))
        return FAIL(ctx, ERR_NOT_FOUND);
    rc = session_end_one(ctx, view.account.id, id);
    if (!rc)
        console_signed_out(ctx, request, view.account.id);
    return finish(ctx, request, reply, &view, rc);
}

/* ---- grants */

/* The open cases of one service or team, or of all. */
static enum rc count_open(struct ctx *ctx, const struct team *team,
                          const struct definition *service, int64_t *sum)
{
    for (int type = STATE_OPEN; type <= STATE_WAITING; type++) {
        struct queue_count_row row;
        enum rc rc = queue_count(ctx,
                                 &(struct queue_count_args){
                                     .state_type = type,
                                     .most = COUNT_MAX,
                                     .team = team ? team->row : 0,
                                     .service = service ? service->service_id : 0,
                                     .with_team = team != NULL,
                                     .with_service = service != NULL,
                                 },
                                 &row);

        if (rc)
            return rc;
        *sum += row.counted;
    }
    return RC_OK;
}

static enum rc count_cases(struct ctx *ctx, const struct grant *grant, int64_t *ret)
{
    int64_t sum = 0;
    enum rc rc = RC_OK;

    if (grant->scope_kind == SCOPE_CITY)
        rc = count_open(ctx, NULL, NULL, &sum);
    if (grant->scope_kind == SCOPE_TEAM)
        rc = count_open(ctx, city_team(ctx->city, grant->scope), NULL, &sum);
    for (size_t i = 0; !rc && i < ctx->city->service_n; i++) {
        const struct definition *service = ctx->city->services[i];

        if ((grant->scope_kind == SCOPE_SERVICE && str_eq(service->code, grant->scope)) ||
            (grant->scope_kind == SCOPE_DEPARTMENT && str_eq(service->department, grant->scope)))
            rc = count_open(ctx, NULL, service, &sum);
    }
    if (!rc)
        *ret = sum;
    return rc;
}

static bool holds(const struct account *account, const struct grant *grant)
{
    for (size_t i = 0; i < account->grant_n; i++) {
        const struct grant *held = &account->grants[i].grant;

        if (held->role == grant->role && held->scope_kind == grant->scope_kind &&
            str_eq(held->scope, grant->scope))
            return true;
    }
    return false;
}

/* Whose grant, and which; a choice that the page does not offer is not understood. */
static enum rc load_grant(struct ctx *ctx, const struct request *request, struct grant_view *ret)
{
    struct grant_view view = {0};
    enum rc rc = account_get(ctx, request_param(request, S("login")), &view.account);

    if (rc)
        return rc;
    if (!role_of(request_value(request, S("role")), &view.grant.role) ||
        !admin_scope_parse(ctx->city, request_value(request, S("scope")), &view.grant))
        return FAIL(ctx, ERR_NOT_FOUND);
    view.is_held = holds(&view.account, &view.grant);
    rc = count_cases(ctx, &view.grant, &view.open_cases);
    if (rc)
        return rc;
    view.has_more_cases = view.open_cases >= COUNT_MAX;
    if (view.grant.role == ROLE_ADMINISTRATOR && view.grant.scope_kind != SCOPE_CITY)
        view.err = (struct err){.id = ERR_NOT_A_CHOICE, .field = S("scope")};
    if (view.account.id == ctx->actor->id)
        view.err = (struct err){.id = ERR_OWN_ACCOUNT};
    *ret = view;
    return RC_OK;
}

static void show_grant(struct ctx *ctx, const struct request *request, struct reply *reply,
                       const struct grant_view *view)
{
    struct admin_page page =
        admin_page_on(ctx, request, reply, MSG_admin_grant_title, "/staff/admin/people");

    page.staff.has_errors = view->err.id != ERR_NONE;
    if (page.staff.has_errors)
        reply->status = err_status(view->err.id);
    admin_grant_page(&page.staff.view, &page, view);
}

enum rc admin_grant_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct grant_view view;
    enum rc rc = load_grant(ctx, request, &view);

    if (!rc)
        show_grant(ctx, request, reply, &view);
    return rc;
}

enum rc admin_grant_give(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct grant_view view;
    enum rc rc = load_grant(ctx, request, &view);

    if (rc)
        return rc;
    view.typed_why = str_trim(request_value(request, S("why")));
    if (!view.typed_why.n)
        rc = FAIL(ctx, ERR_REQUIRED, .field = S("why"));
    if (!rc)
        rc = grant_add(ctx, view.account.id, &view.grant, view.typed_why);
    if (rc == RC_INVALID || ctx->err.id == ERR_OWN_ACCOUNT) {
        view.err = ctx->err;
        ctx_clear_error(ctx);
        show_grant(ctx, request, reply, &view);
        return RC_OK;
    }
    if (!rc)
        staff_redirect(ctx, reply, admin_person_path(ctx->arena, view.account.login, "?done=1"));
    return rc;
}

static bool is_grant_of(const struct account *account, int64_t grant_id)
{
    for (size_t i = 0; i < account->grant_n; i++)
        if (account->grants[i].id == grant_id)
            return true;
    return false;
}

enum rc admin_grant_take(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct person_view view;
    int64_t id = 0;
    enum rc rc = load(ctx, request, &view);

    if (rc)
        return rc;
    if (!str_to_i64(request_param(request, S("grant")), &id) || !is_grant_of(&view.account, id))
        return FAIL(ctx, ERR_NOT_FOUND);
    view.form = str_fmt(ctx->arena, "grant-%lld", (long long)id);
    rc = read_why(ctx, request, &view);
    if (!rc)
        rc = grant_revoke(ctx, id, view.typed_why);
    return finish(ctx, request, reply, &view, rc);
}
