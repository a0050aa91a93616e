#include "image/process.h"

#include <time.h>

#include "image/test_support.h"

#define WIDTH  96
#define HEIGHT 64

static struct processed process_ok(struct ctx *ctx, struct str bytes)
{
    struct processed got;
    enum rc rc = process_image(ctx, bytes, &got);

    if (rc)
        fail_msg("%s: %.*s", err_name(ctx->err.id), STR_ARG(ctx->err.detail));
    return got;
}

static void assert_refused(struct ctx *ctx, struct str bytes, enum err_id id)
{
    struct processed got;

    ctx_clear_error(ctx);
    assert_int_not_equal(process_image(ctx, bytes, &got), RC_OK);
    if (ctx->err.id != id)
        fail_msg("%s instead of %s: %.*s", err_name(ctx->err.id), err_name(id),
                 STR_ARG(ctx->err.detail));
    assert_true(ctx->err.detail.n > 0);
}

/* The pattern comes out upright, in both sizes, and nothing but pixels comes with it. */
static void assert_clean(struct ctx *ctx, struct str bytes)
{
    static const struct str traces[] = {STR("Exif"), STR("GPS"),         STR("Secret"),
                                        STR("acsp"), STR("ICC_PROFILE"), STR("<?php")};
    struct processed got = process_ok(ctx, bytes);
    struct picture full = read_jpeg(ctx, got.full_jpeg);
    struct picture thumb = read_jpeg(ctx, got.thumb_jpeg);

    assert_int_equal(full.width, WIDTH);
    assert_int_equal(full.height, HEIGHT);
    assert_pattern(&full);
    assert_pattern(&thumb);
    for (size_t i = 0; i < COUNT(traces); i++) {
        assert_int_equal(str_find(got.full_jpeg, traces[i]), -1);
        assert_int_equal(str_find(got.thumb_jpeg, traces[i]), -1);
    }
}

static void test_orientations_jpeg(void **state)
{
    struct ctx *ctx = *state;

    for (int orientation = 1; orientation <= 8; orientation++) {
        struct picture upright = make_pattern(ctx, WIDTH, HEIGHT);
        struct picture stored = make_stored(ctx, &upright, orientation);

        for (int big = 0; big < 2; big++)
            assert_clean(ctx, make_jpeg(ctx, &stored,
                                        (struct jpeg_wish){.exif = make_exif(ctx, orientation, big),
                                                           .icc = make_icc(ctx, false),
                                                           .is_progressive = big}));
        test_again(ctx);
    }
}

static struct str bare_exif(struct ctx *ctx, int orientation)
{
    struct str exif = make_exif(ctx, orientation, orientation & 1);

    return str_slice(exif, 6, exif.n);
}

static void test_orientations_png(void **state)
{
    struct ctx *ctx = *state;

    for (int orientation = 1; orientation <= 8; orientation++) {
        struct picture upright = make_pattern(ctx, WIDTH, HEIGHT);
        struct picture stored = make_stored(ctx, &upright, orientation);

        assert_clean(ctx, make_png(ctx, &stored,
                                   (struct png_wish){.exif = bare_exif(ctx, orientation),
                                                     .text = S("<?php Secret GPS")}));
    }
}

static void test_orientations_webp(void **state)
{
    struct ctx *ctx = *state;

    for (int orientation = 1; orientation <= 8; orientation++) {
        struct picture upright = make_pattern(ctx, WIDTH, HEIGHT);
        struct picture stored = make_stored(ctx, &upright, orientation);

        for (int lossless = 0; lossless < 2; lossless++)
            assert_clean(ctx, make_webp(ctx, &stored,
                                        (struct webp_wish){.exif = bare_exif(ctx, orientation),
                                                           .icc = make_icc(ctx, false),
                                                           .is_lossless = lossless}));
    }
}

static void test_orientations_heic(void **state)
{
    struct ctx *ctx = *state;

    for (int orientation = 1; orientation <= 8; orientation++) {
        struct picture upright = make_pattern(ctx, WIDTH, HEIGHT);
        struct picture stored = make_stored(ctx, &upright, orientation);

        assert_clean(ctx, make_heic(ctx, &stored, orientation));
    }
}

