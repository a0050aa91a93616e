/* The public pages as a resident's browser meets them: a report from its first question to its
 * number, several at once, later and elsewhere, and what lists and feeds say of it. */
#include "console/test_client.h"
#include "db/db.h"
#include "people/permission.h"
#include "portal/keyring.h"
#include "portal/portal.h"

static enum rc begin(void *app, struct ctx *ctx, struct request *request)
{
    const struct test_city *city = app;
    enum rc rc = db_reader_acquire(ctx);

    ctx->now = instant_plus_us(ctx->now, city->waited_us);
    return rc ? rc : portal_begin(ctx, request);
}

static enum rc authorize(void *app, struct ctx *ctx, struct request *request,
                         const struct route *route)
{
    (void)app;
    (void)request;
    return actor_may(ctx->actor, (enum permission)route->permission) ? RC_OK
                                                                     : FAIL(ctx, ERR_DENIED);
}

static enum rc render_error(void *app, struct ctx *ctx, struct request *request,
                            struct reply *reply, enum rc rc)
{
    (void)app;
    (void)rc;
    portal_problem(ctx, request, reply);
    return RC_OK;
}

static void serve_portal(struct world *world)
{
    static const struct route *tables[2];

    tables[0] = portal_module.routes;
    world->site.options.routes = tables;
    world->site.options.hooks.begin = begin;
    world->site.options.hooks.authorize = authorize;
    world->site.options.hooks.render_error = render_error;
}

static int open_portal(void **state)
{
    return world_open_with(state, serve_portal);
}

#define PORTAL_TEST(function) cmocka_unit_test_setup_teardown(function, open_portal, world_close)

static struct browser browser_of(void **state)
{
    return (struct browser){.world = *state};
}

static struct str path(struct browser *browser, const char *service, const char *rest)
{
    return str_fmt(browser->world->site.ctx.arena, "/report/%s%s", service, rest);
}

/* Where the last answer leads, without the host. */
static void assert_leads_to(struct browser *browser, const char *service, const char *rest)
{
    assert_int_equal(browser->last.status, 303);
    assert_str(location_of(browser), path(browser, service, rest).p);
}

static void answer_step(struct browser *browser, const char *service, const char *step,
                        const char *form)
{
    assert_int_equal(browse(browser, path(browser, service, step)), 200);
    submit(browser, path(browser, service, step), str_of(form));
}

/* As far as the page that shows what will be sent. */
static void fill_in(struct browser *browser, const char *service, const char *description)
{
    assert_int_equal(browse(browser, path(browser, service, "")), 303);
    answer_step(browser, service, "/where", "place=&skip=1");
    if (strcmp(service, "hole") == 0)
        answer_step(browser, service, "/lane", "lane=false");
    answer_step(browser, service, "/details",
                str_fmt(browser->world->site.ctx.arena, "description=%s", description).p);
    answer_step(browser, service, "/who", "name=&email=&phone=");
    assert_leads_to(browser, service, "/check");
}

static void send(struct browser *browser, const char *service)
{
    answer_step(browser, service, "/check", "");
    assert_leads_to(browser, service, "/done");
}

/* The number on the page that is open. */
static struct str number_shown(struct browser *browser)
{
    ptrdiff_t at = str_find(browser->last.body, S("/cases/"));
    struct str rest;
    size_t n = 0;

    assert_true(at >= 0);
    rest = str_slice(browser->last.body, (size_t)at + 7, browser->last.body.n);
    while (n < rest.n && rest.p[n] != '"' && rest.p[n] != '/' && rest.p[n] != '?')
        n++;
    return str_slice(rest, 0, n);
}

static struct str done(struct browser *browser, const char *service)
{
    assert_int_equal(browse(browser, path(browser, service, "/done")), 200);
    return number_shown(browser);
}

static int64_t cases_in(struct world *world)
{
    return test_city_count(&world->city, "SELECT count(*) FROM cases");
}

