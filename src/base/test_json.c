#include "base/json.h"

#include <math.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test_support.h"

#define MAX_BYTES 100000

static json_t *parse(struct ctx *ctx, struct str text)
{
    json_t *tree = NULL;

    if (json_parse(ctx, text, MAX_BYTES, &tree) != RC_OK)
        fail_msg("%.*s", STR_ARG(ctx->err.detail));
    return tree;
}

static void test_write(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf = buf_in(ctx->arena, MAX_BYTES);
    struct json_writer json = json_writer_on(&buf);

    json_begin_object(&json);
    json_put_member(&json, S("name"), S("Ổ gà"));
    json_put_key(&json, S("list"));
    json_begin_array(&json);
    json_put_i64(&json, INT64_MIN);
    json_begin_array(&json);
    json_end_array(&json);
    json_begin_object(&json);
    json_end_object(&json);
    json_put_null(&json);
    json_put_decimal(&json, decimal_of(-1250, 2));
    json_put_f64(&json, 0.1);
    json_put_f64(&json, 1.0 / 3);
    json_put_f64(&json, 0.1 + 0.2);
    json_put_f64(&json, NAN);
    json_put_raw(&json, S("{\"a\":1}"));
    json_end_array(&json);
    assert_false(json_is_complete(&json));
    json_put_member_bool(&json, S("is_open"), true);
    json_put_member_i64(&json, S("n"), 7);
    json_end_object(&json);
    assert_true(json_is_complete(&json));
    assert_str(
        buf_str(&buf),
        "{\"name\":\"Ổ gà\",\"list\":[-9223372036854775808,[],{},null,-12.50,"
        "0.1,0.3333333333333333,0.30000000000000004,null,{\"a\":1}],\"is_open\":true,\"n\":7}");
    parse(ctx, buf_str(&buf));
}

static void test_escape(void **state)
{
    static const struct {
        struct str text;
        const char *json;
    } cases[] = {
        {STR(""), "\"\""},
        {STR("a\"b\\c/"), "\"a\\\"b\\\\c/\""},
        {STR("\n\r\t\b\0\x1f\x7f"), "\"\\n\\r\\t\\u0008\\u0000\\u001f\x7f\""},
        {STR("</script>&<!--"), "\"\\u003c/script\\u003e\\u0026\\u003c!--\""},
        {STR("\u2028\u2029\u202a"), "\"\\u2028\\u2029\u202a\""},
        {STR("\U0001f6a7"), "\"\U0001f6a7\""},
        {STR("a\xff\xc3z\xe2\x80"), "\"a\\ufffd\\ufffdz\\ufffd\\ufffd\""},
        {STR("\ufffd"), "\"\ufffd\""},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf buf = buf_in(ctx->arena, MAX_BYTES);
        struct json_writer json = json_writer_on(&buf);

        json_put_string(&json, cases[i].text);
        assert_str(buf_str(&buf), cases[i].json);
        assert_true(json_is_complete(&json));
    }
}

/* What is written reads back the same, whatever the bytes, as long as they are text. */
static void test_there_and_back(void **state)
{
    struct ctx *ctx = *state;
    uint64_t seed = 5;

    for (int turn = 0; turn < 2000; turn++) {
        char text[40];
        size_t n = test_random(&seed) % sizeof text;
        struct buf buf = buf_in(ctx->arena, MAX_BYTES);
        struct json_writer json = json_writer_on(&buf);
        struct str back = STR_NONE;

        for (size_t i = 0; i < n; i++)
            text[i] = (char)(1 + test_random(&seed) % 127);
        json_begin_array(&json);
        json_put_string(&json, (struct str){text, n});
        json_end_array(&json);
        assert_int_equal(json_get_str(ctx, parse(ctx, buf_str(&buf)), S("[0]"), &back), RC_OK);
        assert_true(str_eq(back, (struct str){text, n}));
    }
}

static void test_full_buffer(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf = buf_in(ctx->arena, 10);
    struct json_writer json = json_writer_on(&buf);

    json_begin_array(&json);
    for (int i = 0; i < 100; i++)
        json_put_i64(&json, 12345);
    json_end_array(&json);
    assert_false(json_is_complete(&json));
    assert_true(buf_has_failed(&buf) && buf.n <= 10);
}

static void write_value_without_key(struct json_writer *json)
{
    json_begin_object(json);
    json_put_i64(json, 1);
}

static void write_key_in_array(struct json_writer *json)
{
    json_begin_array(json);
    json_put_key(json, S("a"));
}

static void end_with_wrong_bracket(struct json_writer *json)
{
    json_begin_array(json);
    json_end_object(json);
}

static void end_after_key(struct json_writer *json)
{
    json_begin_object(json);
    json_put_key(json, S("a"));
    json_end_object(json);
}

static void write_two_values(struct json_writer *json)
{
    json_put_null(json);
    json_put_null(json);
}