static void test_heic_tiles(void **state)
{
    struct ctx *ctx = *state;
    struct picture upright = make_pattern(ctx, 384, 256);
    struct processed got = process_ok(ctx, make_heic_tiles(ctx, &upright, 128));
    struct picture full = read_jpeg(ctx, got.full_jpeg);

    assert_int_equal(got.width, 384);
    assert_int_equal(got.height, 256);
    assert_pattern(&full);
}

static void test_kinds_of_png(void **state)
{
    static const struct png_wish wishes[] = {
        {.depth = 8},
        {.depth = 16},
        {.is_interlaced = true},
        {.is_palette = true},
        {.depth = 16, .is_interlaced = true},
        {.is_palette = true, .is_interlaced = true},
    };
    struct ctx *ctx = *state;
    struct picture upright = make_pattern(ctx, WIDTH, HEIGHT);

    for (size_t i = 0; i < COUNT(wishes); i++)
        assert_clean(ctx, make_png(ctx, &upright, wishes[i]));
}

static void test_grey(void **state)
{
    struct ctx *ctx = *state;
    struct picture upright = make_pattern(ctx, WIDTH, HEIGHT);
    const struct str files[] = {
        make_jpeg(ctx, &upright, (struct jpeg_wish){.is_grey = true}),
        make_png(ctx, &upright, (struct png_wish){.is_grey = true}),
        make_png(ctx, &upright, (struct png_wish){.is_grey = true, .depth = 16}),
    };

    for (size_t i = 0; i < COUNT(files); i++) {
        struct processed got = process_ok(ctx, files[i]);
        struct picture full = read_jpeg(ctx, got.full_jpeg);

        assert_pixel(&full, 5, 5, 0x555555);
        assert_pixel(&full, WIDTH - 5, HEIGHT - 5, 0xaaaaaa);
    }
}

static void test_transparent_becomes_white(void **state)
{
    struct ctx *ctx = *state;
    struct picture upright = make_pattern(ctx, WIDTH, HEIGHT);
    const struct str files[] = {
        make_png(ctx, &upright, (struct png_wish){.has_alpha = true}),
        make_png(ctx, &upright, (struct png_wish){.has_alpha = true, .is_interlaced = true}),
        make_webp(ctx, &upright, (struct webp_wish){.has_alpha = true}),
        make_webp(ctx, &upright, (struct webp_wish){.has_alpha = true, .is_lossless = true}),
    };

    for (size_t i = 0; i < COUNT(files); i++) {
        struct processed got = process_ok(ctx, files[i]);
        struct picture full = read_jpeg(ctx, got.full_jpeg);

        assert_pixel(&full, 10, 5, 0xff0000);
        assert_pixel(&full, WIDTH - 10, 5, 0xffffff);
        assert_pixel(&full, WIDTH - 10, HEIGHT - 5, 0xffffff);
    }
}

static void test_cmyk(void **state)
{
    struct ctx *ctx = *state;
    struct picture upright = make_pattern(ctx, WIDTH, HEIGHT);

    assert_clean(ctx, make_jpeg(ctx, &upright, (struct jpeg_wish){.is_cmyk = true}));
}

static void test_first_frame(void **state)
{
    struct ctx *ctx = *state;
    struct picture upright = make_pattern(ctx, WIDTH, HEIGHT);

    assert_clean(ctx, make_webp_animated(ctx, &upright));
}

/* The matrices of CSS Color 4, section 10, turn P3 (200, 100, 60) into sRGB (215, 93, 47). */
static void test_wide_colours(void **state)
{
    struct ctx *ctx = *state;
    struct picture picture = make_pattern(ctx, WIDTH, HEIGHT);
    struct processed got;

    for (size_t i = 0; i < (size_t)3 * WIDTH * HEIGHT; i += 3)
        memcpy(picture.pixels + i, (uint8_t[]){200, 100, 60}, 3);
    got = process_ok(ctx, make_jpeg(ctx, &picture, (struct jpeg_wish){.icc = make_icc(ctx, true)}));
    assert_in_range(got.full.pixels[0], 213, 217);
    assert_in_range(got.full.pixels[1], 90, 96);
    assert_in_range(got.full.pixels[2], 44, 50);
}

