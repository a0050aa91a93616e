/* Makers of JPEG, PNG and WebP files for the tests; HEIC in test_make_heic.c. */
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/encode.h>
#include <webp/mux.h>
#include <zlib.h>

#include "image/test_support.h"

static void write_notes(struct jpeg_compress_struct *cinfo, struct jpeg_wish wish)
{
    if (wish.exif.n)
        jpeg_write_marker(cinfo, JPEG_APP0 + 1, (const JOCTET *)wish.exif.p, (unsigned)wish.exif.n);
    if (wish.icc.n)
        jpeg_write_icc_profile(cinfo, (const JOCTET *)wish.icc.p, (unsigned)wish.icc.n);
}

/* CMYK as Adobe writes it: inverted, so that a colour's inks are the colour itself. */
static void write_row(struct jpeg_compress_struct *cinfo, const uint8_t *rgb, uint8_t *row)
{
    for (uint32_t x = 0; x < cinfo->image_width; x++, rgb += 3) {
        if (cinfo->input_components == 1) {
            row[x] = (uint8_t)((rgb[0] + rgb[1] + rgb[2]) / 3);
            continue;
        }
        memcpy(row + x * (uint32_t)cinfo->input_components, rgb, 3);
        if (cinfo->input_components == 4)
            row[4 * x + 3] = 255;
    }
    jpeg_write_scanlines(cinfo, &row, 1);
}

/* The mean of each block, its 63 other shares one by one without their last bit, and that bit for
 * as many of them as are left. */
static void ask_for_scans(struct jpeg_compress_struct *cinfo, int scans, jpeg_scan_info *script)
{
    script[0] = (jpeg_scan_info){.comps_in_scan = 1};
    for (int i = 1; i < scans; i++) {
        bool is_first = i <= 63;
        int share = is_first ? i : i - 63;

        script[i] = (jpeg_scan_info){
            .comps_in_scan = 1, .Ss = share, .Se = share, .Ah = !is_first, .Al = is_first};
    }
    cinfo->scan_info = script;
    cinfo->num_scans = scans;
}

struct str make_jpeg(struct ctx *ctx, const struct picture *picture, struct jpeg_wish wish)
{
    struct jpeg_compress_struct cinfo;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long n = 0;
    uint8_t *row = arena_alloc(ctx->arena, (size_t)picture->width * 4);
    jpeg_scan_info script[127];
    struct str copy;

    assert_true(!wish.scans || (wish.is_grey && wish.scans > 64 && wish.scans <= 127));
    cinfo.err = jpeg_std_error(&errors);
    jpeg_create_compress(&cinfo);
    jpeg_mem_dest(&cinfo, &bytes, &n);
    cinfo.image_width = picture->width;
    cinfo.image_height = picture->height;
    cinfo.input_components = wish.is_grey ? 1 : wish.is_cmyk ? 4 : 3;
    cinfo.in_color_space = wish.is_grey ? JCS_GRAYSCALE : wish.is_cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&cinfo);
    jpeg_set_quality(&cinfo, 90, TRUE);
    cinfo.write_Adobe_marker = wish.is_cmyk;
    if (wish.is_progressive)
        jpeg_simple_progression(&cinfo);
    if (wish.scans)
        ask_for_scans(&cinfo, wish.scans, script);
    jpeg_start_compress(&cinfo, TRUE);
    write_notes(&cinfo, wish);
    while (cinfo.next_scanline < cinfo.image_height)
        write_row(&cinfo, picture_row(picture, cinfo.next_scanline), row);
    jpeg_finish_compress(&cinfo);
    copy = str_copy(ctx->arena, (struct str){(const char *)bytes, n});
    jpeg_destroy_compress(&cinfo);
    free(bytes);
    return copy;
}

static void png_put(png_structp png, png_bytep bytes, size_t n)
{
    buf_add(png_get_io_ptr(png), (struct str){(const char *)bytes, n});
}

static void png_flushed(png_structp png)
{
    (void)png;
}

/* The pattern's and the photograph's colours by their three highest bits each. */
static void set_palette(png_structp png, png_infop info)
{
    png_color colours[256];

    for (int i = 0; i < 256; i++)
        colours[i] = (png_color){(png_byte)((i >> 5) * 255 / 7), (png_byte)((i >> 2 & 7) * 255 / 7),
                                 (png_byte)((i & 3) * 255 / 3)};
    png_set_PLTE(png, info, colours, 256);
}

