/* What the tests of this folder share: cmocka, a context, and pictures made to order.
 *
 * The pictures are made with the libraries' encoders, none of which the product itself uses but
 * the JPEG one. Everything made lives in the arena. A failure to make one ends the test.
 */
#ifndef IMAGE_TEST_SUPPORT_H
#define IMAGE_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "image/picture.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)

/* A ctx with an arena of half a gigabyte in *state. */
int test_begin(void **state);
int test_end(void **state);

/* The context as it was at the beginning: no error, an empty arena. */
void test_again(struct ctx *ctx);

/* The four corners' colours of the test pattern, upright: red, green, blue, yellow for the top
 * left, top right, bottom left and bottom right quarter. */
struct picture make_pattern(struct ctx *ctx, uint32_t width, uint32_t height);

/* Soft shapes and a little grain, from a fixed seed: what a photograph costs a decoder. */
struct picture make_photo(struct ctx *ctx, uint32_t width, uint32_t height);

/* How a camera held as `orientation` (Exif, 1 to 8) would store the picture. */
struct picture make_stored(struct ctx *ctx, const struct picture *upright, int orientation);

/* An Exif block with that orientation, a GPS note and a maker's name; starts with "Exif\0\0". */
struct str make_exif(struct ctx *ctx, int orientation, bool is_big_endian);

/* A matrix profile with the colorants of Display P3 (or sRGB) and sRGB's curve. */
struct str make_icc(struct ctx *ctx, bool is_p3);

struct jpeg_wish {
    struct str exif, icc;
    bool is_progressive, is_grey, is_cmyk;
    int scans; /* so many passes, 65 to 127, of a progressive grey picture; 0: as usual */
};
struct str make_jpeg(struct ctx *ctx, const struct picture *picture, struct jpeg_wish wish);

struct png_wish {
    struct str exif; /* without "Exif\0\0" */
    struct str text; /* a comment */
    int depth;       /* 8 or 16; 0 is 8 */
    bool is_interlaced, is_grey, is_palette;
    bool has_alpha; /* the right half is transparent */
};
struct str make_png(struct ctx *ctx, const struct picture *picture, struct png_wish wish);

/* A PNG whose header promises width x height one-bit pixels and whose data are all zero. */
struct str make_png_bomb(struct ctx *ctx, uint32_t width, uint32_t height);

/* The same, promising four channels of 16 bits a pixel: the data end long before the promise. */
struct str make_png_deep_bomb(struct ctx *ctx, uint32_t width, uint32_t height);

struct webp_wish {
    struct str exif; /* without "Exif\0\0" */
    struct str icc;
    bool is_lossless;
    bool has_alpha; /* the right half is transparent */
};
struct str make_webp(struct ctx *ctx, const struct picture *picture, struct webp_wish wish);

/* Two frames: the picture, then black. */
struct str make_webp_animated(struct ctx *ctx, const struct picture *picture);

/* One HEVC picture, with irot and imir boxes for that orientation. */
struct str make_heic(struct ctx *ctx, const struct picture *stored, int orientation);

/* The same in tiles of `tile` x `tile` pixels, as telephones write them; both sides are multiples
 * of `tile`. */
struct str make_heic_tiles(struct ctx *ctx, const struct picture *picture, uint32_t tile);

/* Decodes with libjpeg alone; anything unusual in the bytes fails the test. */
struct picture read_jpeg(struct ctx *ctx, struct str bytes);

/* Fails unless the four corners, a sixth of the side in, show the pattern's colours. */
void assert_pattern(const struct picture *picture);
void assert_pixel(const struct picture *picture, uint32_t x, uint32_t y, uint32_t rgb);

/* `count` pseudo-random bytes' worth of state: xorshift, the same in every run. */
uint32_t test_random(uint64_t *state);

#endif
