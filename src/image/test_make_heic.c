/* Makers of HEIC files for the tests: one picture by libheif's encoder (x265), and the tiled
 * layout of telephones put together by hand (ISO/IEC 23008-12, sections 6.6.2.3 and 9). */
#include <libheif/heif.h>

#include "image/test_support.h"

#define MAX_BYTES ((size_t)64 << 20)

static void check(struct heif_error error)
{
    if (error.code != heif_error_Ok)
        fail_msg("libheif: %s", error.message);
}

static struct heif_error write_to_buf(struct heif_context *context, const void *data, size_t n,
                                      void *buf)
{
    (void)context;
    buf_add(buf, (struct str){data, n});
    return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, "ok"};
}

static struct heif_image *import_rgb(const struct picture *picture)
{
    struct heif_image *image;
    int stride;
    uint8_t *to;

    check(heif_image_create((int)picture->width, (int)picture->height, heif_colorspace_RGB,
                            heif_chroma_interleaved_RGB, &image));
    check(heif_image_add_plane(image, heif_channel_interleaved, (int)picture->width,
                               (int)picture->height, 8));
    to = heif_image_get_plane(image, heif_channel_interleaved, &stride);
    for (uint32_t y = 0; y < picture->height; y++)
        memcpy(to + (size_t)stride * y, picture_row(picture, y), (size_t)picture->width * 3);
    return image;
}

struct str make_heic(struct ctx *ctx, const struct picture *stored, int orientation)
{
    struct heif_context *context = heif_context_alloc();
    struct heif_image *image = import_rgb(stored);
    struct heif_encoding_options *options = heif_encoding_options_alloc();
    struct heif_writer writer = {.writer_api_version = 1, .write = write_to_buf};
    struct buf buf = buf_in(ctx->arena, MAX_BYTES);
    struct heif_encoder *encoder;
    struct heif_image_handle *handle;

    check(heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder));
    check(heif_encoder_set_lossy_quality(encoder, 50));
    check(heif_encoder_set_parameter_string(encoder, "preset", "ultrafast"));
    options->image_orientation = (enum heif_orientation)orientation;
    check(heif_context_encode_image(context, image, encoder, options, &handle));
    check(heif_context_write(context, &writer, &buf));
    heif_image_handle_release(handle);
    heif_encoding_options_free(options);
    heif_encoder_release(encoder);
    heif_image_release(image);
    heif_context_free(context);
    return buf_str(&buf);
}

static void put(struct buf *buf, uint32_t value, int width)
{
    for (int i = width - 1; i >= 0; i--)
        buf_add_byte(buf, (char)(value >> (8 * i)));
}

/* A box, with version and flags when those are 0 or more. */
static void put_box(struct buf *buf, const char *name, int version, struct str body)
{
    put(buf, (uint32_t)body.n + 8 + (version >= 0 ? 4 : 0), 4);
    buf_add(buf, str_of(name));
    if (version >= 0)
        put(buf, (uint32_t)version << 24, 4);
    buf_add(buf, body);
}

/* The contents of the first box of that name. */
static struct str find_box(struct str file, const char *name)
{
    ptrdiff_t at = str_find(file, str_of(name));
    const uint8_t *p = (const uint8_t *)file.p + at - 4;

    assert_true(at >= 4);
    return str_slice(file, (size_t)at + 4,
                     (size_t)at - 4 +
                         ((size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]));
}

struct tiles {
    struct ctx *ctx;
    uint32_t columns, lines, side;
    struct str configuration; /* of the HEVC decoder; the same for all */
    struct str *coded;        /* one a tile */
};

static uint32_t tile_count(const struct tiles *tiles)
{
    return tiles->columns * tiles->lines;
}

static struct buf part(const struct tiles *tiles)
{
    return buf_in(tiles->ctx->arena, MAX_BYTES);
}

static struct str item_infos(const struct tiles *tiles)
{
    struct buf all = part(tiles);

    put(&all, tile_count(tiles) + 1, 2);
    for (uint32_t id = 1; id <= tile_count(tiles) + 1; id++) {
        struct buf info = part(tiles);

        put(&info, id, 2);
        put(&info, 0, 2);
        buf_add(&info, id == 1 ? S("grid") : S("hvc1"));
        put(&info, 0, 1);
        put_box(&all, "infe", 2, buf_str(&info));
    }
    return buf_str(&all);
}

static struct str references(const struct tiles *tiles)
{
    struct buf list = part(tiles), all = part(tiles);

    put(&list, 1, 2);
    put(&list, tile_count(tiles), 2);
    for (uint32_t id = 2; id <= tile_count(tiles) + 1; id++)
        put(&list, id, 2);
    put_box(&all, "dimg", -1, buf_str(&list));
    return buf_str(&all);
}