static void test_sizes(void **state)
{
    static const uint32_t sizes[][6] = {
        {1, 1, 1, 1, 1, 1},
        {2048, 10, 2048, 10, 320, 2},
        {4096, 3000, 2048, 1500, 320, 234},
        {2049, 5, 2048, 5, 320, 1},
        {5, 5000, 2, 2048, 1, 320},
        {321, 200, 321, 200, 320, 199},
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(sizes); i++) {
        const uint32_t *size = sizes[i];
        struct picture picture = make_pattern(ctx, size[0], size[1]);
        const struct str files[] = {
            make_jpeg(ctx, &picture, (struct jpeg_wish){.is_progressive = false}),
            make_png(ctx, &picture, (struct png_wish){.depth = 8}),
            make_webp(ctx, &picture, (struct webp_wish){.is_lossless = true}),
        };

        for (size_t k = 0; k < 3; k++) {
            struct processed got = process_ok(ctx, files[k]);
            struct picture full = read_jpeg(ctx, got.full_jpeg);
            struct picture thumb = read_jpeg(ctx, got.thumb_jpeg);

            assert_int_equal(got.width, size[0]);
            assert_int_equal(got.height, size[1]);
            assert_int_equal(full.width, size[2]);
            assert_int_equal(full.height, size[3]);
            assert_int_equal(thumb.width, size[4]);
            assert_int_equal(thumb.height, size[5]);
        }
        test_again(ctx);
    }
}

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* A JPEG, WebP or HEIC header that promises more than there can be. */
static struct str patched(struct ctx *ctx, struct str file, ptrdiff_t at, struct str with)
{
    struct str copy = str_copy(ctx->arena, file);

    assert_true(at >= 0 && (size_t)at + with.n <= copy.n);
    memcpy((char *)(uintptr_t)copy.p + at, with.p, with.n);
    return copy;
}

static void test_bombs(void **state)
{
    struct ctx *ctx = *state;
    struct picture picture = make_pattern(ctx, WIDTH, HEIGHT);
    struct str jpeg = make_jpeg(ctx, &picture, (struct jpeg_wish){.is_progressive = true});
    struct str heic = make_heic(ctx, &picture, 1);
    const struct str bombs[] = {
        make_png_bomb(ctx, 50000, 50000),
        make_png_bomb(ctx, 70000, 16),
        make_png_deep_bomb(ctx, 5000, 5000),
        patched(ctx, jpeg, str_find(jpeg, S("\xff\xc2")) + 5, S("\xff\xdc\xff\xdc")),
        patched(ctx, heic, str_find(heic, S("ispe")) + 8, S("\0\0\xff\xff\0\0\xff\xff")),
    };

    for (size_t i = 0; i < COUNT(bombs); i++) {
        double start_s = cpu_s();

        assert_refused(ctx, bombs[i], ERR_TOO_LARGE);
        assert_true(cpu_s() - start_s < 0.2);
    }
    assert_in_range(bombs[0].n, 100000, 400000);
}

static void test_other_files(void **state)
{
    static const struct str files[] = {
        STR("<html><script>alert(1)</script>"),
        STR("GIF89a\1\0\1\0\0\0\0;"),
        STR("%PDF-1.7\n"),
        STR("PK\3\4rest"),
        STR("x"),
        STR("\0\0\0\0"),
        STR("<svg xmlns='http://www.w3.org/2000/svg'/>"),
        STR("\0\0\0\x18"
            "ftypavif\0\0\0\0mif1avif"),
        STR("\0\0\0\x18"
            "ftypisom\0\0\0\0mp42isom"),
    };
    struct ctx *ctx = *state;

    assert_refused(ctx, STR_NONE, ERR_FILE_BROKEN);
    for (size_t i = 0; i < COUNT(files); i++)
        assert_refused(ctx, files[i], ERR_FILE_KIND);
}