static size_t png_pixel(const struct png_wish *wish, const uint8_t *rgb, bool is_clear, uint8_t *to)
{
    uint8_t samples[4] = {rgb[0], rgb[1], rgb[2], is_clear ? 0 : 255};
    size_t count = wish->has_alpha ? 4 : 3, n = 0;

    if (wish->is_palette) {
        *to = (uint8_t)((rgb[0] >> 5) << 5 | (rgb[1] >> 5) << 2 | rgb[2] >> 6);
        return 1;
    }
    if (wish->is_grey) {
        samples[0] = (uint8_t)((rgb[0] + rgb[1] + rgb[2]) / 3);
        samples[1] = samples[3];
        count -= 2;
    }
    for (size_t i = 0; i < count; i++) {
        to[n++] = samples[i];
        if (wish->depth == 16)
            to[n++] = samples[i];
    }
    return n;
}

static void png_write_pixels(png_structp png, const struct picture *picture,
                             const struct png_wish *wish, uint8_t *row)
{
    int passes = wish->is_interlaced ? png_set_interlace_handling(png) : 1;

    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < picture->height; y++) {
            uint8_t *to = row;

            for (uint32_t x = 0; x < picture->width; x++)
                to += png_pixel(wish, picture_row(picture, y) + 3 * x, x >= picture->width / 2, to);
            png_write_row(png, row);
        }
}

