#include <webp/decode.h>
#include <webp/demux.h>

#include "image/decode.h"
#include "image/exif.h"

static struct str chunk_copy(struct ctx *ctx, const WebPDemuxer *demuxer, const char *name)
{
    WebPChunkIterator at;
    struct str copy = STR_NONE;

    if (WebPDemuxGetChunk(demuxer, name, 1, &at))
        copy = str_copy(ctx->arena, (struct str){(const char *)at.chunk.bytes, at.chunk.size});
    WebPDemuxReleaseChunkIterator(&at);
    return copy;
}

/* Decodes the first frame straight to the size that is kept: the library averages while it
 * decodes, so the pixels of a large lossy picture never exist at once. */
static enum rc decode_frame(struct ctx *ctx, const WebPIterator *frame, const struct picture *to)
{
    WebPDecoderConfig config;
    VP8StatusCode status;

    if (!WebPInitDecoderConfig(&config))
        return FAIL(ctx, ERR_INTERNAL, .detail = S("libwebp of another version"));
    config.options.use_scaling = 1;
    config.options.scaled_width = (int)to->width;
    config.options.scaled_height = (int)to->height;
    config.output.colorspace = MODE_RGBA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = to->pixels;
    config.output.u.RGBA.stride = (int)(to->width * 4);
    config.output.u.RGBA.size = (size_t)to->width * to->height * 4;
    status = WebPDecode(frame->fragment.bytes, frame->fragment.size, &config);
    WebPFreeDecBuffer(&config.output);
    if (status == VP8_STATUS_OUT_OF_MEMORY)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("WebP: out of memory"));
    if (status)
        return FAIL(ctx, ERR_FILE_BROKEN, .detail = str_fmt(ctx->arena, "WebP status %d", status));
    return RC_OK;
}

/* A frame of an animation may be smaller than its canvas; the frame alone is the picture then. */
static enum rc decode_first(struct ctx *ctx, const WebPIterator *frame, struct decoded *ret)
{
    struct picture rgba;
    uint32_t width, height;
    enum rc rc;

    rc = decode_check_size(ctx, (uint64_t)frame->width, (uint64_t)frame->height, ret);
    if (rc)
        return rc;
    width = ret->width;
    height = ret->height;
    picture_fit(&width, &height, IMAGE_FULL_SIDE);
    rc = picture_new(ctx, width, height, 4, &rgba);
    if (!rc)
        rc = decode_frame(ctx, frame, &rgba);
    if (rc)
        return rc;
    picture_flatten(rgba.pixels, rgba.pixels, (size_t)width * height);
    ret->picture = (struct picture){width, height, 3, rgba.pixels};
    return RC_OK;
}

enum rc decode_webp(struct ctx *ctx, struct str bytes, struct decoded *ret)
{
    WebPData data = {(const uint8_t *)bytes.p, bytes.n};
    WebPDemuxer *demuxer = WebPDemux(&data);
    WebPIterator frame;
    enum rc rc;

    if (!demuxer)
        return FAIL(ctx, ERR_FILE_BROKEN, .detail = S("WebP: the container is damaged or cut"));
    if (WebPDemuxGetFrame(demuxer, 1, &frame)) {
        ret->orientation = exif_orientation(chunk_copy(ctx, demuxer, "EXIF"));
        ret->icc = chunk_copy(ctx, demuxer, "ICCP");
        rc = decode_first(ctx, &frame, ret);
        WebPDemuxReleaseIterator(&frame);
    } else {
        rc = FAIL(ctx, ERR_FILE_BROKEN, .detail = S("WebP: no frame"));
    }
    WebPDemuxDelete(demuxer);
    return rc;
}
