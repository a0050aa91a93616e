#include "portal/home.h"

#include "base/msg.h"
#include "base/utf8.h"
#include "engine/definition/service_search.h"
#include "portal/home.ct.h"

#define MAX_EXAMPLES 4 /* services named on a group's card, and below the search */

/* The services the public may start, as pointers; those of one group, or of all when it is empty.
 */
static enum rc services_of(struct ctx *ctx, struct str group, const struct definition ***ret,
                           size_t *ret_n)
{
    const struct definition **services =
        ARENA_ARRAY(ctx->arena, ctx->city->service_n, const struct definition *);
    size_t n = 0;

    if (!services)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < ctx->city->service_n; i++) {
        const struct definition *service = ctx->city->services[i];

        if (service->audience != AUDIENCE_STAFF &&
            (str_is_empty(group) || str_eq(service->group, group)))
            services[n++] = service;
    }
    *ret = services;
    *ret_n = n;
    return RC_OK;
}

static struct str examples_of(struct ctx *ctx, const struct definition *const *services, size_t n)
{
    struct str names[MAX_EXAMPLES];
    size_t count = n < MAX_EXAMPLES ? n : MAX_EXAMPLES;

    for (size_t i = 0; i < count; i++)
        names[i] = text_in(&services[i]->name, ctx->lang);
    return str_join(ctx->arena, names, count, S(", "));
}

enum rc home_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_home_title));
    struct home home = {.groups = ARENA_ARRAY(ctx->arena, ctx->city->group_n, struct home_group)};
    const struct definition **all;
    enum rc rc =
        home.groups ? services_of(ctx, STR_NONE, &all, &home.example_n) : FAIL(ctx, ERR_MEMORY);

    if (rc)
        return rc;
    home.examples = all;
    if (home.example_n > MAX_EXAMPLES)
        home.example_n = MAX_EXAMPLES;
    for (size_t i = 0; i < ctx->city->group_n; i++) {
        const struct definition **services;
        size_t n;

        rc = services_of(ctx, ctx->city->groups[i].id, &services, &n);
        if (rc)
            return rc;
        if (n)
            home.groups[home.group_n++] =
                (struct home_group){ctx->city->groups[i].id, ctx->city->groups[i].name,
                                    ctx->city->groups[i].icon, examples_of(ctx, services, n)};
    }
    page.current = S("/");
    page.has_hero = true;
    home_page(&page.view, &page, &home);
    return RC_OK;
}

enum rc service_find(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_find_title));
    struct str typed = utf8_cut(request_value(request, S("q")), SERVICE_SEARCH_MAX_BYTES);
    const struct definition **services;
    size_t n, found;
    enum rc rc = services_of(ctx, STR_NONE, &services, &n);

    if (!rc)
        rc = service_search(ctx, typed, services, n, &found);
    if (!rc)
        find_page(&page.view, &page, typed, services, found);
    return rc;
}

enum rc group_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str id = request_param(request, S("group"));
    struct text name = city_group_name(ctx->city, id);
    struct page page = page_on(ctx, request, reply, text_in(&name, ctx->lang));
    const struct definition **services;
    size_t n;
    enum rc rc = services_of(ctx, id, &services, &n);

    if (rc)
        return rc;
    if (!n)
        return FAIL(ctx, ERR_NOT_FOUND);
    find_page(&page.view, &page, STR_NONE, services, n);
    return RC_OK;
}

enum rc service_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    const struct definition *service =
        city_service(ctx->city, request_param(request, S("service")));
    struct page page;

    if (!service || service->audience == AUDIENCE_STAFF)
        return FAIL(ctx, ERR_NOT_FOUND);
    page = page_on(ctx, request, reply, text_in(&service->name, ctx->lang));
    service_page(&page.view, &page, service);
    return RC_OK;
}