struct str make_png(struct ctx *ctx, const struct picture *picture, struct png_wish wish)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    struct buf buf = buf_in(ctx->arena, 200000000);
    uint8_t *row = arena_alloc(ctx->arena, (size_t)picture->width * 8);
    int type = wish.is_palette ? PNG_COLOR_TYPE_PALETTE
               : wish.is_grey  ? PNG_COLOR_TYPE_GRAY
                               : PNG_COLOR_TYPE_RGB;

    png_set_write_fn(png, &buf, png_put, png_flushed);
    png_set_compression_level(png, 1);
    png_set_IHDR(png, info, picture->width, picture->height, wish.depth ? wish.depth : 8,
                 wish.has_alpha ? type | PNG_COLOR_MASK_ALPHA : type,
                 wish.is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (wish.is_palette)
        set_palette(png, info);
    if (wish.exif.n)
        png_set_eXIf_1(png, info, (png_uint_32)wish.exif.n, (png_bytep)(uintptr_t)wish.exif.p);
    if (wish.text.n) {
        char key[] = "Comment", *value = (char *)(uintptr_t)str_z(ctx->arena, wish.text);

        png_set_text(
            png, info,
            &(png_text){.compression = PNG_TEXT_COMPRESSION_NONE, .key = key, .text = value}, 1);
    }
    png_write_info(png, info);
    png_write_pixels(png, picture, &wish, row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return buf_str(&buf);
}

static void put_chunk(struct buf *buf, const char *name, struct str data)
{
    struct buf body = buf_in(buf->arena, data.n + 4);
    uLong crc;

    buf_add(&body, str_of(name));
    buf_add(&body, data);
    crc = crc32(0, (const Bytef *)body.p, (uInt)body.n);
    for (int i = 24; i >= 0; i -= 8)
        buf_add_byte(buf, (char)(data.n >> i));
    buf_add(buf, buf_str(&body));
    for (int i = 24; i >= 0; i -= 8)
        buf_add_byte(buf, (char)(crc >> i));
}

struct str make_png_bomb(struct ctx *ctx, uint32_t width, uint32_t height)
{
    size_t raw = ((size_t)width / 8 + 1) * height;
    uLong room = compressBound(1 << 20) + raw / 500, n = room;
    struct buf buf = buf_in(ctx->arena, room + 1000);
    uint8_t header[13] = {0}, *packed = arena_alloc(ctx->arena, room);
    z_stream stream = {0};
    static uint8_t zeros[1 << 16];

    for (size_t i = 0; i < 4; i++) {
        header[i] = (uint8_t)(width >> (24 - 8 * i));
        header[4 + i] = (uint8_t)(height >> (24 - 8 * i));
    }
    header[8] = 1;
    assert_int_equal(deflateInit(&stream, 9), Z_OK);
    stream.next_out = packed;
    stream.avail_out = (uInt)n;
    for (size_t done = 0; done < raw; done += stream.total_in - done) {
        stream.next_in = zeros;
        stream.avail_in = (uInt)(raw - done < sizeof zeros ? raw - done : sizeof zeros);
        assert_int_equal(deflate(&stream, Z_NO_FLUSH), Z_OK);
    }
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    BUF_ADD(&buf, "\x89PNG\r\n\x1a\n");
    put_chunk(&buf, "IHDR", (struct str){(const char *)header, sizeof header});
    put_chunk(&buf, "IDAT", (struct str){(const char *)packed, stream.total_out});
    put_chunk(&buf, "IEND", STR_NONE);
    deflateEnd(&stream);
    return buf_str(&buf);
}

struct str make_png_deep_bomb(struct ctx *ctx, uint32_t width, uint32_t height)
{
    struct str bomb = make_png_bomb(ctx, width, height);
    uint8_t *header = (uint8_t *)(uintptr_t)bomb.p + 12; /* behind the signature and the length */
    uLong crc;

    header[12] = 16;
    header[13] = 6;
    crc = crc32(0, header, 17);
    for (int i = 0; i < 4; i++)
        header[17 + i] = (uint8_t)(crc >> (24 - 8 * i));
    return bomb;
}

static void import_rgb(struct ctx *ctx, const struct picture *picture, bool has_alpha,
                       WebPPicture *ret)
{
    size_t count = (size_t)picture->width * picture->height;
    uint8_t *rgba = arena_alloc(ctx->arena, count * 4);

    for (size_t i = 0; i < count; i++) {
        memcpy(rgba + 4 * i, picture->pixels + 3 * i, 3);
        rgba[4 * i + 3] = has_alpha && i % picture->width >= picture->width / 2 ? 0 : 255;
    }
    assert_true(WebPPictureInit(ret));
    ret->use_argb = 1;
    ret->width = (int)picture->width;
    ret->height = (int)picture->height;
    assert_true(WebPPictureImportRGBA(ret, rgba, (int)picture->width * 4));
}

static struct str add_chunks(struct ctx *ctx, WebPData image, struct webp_wish wish)
{
    WebPMux *mux = WebPMuxCreate(&image, 1);
    WebPData exif = {(const uint8_t *)wish.exif.p, wish.exif.n}, out;
    WebPData icc = {(const uint8_t *)wish.icc.p, wish.icc.n};
    struct str copy;

    if (wish.exif.n)
        assert_int_equal(WebPMuxSetChunk(mux, "EXIF", &exif, 1), WEBP_MUX_OK);
    if (wish.icc.n)
        assert_int_equal(WebPMuxSetChunk(mux, "ICCP", &icc, 1), WEBP_MUX_OK);
    assert_int_equal(WebPMuxAssemble(mux, &out), WEBP_MUX_OK);
    copy = str_copy(ctx->arena, (struct str){(const char *)out.bytes, out.size});
    WebPDataClear(&out);
    WebPMuxDelete(mux);
    return copy;
}

struct str make_webp(struct ctx *ctx, const struct picture *picture, struct webp_wish wish)
{
    WebPConfig config;
    WebPPicture from;
    WebPMemoryWriter writer;
    struct str bytes;

    import_rgb(ctx, picture, wish.has_alpha, &from);
    assert_true(WebPConfigInit(&config));
    config.lossless = wish.is_lossless;
    config.method = 0;
    config.quality = wish.is_lossless ? 10 : 80;
    WebPMemoryWriterInit(&writer);
    from.writer = WebPMemoryWrite;
    from.custom_ptr = &writer;
    assert_true(WebPEncode(&config, &from));
    bytes = add_chunks(ctx, (WebPData){writer.mem, writer.size}, wish);
    WebPPictureFree(&from);
    WebPMemoryWriterClear(&writer);
    return bytes;
}

struct str make_webp_animated(struct ctx *ctx, const struct picture *picture)
{
    WebPAnimEncoder *encoder = WebPAnimEncoderNew((int)picture->width, (int)picture->height, NULL);
    struct picture black;
    WebPPicture frame;
    WebPData out;
    struct str copy;

    assert_int_equal(picture_new(ctx, picture->width, picture->height, 3, &black), RC_OK);
    import_rgb(ctx, picture, false, &frame);
    assert_true(WebPAnimEncoderAdd(encoder, &frame, 0, NULL));
    WebPPictureFree(&frame);
    import_rgb(ctx, &black, false, &frame);
    assert_true(WebPAnimEncoderAdd(encoder, &frame, 100, NULL));
    WebPPictureFree(&frame);
    assert_true(WebPAnimEncoderAdd(encoder, NULL, 200, NULL));
    assert_true(WebPAnimEncoderAssemble(encoder, &out));
    copy = str_copy(ctx->arena, (struct str){(const char *)out.bytes, out.size});
    WebPDataClear(&out);
    WebPAnimEncoderDelete(encoder);
    return copy;
}