/* The eight bytes that name a format, and nothing of it. */
static void test_only_magic(void **state)
{
    static const struct str files[] = {
        STR("\xff\xd8\xff"),
        STR("\xff\xd8\xff\xe0\0\x10JFIF"),
        STR("\xff\xd8\xff\xd9"),
        STR("\x89PNG\r\n\x1a\n"),
        STR("RIFF\0\0\0\0WEBPVP8 "),
        STR("\0\0\0\x18"
            "ftypheic\0\0\0\0mif1heic"),
        STR("\0\0\0\0ftypheic\0\0\0\0"),
    };
    struct ctx *ctx = *state;

    for (size_t i = 0; i < COUNT(files); i++)
        assert_refused(ctx, files[i], ERR_FILE_BROKEN);
}

static struct str glued(struct ctx *ctx, struct str a, struct str b)
{
    return str_join(ctx->arena, (struct str[]){a, b}, 2, STR_NONE);
}

/* Two files in one: what comes out holds the picture's pixels alone. */
static void test_polyglots(void **state)
{
    static const struct str tails[] = {
        STR("PK\3\4\24\0Secret<?php"), STR("<html>Secret GPS</html>"),  STR("GIF89aSecret;"),
        STR("%PDF-1.4 Secret"),        STR("\xff\xd8\xff Secret Exif"),
    };
    struct ctx *ctx = *state;
    struct picture picture = make_pattern(ctx, WIDTH, HEIGHT);
    const struct str files[] = {
        make_jpeg(ctx, &picture, (struct jpeg_wish){.exif = S("Exif\0\0<?php Secret")}),
        make_png(ctx, &picture, (struct png_wish){.text = S("<?php Secret")}),
        make_webp(ctx, &picture, (struct webp_wish){.exif = S("<?php Secret")}),
    };

    for (size_t i = 0; i < COUNT(files); i++)
        for (size_t k = 0; k < COUNT(tails); k++)
            assert_clean(ctx, glued(ctx, files[i], tails[k]));
    assert_refused(ctx, glued(ctx, S("GIF89a"), files[0]), ERR_FILE_KIND);
}

/* Cut at every fiftieth: never a picture with a part missing. */
static void test_truncated(void **state)
{
    struct ctx *ctx = *state;
    struct picture photo = make_photo(ctx, 300, 200), pattern = make_pattern(ctx, 256, 256);
    const struct str files[] = {
        make_jpeg(ctx, &photo, (struct jpeg_wish){.is_progressive = false}),
        make_jpeg(ctx, &photo, (struct jpeg_wish){.is_progressive = true}),
        make_png(ctx, &photo, (struct png_wish){.depth = 8}),
        make_png(ctx, &photo, (struct png_wish){.is_interlaced = true}),
        make_webp(ctx, &photo, (struct webp_wish){.is_lossless = false}),
        make_webp(ctx, &photo, (struct webp_wish){.is_lossless = true}),
        make_heic(ctx, &photo, 6),
        make_heic_tiles(ctx, &pattern, 128),
    };

    for (size_t i = 0; i < COUNT(files); i++) {
        process_ok(ctx, files[i]);
        for (size_t part = 0; part < 50; part++) {
            size_t n = files[i].n * part / 50;
            struct str cut = str_slice(files[i], 0, n ? n : 12);
            struct processed got;

            ctx_clear_error(ctx);
            if (process_image(ctx, cut, &got) == RC_OK)
                fail_msg("file %zu passes when cut to %zu of %zu bytes", i, cut.n, files[i].n);
            assert_true(ctx->err.id == ERR_FILE_BROKEN || ctx->err.id == ERR_FILE_KIND);
            assert_true(n < 100 || ctx->err.id == ERR_FILE_BROKEN);
        }
        assert_refused(ctx, str_slice(files[i], 0, files[i].n - 1), ERR_FILE_BROKEN);
        ctx_clear_error(ctx);
    }
}