static void a_report_is_one_case(void **state)
{
    struct browser browser = browser_of(state);
    struct str number;

    fill_in(&browser, "hole", "As+deep+as+a+bucket");
    assert_true(page_has(&browser, "") &&
                browse(&browser, path(&browser, "hole", "/check")) == 200);
    assert_true(page_has(&browser, "As deep as a bucket"));
    assert_int_equal(cases_in(*state), 0);
    send(&browser, "hole");
    number = done(&browser, "hole");
    assert_int_equal(cases_in(*state), 1);
    /* Looked at again it says the same; sent again it leads there and makes no second case. */
    assert_str(done(&browser, "hole"), str_z(browser.world->site.ctx.arena, number));
    submit(&browser, path(&browser, "hole", "/check"), STR_NONE);
    assert_leads_to(&browser, "hole", "/done");
    assert_int_equal(cases_in(*state), 1);
    /* The reporter reads what they wrote, a stranger does not. */
    assert_int_equal(
        browse(&browser, str_fmt(browser.world->site.ctx.arena, "/cases/%.*s", STR_ARG(number))),
        200);
    assert_true(page_has(&browser, "As deep as a bucket"));
    browser = browser_of(state);
    assert_int_equal(
        browse(&browser, str_fmt(browser.world->site.ctx.arena, "/cases/%.*s", STR_ARG(number))),
        200);
    assert_false(page_has(&browser, "As deep as a bucket"));
}

static void two_reports_at_once_are_two_cases(void **state)
{
    struct browser browser = browser_of(state);
    struct str hole, tree;

    fill_in(&browser, "hole", "first");
    fill_in(&browser, "tree", "second");
    send(&browser, "hole");
    send(&browser, "tree");
    hole = done(&browser, "hole");
    tree = done(&browser, "tree");
    assert_false(str_eq(hole, tree));
    assert_int_equal(cases_in(*state), 2);
}

static void what_is_wrong_is_asked_again_as_typed(void **state)
{
    struct browser browser = browser_of(state);

    fill_in(&browser, "hole", "x");
    answer_step(&browser, "hole", "/who", "name=Maria&email=no+address&phone=");
    assert_int_equal(browser.last.status, 422);
    assert_true(page_has(&browser, "value=\"no address\""));
    assert_true(page_has(&browser, "value=\"Maria\""));
    assert_true(page_has(&browser, "email-error"));
    answer_step(&browser, "hole", "/lane", "lane=perhaps");
    assert_int_equal(browser.last.status, 422);
    /* What was right before is still there. */
    assert_int_equal(browse(&browser, path(&browser, "hole", "/details")), 200);
    assert_true(page_has(&browser, ">x</textarea>"));
}

static void steps_are_not_jumped(void **state)
{
    struct browser browser = browser_of(state);

    assert_int_equal(browse(&browser, path(&browser, "hole", "/check")), 303);
    assert_int_equal(browse(&browser, path(&browser, "hole", "/done")), 404);
    assert_int_equal(browse(&browser, path(&browser, "hole", "/nonsense")), 404);
    assert_int_equal(browse(&browser, path(&browser, "nothing", "")), 404);
    assert_int_equal(cases_in(*state), 0);
}

/* What a page shows as the code to type in elsewhere: the cookie that carries it there. */
static struct str code_of(const struct browser *browser)
{
    for (size_t i = 0; i < browser->other_n; i++)
        if (str_eq(browser->others[i].name, S("later")))
            return browser->others[i].value;
    return STR_NONE;
}

static void a_draft_goes_on_elsewhere(void **state)
{
    struct browser here = browser_of(state), there = browser_of(state);
    struct str number, code;

    fill_in(&here, "hole", "carried");
    assert_int_equal(browse(&here, path(&here, "hole", "/later")), 200);
    submit(&here, path(&here, "hole", "/later"), S("how=code"));
    assert_leads_to(&here, "hole", "/later?done=code");
    code = code_of(&here);
    assert_true(code.n > 0);
    assert_int_equal(browse(&there, S("/continue")), 200);
    assert_int_equal(submit(&there, S("/continue"), S("code=NOSUCH")), 422);
    assert_int_equal(submit(&there, S("/continue"),
                            str_fmt(there.world->site.ctx.arena, "code=%.*s", STR_ARG(code))),
                     303);
    assert_int_equal(browse(&there, path(&there, "hole", "/check")), 200);
    assert_true(page_has(&there, "carried"));
    send(&there, "hole");
    number = done(&there, "hole");
    /* Sent from the first browser too, it is the same case. */
    submit(&here, path(&here, "hole", "/check"), STR_NONE);
    assert_str(done(&here, "hole"), str_z(here.world->site.ctx.arena, number));
    assert_int_equal(cases_in(*state), 1);
    /* A code is good once. */
    there = browser_of(state);
    assert_int_equal(browse(&there, S("/continue")), 200);
    assert_int_equal(submit(&there, S("/continue"),
                            str_fmt(there.world->site.ctx.arena, "code=%.*s", STR_ARG(code))),
                     422);
}

