/* What keeps others out: form tokens, rate limits, headers of the reply. */
#include <fcntl.h>
#include <unistd.h>

#include "base/test_support.h"
#include "web/crowd.h"
#include "web/csrf.h"
#include "web/limit.h"
#include "web/upload_limit.h"

static const struct csrf csrf = {.secret = {1, 2, 3},
                                 .session_cookie = STR("session"),
                                 .base_url = STR("http://city.example:8080")};

struct browser {
    struct param headers[4], cookies[2], form[1];
    struct request request;
};

/* A POST with the cookies and form given; n counts those that are set. */
static const struct request *post(struct browser *browser, struct str cookie_name,
                                  struct str cookie, struct str token)
{
    browser->cookies[0] = (struct param){cookie_name, cookie};
    browser->form[0] = (struct param){S(CSRF_FIELD), token};
    browser->request.method = HTTP_POST;
    browser->request.cookies = (struct params){browser->cookies, cookie.n > 0};
    browser->request.form = (struct params){browser->form, token.n > 0};
    return &browser->request;
}

static struct str cookie_set(const struct reply *reply)
{
    struct params headers = {(struct param *)(uintptr_t)reply->headers, reply->header_count};
    struct str value = headers_get(&headers, S("Set-Cookie"));
    ptrdiff_t equals = str_find_byte(value, '='), end = str_find_byte(value, ';');

    return equals < 0 ? STR_NONE : str_slice(value, (size_t)equals + 1, (size_t)end);
}

static void test_token_of_a_visitor(void **state)
{
    struct ctx *ctx = *state;
    struct browser browser = {.request = {.method = HTTP_GET}};
    struct reply reply = reply_in(ctx->arena, false);
    struct str token = csrf_token(&csrf, ctx, &browser.request, &reply);
    struct str cookie = cookie_set(&reply), again;

    assert_true(token.n > 40 && cookie.n > 40);
    assert_int_equal(csrf_check(&csrf, ctx, post(&browser, S("form"), cookie, token)), RC_OK);
    /* The next page keeps the cookie; its token reads differently and is as good. */
    reply = reply_in(ctx->arena, false);
    again = csrf_token(&csrf, ctx, &browser.request, &reply);
    assert_false(str_eq(again, token));
    assert_int_equal(reply.header_count, 0);
    assert_int_equal(csrf_check(&csrf, ctx, post(&browser, S("form"), cookie, again)), RC_OK);
    again = str_copy(ctx->arena, again);
    memcpy((char *)(uintptr_t)again.p, token.p, token.n / 2); /* one's pad, the other's rest */
    assert_int_equal(csrf_check(&csrf, ctx, post(&browser, S("form"), cookie, again)), RC_DENIED);
    assert_int_equal(csrf_check(&csrf, ctx, post(&browser, S("form"), cookie, S("x"))), RC_DENIED);
    assert_int_equal(csrf_check(&csrf, ctx, post(&browser, S("form"), cookie, STR_NONE)),
                     RC_DENIED);
    assert_int_equal(csrf_check(&csrf, ctx, post(&browser, S("form"), STR_NONE, token)), RC_DENIED);
    assert_int_equal(csrf_check(&csrf, ctx, post(&browser, S("form"), S("x.y"), token)), RC_DENIED);
    /* A cookie that somebody else made up, with the token that would fit it. */
    assert_int_equal(csrf_check(&csrf, ctx, post(&browser, S("form"), token, token)), RC_DENIED);
}

static void test_token_of_a_session(void **state)
{
    struct ctx *ctx = *state;
    struct browser one = {0}, two = {0};
    struct reply reply = reply_in(ctx->arena, false);
    struct str token;

    post(&one, S("session"), S("secret-1"), STR_NONE);
    token = csrf_token(&csrf, ctx, &one.request, &reply);
    assert_int_equal(reply.header_count, 0);
    assert_int_equal(csrf_check(&csrf, ctx, post(&one, S("session"), S("secret-1"), token)), RC_OK);
    assert_int_equal(csrf_check(&csrf, ctx, post(&two, S("session"), S("secret-2"), token)),
                     RC_DENIED);
    one.request.method = HTTP_GET;
    one.request.form.n = 0;
    assert_int_equal(csrf_check(&csrf, ctx, &one.request), RC_OK);
}

static enum rc check_from(struct ctx *ctx, const char *name, const char *value)
{
    struct browser browser = {0};
    struct reply reply = reply_in(ctx->arena, false);
    struct str token;

    ctx_clear_error(ctx);
    post(&browser, S("session"), S("s"), STR_NONE);
    token = csrf_token(&csrf, ctx, &browser.request, &reply);
    post(&browser, S("session"), S("s"), token);
    browser.headers[0] = (struct param){str_of(name), str_of(value)};
    browser.headers[1] = (struct param){S("Host"), S("127.0.0.1:8080")};
    browser.request.headers = (struct params){browser.headers, 2};
    return csrf_check(&csrf, ctx, &browser.request);
}

