/* Staff: the list, and somebody new. */
#include "console/admin_people.h"

#include "base/msg.h"
#include "base/utf8.h"
#include "console/admin_people.ct.h"
#include "engine/definition/service_search.h"

struct str admin_person_path(struct arena *arena, struct str login, const char *rest)
{
    return str_fmt(arena, "/staff/admin/people/%.*s%s", STR_ARG(login), rest);
}

struct str admin_scope_value(struct arena *arena, const struct grant *grant)
{
    struct str kind = scope_kind_word(grant->scope_kind);

    if (grant->scope_kind == SCOPE_CITY)
        return kind;
    return str_fmt(arena, "%.*s:%.*s", STR_ARG(kind), STR_ARG(grant->scope));
}

bool admin_scope_parse(const struct city *city, struct str value, struct grant *ret)
{
    struct grant grant = *ret;
    ptrdiff_t colon = str_find_byte(value, ':');
    size_t n = colon < 0 ? value.n : (size_t)colon;

    if (!scope_kind_of(str_slice(value, 0, n), &grant.scope_kind))
        return false;
    grant.scope = colon < 0 ? STR_NONE : str_slice(value, n + 1, value.n);
    if (!city_has_scope(city, grant.scope_kind, grant.scope))
        return false;
    *ret = grant;
    return true;
}

static bool is_like(struct ctx *ctx, const struct account *account, struct str folded)
{
    return !folded.n || str_find(utf8_fold(ctx->arena, account->login), folded) >= 0 ||
           str_find(utf8_fold(ctx->arena, account->name), folded) >= 0 ||
           str_find(utf8_fold(ctx->arena, account->email), folded) >= 0;
}

static bool holds(const struct account *account, enum role role)
{
    for (size_t i = 0; i < account->grant_n; i++)
        if (account->grants[i].grant.role == role)
            return true;
    return false;
}

enum rc admin_people_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct admin_page page =
        admin_page_on(ctx, request, reply, MSG_admin_people, "/staff/admin/people");
    struct people_view view = {.search = str_trim(request_value(request, S("q")))};
    struct str folded = utf8_fold(ctx->arena, utf8_cut(view.search, 200));
    struct accounts all;
    enum rc rc = account_list(ctx, &all);

    if (rc)
        return rc;
    view.has_role = role_of(request_value(request, S("role")), &view.role);
    view.items = ARENA_ARRAY(ctx->arena, all.n, const struct account *);
    if (!view.items)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < all.n; i++)
        if (is_like(ctx, &all.items[i], folded) &&
            (!view.has_role || holds(&all.items[i], view.role)))
            view.items[view.n++] = &all.items[i];
    view.all_n = all.n;
    admin_people_page(&page.staff.view, &page, &view);
    return RC_OK;
}

static enum rc show_new(struct ctx *ctx, const struct request *request, struct reply *reply,
                        struct person_new_view *view)
{
    struct admin_page page =
        admin_page_on(ctx, request, reply, MSG_admin_person_new, "/staff/admin/people");
    enum rc rc = city_services_by_name(ctx, &view->services);

    if (rc)
        return rc;
    page.staff.has_errors = view->err.id != ERR_NONE;
    if (page.staff.has_errors)
        reply->status = err_status(view->err.id);
    admin_person_new_page(&page.staff.view, &page, view);
    return RC_OK;
}

enum rc admin_person_new_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    return show_new(ctx, request, reply, &(struct person_new_view){.role = S("agent")});
}

/* The first grant, of one's role and scope. */
static enum rc read_grant(struct ctx *ctx, const struct person_new_view *view, struct grant *ret)
{
    struct grant grant = {0};

    if (!role_of(view->role, &grant.role))
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("role"));
    if (!admin_scope_parse(ctx->city, view->scope, &grant))
        return FAIL(ctx, ERR_NOT_A_CHOICE, .field = S("scope"));
    *ret = grant;
    return RC_OK;
}

static enum rc add(struct ctx *ctx, const struct person_new_view *view, struct str *ret_password)
{
    struct account_new account = {
        .login = view->login,
        .name = view->name,
        .email = view->email,
        .lang = view->lang,
        .grant_n = 1,
        .why = view->why,
    };
    struct grant grant;
    int64_t id;
    enum rc rc = read_grant(ctx, view, &grant);

    if (!rc && !view->why.n)
        rc = FAIL(ctx, ERR_REQUIRED, .field = S("why"));
    account.grants = &grant;
    if (!rc)
        rc = account_add(ctx, &account, ret_password, &id);
    if (rc == RC_CONFLICT)
        ctx->err.field = S("login");
    return rc;
}

enum rc admin_person_add(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct person_new_view view = {
        .login = str_lower_ascii(ctx->arena, str_trim(request_value(request, S("login")))),
        .name = str_trim(request_value(request, S("name"))),
        .email = str_trim(request_value(request, S("email"))),
        .role = request_value(request, S("role")),
        .scope = request_value(request, S("scope")),
        .why = str_trim(request_value(request, S("why"))),
        .lang = ctx->lang,
    };
    struct admin_page page;
    struct person_password given = {.login = view.login, .name = view.name, .is_new = true};
    enum rc rc;

    lang_parse(request_value(request, S("lang")), &view.lang);
    rc = add(ctx, &view, &given.password);
    if (rc == RC_INVALID || rc == RC_CONFLICT) {
        view.err = ctx->err;
        ctx_clear_error(ctx);
        return show_new(ctx, request, reply, &view);
    }
    if (rc)
        return rc;
    /* Not after a redirect: the password is stored nowhere, and shown this once. */
    page = admin_page_on(ctx, request, reply, MSG_admin_password_title, "/staff/admin/people");
    admin_person_password_page(&page.staff.view, &page, &given);
    return RC_OK;
}
