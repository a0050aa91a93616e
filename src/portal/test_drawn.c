/* A drawing is found under all that it was made from, and under nothing else. */
#include "base/crypto.h"
#include "base/test_support.h"
#include "portal/drawn.h"

static const struct layers layers = {.version = STR("0123456789abcdef")};
static const struct map_marker marker = {.at = {423736000, -711097000}, .kind = STR("here")};

static struct map_picture picture(void)
{
    return (struct map_picture){
        .view = {{423736000, -711097000}, 0.5, 480, 360},
        .title = S("Where it is"),
        .markers = &marker,
        .marker_count = 1,
    };
}

static void test_it_is_found_again(void **state)
{
    struct ctx *ctx = *state;
    struct map_picture one = picture();
    struct str key = drawn_key(ctx->arena, &layers, &one);
    struct buf out = buf_in(ctx->arena, 1000);

    assert_int_equal(key.n, CRYPTO_SHA256_BYTES);
    assert_false(drawn_find(key, &out));
    assert_int_equal(out.n, 0);
    drawn_keep(key, S("<svg>one</svg>"));
    assert_true(drawn_find(drawn_key(ctx->arena, &layers, &one), &out));
    assert_true(str_eq(buf_str(&out), S("<svg>one</svg>")));
    drawn_keep(key, S("<svg>anew</svg>"));
    out = buf_in(ctx->arena, 1000);
    assert_true(drawn_find(key, &out));
    assert_true(str_eq(buf_str(&out), S("<svg>anew</svg>")));
}

static void test_whatever_differs_is_another(void **state)
{
    struct ctx *ctx = *state;
    struct layers other_layers = {.version = STR("fedcba9876543210")};
    struct map_marker other_marker = {.at = marker.at, .kind = S("done")};
    struct map_picture one = picture(), others[5];
    struct str key = drawn_key(ctx->arena, &layers, &one);

    for (size_t i = 0; i < 5; i++)
        others[i] = picture();
    others[0].title = S("D\xc3\xb3nde est\xc3\xa1");
    others[1].view.center.lat_e7++;
    others[2].view.width_px++;
    others[3].marker_count = 0;
    others[4].markers = &other_marker;
    for (size_t i = 0; i < 5; i++)
        assert_false(str_eq(drawn_key(ctx->arena, &layers, &others[i]), key));
    assert_false(str_eq(drawn_key(ctx->arena, &other_layers, &one), key));
}

static void test_what_is_not_kept(void **state)
{
    struct ctx *ctx = *state;
    struct buf large = buf_in(ctx->arena, 80000), out = buf_in(ctx->arena, 90000);
    struct layers none = {.version = STR("none")};
    struct map_picture one = picture();
    struct str key = drawn_key(ctx->arena, &none, &one);

    while (large.n < 66000)
        BUF_ADD(&large, "<path/>");
    drawn_keep(key, buf_str(&large));
    drawn_keep(key, STR_NONE);
    drawn_keep(STR_NONE, S("<svg/>"));
    assert_false(drawn_find(key, &out));
    assert_false(drawn_find(STR_NONE, &out));
}

static int set_up(void **state)
{
    static struct ctx ctx;

    crypto_init();
    ctx = (struct ctx){.arena = arena_new((size_t)4 << 20)};
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
        cmocka_unit_test(test_it_is_found_again),
        cmocka_unit_test(test_whatever_differs_is_another),
        cmocka_unit_test(test_what_is_not_kept),
    };

    return cmocka_run_group_tests_name("portal/drawn", tests, set_up, tear_down);
}
