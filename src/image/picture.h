/* Pictures in memory: rows of 8-bit samples, made smaller by averaging, turned upright.
 *
 * Inside cityhall-image alone; never linked into the server. Pictures live in ctx->arena.
 * Layer: image, on base alone. One thread at a time.
 */
#ifndef IMAGE_PICTURE_H
#define IMAGE_PICTURE_H

#include "base/ctx.h"

/* Samples lie row by row without gaps, `channels` bytes a pixel: 3 are red, green, blue; 4 are
 * the inks of a CMYK picture, on their way to 3. */
struct picture {
    uint32_t width, height;
    uint32_t channels;
    uint8_t *pixels; /* arena */
};

static inline uint8_t *picture_row(const struct picture *picture, uint32_t y)
{
    return picture->pixels + (size_t)y * picture->width * picture->channels;
}

/* A black picture. ERR_MEMORY when the arena is full. */
enum rc picture_new(struct ctx *ctx, uint32_t width, uint32_t height, uint32_t channels,
                    struct picture *ret) MUST_CHECK;

/* The size of a width x height picture made to fit a square of `side` pixels: the proportions
 * kept, each side rounded and at least 1; unchanged when it fits already. */
void picture_fit(uint32_t *width, uint32_t *height, uint32_t side);

/* Takes a large picture row by row and keeps only the small one: each pixel of the result is the
 * average of the area it covers, exactly, in integers. Memory is one row of sums and the result,
 * whatever the size of the input. */
struct reducer {
    uint32_t width, height; /* of the input; at most 65,535 each */
    uint32_t rows_taken;
    struct picture result;
    uint32_t *across; /* sums of the row just taken, one per sample of the result's row */
    uint64_t *down;   /* sums of the rows that make up the next row of the result */
};

/* Begins a reduction of a width x height picture to fit a square of `side` pixels. */
enum rc reducer_init(struct ctx *ctx, struct reducer *reducer, const struct picture *input,
                     uint32_t side) MUST_CHECK;

/* The next row: width x channels samples. After `height` rows the result is complete. */
void reducer_take(struct reducer *reducer, const uint8_t *row);

/* `picture` fitted to `side`; itself when it fits already. */
enum rc picture_reduced(struct ctx *ctx, const struct picture *picture, uint32_t side,
                        struct picture *ret) MUST_CHECK;

/* The picture as it has to be shown when its camera noted `orientation` (Exif 2.32, tag 0x0112):
 * 1 as it is, 2 mirrored left to right, 3 turned by half, 4 mirrored top to bottom, 5 mirrored
 * along the falling diagonal, 6 to be turned right, 7 mirrored along the rising diagonal, 8 to be
 * turned left. Any other number counts as 1. */
enum rc picture_upright(struct ctx *ctx, const struct picture *picture, int orientation,
                        struct picture *ret) MUST_CHECK;

/* Lays RGBA samples on white: `count` pixels of 4 bytes at `rgba` become 3 bytes at `rgb`, which
 * may be the same place. */
void picture_flatten(const uint8_t *rgba, uint8_t *rgb, size_t count);

/* A CMYK picture as RGB by the plain formula; `is_inverted` as Adobe writes them (0 is full ink).
 * Printers' profiles are not followed. */
enum rc picture_from_inks(struct ctx *ctx, const struct picture *inks, bool is_inverted,
                          struct picture *ret) MUST_CHECK;

#endif
