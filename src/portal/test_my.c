/* What a resident's own pages show, and what is left of them in the browser. */
#include "portal/my.h"

#include "base/text.h"
#include "engine/cases/case_own.h"
#include "engine/cases/case_read.h"
#include "engine/record/people_record.h"
#include "engine/test_support.h"
#include "people/people.h"
#include "portal/identity.h"
#include "portal/keyring.h"
#include "portal/portal.h"
#include "portal/test_visitor.h"

#define EMAIL "maria@example.org"

static struct server server = {.csrf = {.base_url = STR("https://city.example")}};
static struct exchange exchange = {.server = &server};

static enum rc ticket_tx(struct ctx *ctx, void *arg)
{
    struct str *token = arg;

    return resident_ticket_make(ctx, S(EMAIL), STR_NONE, token);
}

/* Signs in: *ret is a request with the session's cookie, of which portal_begin has heard. */
static void signed_in(struct world *world, struct request *ret)
{
    struct resident_sign_in input = {0};
    struct param *cookie = ARENA_NEW(world->ctx.arena, struct param);

    assert_non_null(cookie);
    people_use(
        &(struct people_setup){.key = "a key for the tests of my pages", .record = people_record});
    test_ok(&world->ctx, db_tx(&world->ctx, ticket_tx, &input.token));
    test_look_again(world);
    cookie->name = ME_COOKIE;
    test_ok(&world->ctx, resident_sign_in(&world->ctx, &input, &cookie->value));
    test_look_again(world);
    *ret = (struct request){.exchange = &exchange, .cookies = {.items = cookie, .n = 1}};
    test_ok(&world->ctx, portal_begin(&world->ctx, ret));
    assert_non_null(identity_resident(ret));
}

/* Whether the reply takes that cookie from the browser. */
static bool takes(const struct reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++) {
        struct str value = reply->headers[i].value;

        if (str_eq(reply->headers[i].name, S("Set-Cookie")) && str_find(value, str_of(name)) >= 0 &&
            str_find(value, S("Max-Age=0")) >= 0)
            return true;
    }
    return false;
}

static void an_account_takes_the_browsers_keys_along(void **state)
{
    static const char *const names[] = {"resident=", "case=", "draft=", "later=", "mailbox="};
    struct world *world = *state;
    struct reply reply = reply_in(world->ctx.arena, false);
    struct request request;

    signed_in(world, &request);
    test_ok(&world->ctx, my_delete(&world->ctx, &request, &reply));
    for (size_t i = 0; i < COUNT(names); i++)
        assert_true(takes(&reply, names[i]));
}

static bool is_own(struct world *world, const struct filed *filed)
{
    struct case_read read;

    test_ok(&world->ctx, case_read(&world->ctx, filed->number, CASE_FOR_RESIDENT, &read));
    return read.is_own;
}

/* Whose a case is does not hang on how many others were filed with the address. */
static void strangers_do_not_take_a_case_away(void **state)
{
    struct world *world = *state;
    struct filed own = test_file(world, &(struct test_filing){.email = "Maria@Example.org"});
    struct filed other = test_file(world, &(struct test_filing){.email = "ana@example.org"});
    struct filed nobodys = test_file(world, &(struct test_filing){0});
    struct request request;

    test_file(world, &(struct test_filing){.email = EMAIL});
    for (int i = 0; i < 10; i++) /* doubled ten times: 1,024 of the newest case */
        test_exec(world, "INSERT INTO contact_point (party, kind, value, folded, created)"
                         " SELECT party, kind, value, folded, created FROM contact_point"
                         " WHERE party = (SELECT max(party) FROM contact_point)");
    signed_in(world, &request);
    assert_true(is_own(world, &own));
    assert_false(is_own(world, &other));
    assert_false(is_own(world, &nobodys));
    world->ctx.actor = NULL;
    assert_false(is_own(world, &own));
}

/* The page of my requests, at a query's "before". */
static struct str page_of(struct world *world, struct request *request, struct str before)
{
    struct param item = {S("before"), before};
    struct reply reply = reply_in(world->ctx.arena, false);
    struct str body;

    request->query = (struct params){.items = &item, .n = before.n ? 1 : 0};
    test_ok(&world->ctx, my_show(&world->ctx, request, &reply));
    body = str_copy(world->ctx.arena, buf_str(&reply.body));
    reply_done(&reply);
    return body;
}

static int cases_on(struct str body)
{
    int n = 0;

    for (ptrdiff_t at; (at = str_find(body, S("\"ch-number\""))) >= 0; n++)
        body = str_slice(body, (size_t)at + 1, body.n);
    return n;
}

