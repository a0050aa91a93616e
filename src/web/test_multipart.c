/* Every good body is parsed cut at every place: the pieces the network gives must not matter. */
#include "base/buf.h"
#include "base/test_support.h"
#include "web/multipart.h"

#define DISPOSITION "Content-Disposition: form-data; name=\"a\""

struct log {
    struct buf text;
};

static enum rc log_begin(void *cls, struct ctx *ctx, const struct multipart_part *part)
{
    struct log *log = cls;
    struct str filename = part->filename.p ? part->filename : S("-");

    (void)ctx;
    buf_add_fmt(&log->text, "[%.*s|%.*s|%.*s|", STR_ARG(part->name), STR_ARG(filename),
                STR_ARG(part->content_type));
    return RC_OK;
}

static enum rc log_data(void *cls, struct ctx *ctx, struct str bytes)
{
    struct log *log = cls;

    (void)ctx;
    buf_add(&log->text, bytes);
    return RC_OK;
}

static enum rc log_end(void *cls, struct ctx *ctx)
{
    struct log *log = cls;

    (void)ctx;
    BUF_ADD(&log->text, "]");
    return RC_OK;
}

static enum rc parse(struct ctx *ctx, struct str body, size_t cut, struct str *ret_log)
{
    struct log log = {buf_in(ctx->arena, 1 << 20)};
    struct multipart_sink sink = {&log, log_begin, log_data, log_end};
    struct multipart *parser;
    enum rc rc;

    ctx_clear_error(ctx);
    rc = multipart_new(ctx, S("multipart/form-data; boundary=B"), &sink, &parser);
    if (!rc)
        rc = multipart_feed(parser, ctx, str_slice(body, 0, cut));
    if (!rc)
        rc = multipart_feed(parser, ctx, str_slice(body, cut, body.n));
    if (!rc)
        rc = multipart_finish(parser, ctx);
    *ret_log = buf_str(&log.text);
    return rc;
}

static void check_good(struct ctx *ctx, struct str body, const char *expected)
{
    struct str log;

    for (size_t cut = 0; cut <= body.n; cut++) {
        assert_int_equal(parse(ctx, body, cut, &log), RC_OK);
        assert_str(log, expected);
    }
}

static void test_good_bodies(void **state)
{
    check_good(*state, S("--B\r\n" DISPOSITION "\r\n\r\nx\r\n--B--\r\n"), "[a|-||x]");
    check_good(*state, S("--B\r\n" DISPOSITION "\r\n\r\n\r\n--B--"), "[a|-||]");
    check_good(*state,
               S("--B\r\n" DISPOSITION "; filename=\"C:\\x.jpg\"\r\nContent-Type: image/jpeg\r\n"
                 "X-Other: y\r\n\r\n1\r\n2\r\n--B\r\ncontent-disposition:form-data;name=b\r\n\r\n"
                 "3\r\n--B--\r\nepilogue"),
               "[a|C:\\x.jpg|image/jpeg|1\r\n2][b|-||3]");
    /* Data that looks like the delimiter for a while. */
    check_good(*state, S("--B\r\n" DISPOSITION "\r\n\r\n\r\r\n\r\n-\r\n--\r\n--A--B\r\n--B--"),
               "[a|-||\r\r\n\r\n-\r\n--\r\n--A--B]");
    check_good(*state,
               S("--B\r\n" DISPOSITION "; filename=\"\"; filename*=utf-8''x\r\n\r\n\r\n--B--"),
               "[a|||]");
    check_good(*state, S("--B--"), "");
}

static void test_bad_bodies(void **state)
{
    static const struct str bad[] = {
        STR(""),
        STR("x"),
        STR("--B"),
        STR("--B\r\n"),
        STR("--BB\r\n"),
        STR("\r\n--B\r\n" DISPOSITION "\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\n" DISPOSITION "\n\nx\n--B--\n"),
        STR("--B \r\n" DISPOSITION "\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\n" DISPOSITION "\r\n" DISPOSITION "\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\n" DISPOSITION "; name=\"b\"\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\n" DISPOSITION "x\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\n" DISPOSITION "\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\n" DISPOSITION "\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n"
            "x\r\n--B--\r\n"),
        STR("--B\r\n" DISPOSITION "\r\n folded\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\n" DISPOSITION "\r\nX: a\0b\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\n" DISPOSITION "\r\nX: \xff\r\n\r\nx\r\n--B--\r\n"),
        STR("--B\r\n" DISPOSITION "\r\n\r\nx\r\n--B-"),
        STR("--B\r\n" DISPOSITION "\r\n\r\nx\r\n--B-x"),
        STR("--B\r\n" DISPOSITION "\r\n\r\nx--B--"),
    };
    struct str log;

    for (size_t i = 0; i < COUNT(bad); i++)
        for (size_t cut = 0; cut <= bad[i].n; cut++)
            if (parse(*state, bad[i], cut, &log) != RC_INVALID)
                fail_msg("body %zu cut at %zu passes", i, cut);
}

static void test_header_limit(void **state)
{
    struct ctx *ctx = *state;
    char *x = arena_alloc(ctx->arena, 5000);
    struct str log;

    memset(x, 'x', 4999);
    assert_int_equal(
        parse(ctx, str_fmt(ctx->arena, "--B\r\n" DISPOSITION "\r\nX: %s\r\n\r\nx\r\n--B--", x), 0,
              &log),
        RC_LIMIT);
}

static void test_boundaries(void **state)
{
    static const char *const bad[] = {
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=\"a \"",
        "multipart/form-data; boundary=\"a\tb\"",
        "multipart/form-data; boundary=12345678901234567890123456789012345678901234567890123456789"
        "012345678901",
    };
    struct ctx *ctx = *state;
    struct multipart_sink sink = {NULL, log_begin, log_data, log_end};
    struct multipart *parser = NULL;

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(multipart_new(ctx, str_of(bad[i]), &sink, &parser), RC_INVALID);
    assert_null(parser);
}

static void test_filenames(void **state)
{
    struct ctx *ctx = *state;
    char *x = arena_alloc(ctx->arena, 201);
    struct str cut;

    for (int i = 0; i < 200; i += 2)
        memcpy(x + i, "\xc3\xa9", 2);
    assert_str(multipart_clean_filename(ctx->arena, S("C:\\photos\\a b.jpg")), "a b.jpg");
    assert_str(multipart_clean_filename(ctx->arena, S("../../etc/passwd")), "passwd");
    assert_str(multipart_clean_filename(ctx->arena, S("..hidden")), "hidden");
    assert_str(multipart_clean_filename(ctx->arena, S("a\r\n\x7f"
                                                      "b")),
               "ab");
    assert_str(multipart_clean_filename(ctx->arena, S("x/")), "file");
    assert_str(multipart_clean_filename(ctx->arena, S("\xff.jpg")), "file");
    cut = multipart_clean_filename(ctx->arena, str_fmt(ctx->arena, "x%.200s", x));
    assert_int_equal(cut.n, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_good_bodies), TEST(test_bad_bodies), TEST(test_header_limit),
        TEST(test_boundaries),  TEST(test_filenames),
    };

    return cmocka_run_group_tests_name("web/multipart", tests, NULL, NULL);
}
