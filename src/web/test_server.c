/* The server as a client sees it: replies, errors, limits that the HTTP library does not keep. */
#include <stdatomic.h>
#include <unistd.h>

#include "web/test_site.h"

#define GET(path) S("GET " path " HTTP/1.1\r\nHost: h\r\n\r\n")

static struct site site;

static int start(void **state)
{
    (void)state;
    site_prepare(&site);
    site_start(&site);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    site_stop(&site);
    return 0;
}

static void test_page(void **state)
{
    struct answer answer = site_ask(&site, GET("/"));

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_str(answer.body, "<h1>home en</h1>");
    assert_str(answer_header(&site, &answer, "content-type"), "text/html; charset=utf-8");
    assert_str(answer_header(&site, &answer, "cache-control"), "no-store");
    assert_str(answer_header(&site, &answer, "x-content-type-options"), "nosniff");
    assert_true(str_find(answer_header(&site, &answer, "content-security-policy"),
                         S("default-src 'none'")) == 0);
    assert_null(answer_header(&site, &answer, "strict-transport-security").p);
}

static void test_languages(void **state)
{
    struct answer answer = site_ask(&site, GET("/es/"));

    (void)state;
    assert_str(answer.body, "<h1>home es</h1>");
    assert_str(site_ask(&site, GET("/vi/cases/7?q=%E1%BB%95")).body, "case 7 q=ổ");
    assert_int_equal(site_ask(&site, GET("/qps/")).status, 404);
    assert_int_equal(site_ask(&site, GET("/en/")).status, 404);
    answer = site_ask(&site, GET("/es"));
    assert_int_equal(answer.status, 308);
    assert_str(answer_header(&site, &answer, "location"), "/es/");
}

static void test_slashes_are_redirected(void **state)
{
    struct answer answer = site_ask(&site, GET("/es/cases/a%20b/?x=1"));

    (void)state;
    assert_int_equal(answer.status, 308);
    assert_str(answer_header(&site, &answer, "location"), "/es/cases/a%20b?x=1");
    answer = site_ask(&site, GET("/staff"));
    assert_str(answer_header(&site, &answer, "location"), "/staff/");
    assert_int_equal(site_ask(&site, GET("//evil.example/")).status, 404);
}

