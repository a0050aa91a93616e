#include "base/text.h"

#include "base/test_support.h"

static void expect(struct ctx *ctx, enum rc rc, enum err_id id)
{
    assert_int_equal(rc, id ? RC_INVALID : RC_OK);
    if (!rc)
        return;
    assert_int_equal(ctx->err.id, id);
    assert_str(ctx->err.field, "name");
    if (id == ERR_TOO_LONG)
        assert_str(ctx->err.arg, "5");
    ctx_clear_error(ctx);
}

static void a_text_is_counted_in_characters(void **state)
{
    static const struct {
        struct str text;
        enum err_id error;
    } texts[] = {
        {STR(""), ERR_NONE},
        {STR("12345"), ERR_NONE},
        {STR("123456"), ERR_TOO_LONG},
        {STR("ễễễễễ"), ERR_NONE}, /* 15 bytes */
        {STR("ễễễễễễ"), ERR_TOO_LONG},
        {STR("a\r\nb\t"), ERR_NONE},
        {STR("a\0b"), ERR_NOT_UTF8},
        {STR("a\x1b[1"), ERR_NOT_UTF8},
        {STR("a\xff"), ERR_NOT_UTF8},
        {STR("\xed\xa0\x80"), ERR_NOT_UTF8}, /* a surrogate */
        {STR("\xff\xff\xff\xff\xff\xff"), ERR_TOO_LONG},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(texts); i++)
        expect(ctx, text_check(ctx, texts[i].text, S("name"), 5), texts[i].error);
}

static void a_line_ends_with_neither_sign(void **state)
{
    static const struct {
        struct str text;
        enum err_id error;
    } lines[] = {
        {STR(""), ERR_NONE},
        {STR("a b\tc"), ERR_NONE},
        {STR("a\nb"), ERR_ONE_LINE},
        {STR("a\rb"), ERR_ONE_LINE},
        {STR("ab\r\n"), ERR_ONE_LINE},
        {STR("\n"), ERR_ONE_LINE},
        {STR("a\n\x01"), ERR_NOT_UTF8},
        {STR("ab\ncde"), ERR_TOO_LONG},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(lines); i++)
        expect(ctx, text_check_line(ctx, lines[i].text, S("name"), 5), lines[i].error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_text_is_counted_in_characters),
        TEST(a_line_ends_with_neither_sign),
    };

    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
