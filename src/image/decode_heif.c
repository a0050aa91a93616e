#include <libheif/heif.h>

#include "image/decode.h"

/* The longest side libheif itself allows. It guards the canvas of a picture made of tiles, whose
 * size the file names a second time, apart from the size that decode_check_size sees. */
#define LIMIT_SIDE 16384

struct heif_job {
    struct heif_context *context;
    struct heif_image_handle *handle;
    struct heif_decoding_options *options;
    struct heif_image *image;
    struct ctx *ctx;
    struct decoded *into;
    enum heif_channel channel;
    bool has_alpha;
};

void decode_heif_init(void)
{
    heif_init(NULL);
}

static enum rc job_check(struct heif_job *job, struct heif_error error)
{
    struct str detail;

    if (error.code == heif_error_Ok)
        return RC_OK;
    detail = str_fmt(job->ctx->arena, "HEIF %d.%d: %s", (int)error.code, (int)error.subcode,
                     error.message);
    if (error.code == heif_error_Memory_allocation_error)
        return FAIL(job->ctx, ERR_TOO_LARGE, .detail = detail);
    if (error.code == heif_error_Unsupported_filetype ||
        error.code == heif_error_Unsupported_feature)
        return FAIL(job->ctx, ERR_FILE_KIND, .detail = detail);
    return FAIL(job->ctx, ERR_FILE_BROKEN, .detail = detail);
}

static enum rc job_open(struct heif_job *job, struct str bytes)
{
    enum rc rc;

    job->context = heif_context_alloc();
    job->options = heif_decoding_options_alloc();
    if (!job->context || !job->options)
        return FAIL(job->ctx, ERR_MEMORY);
    heif_context_set_max_decoding_threads(job->context, 0);
    heif_context_set_maximum_image_size_limit(job->context, LIMIT_SIDE);
    rc = job_check(
        job, heif_context_read_from_memory_without_copy(job->context, bytes.p, bytes.n, NULL));
    if (!rc)
        rc = job_check(job, heif_context_get_primary_image_handle(job->context, &job->handle));
    return rc;
}

/* Both sizes count: the stored one costs memory, the shown one (a crop, a turn) is what comes. */
static enum rc job_check_size(struct heif_job *job)
{
    const struct heif_image_handle *handle = job->handle;
    int width = heif_image_handle_get_ispe_width(handle);
    int height = heif_image_handle_get_ispe_height(handle);
    enum rc rc = decode_check_size(job->ctx, width > 0 ? (uint64_t)width : 0,
                                   height > 0 ? (uint64_t)height : 0, job->into);

    if (rc)
        return rc;
    width = heif_image_handle_get_width(handle);
    height = heif_image_handle_get_height(handle);
    return decode_check_size(job->ctx, width > 0 ? (uint64_t)width : 0,
                             height > 0 ? (uint64_t)height : 0, job->into);
}

static void read_profile(struct heif_job *job)
{
    size_t n = heif_image_handle_get_raw_color_profile_size(job->handle);
    char *icc = n ? arena_alloc(job->ctx->arena, n) : NULL;

    if (!icc)
        return;
    if (heif_image_handle_get_raw_color_profile(job->handle, icc).code == heif_error_Ok)
        job->into->icc = (struct str){icc, n};
}

/* Damage that the library only notes, such as a tile that could not be read, is damage to us. */
static enum rc job_decode(struct heif_job *job)
{
    struct heif_error warning = {.code = heif_error_Ok};
    enum heif_chroma chroma;
    enum rc rc;

    job->has_alpha = heif_image_handle_has_alpha_channel(job->handle);
    job->channel = heif_channel_interleaved;
    chroma = job->has_alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
    job->options->convert_hdr_to_8bit = 1;
    job->options->strict_decoding = 1;
    rc = job_check(job, heif_decode_image(job->handle, &job->image, heif_colorspace_RGB, chroma,
                                          job->options));
    if (!rc && heif_image_get_decoding_warnings(job->image, 0, &warning, 1) > 0)
        rc = job_check(job, warning);
    return rc;
}

static enum rc job_reduce(struct heif_job *job)
{
    const int width = heif_image_get_width(job->image, job->channel);
    const int height = heif_image_get_height(job->image, job->channel);
    int stride = 0;
    uint8_t *row = heif_image_get_plane(job->image, job->channel, &stride);
    struct reducer reducer;
    enum rc rc;

    if (!row || width <= 0 || height <= 0)
        return FAIL(job->ctx, ERR_FILE_BROKEN, .detail = S("HEIF: no pixels came out"));
    rc = decode_check_size(job->ctx, (uint64_t)width, (uint64_t)height, job->into);
    if (!rc)
        rc = reducer_init(job->ctx, &reducer,
                          &(struct picture){(uint32_t)width, (uint32_t)height, 3, NULL},
                          IMAGE_FULL_SIDE);
    if (rc)
        return rc;
    for (int y = 0; y < height; y++, row += stride) {
        if (job->has_alpha)
            picture_flatten(row, row, (size_t)width);
        reducer_take(&reducer, row);
    }
    job->into->picture = reducer.result;
    return RC_OK;
}

/* The container's own turn and mirror are applied by the library; an Exif note that says the same
 * again is not to be followed (ISO/IEC 23008-12, section 6.5.10). */
enum rc decode_heif(struct ctx *ctx, struct str bytes, struct decoded *ret)
{
    struct heif_job job = {.ctx = ctx, .into = ret};
    enum rc rc = job_open(&job, bytes);

    ret->orientation = 1;
    if (!rc)
        rc = job_check_size(&job);
    if (!rc) {
        read_profile(&job);
        rc = job_decode(&job);
    }
    if (!rc)
        rc = job_reduce(&job);
    heif_image_release(job.image);
    heif_decoding_options_free(job.options);
    heif_image_handle_release(job.handle);
    heif_context_free(job.context);
    return rc;
}
