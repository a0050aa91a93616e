#include "base/test_support.h"
#include "web/request.h"

static void test_split(void **state)
{
    struct str path, query;

    (void)state;
    assert_true(url_split(S("/a?b=c?d"), &path, &query));
    assert_str(path, "/a");
    assert_str(query, "b=c?d");
    assert_true(url_split(S("http://host:80/a/b"), &path, &query));
    assert_str(path, "/a/b");
    assert_null(query.p);
    assert_false(url_split(S("http://host"), &path, &query));
    assert_false(url_split(S("http:///a"), &path, &query));
    assert_false(url_split(S("ftp://host/a"), &path, &query));
    assert_false(url_split(S(""), &path, &query));
    assert_false(url_split(S("*"), &path, &query));
}

static void test_params(void **state)
{
    struct ctx *ctx = *state;
    struct params params;
    struct str value;
    size_t at = 0;

    assert_int_equal(url_params_decode(ctx, S("a=1&b=x+y%26z&&a=2&c&=d&e="), 10, &params), RC_OK);
    assert_int_equal(params.n, 6);
    assert_str(params_get(&params, S("b")), "x y&z");
    assert_true(params_next(&params, S("a"), &at, &value));
    assert_str(value, "1");
    assert_true(params_next(&params, S("a"), &at, &value));
    assert_str(value, "2");
    assert_false(params_next(&params, S("a"), &at, &value));
    assert_non_null(params_get(&params, S("c")).p);
    assert_non_null(params_get(&params, S("e")).p);
    assert_null(params_get(&params, S("f")).p);
    assert_int_equal(url_params_decode(ctx, STR_NONE, 10, &params), RC_OK);
    assert_int_equal(params.n, 0);
}

static void test_bad_params(void **state)
{
    static const char *const bad[] = {"a=%", "a=%4", "%zz=1", "%00=a", "%ff=1", "%ed%a0%80"};
    struct ctx *ctx = *state;
    struct params params = {.n = 77};

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(url_params_decode(ctx, str_of(bad[i]), 10, &params), RC_INVALID);
    ctx_clear_error(ctx);
    assert_int_equal(url_params_decode(ctx, S("a&b&c"), 2, &params), RC_LIMIT);
    assert_int_equal(params.n, 77);
    /* A value can be shown again whatever it was. */
    ctx_clear_error(ctx);
    assert_int_equal(url_params_decode(ctx, S("a=x%00y&b=%ff"), 10, &params), RC_OK);
    assert_str(params_get(&params, S("a")), "x\xef\xbf\xbfy");
    assert_str(params_get(&params, S("b")), "\xef\xbf\xbf");
}

static void test_encode(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf = buf_in(ctx->arena, 1000);
    struct url_path path;

    url_escape(&buf, S("a-Z_0.~ /\xe1\xbb\x95?&\"<"));
    assert_str(buf_str(&buf), "a-Z_0.~%20%2F%E1%BB%95%3F%26%22%3C");
    assert_int_equal(url_path_decode(ctx, S("/a%20b/%C3%A9/"), &path), RC_OK);
    assert_int_equal(path.n, 3);
    assert_str(url_path_encode(ctx->arena, &path), "/a%20b/%C3%A9/");
    assert_str(url_in_lang(ctx->arena, LANG_EN, S("/x")), "/x");
    assert_str(url_in_lang(ctx->arena, LANG_VI, S("/x")), "/vi/x");
}

static void test_local(void **state)
{
    static const char *const bad[] = {"",           "x",       "//h",   "/\\h",
                                      "https://h/", "/a\r\nb", "/a\tb", "/a b",
                                      "/\xc3\xa9",  "\\/h",    "/a\\b", "javascript:1"};

    (void)state;
    assert_true(url_is_local(S("/")));
    assert_true(url_is_local(S("/es/cases/1?q=%20#top")));
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(url_is_local(str_of(bad[i])));
}

static const struct str proxies = STR("127.0.0.1, 10.0.0.0/8,fd00::/8");

/* Who is asking when the lines of X-Forwarded-For are these. */
static struct str client_by(const char *peer, const char *const *lines, size_t n)
{
    struct param items[4];
    struct params headers = {items, n};

