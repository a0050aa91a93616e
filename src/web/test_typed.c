/* Values, forms and JSON as their bytes come, cut at every place. */
#include "base/json.h"
#include "base/test_support.h"
#include "base/utf8.h"
#include "web/json_body.h"
#include "web/urlencoded.h"

static struct typed take(struct ctx *ctx, struct str s, size_t cut, size_t max, struct str *ret)
{
    struct typed typed = typed_in(ctx->arena, max);

    typed_add(&typed, str_slice(s, 0, cut));
    typed_add(&typed, str_slice(s, cut, s.n));
    *ret = typed_end(&typed);
    return typed;
}

static void test_values(void **state)
{
    static const struct {
        struct str sent;
        const char *kept;
        size_t characters;
        bool is_damaged;
    } values[] = {
        {STR(""), "", 0, false},
        {STR("a\r\n\tb"), "a\r\n\tb", 5, false},
        {STR("\xe1\xbb\x95 g\xc3\xa0 \xf0\x9f\x95\xb3"), "\xe1\xbb\x95 g\xc3\xa0 \xf0\x9f\x95\xb3",
         6, false},
        {STR("a\0b"), "a" TYPED_DAMAGE "b", 3, true},
        {STR("a\x01\x7f"), "a" TYPED_DAMAGE TYPED_DAMAGE, 3, true},
        {STR("\xff\xfe"), TYPED_DAMAGE TYPED_DAMAGE, 2, true},
        {STR("\xc0\x80"), TYPED_DAMAGE TYPED_DAMAGE, 2, true},
        {STR("\xed\xa0\x80"), TYPED_DAMAGE TYPED_DAMAGE TYPED_DAMAGE, 3, true},
        {STR("\xe1\xbb"), TYPED_DAMAGE TYPED_DAMAGE, 2, true},
        {STR("\xe1\xbb\xc3\xa0"), TYPED_DAMAGE TYPED_DAMAGE "\xc3\xa0", 3, true},
        {STR("\xf0\x9f"
             "a\xf5"),
         TYPED_DAMAGE TYPED_DAMAGE "a" TYPED_DAMAGE, 4, true},
        {STR("\xef\xbf\xbf\xef\xbf\xbe"), TYPED_DAMAGE TYPED_DAMAGE, 2, true},
        {STR("\xef\xbf\xbd"), "\xef\xbf\xbd", 1, false},
    };
    struct str text;

    for (size_t i = 0; i < COUNT(values); i++) {
        for (size_t cut = 0; cut <= values[i].sent.n; cut++) {
            struct typed typed = take(*state, values[i].sent, cut, 100, &text);

            assert_str(text, values[i].kept);
            assert_int_equal(typed.characters, values[i].characters);
            assert_int_equal(typed.is_damaged, values[i].is_damaged);
            assert_int_equal(typed.bytes, values[i].sent.n);
            assert_false(typed.is_cut);
            assert_int_equal(text_is_clean(text), !values[i].is_damaged);
        }
    }
}

static void test_long_values(void **state)
{
    struct str sent = S("abc\xe1\xbb\x95xyz"), text;

    for (size_t cut = 0; cut <= sent.n; cut++) {
        for (size_t max = 0; max < sent.n; max++) {
            struct typed typed = take(*state, sent, cut, max, &text);

            assert_true(typed.is_cut && !typed.is_damaged);
            assert_int_equal(typed.characters, 7);
            assert_true(text.n <= max && str_starts_with(sent, text) && utf8_is_valid(text));
            assert_true(text.n == max || max == 4 || max == 5);
        }
        assert_false(take(*state, sent, cut, sent.n, &text).is_cut);
    }
    /* What is damaged past the cut is damaged all the same. */
    assert_true(take(*state, S("abcdef\xff"), 0, 2, &text).is_damaged);
    assert_str(typed_text(((struct ctx *)*state)->arena, S("a\xff")), "a" TYPED_DAMAGE);
    assert_str(typed_text(((struct ctx *)*state)->arena, S("plain")), "plain");
}

/* ---- Forms */

static enum rc log_begin(void *cls, struct ctx *ctx, const struct multipart_part *part)
{
    (void)ctx;
    buf_add_fmt(cls, "[%.*s=", STR_ARG(part->name));
    return RC_OK;
}

static enum rc log_data(void *cls, struct ctx *ctx, struct str bytes)
{
    (void)ctx;
    buf_add(cls, bytes);
    return RC_OK;
}

static enum rc log_end(void *cls, struct ctx *ctx)
{
    (void)ctx;
    BUF_ADD((struct buf *)cls, "]");
    return RC_OK;
}

static enum rc read_form(struct ctx *ctx, struct str body, size_t cut, struct str *ret)
{
    struct buf log = buf_in(ctx->arena, 1 << 20);
    struct multipart_sink sink = {&log, log_begin, log_data, log_end};
    struct urlencoded *parser = urlencoded_new(ctx, &sink);
    enum rc rc;

    ctx_clear_error(ctx);
    assert_non_null(parser);
    rc = urlencoded_feed(parser, ctx, str_slice(body, 0, cut));
    if (!rc)
        rc = urlencoded_feed(parser, ctx, str_slice(body, cut, body.n));
    if (!rc)
        rc = urlencoded_finish(parser, ctx);
    *ret = buf_str(&log);
    return rc;
}

