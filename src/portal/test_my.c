/* What a resident's own pages show, and what is left of them in the browser. */
#include "portal/my.h"

#include "engine/cases/case_read.h"
#include "engine/record/people_record.h"
#include "engine/test_support.h"
#include "people/people.h"
#include "portal/keyring.h"
#include "portal/portal.h"
#include "portal/resident.h"
#include "web/exchange.h"

#define EMAIL "maria@example.org"

static struct server server = {.csrf = {.base_url = STR("https://city.example")}};
static struct exchange exchange = {.server = &server};

static enum rc ticket_tx(struct ctx *ctx, void *arg)
{
    struct str *token = arg;

    return resident_ticket_make(ctx, S(EMAIL), STR_NONE, token);
}

static void refresh(struct world *world)
{
    db_reader_release(&world->ctx);
    test_ok(&world->ctx, db_reader_acquire(&world->ctx));
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
    refresh(world);
    cookie->name = ME_COOKIE;
    test_ok(&world->ctx, resident_sign_in(&world->ctx, &input, &cookie->value));
    refresh(world);
    *ret = (struct request){.exchange = &exchange, .cookies = {.items = cookie, .n = 1}};
    test_ok(&world->ctx, portal_begin(&world->ctx, ret));
    assert_non_null(resident_of(ret));
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
    body = page_of(world, &request, S("1"));
    assert_int_equal(cases_on(body), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_account_takes_the_browsers_keys_along),
        TEST(strangers_do_not_take_a_case_away),
        TEST(my_requests_come_in_pages),
    };

    return RUN_TESTS("portal/my", tests);
}
