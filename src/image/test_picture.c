#include "image/colour.h"
#include "image/exif.h"
#include "image/picture.h"

#include <math.h>
#include <stdlib.h>

#include "image/test_support.h"

static void test_fit(void **state)
{
    static const uint32_t sizes[][4] = {
        {100, 100, 100, 100},     {2048, 2048, 2048, 2048}, {2049, 2049, 2048, 2048},
        {4000, 3000, 2048, 1536}, {3000, 4000, 1536, 2048}, {65535, 1, 2048, 1},
        {1, 65535, 1, 2048},      {65535, 763, 2048, 24},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        uint32_t width = sizes[i][0], height = sizes[i][1];

        picture_fit(&width, &height, 2048);
        assert_int_equal(width, sizes[i][2]);
        assert_int_equal(height, sizes[i][3]);
    }
}

/* The average of the area that a pixel of the result covers, by floating-point geometry. */
static double area_average(const struct picture *from, const struct picture *to, uint32_t x,
                           uint32_t y, uint32_t channel)
{
    const double across = (double)from->width / to->width;
    const double down = (double)from->height / to->height;
    double sum = 0;

    for (uint32_t v = 0; v < from->height; v++)
        for (uint32_t u = 0; u < from->width; u++) {
            double left = u > x * across ? u : x * across;
            double right = u + 1 < (x + 1) * across ? u + 1 : (x + 1) * across;
            double top = v > y * down ? v : y * down;
            double bottom = v + 1 < (y + 1) * down ? v + 1 : (y + 1) * down;

            if (right > left && bottom > top)
                sum += (right - left) * (bottom - top) *
                       picture_row(from, v)[u * from->channels + channel];
        }
    return sum / (across * down);
}

static void test_reduce_is_the_average(void **state)
{
    static const uint32_t cases[][3] = {{7, 5, 3},   {10, 10, 9}, {10, 10, 5}, {13, 2, 4},
                                        {1, 17, 16}, {31, 30, 1}, {24, 16, 8}};
    struct ctx *ctx = *state;
    uint64_t seed = 99;

    for (size_t i = 0; i < COUNT(cases); i++)
        for (uint32_t channels = 3; channels <= 4; channels++) {
            struct picture from, to;

            assert_int_equal(picture_new(ctx, cases[i][0], cases[i][1], channels, &from), RC_OK);
            for (uint32_t k = 0; k < cases[i][0] * cases[i][1] * channels; k++)
                from.pixels[k] = (uint8_t)test_random(&seed);
            assert_int_equal(picture_reduced(ctx, &from, cases[i][2], &to), RC_OK);
            assert_true(to.width <= cases[i][2] && to.height <= cases[i][2]);
            for (uint32_t y = 0; y < to.height; y++)
                for (uint32_t x = 0; x < to.width * channels; x++) {
                    double wanted = area_average(&from, &to, x / channels, y, x % channels);

                    assert_true(fabs(picture_row(&to, y)[x] - wanted) < 0.5001);
                }
        }
}

/* White stays white and nothing wraps at the largest sizes. */
static void test_reduce_extremes(void **state)
{
    struct ctx *ctx = *state;
    struct picture picture = {65535, 3, 3, NULL};
    struct reducer reducer;
    uint8_t *row = arena_alloc(ctx->arena, (size_t)65535 * 3);

    memset(row, 255, (size_t)65535 * 3);
    assert_int_equal(reducer_init(ctx, &reducer, &picture, 2), RC_OK);
    for (int y = 0; y < 3; y++)
        reducer_take(&reducer, row);
    assert_memory_equal(reducer.result.pixels, "\xff\xff\xff\xff\xff\xff", 6);
    picture = (struct picture){1, 65535, 3, NULL};
    assert_int_equal(reducer_init(ctx, &reducer, &picture, 2), RC_OK);
    for (int y = 0; y < 65535; y++)
        reducer_take(&reducer, row);
    assert_memory_equal(reducer.result.pixels, "\xff\xff\xff\xff\xff\xff", 6);
}

