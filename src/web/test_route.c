#include "base/test_support.h"
#include "web/route.h"

static enum rc nothing(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    (void)request;
    (void)reply;
    return RC_OK;
}

#define ROW(method, pattern)                        \
    {                                               \
        method, pattern, nothing, 1, .summary = "x" \
    }
#define END             \
    {                   \
        .pattern = NULL \
    }

static const struct route pages[] = {
    ROW(HTTP_GET, "/"),
    ROW(HTTP_GET, "/cases"),
    ROW(HTTP_GET, "/cases/{number}"),
    ROW(HTTP_POST, "/cases/{number}"),
    ROW(HTTP_GET, "/cases/new"),
    ROW(HTTP_GET, "/cases/{number}/files/{file}"),
    ROW(HTTP_GET, "/cases/new/files/{name}"),
    ROW(HTTP_DELETE, "/cases/{number}/files/{other}"),
    ROW(HTTP_GET, "/staff/"),
    END,
};

static struct route_match find(struct ctx *ctx, const struct router *router,
                               enum http_method method, const char *text)
{
    struct url_path path;

    assert_int_equal(url_path_decode(ctx, str_of(text), &path), RC_OK);
    return router_find(router, method, &path);
}

static const struct router *build(struct ctx *ctx, const struct route *rows)
{
    const struct route *tables[] = {rows, NULL};
    const struct router *router = NULL;

    assert_int_equal(router_new(ctx, tables, &router), RC_OK);
    return router;
}

static void check_found(struct ctx *ctx, const char *path, const char *pattern, const char *params)
{
    const struct router *router = build(ctx, pages);
    struct route_match match = find(ctx, router, HTTP_GET, path);
    struct str text = S("");

    assert_int_equal(match.result, ROUTE_FOUND);
    assert_string_equal(match.route->pattern, pattern);
    for (size_t i = 0; i < match.param_count; i++)
        text = str_fmt(ctx->arena, "%.*s%.*s=%.*s;", STR_ARG(text), STR_ARG(match.params[i].name),
                       STR_ARG(match.params[i].value));
    assert_str(text, params);
}

static void test_finds(void **state)
{
    struct ctx *ctx = *state;

    check_found(ctx, "/", "/", "");
    check_found(ctx, "/cases", "/cases", "");
    check_found(ctx, "/cases/26-1", "/cases/{number}", "number=26-1;");
    check_found(ctx, "/cases/new", "/cases/new", "");
    check_found(ctx, "/cases/a%20b/files/x.jpg", "/cases/{number}/files/{file}",
                "number=a b;file=x.jpg;");
    check_found(ctx, "/cases/new/files/x", "/cases/new/files/{name}", "name=x;");
    check_found(ctx, "/staff/", "/staff/", "");
}

static void test_finds_nothing(void **state)
{
    static const char *const paths[] = {"/case", "/cases/1/2", "/cases/1/files/2/3",
                                        "/cases//files/x", "/CASES"};
    struct ctx *ctx = *state;
    const struct router *router = build(ctx, pages);

    for (size_t i = 0; i < COUNT(paths); i++)
        assert_int_equal(find(ctx, router, HTTP_GET, paths[i]).result, ROUTE_NOT_FOUND);
}

static void test_slashes(void **state)
{
    struct ctx *ctx = *state;
    const struct router *router = build(ctx, pages);

    assert_int_equal(find(ctx, router, HTTP_GET, "/cases/").result, ROUTE_SLASH);
    assert_int_equal(find(ctx, router, HTTP_GET, "/cases/7/").result, ROUTE_SLASH);
    assert_int_equal(find(ctx, router, HTTP_GET, "/staff").result, ROUTE_SLASH);
    assert_int_equal(find(ctx, router, HTTP_GET, "/staff//").result, ROUTE_SLASH);
    assert_int_equal(find(ctx, router, HTTP_GET, "/nothing/").result, ROUTE_NOT_FOUND);
}

static void test_methods(void **state)
{
    struct ctx *ctx = *state;
    const struct router *router = build(ctx, pages);
    struct route_match match = find(ctx, router, HTTP_DELETE, "/cases/7");

    assert_int_equal(match.result, ROUTE_BAD_METHOD);
    assert_str(route_allow_text(ctx->arena, match.allow), "GET, HEAD, POST, OPTIONS");
    match = find(ctx, router, HTTP_PUT, "/cases/7/files/8");
    assert_str(route_allow_text(ctx->arena, match.allow), "GET, HEAD, DELETE, OPTIONS");
    assert_int_equal(find(ctx, router, HTTP_HEAD, "/cases/7").result, ROUTE_FOUND);
    /* A literal row of another method does not hide the parameter's. */
    match = find(ctx, router, HTTP_POST, "/cases/new");
    assert_int_equal(match.result, ROUTE_FOUND);
    assert_str(match.params[0].value, "new");
    assert_int_equal(find(ctx, router, HTTP_OPTIONS, "/cases").result, ROUTE_BAD_METHOD);
}

