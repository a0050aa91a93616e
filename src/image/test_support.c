#include "image/test_support.h"

#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#define ARENA_BYTES ((size_t)1 << 30)
#define NEAR        28 /* what lossy coding may change in a flat colour */

#if defined(__SANITIZE_ADDRESS__)
/* The HEVC encoder that makes our test files forgets some of its memory. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libx265";
}
#endif

int test_begin(void **state)
{
    struct ctx *ctx = calloc(1, sizeof *ctx);

    assert_non_null(ctx);
    ctx->arena = arena_new(ARENA_BYTES);
    assert_non_null(ctx->arena);
    *state = ctx;
    return 0;
}

int test_end(void **state)
{
    struct ctx *ctx = *state;

    arena_free(ctx->arena);
    free(ctx);
    return 0;
}

void test_again(struct ctx *ctx)
{
    ctx_clear_error(ctx);
    arena_reset(ctx->arena);
}

uint32_t test_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 16);
}

static struct picture blank(struct ctx *ctx, uint32_t width, uint32_t height)
{
    struct picture picture;

    assert_int_equal(picture_new(ctx, width, height, 3, &picture), RC_OK);
    return picture;
}

struct picture make_pattern(struct ctx *ctx, uint32_t width, uint32_t height)
{
    static const uint8_t colours[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}};
    struct picture picture = blank(ctx, width, height);

    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            memcpy(picture_row(&picture, y) + 3 * x,
                   colours[(y >= height / 2) * 2 + (x >= width / 2)], 3);
    return picture;
}

struct picture make_photo(struct ctx *ctx, uint32_t width, uint32_t height)
{
    struct picture picture = blank(ctx, width, height);
    uint64_t seed = 88172645463325252U;

    for (uint32_t y = 0; y < height; y++) {
        uint8_t *row = picture_row(&picture, y);

        for (uint32_t x = 0; x < width; x++) {
            uint32_t grain = test_random(&seed) & 7;
            uint32_t wave = ((x * x / 900 + y * y / 700) >> 4) & 127;

            row[3 * x] = (uint8_t)(40 + wave + grain);
            row[3 * x + 1] = (uint8_t)((x * 200 / width) + grain);
            row[3 * x + 2] = (uint8_t)((y * 200 / height) + grain);
        }
    }
    return picture;
}

/* Exif 2.32, tag 0x0112, in its own words: which visual side the 0th row and 0th column are. */
struct picture make_stored(struct ctx *ctx, const struct picture *upright, int orientation)
{
    static const struct {
        char row, column;
    } sides[9] = {{0},        {'t', 'l'}, {'t', 'r'}, {'b', 'r'}, {'b', 'l'},
                  {'l', 't'}, {'r', 't'}, {'r', 'b'}, {'l', 'b'}};
    const char row0 = sides[orientation].row, column0 = sides[orientation].column;
    const bool is_turned = row0 == 'l' || row0 == 'r';
    const uint32_t width = upright->width, height = upright->height;
    struct picture stored = blank(ctx, is_turned ? height : width, is_turned ? width : height);

    for (uint32_t r = 0; r < stored.height; r++)
        for (uint32_t c = 0; c < stored.width; c++) {
            uint32_t x = is_turned ? r : c, y = is_turned ? c : r;

            if (row0 == 'r' || column0 == 'r')
                x = width - 1 - x;
            if (row0 == 'b' || column0 == 'b')
                y = height - 1 - y;
            memcpy(picture_row(&stored, r) + 3 * c, picture_row(upright, y) + 3 * x, 3);
        }
    return stored;
}

static void put(struct buf *buf, bool is_big_endian, uint32_t value, int width)
{
    for (int i = 0; i < width; i++)
        buf_add_byte(buf, (char)(value >> (8 * (is_big_endian ? width - 1 - i : i))));
}

static void put_entry(struct buf *buf, bool is_big, const uint32_t entry[4], int width)
{
    put(buf, is_big, entry[0], 2);
    put(buf, is_big, entry[1], 2);
    put(buf, is_big, entry[2], 4);
    put(buf, is_big, entry[3], width);
    put(buf, is_big, 0, 4 - width);
}

struct str make_exif(struct ctx *ctx, int orientation, bool is_big)
{
    struct buf buf = buf_in(ctx->arena, 1000);