/* What stands behind "before=" in the link to older ones; empty: none. */
static struct str older_of(struct str body)
{
    ptrdiff_t at = str_find(body, S("/me?before=")), end;

    if (at < 0)
        return STR_NONE;
    body = str_slice(body, (size_t)at + 11, body.n);
    end = str_find_byte(body, '"');
    assert_true(end > 0);
    return str_slice(body, 0, (size_t)end);
}

static void my_requests_come_in_pages(void **state)
{
    struct world *world = *state;
    struct filed first = test_file(world, &(struct test_filing){.email = EMAIL});
    struct request request;
    struct str body;

    for (int i = 0; i < MY_CASES; i++)
        test_file(world, &(struct test_filing){.email = EMAIL});
    signed_in(world, &request);
    body = page_of(world, &request, STR_NONE);
    assert_int_equal(cases_on(body), MY_CASES);
    assert_int_equal(str_find(body, first.number), -1);
    body = page_of(world, &request, older_of(body));
    assert_int_equal(cases_on(body), 1);
    assert_true(str_find(body, first.number) >= 0);
    assert_int_equal(older_of(body).n, 0);
    body = page_of(world, &request, S("-3"));
    assert_int_equal(cases_on(body), MY_CASES);
    /* What is for staff alone now has no page to lead to. */
    test_exec(world, "UPDATE cases SET confidentiality = 2 WHERE id = 1");
    test_look_again(world);
    body = page_of(world, &request, STR_NONE);
    assert_int_equal(older_of(body).n, 0);
    body = page_of(world, &request, S("1"));
    assert_int_equal(cases_on(body), 0);
}

/* Its newest version is for staff alone: those filed before it go from the list and cannot be read,
 * nor any more be added to, by who filed them. */
static void a_service_for_staff_since_closes_its_cases_off(void **state)
{
    struct world *world = *state;
    struct definition *anew = ARENA_NEW(world->ctx.arena, struct definition);
    struct filed filed = test_file(world, &(struct test_filing){.email = EMAIL});
    struct request request;
    struct case_read read;

    signed_in(world, &request);
    assert_int_equal(cases_on(page_of(world, &request, STR_NONE)), 1);
    *anew = *city_service(test_city, S("pothole"));
    anew->audience = AUDIENCE_STAFF;
    world->ctx.city = test_city_after(world, "pothole", anew);
    assert_int_equal(cases_on(page_of(world, &request, STR_NONE)), 0);
    world->ctx.actor = test_reporter(world, filed.case_id);
    assert_int_equal(case_read(&world->ctx, filed.number, CASE_FOR_RESIDENT, &read), RC_NOT_FOUND);
    ctx_clear_error(&world->ctx);
    assert_int_equal(case_comment(&world->ctx, filed.case_id, S("Still there")), RC_DENIED);
    ctx_clear_error(&world->ctx);
    world->ctx.city = test_city_after(world, "pothole", NULL);
    assert_int_equal(cases_on(page_of(world, &request, STR_NONE)), 1);
}

/* ---- By the pages */

static void an_address_is_asked_for_a_link(void **state)
{
    static const char *const wrong[] = {"", "email=+", "email=at+home", "email=a%40b",
                                        "email=jos%C3%A9%40example.org"};
    struct world *world = *state;
    struct visitor ana;

    visitor_init(&ana, world);
    visit(&ana, "/me");
    assert_leads(&ana, "/me/sign-in");
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(submit(&ana, wrong[i], "/me/sign-in"), 422);
        assert_true(sees(&ana, "id=\"email-error\""));
    }
    assert_int_equal(submit(&ana, "email=at+home", "/es/me/sign-in"), 422);
    assert_true(sees(&ana, "value=\"at home\""));
    submit(&ana, "email=+Maria%40Example.org+", "/es/me/sign-in");
    assert_leads(&ana, "/es/me/sign-in/sent");
    assert_true(str_find(test_text(world, "SELECT body FROM message", 0),
                         S("https://city.example/es/me/open/")) > 0);
    for (int i = 0; i < 10; i++) { /* too many: who asks hears the same as ever */
        submit(&ana, "email=" EMAIL, "/me/sign-in");
        assert_leads(&ana, "/me/sign-in/sent");
    }
    assert_int_equal(test_i64(world, "SELECT count(*) FROM message", 0), STRANGER_TICKETS_PER_HOUR);
}

/* The limit of one address of the net is told on the page, with what was typed. */
static void a_machine_asks_so_often(void **state)
{
    struct visitor eve;
    int n = 0;

    visitor_init(&eve, *state);
    while (n < 100 && submit(&eve, "email=" EMAIL, "/me/sign-in") == 303)
        n++;
    assert_int_equal(n, 20);
    assert_int_equal(eve.asker.last.status, 429);
    assert_true(sees(&eve, "value=\"" EMAIL "\"") && eve.asker.last.error == ERR_NONE &&
                asked_header(&eve.asker, "Retry-After").n > 0);
}

