#include "base/log.h"

#include <unistd.h>

#include "base/utf8.h"

#include "base/test_support.h"

#define AT ((struct instant){INT64_C(1783027800) * US_PER_S + 999999}) /* 2026-07-02 21:30 */

static struct str format(char *line, struct log_field field)
{
    return (struct str){line, log_format(line, AT, LOG_ERROR, "a.b", &field, 1)};
}

#define HEAD "time=2026-07-02T21:30:00Z level=error event=a.b"

static void test_values(void **state)
{
    static const struct {
        struct str value;
        const char *line;
    } cases[] = {
        {STR("plain/1.2:3"), HEAD " k=plain/1.2:3\n"},
        {STR(""), HEAD "\n"},
        {STR("two words"), HEAD " k=\"two words\"\n"},
        {STR("a=b"), HEAD " k=\"a=b\"\n"},
        {STR("\"\\"), HEAD " k=\"\\\"\\\\\"\n"},
        {STR("x\nlevel=info\r"), HEAD " k=\"x\\nlevel=info\\x0d\"\n"},
        {STR("\0\x1b[31m\x7f"), HEAD " k=\"\\x00\\x1b[31m\\x7f\"\n"},
        {STR("Ổ gà"), HEAD " k=\"Ổ gà\"\n"},
        {STR("\xff\xc3"), HEAD " k=\"\\xff\\xc3\"\n"},
        {STR("\u2028\xc2\x85\u202e"), HEAD " k=\"\\xe2\\x80\\xa8\\xc2\\x85\\xe2\\x80\\xae\"\n"},
        {STR("\ufffd"), HEAD " k=\"\ufffd\"\n"},
    };
    char line[LOG_LINE_BYTES];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(format(line, LOG_STR("k", cases[i].value)), cases[i].line);
    assert_str(format(line, LOG_I64("n", 0)), HEAD " n=0\n");
    assert_str(format(line, LOG_I64("n", INT64_MIN)), HEAD " n=-9223372036854775808\n");
    log_format(line, (struct instant){-1}, LOG_INFO, "a", NULL, 0);
    assert_memory_equal(line, "time=1969-12-31T23:59:59Z level=info", 36);
}

static void test_long_values(void **state)
{
    char line[LOG_LINE_BYTES];
    struct log_field fields[20];
    struct ctx *ctx = *state;
    char *text = arena_alloc(ctx->arena, 100000);
    struct str s;

    memset(text, 'x', 100000);
    s = format(line, LOG_STR("k", ((struct str){text, 100000})));
    assert_int_equal(s.n, strlen(HEAD) + 3 + 1 + LOG_VALUE_BYTES + 5);
    assert_true(str_ends_with(s, S("xxx...\"\n")));
    /* Every character escaped, many fields: still one whole line. */
    memset(text, '\n', 100000);
    for (size_t i = 0; i < 20; i++)
        fields[i] = LOG_STR("key", ((struct str){text, 700 * (i % 3)}));
    for (size_t shift = 0; shift < 100; shift++) {
        fields[0] = LOG_STR("key", ((struct str){text, shift}));
        s = (struct str){line, log_format(line, AT, LOG_ERROR, "a.b", fields, 20)};
        assert_true(s.n <= LOG_LINE_BYTES && s.n > LOG_LINE_BYTES - 200);
        assert_int_equal(str_find_byte(s, '\n'), s.n - 1);
        assert_true(str_ends_with(s, S("n...\"\n")) || str_ends_with(s, S("n\"\n")));
    }
}

/* Any bytes stay one line of UTF-8 with its quotes closed. */
static void test_any_bytes(void **state)
{
    char line[LOG_LINE_BYTES], bytes[300];
    uint64_t seed = 17;

    (void)state;
    for (int turn = 0; turn < 5000; turn++) {
        size_t n = test_random(&seed) % sizeof bytes, quotes = 0;
        struct str s;

        for (size_t i = 0; i < n; i++)
            bytes[i] = (char)test_random(&seed);
        s = format(line, LOG_STR("k", ((struct str){bytes, n})));
        assert_int_equal(str_find_byte(s, '\n'), s.n - 1);
        assert_true(utf8_is_valid(s));
        for (size_t i = 0; i < s.n; i++) {
            if (s.p[i] == '\\')
                i++;
            else
                quotes += s.p[i] == '"';
        }
        assert_true(quotes == 2 || (quotes == 0 && n < 8));
    }
}

/* What comes out at standard error while `act` runs. */
static struct str standard_error_of(struct ctx *ctx, void (*act)(struct ctx *ctx))
{
    char *p = arena_alloc(ctx->arena, 8192);
    int pipe_fds[2], saved = dup(STDERR_FILENO);
    ssize_t n;

    assert_int_equal(pipe(pipe_fds), 0);
    dup2(pipe_fds[1], STDERR_FILENO);
    act(ctx);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(pipe_fds[1]);
    n = read(pipe_fds[0], p, 8192);
    close(pipe_fds[0]);
    assert_true(n >= 0);
    return (struct str){p, (size_t)n};
}

static void write_two(struct ctx *ctx)
{
    (void)ctx;
    LOG(LOG_INFO, "first", LOG_I64("n", 2));
    LOG(LOG_WARNING, "second", LOG_I64("n", 3), LOG_STR("s", S("x")));
}

static void fail_once(struct ctx *ctx)
{
    log_failure(ctx, "nothing.yet");
    ctx->work_id = 42;
    assert_int_equal(FAIL(ctx, ERR_DISK_FULL, .detail = S("write: no space")), RC_UNAVAILABLE);
    log_failure(ctx, "job.failed");
    ctx_clear_error(ctx);
    assert_int_equal(FAIL(ctx, ERR_REQUIRED, .field = S("place")), RC_INVALID);
    log_failure(ctx, "http.refused");
}

static void test_writing(void **state)
{
    struct ctx *ctx = *state;
    struct str s = standard_error_of(ctx, write_two), line = STR_NONE;

    assert_true(str_next(&s, '\n', &line));
    assert_true(str_starts_with(line, S("time=")));
    assert_true(str_ends_with(line, S("Z level=info event=first n=2")));
    assert_true(str_ends_with(s, S("Z level=warning event=second n=3 s=x\n")));
    s = standard_error_of(ctx, fail_once);
    assert_true(str_next(&s, '\n', &line));
    assert_true(str_find(line, S(" level=error event=job.failed error=DISK_FULL "
                                 "detail=\"write: no space\" hint=\"the disk is full")) > 0);
    assert_true(str_ends_with(line, S(" work=42")));
    assert_true(str_next(&s, '\n', &line));
    assert_true(str_find(line, S(" level=warning event=http.refused error=REQUIRED field=place "
                                 "file=")) > 0);
    assert_true(str_next(&s, '\n', &line) && line.n == 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_values),
        TEST(test_long_values),
        TEST(test_any_bytes),
        TEST(test_writing),
    };

    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