    for (size_t i = 0; i < n; i++)
        items[i] = (struct param){S("X-Forwarded-For"), str_of(lines[i])};
    return address_of_client(str_of(peer), &headers, proxies);
}

static void test_addresses(void **state)
{
    const char *const forged[] = {"6.6.6.6", "9.9.9.9"}, *const chain[] = {"9.9.9.9", "10.1.1.1"};

    (void)state;
    assert_true(address_is_listed(S("10.255.1.2"), proxies));
    assert_false(address_is_listed(S("11.0.0.1"), proxies));
    assert_true(address_is_listed(S("fd12::1"), proxies));
    assert_false(address_is_listed(S("fe12::1"), proxies));
    assert_false(address_is_listed(S("garbage"), proxies));
    assert_false(address_is_listed(S("1.2.3.4"), S("1.2.3.4/x,1.2.3.4/200,1.2.3.4/-1")));
    assert_str(client_by("1.2.3.4", (const char *[]){"9.9.9.9"}, 1), "1.2.3.4");
    assert_str(client_by("127.0.0.1", (const char *[]){"6.6.6.6, 9.9.9.9"}, 1), "9.9.9.9");
    assert_str(client_by("127.0.0.1", (const char *[]){"9.9.9.9, 10.1.1.1"}, 1), "9.9.9.9");
    assert_str(client_by("127.0.0.1", (const char *[]){"9.9.9.9, <b>, 10.1.1.1"}, 1), "10.1.1.1");
    assert_str(client_by("127.0.0.1", (const char *[]){""}, 1), "127.0.0.1");
    assert_str(client_by("127.0.0.1", NULL, 0), "127.0.0.1");
    assert_str(client_by("127.0.0.1", forged, 2), "9.9.9.9");
    assert_str(client_by("127.0.0.1", chain, 2), "9.9.9.9");
}

static void test_cookies(void **state)
{
    struct ctx *ctx = *state;
    struct params cookies = cookies_parse(ctx->arena, S("a=1; b=\"two\";c=;bad name=3;; =x; d"));

    assert_int_equal(cookies.n, 3);
    assert_str(params_get(&cookies, S("b")), "two");
    assert_non_null(params_get(&cookies, S("c")).p);
    assert_int_equal(cookies_parse(ctx->arena, STR_NONE).n, 0);
}

static bool wants_json(const char *accept)
{
    struct param header = {S("Accept"), str_of(accept)};
    struct request request = {.headers = {&header, 1}};

    return request_wants_json(&request);
}

static void test_accept(void **state)
{
    (void)state;
    assert_true(wants_json("application/json"));
    assert_true(wants_json("application/problem+json, text/html;q=0.5"));
    assert_false(wants_json("text/html,application/xhtml+xml,*/*;q=0.8"));
    assert_false(wants_json("*/*"));
    assert_false(wants_json("application/json;q=0.3, text/html;q=0.9"));
    assert_false(wants_json("application/json;q=0, */*"));
}

static void test_header_parameters(void **state)
{
    struct ctx *ctx = *state;
    struct str value;

    assert_true(
        http_value_param(ctx->arena, S("a/b; x=1 ; Boundary=\"q\\\"; z\""), S("boundary"), &value));
    assert_str(value, "q\"; z");
    assert_false(http_value_param(ctx->arena, S("a/b; boundary"), S("boundary"), &value));
    assert_false(http_value_param(ctx->arena, S("a/b; boundary="), S("boundary"), &value));
    assert_false(http_value_param(ctx->arena, S("a/b; boundary=\"x"), S("boundary"), &value));
    assert_false(http_value_param(ctx->arena, S("a/b; x=1 y; boundary=z"), S("boundary"), &value));
    assert_str(http_media_type(S(" text/html ; charset=utf-8")), "text/html");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_split),   TEST(test_params), TEST(test_bad_params),
        TEST(test_encode),  TEST(test_local),  TEST(test_addresses),
        TEST(test_cookies), TEST(test_accept), TEST(test_header_parameters),
    };

    return cmocka_run_group_tests_name("web/url", tests, NULL, NULL);
}