static void a_link_signs_in_once_and_soon(void **state)
{
    struct world *world = *state;
    struct visitor ana, scanner;
    struct str token;

    visitor_init(&ana, world);
    visitor_init(&scanner, world);
    submit(&ana, "email=" EMAIL, "/me/sign-in");
    token = mailed_token(world, "me/open");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(visit(&scanner, "/me/open/%.*s", STR_ARG(token)), 200);
        assert_true(sees(&scanner, EMAIL));
        assert_int_equal(asker_cookie(&scanner.asker, "resident").n, 0);
    }
    submit(&ana, "", "/me/open/%.*s", STR_ARG(token));
    assert_leads(&ana, "/me");
    assert_int_equal(visit(&ana, "/me"), 200);
    visit(&ana, "/me/sign-in");
    assert_leads(&ana, "/me");
    assert_int_equal(visit(&scanner, "/me/open/%.*s", STR_ARG(token)), 410);
    assert_int_equal(submit(&scanner, "", "/me/open/%.*s", STR_ARG(token)), 410);
    submit(&ana, "email=" EMAIL, "/me/sign-in");
    token = mailed_token(world, "me/open");
    world->ctx.now = instant_plus_us(world->ctx.now, RESIDENT_TICKET_US + 1);
    assert_int_equal(visit(&scanner, "/me/open/%.*s", STR_ARG(token)), 410);
    assert_int_equal(submit(&scanner, "", "/me/open/%.*s", STR_ARG(token)), 410);
}

/* A session ends by its button, on the server too; the browser stays one that has signed in. */
static void signing_out_ends_it(void **state)
{
    struct world *world = *state;
    struct visitor ana, thief;
    struct str cookie;

    visitor_init(&ana, world);
    visitor_init(&thief, world);
    visitor_signs_in(&ana, EMAIL);
    cookie = asker_cookie(&ana.asker, "resident");
    submit(&ana, "", "/vi/me/sign-out");
    assert_leads(&ana, "/vi/");
    assert_int_equal(asker_cookie(&ana.asker, "resident").n, 0);
    assert_true(asker_cookie(&ana.asker, "mailbox").n > 0);
    asker_cookie_set(&thief.asker, "resident", cookie);
    visit(&thief, "/me");
    assert_leads(&thief, "/me/sign-in");
    submit(&ana, "", "/me/sign-out"); /* again */
    assert_leads(&ana, "/");
    visitor_signs_in(&ana, EMAIL);
    pass_days(world, 15); /* without a visit */
    visit(&ana, "/me");
    assert_leads(&ana, "/me/sign-in");
}

/* How a case ended stands in the list, not only that it did. */
static void the_list_says_how_it_ended(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.email = EMAIL});
    struct step_input resolve = {
        .step = S("resolve"), .outcome = S("not-city"), .base_url = S("https://city.example")};
    struct visitor ana;

    visitor_init(&ana, world);
    visitor_signs_in(&ana, EMAIL);
    visit(&ana, "/me");
    assert_false(sees(&ana, "Not the city"));
    test_ok(&world->ctx, test_step(world, test_staff(world, ROLE_SUPERVISOR, SCOPE_CITY, NULL),
                                   filed.case_id, &resolve));
    assert_int_equal(visit(&ana, "/me"), 200);
    assert_true(sees(&ana, "Resolved</span> Not the city"));
}

static void what_is_ones_own_needs_a_sign_in(void **state)
{
    static const char *const pages[] = {"/me/settings", "/me/delete"};
    static const char *const posts[] = {"/me/settings", "/me/delete", "/me/sessions/1/end",
                                        "/me/follows/1/end"};
    struct visitor eve;

    visitor_init(&eve, *state);
    for (size_t i = 0; i < COUNT(pages); i++)
        assert_int_equal(visit(&eve, "%s", pages[i]), 401);
    for (size_t i = 0; i < COUNT(posts); i++)
        assert_int_equal(submit(&eve, "name=x", "%s", posts[i]), 401);
    assert_true(sees(&eve, "Please sign in to see this page."));
    visit(&eve, "/es/me/settings");
    assert_true(sees(&eve, "class=\"usa-button\" href=\"/es/me/sign-in\""));
    visit(&eve, "/no/such/page");
    assert_false(sees(&eve, "/me/sign-in\""));
}

