#include <setjmp.h>

#include <png.h>

#include "image/decode.h"
#include "image/exif.h"

/* Colour profiles and notes are unpacked by the library; none of an honest file is longer. */
#define MAX_CHUNK_BYTES 4000000

struct png_job {
    png_structp png;
    png_infop info;
    jmp_buf escape;
    struct ctx *ctx;
    struct str rest; /* what the library has not yet read */
    struct decoded *into;
    enum rc rc;
};

_Noreturn static void job_escape(struct png_job *job, enum rc rc)
{
    job->rc = rc;
    longjmp(job->escape, 1);
}

_Noreturn static void job_fail(png_structp png, png_const_charp message)
{
    struct png_job *job = png_get_error_ptr(png);
    struct ctx *ctx = job->ctx;

    if (str_find(str_of(message), S("emory")) >= 0)
        job_escape(job, FAIL(ctx, ERR_TOO_LARGE, .detail = str_fmt(ctx->arena, "%s", message)));
    job_escape(job, FAIL(ctx, ERR_FILE_BROKEN, .detail = str_fmt(ctx->arena, "%s", message)));
}

/* What the library only warns of never touches a pixel. */
static void job_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void job_read(png_structp png, png_bytep to, size_t n)
{
    struct png_job *job = png_get_io_ptr(png);

    if (n > job->rest.n)
        png_error(png, "the file ends too early");
    memcpy(to, job->rest.p, n);
    job->rest = str_slice(job->rest, n, job->rest.n);
}

static void job_begin(struct png_job *job)
{
    job->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, job, job_fail, job_warning);
    job->info = job->png ? png_create_info_struct(job->png) : NULL;
    if (!job->info)
        job_escape(job, FAIL(job->ctx, ERR_MEMORY));
    png_set_read_fn(job->png, job, job_read);
    /* The size is judged by decode_check_size, which says more than the library's own limit. */
    png_set_user_limits(job->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_chunk_malloc_max(job->png, MAX_CHUNK_BYTES);
    png_set_chunk_cache_max(job->png, 100);
    png_read_info(job->png, job->info);
}

static void read_notes(struct png_job *job)
{
    png_charp name;
    int method;
    png_bytep profile, exif;
    png_uint_32 n;

    job->into->orientation = 1;
    if (png_get_iCCP(job->png, job->info, &name, &method, &profile, &n))
        job->into->icc = str_copy(job->ctx->arena, (struct str){(const char *)profile, n});
    if (png_get_eXIf_1(job->png, job->info, &n, &exif))
        job->into->orientation = exif_orientation((struct str){(const char *)exif, n});
}

/* Whatever is stored (grey, palette, 1 to 16 bits, transparent colours) comes out as 8-bit RGB,
 * or RGBA when something is transparent. */
static void ask_for_rgb(struct png_job *job)
{
    png_set_expand(job->png);
    png_set_scale_16(job->png);
    png_set_gray_to_rgb(job->png);
}

static void take_row(struct reducer *reducer, uint8_t *row, bool has_alpha)
{
    if (has_alpha)
        picture_flatten(row, row, reducer->width);
    reducer_take(reducer, row);
}

/* Interlaced files visit every row up to seven times, so the whole picture is needed at once;
 * others pass through one row at a time. */
static void read_pixels(struct png_job *job)
{
    const uint32_t height = job->into->height;
    const int passes = png_set_interlace_handling(job->png);
    struct reducer reducer;
    size_t row_bytes;
    uint8_t *rows;
    bool has_alpha;

    png_read_update_info(job->png, job->info);
    row_bytes = png_get_rowbytes(job->png, job->info);
    has_alpha = png_get_channels(job->png, job->info) == 4;
    job->rc = reducer_init(job->ctx, &reducer, &(struct picture){job->into->width, height, 3, NULL},
                           IMAGE_FULL_SIDE);
    rows = arena_array(job->ctx->arena, passes > 1 ? height : 1, row_bytes);
    if (job->rc || !rows)
        job_escape(job, FAIL(job->ctx, ERR_MEMORY));
    for (int pass = 1; pass < passes; pass++)
        for (uint32_t y = 0; y < height; y++)
            png_read_row(job->png, rows + y * row_bytes, NULL);
    for (uint32_t y = 0; y < height; y++) {
        uint8_t *row = rows + (passes > 1 ? y * row_bytes : 0);

        png_read_row(job->png, row, NULL);
        take_row(&reducer, row, has_alpha);
    }
    png_read_end(job->png, NULL);
    job->into->picture = reducer.result;
}

static void job_run(struct png_job *job)
{
    job_begin(job);
    job->rc = decode_check_size(job->ctx, png_get_image_width(job->png, job->info),
                                png_get_image_height(job->png, job->info), job->into);
    if (!job->rc)
        job->rc =
            decode_check_cost(job->ctx, png_get_rowbytes(job->png, job->info), job->into->height);
    if (job->rc)
        return;
    read_notes(job);
    ask_for_rgb(job);
    job->into->is_drawing = true;
    read_pixels(job);
}

enum rc decode_png(struct ctx *ctx, struct str bytes, struct decoded *ret)
{
    struct png_job job = {.ctx = ctx, .rest = bytes, .into = ret};

    if (setjmp(job.escape) == 0)
        job_run(&job);
    png_destroy_read_struct(&job.png, &job.info, NULL);
    return job.rc;
}