static void put_size(struct buf *buf, const struct tiles *tiles, uint32_t width, uint32_t height)
{
    struct buf size = part(tiles);

    put(&size, width, 4);
    put(&size, height, 4);
    put_box(buf, "ispe", 0, buf_str(&size));
}

/* Properties 1 and 2, decoder and size, belong to every tile; 3, the whole size, to the grid. */
static struct str properties(const struct tiles *tiles)
{
    struct buf container = part(tiles), links = part(tiles), all = part(tiles);

    put_box(&container, "hvcC", -1, tiles->configuration);
    put_size(&container, tiles, tiles->side, tiles->side);
    put_size(&container, tiles, tiles->columns * tiles->side, tiles->lines * tiles->side);
    put_box(&all, "ipco", -1, buf_str(&container));
    put(&links, tile_count(tiles) + 1, 4);
    put(&links, 0x00010103, 4); /* item 1: one property, number 3 */
    for (uint32_t id = 2; id <= tile_count(tiles) + 1; id++) {
        put(&links, id, 2);
        put(&links, 0x028102, 3);
    }
    put_box(&all, "ipma", 0, buf_str(&links));
    return buf_str(&all);
}

static struct str locations(const struct tiles *tiles, uint32_t data_at)
{
    struct buf all = part(tiles);

    put(&all, 0x4400, 2);
    put(&all, tile_count(tiles) + 1, 2);
    for (uint32_t id = 1; id <= tile_count(tiles) + 1; id++) {
        uint32_t n = id == 1 ? 8 : (uint32_t)tiles->coded[id - 2].n;

        put(&all, id, 2);
        put(&all, id == 1, 2); /* 1: in the idat box; 0: in the file */
        put(&all, 0, 2);
        put(&all, 1, 2);
        put(&all, id == 1 ? 0 : data_at, 4);
        put(&all, n, 4);
        data_at += id == 1 ? 0 : n;
    }
    return buf_str(&all);
}

static struct str grid(const struct tiles *tiles)
{
    struct buf all = part(tiles);

    put(&all, 0, 2);
    put(&all, tiles->lines - 1, 1);
    put(&all, tiles->columns - 1, 1);
    put(&all, tiles->columns * tiles->side, 2);
    put(&all, tiles->lines * tiles->side, 2);
    return buf_str(&all);
}

static struct str file_before_data(const struct tiles *tiles, uint32_t data_at)
{
    struct buf meta = part(tiles), file = part(tiles);

    put_box(&meta, "hdlr", 0, S("\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    put_box(&meta, "pitm", 0, S("\0\1"));
    put_box(&meta, "iloc", 1, locations(tiles, data_at));
    put_box(&meta, "iinf", 0, item_infos(tiles));
    put_box(&meta, "iref", 0, references(tiles));
    put_box(&meta, "iprp", -1, properties(tiles));
    put_box(&meta, "idat", -1, grid(tiles));
    put_box(&file, "ftyp", -1, S("heic\0\0\0\0mif1heic"));
    put_box(&file, "meta", 0, buf_str(&meta));
    return buf_str(&file);
}

static struct str put_together(const struct tiles *tiles)
{
    struct buf data = part(tiles), file = part(tiles);
    size_t before = file_before_data(tiles, 0).n;

    buf_add(&file, file_before_data(tiles, (uint32_t)before + 8));
    assert_int_equal(file.n, before);
    for (uint32_t i = 0; i < tile_count(tiles); i++)
        buf_add(&data, tiles->coded[i]);
    put_box(&file, "mdat", -1, buf_str(&data));
    return buf_str(&file);
}

struct str make_heic_tiles(struct ctx *ctx, const struct picture *picture, uint32_t side)
{
    struct tiles tiles = {ctx, picture->width / side, picture->height / side, side, STR_NONE, NULL};
    struct picture tile;

    assert_true(picture->width % side == 0 && picture->height % side == 0);
    tiles.coded = ARENA_ARRAY(ctx->arena, tile_count(&tiles), struct str);
    assert_int_equal(picture_new(ctx, side, side, 3, &tile), RC_OK);
    for (uint32_t i = 0; i < tile_count(&tiles); i++) {
        uint32_t left = i % tiles.columns * side, top = i / tiles.columns * side;
        struct str file;

        for (uint32_t y = 0; y < side; y++)
            memcpy(picture_row(&tile, y), picture_row(picture, top + y) + 3 * (size_t)left,
                   (size_t)side * 3);
        file = make_heic(ctx, &tile, 1);
        tiles.configuration = find_box(file, "hvcC");
        tiles.coded[i] = find_box(file, "mdat");
    }
    return put_together(&tiles);
}