static void settings_are_changed_and_refused(void **state)
{
    struct world *world = *state;
    struct visitor ana;
    char form[TEXT_NAME_MAX + 20] = "name=";

    visitor_init(&ana, world);
    visitor_signs_in(&ana, EMAIL);
    assert_int_equal(visit(&ana, "/me/settings"), 200);
    assert_false(sees(&ana, "Saved."));
    submit(&ana, "name=Mar%C3%ADa&lang=es", "/me/settings");
    assert_leads(&ana, "/me/settings?done=1");
    visit(&ana, "/me/settings?done=1");
    assert_true(sees(&ana, "Saved.") && sees(&ana, "value=\"Mar\xc3\xad"
                                                   "a\""));
    memset(form + 5, 'a', TEXT_NAME_MAX + 1);
    assert_int_equal(submit(&ana, form, "/me/settings"), 422);
    assert_true(sees(&ana, "href=\"#name\"") && sees(&ana, "aaaa\""));
    assert_int_equal(submit(&ana, "name=a%0Ab&lang=xx", "/me/settings"), 422);
    submit(&ana, "name=&lang=qps", "/vi/me/settings"); /* not a language of mails */
    assert_leads(&ana, "/vi/me/settings?done=1");
    assert_str(test_text(world, "SELECT p.lang FROM party p JOIN resident r ON r.party = p.id", 0),
               "en");
    visit(&ana, "/report/pothole/who");
    assert_true(sees(&ana, "value=\"" EMAIL "\"") && !sees(&ana, "Mar\xc3"));
}

/* Each session is listed, and ended from another one; nobody ends somebody else's. */
static void sessions_are_ones_own(void **state)
{
    struct world *world = *state;
    struct visitor home, office, eve;
    long long id;

    visitor_init(&home, world);
    visitor_init(&office, world);
    visitor_init(&eve, world);
    visitor_signs_in(&home, EMAIL);
    visitor_signs_in(&office, EMAIL);
    visitor_signs_in(&eve, "eve@example.org");
    id = test_i64(world, "SELECT min(id) FROM session", 0);
    visit(&office, "/me/settings");
    assert_true(sees(&office, "this browser") &&
                sees(&office, str_z(world->ctx.arena,
                                    str_fmt(world->ctx.arena, "/me/sessions/%lld/end", id))));
    assert_int_equal(submit(&eve, "", "/me/sessions/%lld/end", id), 404);
    assert_int_equal(submit(&eve, "", "/me/sessions/x/end"), 404);
    assert_int_equal(visit(&home, "/me"), 200);
    submit(&office, "", "/me/sessions/%lld/end", id);
    assert_leads(&office, "/me/settings?done=1");
    visit(&home, "/me");
    assert_leads(&home, "/me/sign-in");
    assert_int_equal(submit(&office, "", "/me/sessions/%lld/end", id), 404);
}

/* The account goes, the cases stay; the address begins anew with nothing but them. */
static void a_deleted_account_leaves_the_cases(void **state)
{
    struct world *world = *state;
    struct filed filed = test_file(world, &(struct test_filing){.email = EMAIL});
    struct visitor ana, other;

    visitor_init(&ana, world);
    visitor_init(&other, world);
    visitor_signs_in(&ana, EMAIL);
    visitor_signs_in(&other, EMAIL);
    submit(&ana, "name=Maria", "/me/settings");
    assert_int_equal(visit(&ana, "/me/delete"), 200);
    submit(&ana, "", "/me/delete");
    assert_leads(&ana, "/me/sign-in");
    visit(&other, "/me");
    assert_leads(&other, "/me/sign-in");
    assert_int_equal(test_i64(world, "SELECT count(*) FROM resident", 0), 0);
    assert_int_equal(visit(&other, "/cases/%.*s", STR_ARG(filed.number)), 200);
    assert_false(sees(&other, "/steps/"));
    visitor_signs_in(&ana, EMAIL);
    visit(&ana, "/me");
    assert_true(sees(&ana, str_z(world->ctx.arena, filed.number)));
    visit(&ana, "/me/settings");
    assert_false(sees(&ana, "Maria"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_account_takes_the_browsers_keys_along),
        TEST(strangers_do_not_take_a_case_away),
        TEST(my_requests_come_in_pages),
        TEST(a_service_for_staff_since_closes_its_cases_off),
        TEST(an_address_is_asked_for_a_link),
        TEST(a_machine_asks_so_often),
        TEST(a_link_signs_in_once_and_soon),
        TEST(signing_out_ends_it),
        TEST(the_list_says_how_it_ended),
        TEST(what_is_ones_own_needs_a_sign_in),
        TEST(settings_are_changed_and_refused),
        TEST(sessions_are_ones_own),
        TEST(a_deleted_account_leaves_the_cases),
    };

    return RUN_TESTS("portal/my", tests);
}
