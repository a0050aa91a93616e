#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

#include "image/decode.h"
#include "image/exif.h"

/* A progressive file may ask for any number of passes over all its pixels; cameras write ten. */
#define MAX_SCANS 100

struct jpeg_job {
    struct jpeg_decompress_struct cinfo; /* first: the library hands it back to us */
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    struct ctx *ctx;
    struct str bytes;
    struct decoded *into;
    uint8_t *icc; /* malloced by the library */
    enum rc rc;
};

_Noreturn static void job_escape(struct jpeg_job *job, enum rc rc)
{
    job->rc = rc;
    longjmp(job->escape, 1);
}

_Noreturn static void job_fail(j_common_ptr cinfo)
{
    struct jpeg_job *job = (struct jpeg_job *)cinfo;
    struct ctx *ctx = job->ctx;
    char text[JMSG_LENGTH_MAX];

    cinfo->err->format_message(cinfo, text);
    if (cinfo->err->msg_code == JERR_OUT_OF_MEMORY)
        job_escape(job, FAIL(ctx, ERR_TOO_LARGE, .detail = str_fmt(ctx->arena, "%s", text)));
    job_escape(job, FAIL(ctx, ERR_FILE_BROKEN, .detail = str_fmt(ctx->arena, "%s", text)));
}

/* Warnings mean that data was missing or made no sense, except these, which cameras and editors
 * cause and which leave every pixel as it was. */
static bool is_harmless(int message)
{
    return message == JWRN_EXTRANEOUS_DATA || message == JWRN_ADOBE_XFORM ||
           message == JWRN_JFIF_MAJOR || message == JWRN_TOO_MUCH_DATA || message == JWRN_BOGUS_ICC;
}

static void job_message(j_common_ptr cinfo, int level)
{
    if (level < 0 && !is_harmless(cinfo->err->msg_code))
        job_fail(cinfo);
}

static void job_progress(j_common_ptr cinfo)
{
    struct jpeg_job *job = (struct jpeg_job *)cinfo;

    if (job->cinfo.input_scan_number > MAX_SCANS)
        job_escape(job, FAIL(job->ctx, ERR_FILE_BROKEN, .detail = S("too many scans")));
}

static void job_begin(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;

    cinfo->err = jpeg_std_error(&job->errors);
    job->errors.error_exit = job_fail;
    job->errors.emit_message = job_message;
    jpeg_create_decompress(cinfo);
    job->progress.progress_monitor = job_progress;
    cinfo->progress = &job->progress;
    jpeg_save_markers(cinfo, JPEG_APP0 + 1, 65535);
    jpeg_save_markers(cinfo, JPEG_APP0 + 2, 65535);
    jpeg_mem_src(cinfo, (const unsigned char *)job->bytes.p, job->bytes.n);
    jpeg_read_header(cinfo, TRUE);
}

static void read_notes(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    unsigned icc_bytes = 0;

    job->into->orientation = 1;
    for (jpeg_saved_marker_ptr marker = cinfo->marker_list; marker; marker = marker->next) {
        struct str data = {(const char *)marker->data, marker->data_length};

        if (marker->marker == JPEG_APP0 + 1 && str_starts_with(data, S("Exif"))) {
            job->into->orientation = exif_orientation(data);
            break;
        }
    }
    if (jpeg_read_icc_profile(cinfo, &job->icc, &icc_bytes))
        job->into->icc = str_copy(job->ctx->arena, (struct str){(const char *)job->icc, icc_bytes});
}

/* The library can halve while it decodes, up to three times; what remains is averaged. */
static void choose_scale(struct jpeg_decompress_struct *cinfo)
{
    unsigned longest =
        cinfo->image_width > cinfo->image_height ? cinfo->image_width : cinfo->image_height;

    cinfo->scale_num = 1;
    cinfo->scale_denom = 1;
    while (cinfo->scale_denom < 8 && longest / (cinfo->scale_denom * 2) >= IMAGE_FULL_SIDE)
        cinfo->scale_denom *= 2;
}

static void read_pixels(struct jpeg_job *job)
{
    struct jpeg_decompress_struct *cinfo = &job->cinfo;
    bool has_inks = cinfo->jpeg_color_space == JCS_CMYK || cinfo->jpeg_color_space == JCS_YCCK;
    struct reducer reducer;
    uint8_t *row;

    choose_scale(cinfo);
    cinfo->out_color_space = has_inks ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(cinfo);
    job->rc = reducer_init(job->ctx, &reducer,
                           &(struct picture){cinfo->output_width, cinfo->output_height,
                                             (uint32_t)cinfo->output_components, NULL},
                           IMAGE_FULL_SIDE);
    row = arena_array(job->ctx->arena, cinfo->output_width, (size_t)cinfo->output_components);
    if (job->rc || !row)
        job_escape(job, FAIL(job->ctx, ERR_MEMORY));
    while (cinfo->output_scanline < cinfo->output_height) {
        jpeg_read_scanlines(cinfo, &row, 1);
        reducer_take(&reducer, row);
    }
    jpeg_finish_decompress(cinfo);
    job->into->picture = reducer.result;
    if (has_inks)
        job->rc = picture_from_inks(job->ctx, &reducer.result, cinfo->saw_Adobe_marker,
                                    &job->into->picture);
}

static void job_run(struct jpeg_job *job)
{
    job_begin(job);
    job->rc =
        decode_check_size(job->ctx, job->cinfo.image_width, job->cinfo.image_height, job->into);
    if (job->rc)
        return;
    read_notes(job);
    read_pixels(job);
}

enum rc decode_jpeg(struct ctx *ctx, struct str bytes, struct decoded *ret)
{
    struct jpeg_job job = {.ctx = ctx, .bytes = bytes, .into = ret};

    if (setjmp(job.escape) == 0)
        job_run(&job);
    jpeg_destroy_decompress(&job.cinfo);
    free(job.icc);
    return job.rc;
}