static void test_where_it_comes_from(void **state)
{
    assert_int_equal(check_from(*state, "Sec-Fetch-Site", "same-origin"), RC_OK);
    assert_int_equal(check_from(*state, "Sec-Fetch-Site", "none"), RC_OK);
    assert_int_equal(check_from(*state, "Sec-Fetch-Site", "same-site"), RC_DENIED);
    assert_int_equal(check_from(*state, "Sec-Fetch-Site", "cross-site"), RC_DENIED);
    assert_int_equal(check_from(*state, "Origin", "http://city.example:8080"), RC_OK);
    assert_int_equal(check_from(*state, "Origin", "http://127.0.0.1:8080"), RC_OK);
    assert_int_equal(check_from(*state, "Origin", "http://127.0.0.1"), RC_DENIED);
    assert_int_equal(check_from(*state, "Origin", "null"), RC_DENIED);
    assert_int_equal(check_from(*state, "Origin", ""), RC_DENIED);
}

static void test_limit(void **state)
{
    const struct limit limit = {.burst = 3, .interval_ms = 1000};
    struct limiter *limiter = limiter_new(100);
    int64_t wait_s = -1;

    (void)state;
    assert_non_null(limiter);
    for (int i = 0; i < 3; i++)
        assert_true(limiter_take(limiter, S("a"), &limit, 50000, &wait_s));
    assert_int_equal(wait_s, -1);
    assert_false(limiter_take(limiter, S("a"), &limit, 50000, &wait_s));
    assert_int_equal(wait_s, 1);
    assert_true(limiter_take(limiter, S("b"), &limit, 50000, &wait_s));
    assert_false(limiter_take(limiter, S("a"), &limit, 50999, &wait_s));
    assert_true(limiter_take(limiter, S("a"), &limit, 51000, &wait_s));
    assert_false(limiter_take(limiter, S("a"), &limit, 51000, &wait_s));
    for (int i = 0; i < 3; i++)
        assert_true(limiter_take(limiter, S("a"), &limit, 90000, &wait_s));
    assert_false(limiter_take(limiter, S("a"), &limit, 90000, &wait_s));
    limiter_free(limiter);
}

static void test_crowd(void **state)
{
    struct crowd *crowd = crowd_new(4);
    size_t places[4] = {0}, other = 77;

    (void)state;
    assert_non_null(crowd);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(crowd_enter(crowd, S("a"), 3, &places[i]), CROWD_ENTERED);
    assert_int_equal(crowd_enter(crowd, S("a"), 3, &other), CROWD_KEY_FULL);
    assert_int_equal(crowd_enter(crowd, S("b"), 3, &places[3]), CROWD_ENTERED);
    assert_int_equal(crowd_enter(crowd, S("c"), 3, &other), CROWD_FULL);
    assert_int_equal(other, 77);
    crowd_leave(crowd, places[1]);
    crowd_leave(crowd, 0);
    assert_int_equal(crowd_enter(crowd, S("a"), 3, &other), CROWD_ENTERED);
    assert_int_equal(other, places[1]);
    crowd_free(crowd);
    crowd_free(NULL);
}

static void test_uploads_of_one_report_and_one_address(void **state)
{
    struct ctx *ctx = *state;
    struct request request = {.remote = S("192.0.2.1")};
    struct reply reply = reply_in(ctx->arena, false);

    for (int i = 0; i < UPLOADS_OF_SUBJECT; i++)
        assert_int_equal(upload_limit_take(ctx, &request, &reply, S("draft 1")), RC_OK);
    assert_int_equal(upload_limit_take(ctx, &request, &reply, S("draft 1")), RC_LIMIT);
    assert_int_equal(ctx->err.id, ERR_TOO_MANY);
    assert_int_equal(reply.header_count, 1);
    /* One more was counted for the address. */
    for (int i = 0; i < UPLOADS_OF_ADDRESS - UPLOADS_OF_SUBJECT - 1; i++)
        assert_int_equal(
            upload_limit_take(ctx, &request, &reply, str_fmt(ctx->arena, "draft %d", 2 + i)),
            RC_OK);
    assert_int_equal(upload_limit_take(ctx, &request, &reply, S("draft 999")), RC_LIMIT);
    request.remote = S("192.0.2.2");
    assert_int_equal(upload_limit_take(ctx, &request, &reply, S("draft 999")), RC_OK);
}

static void test_turns_of_one_report(void **state)
{
    struct ctx *ctx = *state;
    struct reply reply = reply_in(ctx->arena, false);
    size_t turns[UPLOADS_AT_A_TIME], other = 0;

    for (int i = 0; i < UPLOADS_AT_A_TIME; i++)
        assert_int_equal(upload_turn_take(ctx, &reply, S("draft 1"), &turns[i]), RC_OK);
    assert_int_equal(upload_turn_take(ctx, &reply, S("draft 1"), &other), RC_LIMIT);
    assert_int_equal(reply.header_count, 1);
    assert_int_equal(upload_turn_take(ctx, &reply, S("draft 2"), &other), RC_OK);
    upload_turn_give(other);
    upload_turn_give(turns[0]);
    assert_int_equal(upload_turn_take(ctx, &reply, S("draft 1"), &turns[0]), RC_OK);
    for (int i = 0; i < UPLOADS_AT_A_TIME; i++)
        upload_turn_give(turns[i]);
}