/* A damaged file gives a picture or one of the named errors; the sanitizers watch. */
static void test_flipped_bytes(void **state)
{
    struct ctx *ctx = *state;
    struct picture photo = make_photo(ctx, 80, 60);
    struct str exif = make_exif(ctx, 6, true), icc = make_icc(ctx, true);
    const struct str files[] = {
        make_jpeg(ctx, &photo, (struct jpeg_wish){.exif = exif, .icc = icc}),
        make_jpeg(ctx, &photo, (struct jpeg_wish){.exif = exif, .is_progressive = true}),
        make_png(ctx, &photo, (struct png_wish){.exif = exif, .depth = 16}),
        make_webp(ctx, &photo, (struct webp_wish){.exif = exif, .icc = icc}),
        make_webp(ctx, &photo, (struct webp_wish){.is_lossless = true}),
    };
    uint64_t seed = 1234567;
    int counts[ERR__N] = {0};

    for (size_t i = 0; i < COUNT(files); i++)
        for (int round = 0; round < 150; round++) {
            struct str copy = str_copy(ctx->arena, files[i]);
            struct processed got;

            for (int flips = round % 3; flips >= 0; flips--) {
                size_t range = round & 1 && copy.n > 700 ? 700 : copy.n;

                ((char *)(uintptr_t)copy.p)[test_random(&seed) % range] ^=
                    (char)(1 << (test_random(&seed) & 7));
            }
            ctx_clear_error(ctx);
            if (process_image(ctx, copy, &got) == RC_OK)
                read_jpeg(ctx, got.full_jpeg);
            counts[ctx->err.id]++;
            assert_true(ctx->err.id == ERR_NONE || ctx->err.id == ERR_FILE_BROKEN ||
                        ctx->err.id == ERR_FILE_KIND || ctx->err.id == ERR_TOO_LARGE);
        }
    assert_true(counts[ERR_NONE] > 0 && counts[ERR_FILE_BROKEN] > 100);
    ctx_clear_error(ctx);
}

/* Each pass goes over all pixels, so a small file could keep the program busy for as long as its
 * writer likes. */
static void test_so_many_scans(void **state)
{
    struct ctx *ctx = *state;
    struct picture picture = make_photo(ctx, WIDTH, HEIGHT);

    process_ok(ctx, make_jpeg(ctx, &picture, (struct jpeg_wish){.is_grey = true, .scans = 100}));
    assert_refused(ctx, make_jpeg(ctx, &picture, (struct jpeg_wish){.is_grey = true, .scans = 101}),
                   ERR_FILE_BROKEN);
    assert_true(str_eq(ctx->err.detail, S("too many scans")));
}

/* Bytes between segments are a camera's slip; missing data are not. */
static void test_tolerated(void **state)
{
    struct ctx *ctx = *state;
    struct picture picture = make_pattern(ctx, WIDTH, HEIGHT);
    struct str jpeg = make_jpeg(ctx, &picture, (struct jpeg_wish){.is_progressive = false});
    ptrdiff_t frame = str_find(jpeg, S("\xff\xc0"));
    const struct str pieces[] = {str_slice(jpeg, 0, (size_t)frame), S("\0\0\0stray"),
                                 str_slice(jpeg, (size_t)frame, jpeg.n)};

    assert_true(frame > 0);
    assert_clean(ctx, str_join(ctx->arena, pieces, 3, STR_NONE));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_orientations_jpeg),
        TEST(test_orientations_png),
        TEST(test_orientations_webp),
        TEST(test_orientations_heic),
        TEST(test_heic_tiles),
        TEST(test_kinds_of_png),
        TEST(test_grey),
        TEST(test_transparent_becomes_white),
        TEST(test_cmyk),
        TEST(test_first_frame),
        TEST(test_wide_colours),
        TEST(test_sizes),
        TEST(test_bombs),
        TEST(test_other_files),
        TEST(test_only_magic),
        TEST(test_polyglots),
        TEST(test_truncated),
        TEST(test_flipped_bytes),
        TEST(test_so_many_scans),
        TEST(test_tolerated),
    };

    return cmocka_run_group_tests_name("image/process", tests, NULL, NULL);
}