static void what_was_begun_is_listed_and_dropped(void **state)
{
    struct browser browser = browser_of(state), stranger = browser_of(state);
    struct world *world = *state;
    struct str drop;
    int64_t id;

    fill_in(&browser, "hole", "one");
    fill_in(&browser, "tree", "two");
    assert_int_equal(browse(&browser, S("/drafts")), 200);
    assert_true(page_has(&browser, "Hole") && page_has(&browser, "Tree"));
    id = test_city_count(&world->city, "SELECT max(id) FROM draft");
    drop = str_fmt(world->site.ctx.arena, "/drafts/%lld/drop", (long long)id);
    assert_int_equal(browse(&stranger, S("/report/hole/where")), 200);
    assert_int_equal(submit(&stranger, drop, STR_NONE), 404);
    assert_int_equal(test_city_count(&world->city, "SELECT count(*) FROM draft"), 2);
    assert_int_equal(submit(&browser, drop, STR_NONE), 303);
    assert_int_equal(test_city_count(&world->city, "SELECT count(*) FROM draft"), 1);
    assert_int_equal(browse(&browser, S("/drafts")), 200);
    assert_true(page_has(&browser, "Hole"));
    assert_false(page_has(&browser, "Tree"));
}

static void lists_choose_and_feeds_follow(void **state)
{
    struct world *world = *state;
    struct browser browser = browser_of(state);
    struct str hole = test_city_file(&world->city, "hole", false, "SECRETWORD");
    struct str tree = test_city_file(&world->city, "tree", false, "SECRETWORD");
    static const char *const forms[] = {"/cases", "/cases.json", "/cases.csv", "/cases.atom"};
    const char *hole_z = str_z(world->site.ctx.arena, hole);
    const char *tree_z = str_z(world->site.ctx.arena, tree);

    for (size_t i = 0; i < COUNT(forms); i++) {
        struct str all = str_of(forms[i]);

        assert_int_equal(browse(&browser, all), 200);
        assert_true(page_has(&browser, hole_z) && page_has(&browser, tree_z));
        assert_false(page_has(&browser, "SECRETWORD"));
        assert_int_equal(
            browse(&browser, str_fmt(world->site.ctx.arena, "%s?service=tree", forms[i])), 200);
        assert_false(page_has(&browser, hole_z));
        assert_true(page_has(&browser, tree_z));
        assert_int_equal(
            browse(&browser, str_fmt(world->site.ctx.arena, "%s?state=closed", forms[i])), 200);
        assert_false(page_has(&browser, hole_z) || page_has(&browser, tree_z));
    }
    /* What is hidden is in none. */
    test_city_exec(&world->city, "UPDATE cases SET is_hidden = TRUE");
    for (size_t i = 0; i < COUNT(forms); i++) {
        assert_int_equal(browse(&browser, str_of(forms[i])), 200);
        assert_false(page_has(&browser, hole_z) || page_has(&browser, tree_z));
    }
}

static void a_keyring_keeps_the_newest(void **state)
{
    struct browser browser = browser_of(state);
    struct world *world = *state;
    struct str ring = STR_NONE, piece;
    size_t n = 0;

    for (int i = 0; i < KEYRING_MAX + 2; i++) {
        fill_in(&browser, "tree", "again");
        send(&browser, "tree");
    }
    assert_int_equal(cases_in(world), KEYRING_MAX + 2);
    for (size_t i = 0; i < browser.other_n; i++)
        if (str_eq(browser.others[i].name, KEYRING_CASES))
            ring = browser.others[i].value;
    while (ring.n && str_next(&ring, '.', &piece))
        n++;
    assert_int_equal(n, KEYRING_MAX);
    assert_int_equal(browse(&browser, path(&browser, "tree", "/done")), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORTAL_TEST(a_report_is_one_case),
        PORTAL_TEST(two_reports_at_once_are_two_cases),
        PORTAL_TEST(what_is_wrong_is_asked_again_as_typed),
        PORTAL_TEST(steps_are_not_jumped),
        PORTAL_TEST(a_draft_goes_on_elsewhere),
        PORTAL_TEST(what_was_begun_is_listed_and_dropped),
        PORTAL_TEST(lists_choose_and_feeds_follow),
        PORTAL_TEST(a_keyring_keeps_the_newest),
    };

    return cmocka_run_group_tests_name("app/resident", tests, NULL, NULL);
}