/* test_support builds what a camera stores from the wording of the Exif standard. */
static void test_upright(void **state)
{
    struct ctx *ctx = *state;
    struct picture upright, stored, turned;

    assert_int_equal(picture_new(ctx, 5, 3, 3, &upright), RC_OK);
    for (int i = 0; i < 45; i++)
        upright.pixels[i] = (uint8_t)i;
    for (int orientation = 1; orientation <= 8; orientation++) {
        stored = make_stored(ctx, &upright, orientation);
        assert_int_equal(picture_upright(ctx, &stored, orientation, &turned), RC_OK);
        assert_int_equal(turned.width, 5);
        assert_int_equal(turned.height, 3);
        assert_memory_equal(turned.pixels, upright.pixels, 45);
    }
    for (int orientation = -1; orientation <= 9; orientation += 10) {
        assert_int_equal(picture_upright(ctx, &upright, orientation, &turned), RC_OK);
        assert_ptr_equal(turned.pixels, upright.pixels);
    }
}

static void test_flatten(void **state)
{
    uint8_t samples[] = {0, 0, 0, 255, 0, 0, 0, 0, 255, 0, 100, 128};

    (void)state;
    picture_flatten(samples, samples, 3);
    assert_memory_equal(samples, "\0\0\0\xff\xff\xff", 6);
    assert_int_equal(samples[6], 255);
    assert_int_equal(samples[7], 127);
    assert_int_equal(samples[8], 177);
}

static void test_inks(void **state)
{
    struct ctx *ctx = *state;
    uint8_t inks[] = {0, 255, 255, 0, 0, 0, 0, 255, 0, 0, 0, 0};
    struct picture picture = {3, 1, 4, inks}, rgb;

    assert_int_equal(picture_from_inks(ctx, &picture, false, &rgb), RC_OK);
    assert_memory_equal(rgb.pixels, "\xff\0\0\0\0\0\xff\xff\xff", 9);
    for (size_t i = 0; i < sizeof inks; i++)
        inks[i] = (uint8_t)~inks[i];
    assert_int_equal(picture_from_inks(ctx, &picture, true, &rgb), RC_OK);
    assert_memory_equal(rgb.pixels, "\xff\0\0\0\0\0\xff\xff\xff", 9);
}

static void test_no_memory(void **state)
{
    struct ctx small = {.arena = arena_new(1000)};
    struct picture picture;

    (void)state;
    assert_int_equal(picture_new(&small, 65535, 65535, 4, &picture), RC_LIMIT);
    assert_int_equal(small.err.id, ERR_MEMORY);
    arena_free(small.arena);
}

static void test_exif(void **state)
{
    struct ctx *ctx = *state;

    for (int orientation = 0; orientation <= 9; orientation++)
        for (int big = 0; big < 2; big++) {
            struct str exif = make_exif(ctx, orientation, big);
            int wanted = orientation >= 1 && orientation <= 8 ? orientation : 1;

            assert_int_equal(exif_orientation(exif), wanted);
            assert_int_equal(exif_orientation(str_slice(exif, 6, exif.n)), wanted);
        }
}

/* Every cut and every value of every byte up to the tag: a number from 1 to 8, no stray read. */
static void test_exif_damaged(void **state)
{
    struct ctx *ctx = *state;
    struct str exif = make_exif(ctx, 6, false);
    const size_t behind_tag = 6 + 8 + 2 + 24;

    for (size_t n = 0; n < exif.n; n++) {
        struct str cut = str_copy(ctx->arena, str_slice(exif, 0, n));

        assert_int_equal(exif_orientation(cut), n >= behind_tag - 2 ? 6 : 1);
    }
    for (size_t at = 0; at < behind_tag; at++)
        for (int value = 0; value < 256; value++) {
            uint8_t *copy = arena_alloc(ctx->arena, exif.n);
            int orientation;

            memcpy(copy, exif.p, exif.n);
            copy[at] = (uint8_t)value;
            orientation = exif_orientation((struct str){(char *)copy, exif.n});
            assert_in_range(orientation, 1, 8);
        }
    assert_int_equal(exif_orientation(S("II*\0\xff\xff\xff\xff")), 1);
    assert_int_equal(exif_orientation(S("MM\0*\0\0\0\0")), 1);
}

