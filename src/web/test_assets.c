/* Static files, from the build tool's output to what a browser gets. */
#include "web/assets.h"
#include "web/test_site.h"

extern const struct asset_set test_assets;

static struct site site;

static int start(void **state)
{
    (void)state;
    site_prepare(&site);
    site.options.assets = &test_assets;
    site_start(&site);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    site_stop(&site);
    return 0;
}

static struct answer get(struct str url, const char *more)
{
    return site_ask(&site, str_fmt(site.ctx.arena, "GET %.*s HTTP/1.1\r\nHost: h\r\n%s\r\n",
                                   STR_ARG(url), more));
}

static void test_urls(void **state)
{
    struct arena *arena = site.ctx.arena;
    struct str url = asset_url(arena, S("sample.css"));

    (void)state;
    assert_true(str_starts_with(url, S("/assets/")));
    assert_true(str_ends_with(url, S("/sample.css")));
    assert_int_equal(url.n, strlen("/assets//sample.css") + 16);
    assert_str(asset_url(arena, S("none.css")), "/assets/none.css");
}

static void test_variants(void **state)
{
    struct str url = asset_url(site.ctx.arena, S("sample.css"));
    struct answer plain = get(url, ""), brotli = get(url, "Accept-Encoding: gzip, deflate, br\r\n");
    struct answer gzip = get(url, "Accept-Encoding: gzip;q=1, br;q=0\r\n");

    (void)state;
    assert_int_equal(plain.status, 200);
    assert_str(answer_header(&site, &plain, "content-type"), "text/css; charset=utf-8");
    assert_str(answer_header(&site, &plain, "cache-control"),
               "public, max-age=31536000, immutable");
    assert_str(answer_header(&site, &plain, "x-content-type-options"), "nosniff");
    assert_null(answer_header(&site, &plain, "content-encoding").p);
    assert_true(str_find(plain.body, S(".sample-39 {")) > 0);
    assert_str(answer_header(&site, &brotli, "content-encoding"), "br");
    assert_str(answer_header(&site, &gzip, "content-encoding"), "gzip");
    assert_memory_equal(gzip.body.p, "\x1f\x8b", 2);
    assert_true(brotli.body.n < gzip.body.n && gzip.body.n < plain.body.n / 2);
    assert_str(answer_header(&site, &brotli, "vary"), "Accept-Encoding");
    /* What compression does not shorten is kept plain. */
    plain = get(asset_url(site.ctx.arena, S("tiny.txt")), "Accept-Encoding: br, gzip\r\n");
    assert_str(plain.body, "tiny\n");
    assert_null(answer_header(&site, &plain, "content-encoding").p);
}

static void test_conditional_and_old_urls(void **state)
{
    struct str url = asset_url(site.ctx.arena, S("tiny.txt"));
    struct answer answer = get(url, ""), again;
    struct str tag = answer_header(&site, &answer, "etag");

    (void)state;
    again = get(url, str_z(site.ctx.arena,
                           str_fmt(site.ctx.arena, "If-None-Match: %.*s\r\n", STR_ARG(tag))));
    assert_int_equal(again.status, 304);
    assert_int_equal(again.body.n, 0);
    answer = get(S("/assets/0123456789abcdef/tiny.txt?x"), "");
    assert_str(answer.body, "tiny\n");
    assert_str(answer_header(&site, &answer, "cache-control"), "public, max-age=300");
    assert_int_equal(get(S("/assets/0123456789abcdef/none.txt"), "").status, 404);
    assert_int_equal(get(S("/assets/tiny.txt"), "").status, 404);
    assert_int_equal(get(S("/assets/x/../tiny.txt"), "").status, 400);
    answer = site_ask(
        &site, str_fmt(site.ctx.arena, "HEAD %.*s HTTP/1.1\r\nHost: h\r\n\r\n", STR_ARG(url)));
    assert_int_equal(answer.status, 200);
    assert_str(answer_header(&site, &answer, "content-length"), "5");
    answer = site_ask(&site, str_fmt(site.ctx.arena,
                                     "POST %.*s HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
                                     STR_ARG(url)));
    assert_int_equal(answer.status, 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_variants),
        cmocka_unit_test(test_conditional_and_old_urls),
    };

    return cmocka_run_group_tests_name("web/assets", tests, start, stop);
}
