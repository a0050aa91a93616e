/* Replies get smaller for who takes gzip, and say so. */
#include <zlib.h>

#include "base/crypto.h"
#include "base/test_support.h"
#include "web/compress.h"

struct asked {
    struct param header;
    struct request request;
};

static const struct request *asking(struct asked *asked, struct str encodings)
{
    asked->header = (struct param){S("Accept-Encoding"), encodings};
    asked->request.headers = (struct params){&asked->header, encodings.n > 0};
    return &asked->request;
}

static struct reply page_of(struct ctx *ctx, size_t bytes)
{
    struct reply reply = reply_in(ctx->arena, false);

    for (size_t i = 0; reply.body.n < bytes; i++)
        buf_add_fmt(&reply.body, "<li>case %zu</li>\n", i * 7919 % 1000);
    return reply;
}

static struct str header_of(const struct reply *reply, struct str name)
{
    struct params headers = {(struct param *)(uintptr_t)reply->headers, reply->header_count};

    return headers_get(&headers, name);
}

static struct str unpacked(struct ctx *ctx, struct str body, size_t room)
{
    unsigned char *out = arena_alloc(ctx->arena, room);
    z_stream stream = {.next_in = (unsigned char *)(uintptr_t)body.p,
                       .avail_in = (unsigned)body.n,
                       .next_out = out,
                       .avail_out = (unsigned)room};

    assert_non_null(out);
    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(inflateEnd(&stream), Z_OK);
    return (struct str){(const char *)out, room - stream.avail_out};
}

static void test_a_page_comes_back_as_it_was(void **state)
{
    struct ctx *ctx = *state;
    struct asked asked = {0};
    struct reply plain = page_of(ctx, 60000), reply = page_of(ctx, 60000);

    compress_reply(&reply, asking(&asked, S("br, gzip;q=0.8")));
    assert_true(str_eq(header_of(&reply, S("Content-Encoding")), S("gzip")));
    assert_true(str_eq(header_of(&reply, S("Vary")), S("Accept-Encoding")));
    assert_true(reply.body.n < plain.body.n / 2);
    assert_true(str_eq(unpacked(ctx, buf_str(&reply.body), 100000), buf_str(&plain.body)));
    /* Done twice, it is done once. */
    compress_reply(&reply, asking(&asked, S("gzip")));
    assert_true(str_eq(unpacked(ctx, buf_str(&reply.body), 100000), buf_str(&plain.body)));
}

static void test_what_stays_as_it_is(void **state)
{
    static const struct str refusing[] = {
        STR(""),        STR("br"), STR("gzip;q=0"), STR("gzip;q=0.0"), STR("gzip; q=0.000"),
        STR("identity")};
    struct ctx *ctx = *state;
    struct asked asked = {0};
    struct reply reply;

    for (size_t i = 0; i < COUNT(refusing); i++) {
        reply = page_of(ctx, 5000);
        compress_reply(&reply, asking(&asked, refusing[i]));
        assert_null(header_of(&reply, S("Content-Encoding")).p);
        assert_true(str_eq(header_of(&reply, S("Vary")), S("Accept-Encoding")));
        assert_true(str_starts_with(buf_str(&reply.body), S("<li>")));
    }
    reply = page_of(ctx, 500);
    compress_reply(&reply, asking(&asked, S("gzip")));
    assert_int_equal(reply.header_count, 0);
    reply = page_of(ctx, 5000);
    reply.content_type = "image/webp";
    compress_reply(&reply, asking(&asked, S("gzip")));
    assert_int_equal(reply.header_count, 0);
}

static void test_kinds_of_text(void **state)
{
    static const char *const types[] = {"text/html; charset=utf-8", "text/csv", "image/svg+xml",
                                        "application/json", "application/problem+json"};
    struct ctx *ctx = *state;
    struct asked asked = {0};

    for (size_t i = 0; i < COUNT(types); i++) {
        struct reply reply = page_of(ctx, 5000);

        reply.content_type = types[i];
        compress_reply(&reply, asking(&asked, S("gzip")));
        assert_true(str_eq(header_of(&reply, S("Content-Encoding")), S("gzip")));
    }
}

static void test_without_memory(void **state)
{
    struct arena *small = arena_new(16000);
    struct asked asked = {0};
    struct reply reply = reply_in(small, false);

    (void)state;
    while (reply.body.n < 3000)
        BUF_ADD(&reply.body, "0123456789");
    compress_reply(&reply, asking(&asked, S("gzip")));
    assert_null(header_of(&reply, S("Content-Encoding")).p);
    assert_true(str_starts_with(buf_str(&reply.body), S("0123456789")));
    arena_free(small);
}

static int set_up(void **state)
{
    static struct ctx ctx;

    crypto_init();
    ctx = (struct ctx){.arena = arena_new((size_t)16 << 20)};
    *state = &ctx;
    return 0;
}

static int tear_down(void **state)
{
    struct ctx *ctx = *state;

    arena_free(ctx->arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_page_comes_back_as_it_was),
        cmocka_unit_test(test_what_stays_as_it_is),
        cmocka_unit_test(test_kinds_of_text),
        cmocka_unit_test(test_without_memory),
    };

    return cmocka_run_group_tests_name("web/compress", tests, set_up, tear_down);
}
