#include "image/decode.h"

#include <inttypes.h>

enum rc decode_check_size(struct ctx *ctx, uint64_t width, uint64_t height, struct decoded *ret)
{
    if (width == 0 || height == 0)
        return FAIL(ctx, ERR_FILE_BROKEN, .detail = S("a picture without pixels"));
    if (width <= UINT32_MAX && height <= UINT32_MAX) {
        ret->width = (uint32_t)width;
        ret->height = (uint32_t)height;
    }
    if (width > IMAGE_MAX_SIDE || height > IMAGE_MAX_SIDE || width * height > IMAGE_MAX_PIXELS)
        return FAIL(ctx, ERR_TOO_LARGE,
                    .detail =
                        str_fmt(ctx->arena, "%" PRIu64 " x %" PRIu64 " pixels", width, height));
    return RC_OK;
}

enum rc decode_check_cost(struct ctx *ctx, uint64_t row_bytes, uint64_t rows)
{
    if (row_bytes > IMAGE_MAX_STORED_BYTES / (rows ? rows : 1))
        return FAIL(ctx, ERR_TOO_LARGE,
                    .detail = str_fmt(ctx->arena, "%" PRIu64 " rows of %" PRIu64 " bytes", rows,
                                      row_bytes));
    return RC_OK;
}