static void test_methods(void **state)
{
    struct answer answer = site_ask(&site, S("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n"));

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_str(answer_header(&site, &answer, "content-length"), "16");
    answer = site_ask(&site, S("DELETE / HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_int_equal(answer.status, 405);
    assert_str(answer_header(&site, &answer, "allow"), "GET, HEAD, OPTIONS");
    answer = site_ask(&site, S("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na=b"));
    assert_int_equal(answer.status, 405);
    assert_str(answer_header(&site, &answer, "allow"), "GET, HEAD, OPTIONS");
    answer = site_ask(&site, S("OPTIONS /form HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_int_equal(answer.status, 204);
    assert_str(answer_header(&site, &answer, "allow"), "GET, HEAD, POST, OPTIONS");
    assert_int_equal(site_ask(&site, S("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")).status, 204);
}

static void test_errors(void **state)
{
    struct answer answer = site_ask(&site, GET("/nowhere"));

    (void)state;
    assert_int_equal(answer.status, 404);
    assert_true(str_find(answer.body, S("<h1>Not Found</h1>")) > 0);
    assert_int_equal(site.last_error, ERR_NOT_FOUND);
    assert_int_equal(site_ask(&site, GET("/cases/none")).status, 404);
    assert_int_equal(site_ask(&site, GET("/secret")).status, 403);
    assert_int_equal(site_ask(&site, GET("/cases/broken")).status, 500);
    assert_int_equal(site.last_error, ERR_INTERNAL);
    assert_int_equal(site_ask(&site, GET("/cases/split")).status, 500);
    answer = site_ask(&site, GET("/cases/greedy"));
    assert_int_equal(answer.status, 503);
    assert_int_equal(site.last_error, ERR_MEMORY);
    assert_true(str_starts_with(answer.body, S("<!DOCTYPE html>")));
    /* Where programs speak another language an error is in it, even when there is no memory. */
    answer = site_ask(&site, GET("/cases/greedy.xml?q=1"));
    assert_int_equal(answer.status, 503);
    assert_str(answer_header(&site, &answer, "content-type"), "text/xml; charset=utf-8");
    assert_str(answer.body, "<e>503 Something went wrong on our side. Please try again in a few "
                            "minutes.</e>");
    answer = site_ask(&site, S("GET /nowhere HTTP/1.1\r\nHost: h\r\n"
                               "Accept: application/json\r\n\r\n"));
    assert_str(answer_header(&site, &answer, "content-type"), "application/problem+json");
    assert_str(answer.body, "{\"title\":\"Not Found\",\"status\":404,\"code\":\"NOT_FOUND\"}");
}

static void test_every_answer_is_logged_once(void **state)
{
    int before = atomic_load(&site.logged);

    (void)state;
    site_ask(&site, GET("/"));
    site_ask(&site, GET("/nowhere"));
    site_ask(&site, S("GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n"));
    assert_int_equal(atomic_load(&site.logged) - before, 3);
    assert_int_equal(site.last_error, ERR_MALFORMED);
}

static void test_conditional(void **state)
{
    struct answer answer = site_ask(&site, GET("/cases/7")), again;
    struct str tag = answer_header(&site, &answer, "etag");

    (void)state;
    assert_true(tag.n > 4);
    again = site_ask(&site, str_fmt(site.ctx.arena,
                                    "GET /cases/7 HTTP/1.1\r\nHost: h\r\n"
                                    "If-None-Match: \"x\", %.*s\r\n\r\n",
                                    STR_ARG(tag)));
    assert_int_equal(again.status, 304);
    assert_int_equal(again.body.n, 0);
    assert_str(answer_header(&site, &again, "etag"), str_z(site.ctx.arena, tag));
}

static void test_paths(void **state)
{
    static const struct {
        const char *path;
        int status;
    } cases[] = {
        {"/cases/a%2fb", 400},     {"/cases/a%2Fb", 400},
        {"/cases/%00", 400},       {"/cases/a%5cb", 400},
        {"/cases/%ff", 400},       {"/cases/%c0%af", 400},
        {"/cases/..", 400},        {"/cases/%2e%2e", 400},
        {"/cases/.", 400},         {"/cases/%", 400},
        {"/cases/%4", 400},        {"/cases/%zz", 400},
        {"/cases/%0a", 400},       {"/cases/\xc3\xa9", 400},
        {"/cases/\\", 400},        {"/cases/%C3%A9", 200},
        {"/cases/%2541", 200},     {"/cases/a?q=%zz", 400},
        {"/cases/a?%00=q", 400},   {"/cases/a?q=+", 200},
        {"http://h/cases/a", 200}, {"cases/a", 400},
        {"/cases//", 404},         {"/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", 400},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct answer answer = site_ask(
            &site, str_fmt(site.ctx.arena, "GET %s HTTP/1.1\r\nHost: h\r\n\r\n", cases[i].path));

        if (answer.status != cases[i].status)
            fail_msg("%s gave %d", cases[i].path, answer.status);
    }
    assert_str(site_ask(&site, GET("/cases/%2541")).body, "case %41 q=");
}

static void test_redirects_stay_here(void **state)
{
    struct answer answer = site_ask(&site, GET("/go?to=/es/form%3Fa%3D1"));

    (void)state;
    assert_int_equal(answer.status, 303);
    assert_str(answer_header(&site, &answer, "location"), "/es/form?a=1");
    assert_int_equal(site_ask(&site, GET("/go?to=//evil.example/")).status, 500);
    assert_int_equal(site_ask(&site, GET("/go?to=https://evil.example/")).status, 500);
    assert_int_equal(site_ask(&site, GET("/go?to=/%5Cevil.example/")).status, 500);
    assert_int_equal(site_ask(&site, GET("/go?to=/a%0d%0aX:y")).status, 500);
}

static void test_pipelining(void **state)
{
    int fd = site_connect(&site);

    (void)state;
    site_send(fd, S("GET /cases/1 HTTP/1.1\r\nHost: h\r\n\r\n"
                    "POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                    "Content-Length: 13\r\n\r\n{\"text\":\"two\"}"));
    site_send(fd, S("GET /cases/3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    assert_str(site_read(&site, fd, false).body, "case 1 q=");
    assert_int_equal(site_read(&site, fd, false).status, 400);
    assert_true(site_is_closed(fd));
    close(fd);
    fd = site_connect(&site);
    for (int i = 0; i < 50; i++)
        site_send(fd, GET("/cases/1"));
    site_send(fd, S("POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                    "Content-Length: 14\r\n\r\n{\"text\":\"two\"}"
                    "GET /cases/3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"));
    for (int i = 0; i < 50; i++)
        assert_str(site_read(&site, fd, false).body, "case 1 q=");
    assert_str(site_read(&site, fd, false).body, "{\"text\":\"two\"}");
    assert_str(site_read(&site, fd, false).body, "case 3 q=");
    close(fd);
}

static int post_form(struct str more_headers, struct str body)
{
    return site_ask(&site,
                    str_fmt(site.ctx.arena,
                            "POST /form HTTP/1.1\r\nHost: 127.0.0.1\r\n%.*sContent-Type: "
                            "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n"
                            "%.*s",
                            STR_ARG(more_headers), body.n, STR_ARG(body)))
        .status;
}

static void test_form_token(void **state)
{
    struct answer page = site_ask(&site, GET("/form"));
    struct str cookie = answer_header(&site, &page, "set-cookie");
    struct str body = str_fmt(site.ctx.arena, "text=hello&csrf=%.*s", STR_ARG(page.body));

    (void)state;
    cookie = str_slice(cookie, 0, (size_t)str_find_byte(cookie, ';'));
    cookie = str_fmt(site.ctx.arena, "Cookie: %.*s\r\n", STR_ARG(cookie));
    assert_int_equal(post_form(cookie, body), 200);
    assert_int_equal(post_form(S(""), body), 403);
    assert_int_equal(site.last_error, ERR_CSRF);
    cookie = str_fmt(site.ctx.arena, "%.*sOrigin: http://evil.example\r\n", STR_ARG(cookie));
    assert_int_equal(post_form(cookie, body), 403);
}

static void test_api_input(void **state)
{
    struct answer answer =
        site_ask(&site, S("POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                          "Content-Length: 27\r\n\r\n{\"text\":\"two\",\"other\":true}"));

    (void)state;
    assert_int_equal(answer.status, 422);
    assert_str(answer_header(&site, &answer, "content-type"), "application/problem+json");
    answer = site_ask(&site, S("POST /api/echo HTTP/1.1\r\nHost: h\r\nContent-Type: text/xml\r\n"
                               "Content-Length: 3\r\n\r\n<a>"));
    assert_int_equal(answer.status, 415);
}

static void test_stream(void **state)
{
    struct answer answer = site_ask(&site, GET("/export/25000"));
    struct answer broken;

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_true(str_starts_with(answer.body, S("row 0\nrow 1\n")));
    assert_true(str_ends_with(answer.body, S("\nrow 24999\n")));
    assert_int_equal(site_ask(&site, S("HEAD /export/25000 HTTP/1.1\r\nHost: h\r\n\r\n")).status,
                     200);
    /* A stream that fails midway must look cut off, not finished. */
    broken = site_ask(&site, GET("/export/1500"));
    assert_true(broken.is_closed);
}

static void test_file(void **state)
{
    struct answer answer = site_ask(&site, GET("/file"));
    int64_t length = 0;

    (void)state;
    assert_int_equal(answer.status, 200);
    assert_str(answer_header(&site, &answer, "content-type"), "image/png");
    assert_str(answer_header(&site, &answer, "cache-control"), "public, max-age=300");
    assert_true(str_to_i64(answer_header(&site, &answer, "content-length"), &length));
    assert_true(length > 10000);
    assert_int_equal(answer.body.n, length);
    assert_memory_equal(answer.body.p,
                        "\x7f"
                        "ELF",
                        4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_slashes_are_redirected),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_every_answer_is_logged_once),
        cmocka_unit_test(test_conditional),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_redirects_stay_here),
        cmocka_unit_test(test_pipelining),
        cmocka_unit_test(test_form_token),
        cmocka_unit_test(test_api_input),
        cmocka_unit_test(test_stream),
        cmocka_unit_test(test_file),
    };

    return cmocka_run_group_tests_name("web/server", tests, start, stop);
}
