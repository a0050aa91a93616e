#include "image/process.h"

#include "image/colour.h"
#include "image/decode.h"
#include "image/encode.h"

static enum rc decode(struct ctx *ctx, struct str bytes, enum image_kind kind, struct decoded *ret)
{
    switch (kind) {
    case IMAGE_JPEG: return decode_jpeg(ctx, bytes, ret);
    case IMAGE_PNG: return decode_png(ctx, bytes, ret);
    case IMAGE_WEBP: return decode_webp(ctx, bytes, ret);
    case IMAGE_HEIC: return decode_heif(ctx, bytes, ret);
    default: return FAIL(ctx, ERR_FILE_KIND, .detail = image_kind_name(kind));
    }
}

static enum rc correct_colours(struct ctx *ctx, struct decoded *decoded)
{
    struct colour_profile profile;

    if (!colour_profile_parse(decoded->icc, &profile) || colour_profile_is_srgb(&profile))
        return RC_OK;
    return colour_to_srgb(ctx, &profile, &decoded->picture);
}

static enum rc encode_both(struct ctx *ctx, bool is_sharp, struct processed *ret)
{
    enum rc rc = encode_jpeg(ctx, &ret->full, is_sharp, &ret->full_jpeg);

    if (!rc)
        rc = encode_jpeg(ctx, &ret->thumb, is_sharp, &ret->thumb_jpeg);
    if (!rc &&
        (ret->full_jpeg.n > IMAGE_MAX_FULL_BYTES || ret->thumb_jpeg.n > IMAGE_MAX_THUMB_BYTES))
        rc = FAIL(ctx, ERR_TOO_LARGE, .detail = S("the re-encoded picture"));
    return rc;
}

enum rc process_image(struct ctx *ctx, struct str bytes, struct processed *ret)
{
    struct decoded decoded = {0};
    enum rc rc;

    *ret = (struct processed){.kind = image_sniff(bytes)};
    if (str_is_empty(bytes))
        return FAIL(ctx, ERR_FILE_BROKEN, .detail = S("the file is empty"));
    if (bytes.n > IMAGE_MAX_INPUT_BYTES)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("more bytes than are read"));
    rc = decode(ctx, bytes, ret->kind, &decoded);
    ret->width = decoded.width;
    ret->height = decoded.height;
    if (!rc)
        rc = correct_colours(ctx, &decoded);
    if (!rc)
        rc = picture_upright(ctx, &decoded.picture, decoded.orientation, &ret->full);
    if (!rc)
        rc = picture_reduced(ctx, &ret->full, IMAGE_THUMB_SIDE, &ret->thumb);
    if (!rc)
        rc = encode_both(ctx, decoded.is_drawing, ret);
    return rc;
}