    BUF_ADD(&buf, "Exif\0\0");
    buf_add(&buf, is_big ? S("MM") : S("II"));
    put(&buf, is_big, 42, 2);
    put(&buf, is_big, 8, 4);
    put(&buf, is_big, 3, 2);
    put_entry(&buf, is_big, (uint32_t[]){0x010f, 2, 20, 50}, 4);
    put_entry(&buf, is_big, (uint32_t[]){0x0112, 3, 1, (uint32_t)orientation}, 2);
    put_entry(&buf, is_big, (uint32_t[]){0x8825, 4, 1, 70}, 4);
    put(&buf, is_big, 0, 4);
    BUF_ADD(&buf, "SecretMakerOfCamera\0");
    BUF_ADD(&buf, "GPSLatitude 30 41 40");
    return buf_str(&buf);
}

static void put_xyz(struct buf *buf, const double xyz[3])
{
    BUF_ADD(buf, "XYZ \0\0\0\0");
    for (int i = 0; i < 3; i++)
        put(buf, true, (uint32_t)(int32_t)(xyz[i] * 65536), 4);
}

/* D50-adapted colorants as Apple's and HP's published profiles carry them. */
struct str make_icc(struct ctx *ctx, bool is_p3)
{
    static const double p3[3][3] = {
        {0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}};
    static const double srgb[3][3] = {
        {0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}};
    static const char *names[] = {"rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"};
    struct buf buf = buf_in(ctx->arena, 1000);
    uint32_t data = 128 + 4 + 6 * 12;

    put(&buf, true, data + 60 + 32, 4);
    while (buf_str(&buf).n < 128)
        buf_add_byte(&buf, 0);
    memcpy(buf.p + 12, "mntrRGB XYZ ", 12);
    memcpy(buf.p + 36, "acsp", 4);
    put(&buf, true, 6, 4);
    for (uint32_t i = 0; i < 6; i++) {
        buf_add(&buf, str_of(names[i]));
        put(&buf, true, data + (i < 3 ? 20 * i : 60), 4);
        put(&buf, true, i < 3 ? 20 : 32, 4);
    }
    for (int i = 0; i < 3; i++)
        put_xyz(&buf, is_p3 ? p3[i] : srgb[i]);
    BUF_ADD(&buf, "para\0\0\0\0\0\3\0\0");
    for (int i = 0; i < 5; i++) {
        static const double curve[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};

        put(&buf, true, (uint32_t)(curve[i] * 65536), 4);
    }
    return buf_str(&buf);
}

static void on_error(j_common_ptr cinfo)
{
    char text[JMSG_LENGTH_MAX];

    cinfo->err->format_message(cinfo, text);
    fail_msg("libjpeg: %s", text);
}

static void on_message(j_common_ptr cinfo, int level)
{
    if (level < 0)
        on_error(cinfo);
}

struct picture read_jpeg(struct ctx *ctx, struct str bytes)
{
    struct jpeg_decompress_struct cinfo;
    struct jpeg_error_mgr errors;
    struct picture picture;

    cinfo.err = jpeg_std_error(&errors);
    errors.error_exit = on_error;
    errors.emit_message = on_message;
    jpeg_create_decompress(&cinfo);
    jpeg_mem_src(&cinfo, (const unsigned char *)bytes.p, bytes.n);
    jpeg_read_header(&cinfo, TRUE);
    assert_int_equal(cinfo.jpeg_color_space, JCS_YCbCr);
    jpeg_start_decompress(&cinfo);
    picture = blank(ctx, cinfo.output_width, cinfo.output_height);
    while (cinfo.output_scanline < cinfo.output_height) {
        JSAMPROW row = picture_row(&picture, cinfo.output_scanline);

        jpeg_read_scanlines(&cinfo, &row, 1);
    }
    jpeg_finish_decompress(&cinfo);
    jpeg_destroy_decompress(&cinfo);
    return picture;
}

void assert_pixel(const struct picture *picture, uint32_t x, uint32_t y, uint32_t rgb)
{
    const uint8_t *p = picture_row(picture, y) + 3 * x;

    for (int c = 0; c < 3; c++) {
        int wanted = (int)(rgb >> (16 - 8 * c) & 255);

        if (abs(p[c] - wanted) > NEAR)
            fail_msg("(%u, %u) is #%02x%02x%02x, not #%06x", x, y, p[0], p[1], p[2], rgb);
    }
}

void assert_pattern(const struct picture *picture)
{
    const uint32_t left = picture->width / 6, right = picture->width - 1 - left;
    const uint32_t top = picture->height / 6, bottom = picture->height - 1 - top;

    assert_pixel(picture, left, top, 0xff0000);
    assert_pixel(picture, right, top, 0x00ff00);
    assert_pixel(picture, left, bottom, 0x0000ff);
    assert_pixel(picture, right, bottom, 0xffff00);
}
