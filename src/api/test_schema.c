#include "api/schema.h"
#include "base/test_support.h"

static const char *const colours[] = {"red", "blue", NULL};

static const struct schema inner = {
    "Inner",
    "An inner one",
    (const struct schema_member[]){
        {"n", SCHEMA_INTEGER, SCHEMA_REQUIRED, "A number", .min = 1, .max = 9},
        {.name = NULL},
    },
};

static const struct schema outer = {
    "Outer",
    "All there is",
    (const struct schema_member[]){
        {"name", SCHEMA_STRING, SCHEMA_REQUIRED, "A text", .max_length = 3},
        {"colour", SCHEMA_STRING, SCHEMA_NULLABLE, "A choice", .choices = colours},
        {"share", SCHEMA_NUMBER, .says = "A number"},
        {"is_good", SCHEMA_BOOLEAN, .says = "A claim"},
        {"inner", SCHEMA_OBJECT, SCHEMA_NULLABLE, "An object", .of = &inner},
        {"many", SCHEMA_ARRAY, .says = "Objects", .of = &inner, .max_length = 2},
        {"words", SCHEMA_ARRAY, .says = "Texts"},
        {"anything", SCHEMA_ANY, .says = "Whatever"},
        {.name = NULL},
    },
};

static json_t *parse(struct ctx *ctx, const char *text)
{
    json_t *value = NULL;

    assert_int_equal(json_parse(ctx, str_of(text), 10000, &value), RC_OK);
    return value;
}

/* The faults as "POINTER CODE, POINTER CODE". */
static struct str faults_of(struct ctx *ctx, const char *text)
{
    struct schema_faults faults = {.n = 0};
    struct buf out = buf_in(ctx->arena, 10000);

    schema_check(ctx, &outer, parse(ctx, text), &faults);
    for (size_t i = 0; i < faults.n; i++)
        buf_add_fmt(&out, "%s%.*s %s", i ? ", " : "", STR_ARG(faults.of[i].pointer),
                    err_name(faults.of[i].id));
    return buf_str(&out);
}

static void what_fits_has_no_faults(void **state)
{
    assert_str(faults_of(*state, "{\"name\":\"abc\"}"), "");
    assert_str(faults_of(*state, "{\"name\":\"Ổ gà\", \"name2\":1}"),
               "#/name TOO_LONG, #/name2 UNKNOWN_FIELD");
    assert_str(faults_of(*state, "{\"name\":\"Ổgà\",\"colour\":null,\"share\":1.5,\"is_good\":true,"
                                 "\"inner\":{\"n\":9},\"many\":[{\"n\":1}],\"words\":[\"a\"],"
                                 "\"anything\":[{}]}"),
               "");
}

static void each_fault_is_told_with_its_place(void **state)
{
    static const struct {
        const char *text, *faults;
    } rows[] = {
        {"[]", "# WRONG_TYPE"},
        {"{}", "#/name REQUIRED"},
        {"{\"name\":null}", "#/name REQUIRED"},
        {"{\"name\":7}", "#/name WRONG_TYPE"},
        {"{\"name\":\"a\",\"colour\":\"green\"}", "#/colour NOT_A_CHOICE"},
        {"{\"name\":\"a\",\"colour\":\"re\"}", "#/colour NOT_A_CHOICE"},
        {"{\"name\":\"a\",\"share\":\"1\"}", "#/share WRONG_TYPE"},
        {"{\"name\":\"a\",\"is_good\":1}", "#/is_good WRONG_TYPE"},
        {"{\"name\":\"a\",\"inner\":{}}", "#/inner/n REQUIRED"},
        {"{\"name\":\"a\",\"inner\":{\"n\":0}}", "#/inner/n TOO_SMALL"},
        {"{\"name\":\"a\",\"inner\":{\"n\":10}}", "#/inner/n TOO_BIG"},
        {"{\"name\":\"a\",\"inner\":{\"n\":1.5}}", "#/inner/n WRONG_TYPE"},
        {"{\"name\":\"a\",\"inner\":{\"n\":1,\"m\":1}}", "#/inner/m UNKNOWN_FIELD"},
        {"{\"name\":\"a\",\"many\":[{\"n\":1},7]}", "#/many/1 WRONG_TYPE"},
        {"{\"name\":\"a\",\"many\":[1,2,3]}", "#/many TOO_BIG"},
        {"{\"name\":\"a\",\"words\":[\"a\",{}]}", "#/words/1 WRONG_TYPE"},
        {"{\"name\":\"a\xef\xbf\xbf\"}", "#/name NOT_UTF8"},
        {"{\"name\":\"a\",\"words\":[\"\xef\xbf\xbf\"]}", "#/words/0 NOT_UTF8"},
        {"{\"name\":\"a\",\"a/b~c d\":1}", "#/a~1b~0c%20d UNKNOWN_FIELD"},
        {"{\"name\":\"a\",\"\":1}", "#/ UNKNOWN_FIELD"},
        {"{\"name\":\"a\",\"\xc3\xa9\":1}", "#/%C3%A9 UNKNOWN_FIELD"},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        assert_str(faults_of(*state, rows[i].text), rows[i].faults);
}

static void many_faults_are_cut(void **state)
{
    struct ctx *ctx = *state;
    struct schema_faults faults = {.n = 0};
    struct buf text = buf_in(ctx->arena, 10000);

    BUF_ADD(&text, "{\"name\":\"a\"");
    for (int i = 0; i < 100; i++)
        buf_add_fmt(&text, ",\"x%d\":1", i);
    buf_add_byte(&text, '}');
    schema_check(ctx, &outer, parse(ctx, str_z(ctx->arena, buf_str(&text))), &faults);
    assert_int_equal(faults.n, SCHEMA_MAX_FAULTS);
}

static bool has(struct str text, const char *piece)
{
    return str_find(text, str_of(piece)) >= 0;
}

static void a_schema_is_written_as_json_schema(void **state)
{
    struct ctx *ctx = *state;
    struct buf out = buf_in(ctx->arena, 10000);
    struct json_writer json = json_writer_on(&out);
    struct str text;

    schema_write(&json, &outer);
    assert_true(json_is_complete(&json));
    text = buf_str(&out);
    parse(ctx, str_z(ctx->arena, text));
    assert_true(has(text, "\"additionalProperties\":false"));
    assert_true(has(text, "\"required\":[\"name\"]"));
    assert_true(has(text, "\"enum\":[\"red\",\"blue\",null]"));
    assert_true(has(text, "\"type\":[\"string\",\"null\"]"));
    assert_true(has(text, "\"anyOf\":[{\"$ref\":\"#/components/schemas/Inner\"},"));
    assert_true(has(text, "\"maxItems\":2"));
    assert_true(has(text, "\"anything\":{\"description\""));
}

static void count(void *arg, const struct schema *schema)
{
    int *n = arg;

    *n += schema == &inner ? 10 : 1;
}

static void all_schemas_are_visited(void **state)
{
    int n = 0;

    (void)state;
    schema_each(&outer, count, &n);
    assert_int_equal(n, 21); /* the outer one once, the inner one from two members */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_fits_has_no_faults), TEST(each_fault_is_told_with_its_place),
        TEST(many_faults_are_cut),     TEST(a_schema_is_written_as_json_schema),
        TEST(all_schemas_are_visited),
    };

    return cmocka_run_group_tests_name("api/schema", tests, NULL, NULL);
}
