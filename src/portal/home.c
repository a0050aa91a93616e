#include "portal/home.h"

#include "base/msg.h"
#include "base/utf8.h"
#include "engine/cases/service_demand.h"
#include "engine/definition/service_search.h"
#include "portal/home.ct.h"

#define HOUR_S       3600
#define MAX_EXAMPLES 4 /* services named on a group's card, and below the search */

/* The services the public may start, by name: of one group, of all, or of those that are in none.
 */
enum which { OF_GROUP, OF_ALL, OF_NO_GROUP };

static bool is_wanted(const struct definition *service, enum which which, struct str group)
{
    if (service->audience == AUDIENCE_STAFF)
        return false;
    switch (which) {
    case OF_GROUP: return str_eq(service->group, group);
    case OF_NO_GROUP: return str_is_empty(service->group);
    case OF_ALL: break;
    }
    return true;
}

static enum rc services_of(struct ctx *ctx, enum which which, struct str group,
                           const struct definition ***ret, size_t *ret_n)
{
    const struct definition **services =
        ARENA_ARRAY(ctx->arena, ctx->city->service_n, const struct definition *);
    size_t n = 0;
    enum rc rc;

    if (!services)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < ctx->city->service_n; i++)
        if (is_wanted(ctx->city->services[i], which, group))
            services[n++] = ctx->city->services[i];
    rc = services_by_name(ctx, services, n);
    if (rc)
        return rc;
    *ret = services;
    *ret_n = n;
    return RC_OK;
}

static struct str examples_of(struct ctx *ctx, const struct definition *const *services, size_t n)
{
    struct str names[MAX_EXAMPLES];
    size_t count = n < MAX_EXAMPLES ? n : MAX_EXAMPLES;
    struct str joined, more;

    for (size_t i = 0; i < count; i++)
        names[i] = text_in(&services[i]->name, ctx->lang);
    joined = str_join(ctx->arena, names, count, S(", "));
    if (count == n)
        return joined;
    more = msg_plural(ctx->arena, ctx->lang, MSG_home_more, (int64_t)(n - count));
    return str_fmt(ctx->arena, "%.*s %.*s", STR_ARG(joined), STR_ARG(more));
}

/* The groups that have a service for the public, and the services that are in none. */
static enum rc load_groups(struct ctx *ctx, struct home *home)
{
    home->groups = ARENA_ARRAY(ctx->arena, ctx->city->group_n, struct home_group);
    if (!home->groups)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; i < ctx->city->group_n; i++) {
        const struct definition **services;
        size_t n;
        enum rc rc = services_of(ctx, OF_GROUP, ctx->city->groups[i].id, &services, &n);

        if (rc)
            return rc;
        if (n)
            home->groups[home->group_n++] =
                (struct home_group){ctx->city->groups[i].id, ctx->city->groups[i].name,
                                    ctx->city->groups[i].icon, examples_of(ctx, services, n)};
    }
    return services_of(ctx, OF_NO_GROUP, STR_NONE, &home->others, &home->other_n);
}

enum rc home_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_home_title));
    struct home home = {.group_n = 0};
    const struct definition **all;
    enum rc rc = services_of(ctx, OF_ALL, STR_NONE, &all, &home.example_n);

    if (!rc)
        rc = load_groups(ctx, &home);
    if (rc)
        return rc;
    rc = services_by_demand(ctx, all, home.example_n);
    if (rc)
        return rc;
    home.examples = all;
    if (home.example_n > MAX_EXAMPLES)
        home.example_n = MAX_EXAMPLES;
    page.current = S("/");
    page.has_hero = true;
    home_page(&page.view, &page, &home);
    return RC_OK;
}

enum rc home_service_find(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct page page = page_on(ctx, request, reply, msg_text(ctx->lang, MSG_find_title));
    struct str typed = utf8_cut(request_value(request, S("q")), SERVICE_SEARCH_MAX_BYTES);
    struct home home = {.group_n = 0};
    const struct definition **services;
    size_t n, found;
    enum rc rc = services_of(ctx, OF_ALL, STR_NONE, &services, &n);

    if (!rc)
        rc = service_search(ctx, typed, services, n, &found);
    if (!rc)
        rc = load_groups(ctx, &home);
    if (rc)
        return rc;
    if (found)
        find_page(&page.view, &page, typed, services, found);
    else
        nothing_page(&page.view, &page, typed, &home);
    return RC_OK;
}

/* "10 workdays" */
static struct str span_words(struct ctx *ctx, struct span span)
{
    struct arena *arena = ctx->arena;

    switch (span.unit) {
    case SPAN_WORKDAYS: return msg_plural(arena, ctx->lang, MSG_why_workdays, span.amount);
    case SPAN_MONTHS: return msg_plural(arena, ctx->lang, MSG_why_months, span.amount);
    case SPAN_WORK_TIME:
        return msg_plural(arena, ctx->lang, MSG_why_work_hours,
                          (span.amount + HOUR_S - 1) / HOUR_S);
    case SPAN_ELAPSED: break;
    }
    if (span.amount % SPAN_DAY_S == 0)
        return msg_plural(arena, ctx->lang, MSG_why_days, span.amount / SPAN_DAY_S);
    return msg_plural(arena, ctx->lang, MSG_why_hours, (span.amount + HOUR_S - 1) / HOUR_S);
}

/* Whether the clock runs until the case is closed, and not only until it is begun. */
static bool is_to_the_end(const struct workflow *workflow, const struct clock_rule *clock)
{
    uint64_t stops = workflow->clocks[clock->kind].stops_in;

    for (size_t i = 0; i < workflow->state_n; i++)
        if (stops & ((uint64_t)1 << i) && workflow->states[i].type != STATE_CLOSED)
            return false;
    return stops != 0;
}

struct str home_service_takes(struct ctx *ctx, const struct definition *service)
{
    for (size_t i = 0; i < service->clock_n; i++) {
        const struct clock_rule *clock = &service->clocks[i];
        const struct clock_branch *rest = &clock->branches[clock->branch_n - 1];

        if (is_to_the_end(service->workflow, clock))
            return span_words(ctx, rest->within);
    }
    return STR_NONE;
}

enum rc home_group_show(struct ctx *ctx, struct request *request, struct reply *reply)
{
    struct str id = request_param(request, S("group"));
    struct text name = city_group_name(ctx->city, id);
    struct page page = page_on(ctx, request, reply, text_in(&name, ctx->lang));
    const struct definition **services;
    size_t n;
    enum rc rc = services_of(ctx, OF_GROUP, id, &services, &n);

    if (rc)
        return rc;
    if (!n)
        return FAIL(ctx, ERR_NOT_FOUND);
    find_page(&page.view, &page, STR_NONE, services, n);
    return RC_OK;
}

enum rc home_service_show(struct ctx *ctx, struct request *request, struct reply *reply)
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
