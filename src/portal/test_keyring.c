/* The secrets a browser holds in one cookie, and cookies that somebody else has set. */
#include "portal/keyring.h"

#include "base/test_support.h"
#include "web/exchange.h"

#define TOKEN "0123456789abcdefghij"

static struct server server;
static struct exchange exchange = {.server = &server};
static struct arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return arena ? 0 : -1;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct request request_with(struct param *cookie, bool is_https)
{
    server.csrf.is_https = is_https;
    return (struct request){.exchange = &exchange, .cookies = {.items = cookie, .n = 1}};
}

/* The value of the one cookie that the reply sets, and how long it lasts. */
static struct str set_by(const struct reply *reply, const char *lasts)
{
    struct str value = reply->headers[0].value;
    ptrdiff_t from = str_find_byte(value, '='), to = str_find_byte(value, ';');

    assert_int_equal(reply->header_count, 1);
    assert_true(str_find(value, str_of(lasts)) > 0);
    return str_slice(value, (size_t)from + 1, (size_t)to);
}

static void what_is_no_token_is_left_out(void **state)
{
    static const struct {
        const char *value;
        size_t n;
    } cookies[] = {
        {"", 0},
        {".....", 0},
        {"short", 0},
        {TOKEN, 1},
        {TOKEN ".." TOKEN "x.", 2},
        {"short." TOKEN ".", 1},
        {TOKEN TOKEN TOKEN TOKEN "." TOKEN, 1}, /* too long */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cookies); i++) {
        struct param cookie = {S("case"), str_of(cookies[i].value)};
        struct request request = request_with(&cookie, false);

        assert_int_equal(keyring_of(&request, KEYRING_CASES).n, cookies[i].n);
        assert_int_equal(keyring_of(&request, KEYRING_DRAFTS).n, 0);
    }
}

static void the_newest_is_first_and_twenty_are_kept(void **state)
{
    struct param cookie = {S("draft"), STR_NONE};
    struct request request = request_with(&cookie, false);
    struct keyring ring;

    (void)state;
    for (int i = 0; i < KEYRING_MAX + 5; i++) {
        struct reply reply = reply_in(arena, false);

        keyring_add(&request, &reply, KEYRING_DRAFTS, str_fmt(arena, TOKEN "%02d", i));
        cookie.value = set_by(&reply, "Max-Age=7776000");
    }
    ring = keyring_of(&request, KEYRING_DRAFTS);
    assert_int_equal(ring.n, KEYRING_MAX);
    assert_str(ring.tokens[0], TOKEN "24");
    assert_str(ring.tokens[KEYRING_MAX - 1], TOKEN "05");
}

static void one_held_twice_is_held_once(void **state)
{
    struct param cookie = {S("case"), STR(TOKEN "a." TOKEN "b." TOKEN "c")};
    struct request request = request_with(&cookie, false);
    struct reply reply = reply_in(arena, false);

    (void)state;
    keyring_add(&request, &reply, KEYRING_CASES, S(TOKEN "c"));
    assert_str(set_by(&reply, "HttpOnly"), TOKEN "c." TOKEN "a." TOKEN "b");
}

/* Without the last one there is no cookie any more. */
static void one_is_dropped(void **state)
{
    struct param cookie = {S("case"), STR(TOKEN "a." TOKEN "b")};
    struct request request = request_with(&cookie, false);
    struct reply first = reply_in(arena, false), second = reply_in(arena, false);

    (void)state;
    keyring_drop(&request, &first, KEYRING_CASES, S(TOKEN "a"));
    cookie.value = set_by(&first, "Max-Age=7776000");
    assert_str(cookie.value, TOKEN "b");
    keyring_drop(&request, &second, KEYRING_CASES, S(TOKEN "b"));
    assert_str(set_by(&second, "Max-Age=0"), "");
}

/* A cookie without the prefix may come from another site of the domain, or over plain http. */
static void on_https_only_a_bound_cookie_counts(void **state)
{
    struct param plain = {S("case"), S(TOKEN)}, bound = {S("__Host-case"), S(TOKEN)};
    struct request injected = request_with(&plain, true), ours = request_with(&bound, true);
    struct reply reply = reply_in(arena, true);

    (void)state;
    assert_int_equal(keyring_of(&injected, KEYRING_CASES).n, 0);
    assert_int_equal(keyring_of(&ours, KEYRING_CASES).n, 1);
    keyring_add(&injected, &reply, KEYRING_CASES, S(TOKEN "mine"));
    assert_str(set_by(&reply, "Secure"), TOKEN "mine");
    assert_true(str_starts_with(reply.headers[0].value, S("__Host-case=")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_token_is_left_out),
        cmocka_unit_test(the_newest_is_first_and_twenty_are_kept),
        cmocka_unit_test(one_held_twice_is_held_once),
        cmocka_unit_test(one_is_dropped),
        cmocka_unit_test(on_https_only_a_bound_cookie_counts),
    };

    return cmocka_run_group_tests_name("portal/keyring", tests, open_arena, close_arena);
}
