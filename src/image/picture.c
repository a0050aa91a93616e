#include "image/picture.h"

#include <assert.h>

enum rc picture_new(struct ctx *ctx, uint32_t width, uint32_t height, uint32_t channels,
                    struct picture *ret)
{
    uint8_t *pixels = arena_array(ctx->arena, (size_t)width * height, channels);

    if (!pixels)
        return FAIL(ctx, ERR_MEMORY);
    *ret = (struct picture){width, height, channels, pixels};
    return RC_OK;
}

static uint32_t fitted(uint32_t shorter, uint32_t longest, uint32_t side)
{
    uint32_t size = (uint32_t)(((uint64_t)shorter * side + longest / 2) / longest);

    return size ? size : 1;
}

void picture_fit(uint32_t *width, uint32_t *height, uint32_t side)
{
    uint32_t longest = *width > *height ? *width : *height;

    if (longest <= side)
        return;
    *width = fitted(*width, longest, side);
    *height = fitted(*height, longest, side);
}

enum rc reducer_init(struct ctx *ctx, struct reducer *reducer, const struct picture *input,
                     uint32_t side)
{
    uint32_t width = input->width, height = input->height;
    size_t samples;
    enum rc rc;

    assert(width >= 1 && width <= 65535 && height >= 1 && height <= 65535);
    *reducer = (struct reducer){.width = width, .height = height};
    picture_fit(&width, &height, side);
    rc = picture_new(ctx, width, height, input->channels, &reducer->result);
    if (rc)
        return rc;
    samples = (size_t)width * input->channels;
    reducer->across = ARENA_ARRAY(ctx->arena, samples, uint32_t);
    reducer->down = ARENA_ARRAY(ctx->arena, samples, uint64_t);
    return reducer->across && reducer->down ? RC_OK : FAIL(ctx, ERR_MEMORY);
}

/* In units of 1/width of the result's pixel, an input pixel is `out` wide and a pixel of the
 * result `in` wide. So each input pixel falls into one pixel of the result or, at its edge, into
 * two, with whole-number weights that add up to `in` for every pixel of the result. */
static void sum_across(struct reducer *reducer, const uint8_t *row)
{
    const uint32_t in = reducer->width, out = reducer->result.width;
    const uint32_t channels = reducer->result.channels;
    uint32_t *sum = reducer->across;
    uint32_t room = in; /* what the pixel at `sum` still lacks */

    memset(sum, 0, (size_t)out * channels * sizeof *sum);
    for (uint32_t x = 0; x < in; x++, row += channels) {
        uint32_t first = out < room ? out : room;

        for (uint32_t c = 0; c < channels; c++)
            sum[c] += first * row[c];
        room -= first;
        if (room > 0)
            continue;
        sum += channels;
        room = in - (out - first);
        for (uint32_t c = 0; out > first && c < channels; c++)
            sum[c] += (out - first) * row[c];
    }
}

static void add_down(struct reducer *reducer, uint32_t weight)
{
    size_t samples = (size_t)reducer->result.width * reducer->result.channels;

    for (size_t i = 0; i < samples; i++)
        reducer->down[i] += (uint64_t)weight * reducer->across[i];
}

static void finish_row(struct reducer *reducer, uint32_t y)
{
    size_t samples = (size_t)reducer->result.width * reducer->result.channels;
    uint64_t area = (uint64_t)reducer->width * reducer->height;
    uint8_t *row = picture_row(&reducer->result, y);

    for (size_t i = 0; i < samples; i++) {
        row[i] = (uint8_t)((reducer->down[i] + area / 2) / area);
        reducer->down[i] = 0;
    }
}

void reducer_take(struct reducer *reducer, const uint8_t *row)
{
    const uint64_t in = reducer->height, out = reducer->result.height;
    uint64_t from = reducer->rows_taken * out; /* the row's upper edge, in the same units */
    uint32_t y = (uint32_t)(from / in);
    uint64_t room = (y + 1) * in - from;
    uint64_t first = out < room ? out : room;

    assert(reducer->rows_taken < reducer->height);
    reducer->rows_taken++;
    sum_across(reducer, row);
    add_down(reducer, (uint32_t)first);
    if (first == room) {
        finish_row(reducer, y);
        if (out > first)
            add_down(reducer, (uint32_t)(out - first));
    }
}

enum rc picture_reduced(struct ctx *ctx, const struct picture *picture, uint32_t side,
                        struct picture *ret)
{
    struct reducer reducer;
    enum rc rc;

    if (picture->width <= side && picture->height <= side) {
        *ret = *picture;
        return RC_OK;
    }
    rc = reducer_init(ctx, &reducer, picture, side);
    if (rc)
        return rc;
    for (uint32_t y = 0; y < picture->height; y++)
        reducer_take(&reducer, picture_row(picture, y));
    *ret = reducer.result;
    return RC_OK;
}

/* Where the pixel shown at (x, y) is stored. Orientations from 5 on swap rows and columns; of the
 * stored picture 2, 3, 7 and 8 run from right to left, 3, 4, 6 and 7 from bottom to top. */
static const uint8_t *stored_at(const struct picture *picture, int orientation, uint32_t x,
                                uint32_t y)
{
    bool is_swapped = orientation >= 5;
    uint32_t column = is_swapped ? y : x, line = is_swapped ? x : y;

    if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        column = picture->width - 1 - column;
    if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        line = picture->height - 1 - line;
    return picture_row(picture, line) + (size_t)column * picture->channels;
}

enum rc picture_upright(struct ctx *ctx, const struct picture *picture, int orientation,
                        struct picture *ret)
{
    struct picture turned;
    bool is_swapped = orientation >= 5;
    enum rc rc;

    if (orientation < 2 || orientation > 8) {
        *ret = *picture;
        return RC_OK;
    }
    rc = picture_new(ctx, is_swapped ? picture->height : picture->width,
                     is_swapped ? picture->width : picture->height, picture->channels, &turned);
    if (rc)
        return rc;
    for (uint32_t y = 0; y < turned.height; y++) {
        uint8_t *to = picture_row(&turned, y);

        for (uint32_t x = 0; x < turned.width; x++, to += turned.channels)
            memcpy(to, stored_at(picture, orientation, x, y), turned.channels);
    }
    *ret = turned;
    return RC_OK;
}

static uint8_t scaled(unsigned a, unsigned b)
{
    return (uint8_t)((a * b + 127) / 255);
}

void picture_flatten(const uint8_t *rgba, uint8_t *rgb, size_t count)
{
    for (size_t i = 0; i < count; i++, rgba += 4, rgb += 3) {
        unsigned alpha = rgba[3];

        for (int c = 0; c < 3; c++)
            rgb[c] = (uint8_t)(scaled(rgba[c], alpha) + (255 - alpha));
    }
}

enum rc picture_from_inks(struct ctx *ctx, const struct picture *inks, bool is_inverted,
                          struct picture *ret)
{
    const size_t count = (size_t)inks->width * inks->height;
    const uint8_t flip = is_inverted ? 0 : 255;
    const uint8_t *from = inks->pixels;
    struct picture picture;
    enum rc rc = picture_new(ctx, inks->width, inks->height, 3, &picture);
    uint8_t *to;

    if (rc)
        return rc;
    to = picture.pixels;
    for (size_t i = 0; i < count; i++, from += 4, to += 3)
        for (int c = 0; c < 3; c++)
            to[c] = scaled(from[c] ^ flip, from[3] ^ flip);
    *ret = picture;
    return RC_OK;
}
