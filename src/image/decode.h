/* From a file's bytes to pixels, one function per format.
 *
 * Inside cityhall-image alone, after it has locked itself in: nothing here trusts the bytes, and
 * nothing here is trusted to be free of faults. Each function looks at the header first and
 * refuses too many pixels before it decodes one; each gives the first picture of an animation or
 * sequence; each refuses a file that ends too early. What lies behind the picture is not read.
 * Errors: ERR_FILE_BROKEN for damaged or missing data, ERR_FILE_KIND for what the format allows
 * but we do not take, ERR_TOO_LARGE for more than IMAGE_MAX_PIXELS, IMAGE_MAX_STORED_BYTES or
 * memory, each with a detail. Layer: image, on base alone. One thread at a time.
 */
#ifndef IMAGE_DECODE_H
#define IMAGE_DECODE_H

#include "image/image_frame.h"
#include "image/picture.h"

struct decoded {
    uint32_t width, height; /* as stored; also set when the pixels are refused as too many */
    int orientation;        /* still to be applied: see picture_upright */
    struct picture picture; /* RGB, made to fit IMAGE_FULL_SIDE */
    struct str icc;         /* its colour profile, empty when it has none; arena */
    bool is_drawing; /* lossless source: a screenshot or scan, whose edges should stay sharp */
};

/* All follow the same contract; `ret` is zeroed by the caller and may be half-filled on failure. */
enum rc decode_jpeg(struct ctx *ctx, struct str bytes, struct decoded *ret) MUST_CHECK;
enum rc decode_png(struct ctx *ctx, struct str bytes, struct decoded *ret) MUST_CHECK;
enum rc decode_webp(struct ctx *ctx, struct str bytes, struct decoded *ret) MUST_CHECK;
enum rc decode_heif(struct ctx *ctx, struct str bytes, struct decoded *ret) MUST_CHECK;

/* Loads what libheif loads once, while files may still be opened. */
void decode_heif_init(void);

/* Notes the size in *ret and refuses a side of 0 or more than IMAGE_MAX_SIDE, or more than
 * IMAGE_MAX_PIXELS in all. */
enum rc decode_check_size(struct ctx *ctx, uint64_t width, uint64_t height,
                          struct decoded *ret) MUST_CHECK;

/* Refuses, with ERR_TOO_LARGE, rows of so many bytes that unpacking them would take seconds: few
 * bytes of a file can stand for four channels of 16 bits a pixel. */
enum rc decode_check_cost(struct ctx *ctx, uint64_t row_bytes, uint64_t rows) MUST_CHECK;

#endif