static void test_profiles(void **state)
{
    struct ctx *ctx = *state;
    struct colour_profile profile;
    struct picture picture;

    assert_true(colour_profile_parse(make_icc(ctx, false), &profile));
    assert_true(colour_profile_is_srgb(&profile));
    assert_true(colour_profile_parse(make_icc(ctx, true), &profile));
    assert_false(colour_profile_is_srgb(&profile));
    assert_int_equal(picture_new(ctx, 3, 1, 3, &picture), RC_OK);
    memcpy(picture.pixels, "\0\0\0\xff\xff\xff\x80\x80\x80", 9);
    assert_int_equal(colour_to_srgb(ctx, &profile, &picture), RC_OK);
    for (int i = 0; i < 9; i++) /* greys have no colour to change */
        assert_true(abs(picture.pixels[i] - (i < 3 ? 0 : i < 6 ? 255 : 128)) <= 1);
}

/* Curves as tables and gammas, which Adobe RGB and scanners use. */
static void test_curves(void **state)
{
    struct ctx *ctx = *state;
    struct str icc = make_icc(ctx, false);
    struct colour_profile profile;
    char *curve = (char *)(uintptr_t)icc.p + 132 + 72 + 60;

    memcpy(curve, "curv\0\0\0\0\0\0\0\1\2\x33", 14); /* 2.199 */
    assert_true(colour_profile_parse(icc, &profile));
    assert_true(profile.curve[1][128] > 0.219F && profile.curve[1][128] < 0.221F);
    memcpy(curve, "curv\0\0\0\0\0\0\0\0", 12);
    assert_true(colour_profile_parse(icc, &profile));
    assert_true(profile.curve[2][51] > 0.199F && profile.curve[2][51] < 0.201F);
    memcpy(curve, "curv\0\0\0\0\0\0\0\3\0\0\x40\0\xff\xff", 18);
    assert_true(colour_profile_parse(icc, &profile));
    assert_true(profile.curve[0][64] > 0.124F && profile.curve[0][64] < 0.127F);
    assert_true(profile.curve[0][255] == 1);
    memcpy(curve, "curv\0\0\0\0\0\0\0\x20", 12); /* longer than its tag */
    assert_false(colour_profile_parse(icc, &profile));
    memcpy(curve, "para\0\0\0\0\0\0\0\0\0\1\0\0", 16);
    assert_true(colour_profile_parse(icc, &profile));
    assert_true(profile.curve[0][100] > 0.39F && profile.curve[0][100] < 0.40F);
    memcpy(curve, "para\0\0\0\0\0\5\0\0", 12);
    assert_false(colour_profile_parse(icc, &profile));
}

static void test_profiles_damaged(void **state)
{
    struct ctx *ctx = *state;
    struct str icc = make_icc(ctx, true);
    struct colour_profile profile;
    uint64_t seed = 5;

    for (size_t n = 0; n < icc.n; n++)
        assert_false(colour_profile_parse(str_copy(ctx->arena, str_slice(icc, 0, n)), &profile));
    for (int round = 0; round < 3000; round++) {
        struct str copy = str_copy(ctx->arena, icc);
        struct picture picture;

        ((char *)(uintptr_t)copy.p)[(round & 1 ? 128 : 0) + test_random(&seed) % (icc.n - 128)] =
            (char)test_random(&seed);
        if (!colour_profile_parse(copy, &profile))
            continue;
        assert_int_equal(picture_new(ctx, 4, 1, 3, &picture), RC_OK);
        memcpy(picture.pixels, "\0\xff\x80\xff\0\x80\x10\x20\x30\x40\x50\x60", 12);
        assert_int_equal(colour_to_srgb(ctx, &profile, &picture), RC_OK);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_fit),
        TEST(test_reduce_is_the_average),
        TEST(test_reduce_extremes),
        TEST(test_upright),
        TEST(test_flatten),
        TEST(test_inks),
        TEST(test_no_memory),
        TEST(test_exif),
        TEST(test_exif_damaged),
        TEST(test_profiles),
        TEST(test_curves),
        TEST(test_profiles_damaged),
    };

    return cmocka_run_group_tests_name("image/picture", tests, NULL, NULL);
}