static void check_refused(struct ctx *ctx, const struct route *rows, const char *why)
{
    const struct route *tables[] = {rows, NULL};
    const struct router *router = NULL;

    ctx_clear_error(ctx);
    assert_int_equal(router_new(ctx, tables, &router), RC_INVALID);
    assert_int_equal(ctx->err.id, ERR_CONFIG);
    assert_null(router);
    if (str_find(ctx->err.detail, str_of(why)) < 0)
        fail_msg("\"%.*s\" does not say \"%s\"", STR_ARG(ctx->err.detail), why);
}

static void test_refuses_ambiguous_pairs(void **state)
{
    static const struct route twice[] = {ROW(HTTP_GET, "/a/{x}"), ROW(HTTP_GET, "/a/{y}"), END};
    static const struct route same[] = {ROW(HTTP_GET, "/a"), ROW(HTTP_GET, "/a"), END};
    static const struct route crossed[] = {ROW(HTTP_GET, "/a/{x}/c"), ROW(HTTP_GET, "/a/b/{y}"),
                                           END};
    static const struct route fine[] = {ROW(HTTP_GET, "/a/{x}/c"), ROW(HTTP_GET, "/a/b/c"),
                                        ROW(HTTP_POST, "/a/b/{y}"), ROW(HTTP_GET, "/a/{x}/"), END};

    check_refused(*state, twice, "/a/{x} and /a/{y} are ambiguous");
    check_refused(*state, same, "ambiguous");
    check_refused(*state, crossed, "/a/{x}/c and /a/b/{y} are ambiguous");
    ctx_clear_error(*state);
    build(*state, fine);
}

static void test_refuses_bad_rows(void **state)
{
    static const struct route nobody[] = {{HTTP_GET, "/a", nothing, 0}, END};
    static const struct route no_handler[] = {{HTTP_GET, "/a", NULL, 1}, END};
    static const struct route head[] = {ROW(HTTP_HEAD, "/a"), END};
    static const struct route key[] = {{HTTP_POST, "/a", nothing, 1, .flags = ROUTE_API_KEY}, END};
    static const struct route no_get[] = {{HTTP_POST, "/a", nothing, 1, .flags = ROUTE_AT_EDGE},
                                          END};
    static const struct route named[] = {{HTTP_GET, "/a/{x}", nothing, 1, .flags = ROUTE_AT_EDGE},
                                         END};
    static const char *const patterns[] = {"",    "a",    "/a//b", "/a b",    "/{}",    "/{x",
                                           "/x}", "/a?b", "/%41",  "/{a}{b}", "/a/{b}c"};

    check_refused(*state, nobody, "names no permission");
    check_refused(*state, no_handler, "has no handler");
    check_refused(*state, head, "method");
    check_refused(*state, key, "form token");
    check_refused(*state, no_get, "at the edge");
    check_refused(*state, named, "at the edge");
    for (size_t i = 0; i < COUNT(patterns); i++) {
        const struct route rows[] = {ROW(HTTP_GET, patterns[i]), END};

        check_refused(*state, rows, "is not a pattern");
    }
}

static void test_finds_at_the_edge(void **state)
{
    static const struct route rows[] = {ROW(HTTP_GET, "/a"),
                                        {HTTP_GET, "/b", nothing, 1, .flags = ROUTE_AT_EDGE},
                                        ROW(HTTP_POST, "/b"),
                                        END};
    const struct router *router = build(*state, rows);

    assert_ptr_equal(router_find_at_edge(router, HTTP_GET, S("/b")), &rows[1]);
    assert_ptr_equal(router_find_at_edge(router, HTTP_HEAD, S("/b?x=/b")), &rows[1]);
    assert_null(router_find_at_edge(router, HTTP_POST, S("/b")));
    assert_null(router_find_at_edge(router, HTTP_OPTIONS, S("/b")));
    assert_null(router_find_at_edge(router, HTTP_GET, S("/a")));
    assert_null(router_find_at_edge(router, HTTP_GET, S("/b/")));
    assert_ptr_equal(find(*state, router, HTTP_GET, "/b").route, &rows[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_finds),
        TEST(test_finds_nothing),
        TEST(test_slashes),
        TEST(test_methods),
        TEST(test_refuses_ambiguous_pairs),
        TEST(test_refuses_bad_rows),
        TEST(test_finds_at_the_edge),
    };

    return cmocka_run_group_tests_name("web/route", tests, NULL, NULL);
}