static void test_forms(void **state)
{
    static const struct {
        struct str body;
        const char *found;
    } forms[] = {
        {STR(""), ""},
        {STR("&&"), ""},
        {STR("a=1&b=x+y%26z&&a=2&c&=d&e="), "[a=1][b=x y&z][a=2][c=][=d][e=]"},
        {STR("a%3Db=%c3%A0=&x=%25%2b"), "[a=b=\xc3\xa0=][x=%+]"},
    };
    struct str log;

    for (size_t i = 0; i < COUNT(forms); i++) {
        for (size_t cut = 0; cut <= forms[i].body.n; cut++) {
            assert_int_equal(read_form(*state, forms[i].body, cut, &log), RC_OK);
            assert_str(log, forms[i].found);
        }
    }
}

static void test_bad_forms(void **state)
{
    static const struct str bad[] = {STR("a=%"),   STR("a=%1"),    STR("a=%g0"),
                                     STR("a=%1g"), STR("%=1&b=2"), STR("a=%&b=1")};
    struct ctx *ctx = *state;
    char name[URLENCODED_MAX_NAME + 1];
    struct str log;

    for (size_t i = 0; i < COUNT(bad); i++)
        for (size_t cut = 0; cut <= bad[i].n; cut++)
            assert_int_equal(read_form(ctx, bad[i], cut, &log), RC_INVALID);
    memset(name, 'n', sizeof name);
    assert_int_equal(read_form(ctx, (struct str){name, sizeof name - 1}, 7, &log), RC_OK);
    assert_int_equal(read_form(ctx, (struct str){name, sizeof name}, 7, &log), RC_LIMIT);
}

static void test_long_form(void **state)
{
    struct ctx *ctx = *state;
    struct buf body = buf_in(ctx->arena, 1 << 20), wanted = buf_in(ctx->arena, 1 << 20);
    struct str log;

    BUF_ADD(&body, "a=");
    BUF_ADD(&wanted, "[a=");
    for (int i = 0; i < 5000; i++) {
        buf_add_fmt(&body, "%%%02x+", 'A' + i % 26);
        buf_add_fmt(&wanted, "%c ", 'A' + i % 26);
    }
    BUF_ADD(&wanted, "]");
    assert_int_equal(read_form(ctx, buf_str(&body), 1234, &log), RC_OK);
    assert_true(str_eq(log, buf_str(&wanted)));
}

/* ---- JSON */

static struct str pass(struct ctx *ctx, struct str body, size_t cut)
{
    struct buf out = buf_in(ctx->arena, 1 << 20);
    struct json_body json = json_body_to(&out);

    json_body_add(&json, str_slice(body, 0, cut));
    json_body_add(&json, str_slice(body, cut, body.n));
    assert_false(buf_has_failed(&out));
    return buf_str(&out);
}

static void test_json(void **state)
{
    static const struct {
        struct str sent;
        const char *passed;
    } bodies[] = {
        {STR("{\"a\": [1, \"x\\\"y\", \"\\\\\"], \"\\u00e0\": \"\xc3\xa0\"}"),
         "{\"a\": [1, \"x\\\"y\", \"\\\\\"], \"\\u00e0\": \"\xc3\xa0\"}"},
        {STR("[\"a\\u0000b\"]"), "[\"a" TYPED_DAMAGE "b\"]"},
        {STR("[\"\\uD83D\\uDD73\", \"\\ud83d\\ude00x\"]"),
         "[\"\\uD83D\\uDD73\", \"\\ud83d\\ude00x\"]"},
        {STR("[\"\\ud83d\"]"), "[\"" TYPED_DAMAGE "\"]"},
        {STR("[\"\\ud83dx\\n\"]"), "[\"" TYPED_DAMAGE "x\\n\"]"},
        {STR("[\"\\ud83d\\n\"]"), "[\"" TYPED_DAMAGE "\\n\"]"},
        {STR("[\"\\ud83d\\u0041\"]"), "[\"" TYPED_DAMAGE "\\u0041\"]"},
        {STR("[\"\\udd73\"]"), "[\"" TYPED_DAMAGE "\"]"},
        {STR("[\"a\xff\", \"\0\", \"\xe1\xbb\"]"),
         "[\"a" TYPED_DAMAGE "\", \"" TYPED_DAMAGE "\", \"" TYPED_DAMAGE TYPED_DAMAGE "\"]"},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(bodies); i++) {
        json_t *root;

        for (size_t cut = 0; cut <= bodies[i].sent.n; cut++)
            assert_str(pass(ctx, bodies[i].sent, cut), bodies[i].passed);
        assert_int_equal(json_parse(ctx, str_of(bodies[i].passed), 1000, &root), RC_OK);
    }
    /* What is no JSON stays none. */
    assert_str(pass(ctx, S("{\xff}"), 2), "{\xff}");
    assert_str(pass(ctx, S("\"\\u12\""), 3), "\"\\u12\"");
}

/* A string without end is cut between two characters, and the rest of the document is there. */
static void test_long_json(void **state)
{
    static const char *const units[] = {"a", "\xe1\xbb\x95", "\\n", "\\u00e0", "\\ud83d\\udd73"};
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(units); i++) {
        struct buf body = buf_in(ctx->arena, 4 << 20);
        struct str passed;
        json_t *root;

        BUF_ADD(&body, "{\"text\":\"");
        while (body.n < 200000)
            buf_add(&body, str_of(units[i]));
        BUF_ADD(&body, "\",\"after\":1}");
        passed = pass(ctx, buf_str(&body), 12345);
        assert_in_range(passed.n, TYPED_MAX_BYTES - 12, TYPED_MAX_BYTES + 30);
        assert_int_equal(json_parse(ctx, passed, passed.n, &root), RC_OK);
        assert_int_equal(json_integer_value(json_object_get(root, "after")), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_values),    TEST(test_long_values), TEST(test_forms),     TEST(test_bad_forms),
        TEST(test_long_form), TEST(test_json),        TEST(test_long_json),
    };

    return cmocka_run_group_tests_name("web/typed", tests, NULL, NULL);
}