static void test_limit_under_a_flood_of_keys(void **state)
{
    const struct limit limit = {.burst = 1, .interval_ms = 60000};
    struct ctx *ctx = *state;
    struct limiter *limiter = limiter_new(1000);
    int64_t wait_s;
    int allowed = 0;

    assert_non_null(limiter);
    for (int i = 0; i < 20000; i++) {
        struct str key = str_fmt(ctx->arena, "k%d", i);

        assert_true(limiter_take(limiter, key, &limit, 1000 + i, &wait_s));
    }
    /* Of the last hundred keys all but a few are remembered. */
    for (int i = 19900; i < 20000; i++)
        allowed += limiter_take(limiter, str_fmt(ctx->arena, "k%d", i), &limit, 21001, &wait_s);
    assert_in_range(allowed, 0, 5);
    limiter_free(limiter);
}

static void test_limit_keys(void **state)
{
    struct ctx *ctx = *state;

    assert_str(limit_key(ctx->arena, S("sign-in"), S("203.0.113.7")), "sign-in 203.0.113.7");
    assert_str(limit_key(ctx->arena, S("x"), S("2001:db8:1:2:3:4:5:6")), "x 2001:db8:1:2::");
    assert_str(limit_key(ctx->arena, S("x"), S("2001:db8:1:2:ffff::1")), "x 2001:db8:1:2::");
    assert_str(limit_home_key(ctx->arena, S("x"), S("203.0.113.7")), "x 203.0.113.7");
    assert_str(limit_home_key(ctx->arena, S("x"), S("2001:db8:1:2ff::1")), "x 2001:db8:1:200::");
    assert_str(limit_home_key(ctx->arena, S("x"), S("::ffff:203.0.113.7")), "x ::ffff:203.0.113.7");
}

static void test_reply_headers(void **state)
{
    struct ctx *ctx = *state;
    struct reply reply = reply_in(ctx->arena, true);

    reply_header(&reply, S("X-Good"), S("fine\xc3\xa9"));
    reply_cookie(&reply, &(struct cookie){S("a"), S("b"), .max_age_s = 60});
    reply_cookie(&reply, &(struct cookie){S("gone"), S("")});
    assert_false(reply.has_failed);
    assert_str(reply.headers[1].value,
               "__Host-a=b; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60");
    assert_str(reply.headers[2].value,
               "__Host-gone=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0");
    reply_cookie(&reply, &(struct cookie){S("a"), S("b; Domain=x")});
    assert_true(reply.has_failed);
    reply = reply_in(ctx->arena, false);
    reply_header(&reply, S("Bad name"), S("x"));
    assert_true(reply.has_failed);
    reply = reply_in(ctx->arena, false);
    for (int i = 0; i <= REPLY_MAX_HEADERS; i++)
        reply_header(&reply, S("X"), S("y"));
    assert_true(reply.has_failed);
    assert_int_equal(reply.header_count, REPLY_MAX_HEADERS);
}

static void test_etags(void **state)
{
    (void)state;
    assert_true(etag_matches(S("\"a\""), S("W/\"a\"")));
    assert_true(etag_matches(S("W/\"x\", \"a\" "), S("\"a\"")));
    assert_true(etag_matches(S(" *"), S("\"a\"")));
    assert_false(etag_matches(S("\"b\", *"), S("\"a\"")));
    assert_false(etag_matches(S("\"b\""), S("\"a\"")));
    assert_false(etag_matches(S("a"), S("\"a\"")));
    assert_false(etag_matches(STR_NONE, S("\"a\"")));
}

static void test_reply_file(void **state)
{
    struct ctx *ctx = *state;
    struct reply reply = reply_in(ctx->arena, false);

    assert_int_equal(reply_file(ctx, &reply, open("/dev/null", O_RDONLY | O_CLOEXEC), "image/png"),
                     RC_UNAVAILABLE);
    assert_int_equal(reply.file_fd, -1);
    assert_int_equal(
        reply_file(ctx, &reply, open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "image/png"), RC_OK);
    assert_true(reply.file_size_bytes > 1000);
    reply_done(&reply);
    assert_int_equal(reply.file_fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_token_of_a_visitor),
        TEST(test_token_of_a_session),
        TEST(test_where_it_comes_from),
        TEST(test_limit),
        TEST(test_limit_under_a_flood_of_keys),
        TEST(test_crowd),
        TEST(test_uploads_of_one_report_and_one_address),
        TEST(test_turns_of_one_report),
        TEST(test_limit_keys),
        TEST(test_reply_headers),
        TEST(test_etags),
        TEST(test_reply_file),
    };

    return cmocka_run_group_tests_name("web/guard", tests, NULL, NULL);
}
