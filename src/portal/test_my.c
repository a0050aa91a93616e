/* What a resident's own pages show, and what is left of them in the browser. */
#include "portal/my.h"

#include "engine/record/people_record.h"
#include "engine/test_support.h"
#include "people/people.h"
#include "portal/keyring.h"
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
    test_ok(&world->ctx, resident_begin(&world->ctx, ret));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_account_takes_the_browsers_keys_along),
    };

    return RUN_TESTS("portal/my", tests);
}