/* Wrong orders stop the program: each is tried in a process of its own. */
static void test_wrong_order(void **state)
{
    void (*const wrong[])(struct json_writer *) = {write_value_without_key, write_key_in_array,
                                                   end_with_wrong_bracket, end_after_key,
                                                   write_two_values};
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct buf buf = buf_in(ctx->arena, MAX_BYTES);
        struct json_writer json = json_writer_on(&buf);
        int status = 0;
        pid_t child = fork();

        if (child == 0) {
            signal(SIGABRT, SIG_DFL);
            close(STDERR_FILENO);
            wrong[i](&json);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}

static struct str nested(struct ctx *ctx, size_t depth)
{
    char *p = arena_alloc(ctx->arena, 2 * depth);

    memset(p, '[', depth);
    memset(p + depth, ']', depth);
    return (struct str){p, 2 * depth};
}

static void test_refused(void **state)
{
    static const struct str wrong[] = {
        STR(""),
        STR("1"),
        STR("\"a\""),
        STR("{"),
        STR("[1,]"),
        STR("{\"a\":1,\"a\":2}"),
        STR("[1] x"),
        STR("['a']"),
        STR("[01]"),
        STR("[\"a\\u0000b\"]"),
        STR("[\"a\0b\"]"),
        STR("[\"\xff\"]"),
        STR("[\"\xed\xa0\x80\"]"),
        STR("[\"\\ud800\"]"),
        STR("[1e999]"),
        STR("[99999999999999999999]"),
        STR("[NaN]"),
        STR("[\"a\nb\"]"),
        STR("[\"a"),
        STR("{\"a\\u0000\":1}"),
        STR("[\"\\"),
        STR("]]]]"),
    };
    struct ctx *ctx = *state;
    json_t *tree = NULL;

    for (size_t i = 0; i < COUNT(wrong); i++) {
        ctx_clear_error(ctx);
        if (json_parse(ctx, wrong[i], MAX_BYTES, &tree) != RC_INVALID)
            fail_msg("%.*s was taken", STR_ARG(wrong[i]));
        assert_int_equal(ctx->err.id, ERR_MALFORMED);
        assert_true(ctx->err.detail.n > 0);
        assert_null(tree);
    }
    parse(ctx, nested(ctx, JSON_DEPTH_MAX));
    assert_int_equal(json_parse(ctx, nested(ctx, JSON_DEPTH_MAX + 1), MAX_BYTES, &tree),
                     RC_INVALID);
    assert_int_equal(json_parse(ctx, nested(ctx, MAX_BYTES / 2), MAX_BYTES, &tree), RC_INVALID);
    ctx_clear_error(ctx);
    assert_int_equal(json_parse(ctx, nested(ctx, MAX_BYTES), MAX_BYTES, &tree), RC_LIMIT);
    assert_int_equal(ctx->err.id, ERR_TOO_LARGE);
    /* Brackets in strings are no depth. */
    parse(ctx, S("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[[[\"]"));
}

static void assert_refused(struct ctx *ctx, enum rc rc, enum err_id id, const char *field)
{
    assert_int_equal(rc, RC_INVALID);
    assert_int_equal(ctx->err.id, id);
    assert_str(ctx->err.field, field);
    ctx_clear_error(ctx);
}

static void test_get(void **state)
{
    struct ctx *ctx = *state;
    json_t *root =
        parse(ctx, S("{\"place\":{\"lat\":42.5,\"floor\":3},\"rows\":[{\"name\":\"a\"},"
                     "{\"name\":\"b\"}],\"is_open\":false,\"none\":null,\"m\":[[1,2]]}"));
    struct str s = S("untouched");
    int64_t i = 0;

    assert_int_equal(json_get_i64(ctx, root, S("m[0][1]"), &i), RC_OK);
    assert_int_equal(i, 2);
    assert_int_equal(json_array_size(json_get(root, S("rows"))), 2);
    assert_refused(ctx, json_get_str(ctx, root, S("none"), &s), ERR_REQUIRED, "none");
    assert_refused(ctx, json_get_str(ctx, root, S("rows[2].name"), &s), ERR_REQUIRED,
                   "rows[2].name");
    assert_refused(ctx, json_get_str(ctx, root, S("rows[-1]"), &s), ERR_REQUIRED, "rows[-1]");
    assert_refused(ctx, json_get_str(ctx, root, S("rows[0"), &s), ERR_REQUIRED, "rows[0");
    assert_refused(ctx, json_get_str(ctx, root, S("place"), &s), ERR_MALFORMED, "place");
    assert_refused(ctx, json_get_i64(ctx, root, S("place.lat"), &i), ERR_NOT_A_NUMBER, "place.lat");
    assert_str(s, "untouched");
    assert_int_equal(json_get_str(ctx, root, S("rows[1].name"), &s), RC_OK);
    assert_str(s, "b");
    assert_null(json_get(root, S("nowhere.at.all")));
    assert_null(json_get(NULL, S("a")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_write),       TEST(test_escape),      TEST(test_there_and_back),
        TEST(test_full_buffer), TEST(test_wrong_order), TEST(test_refused),
        TEST(test_get),
    };

    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
