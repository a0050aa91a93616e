#include "image/encode.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#define QUALITY_PHOTO   82
#define QUALITY_DRAWING 90

struct encode_job {
    struct jpeg_compress_struct cinfo; /* first: the library hands it back to us */
    struct jpeg_error_mgr errors;
    jmp_buf escape;
    unsigned char *bytes; /* malloced by the library */
    unsigned long n;
};

_Noreturn static void job_fail(j_common_ptr cinfo)
{
    longjmp(((struct encode_job *)cinfo)->escape, 1);
}

static void job_message(j_common_ptr cinfo, int level)
{
    (void)cinfo;
    (void)level;
}

static void job_run(struct encode_job *job, const struct picture *picture, bool is_sharp)
{
    struct jpeg_compress_struct *cinfo = &job->cinfo;

    jpeg_create_compress(cinfo);
    jpeg_mem_dest(cinfo, &job->bytes, &job->n);
    cinfo->image_width = picture->width;
    cinfo->image_height = picture->height;
    cinfo->input_components = 3;
    cinfo->in_color_space = JCS_RGB;
    jpeg_set_defaults(cinfo);
    jpeg_set_quality(cinfo, is_sharp ? QUALITY_DRAWING : QUALITY_PHOTO, TRUE);
    cinfo->optimize_coding = TRUE;
    if (is_sharp) {
        cinfo->comp_info[0].h_samp_factor = 1;
        cinfo->comp_info[0].v_samp_factor = 1;
    }
    jpeg_start_compress(cinfo, TRUE);
    while (cinfo->next_scanline < cinfo->image_height) {
        JSAMPROW row = picture_row(picture, cinfo->next_scanline);

        jpeg_write_scanlines(cinfo, &row, 1);
    }
    jpeg_finish_compress(cinfo);
}

enum rc encode_jpeg(struct ctx *ctx, const struct picture *picture, bool is_sharp, struct str *ret)
{
    struct encode_job job = {.n = 0};
    struct str copy = STR_NONE;

    job.cinfo.err = jpeg_std_error(&job.errors);
    job.errors.error_exit = job_fail;
    job.errors.emit_message = job_message;
    if (setjmp(job.escape) == 0) {
        job_run(&job, picture, is_sharp);
        copy = str_copy(ctx->arena, (struct str){(const char *)job.bytes, job.n});
    }
    jpeg_destroy_compress(&job.cinfo);
    free(job.bytes);
    if (str_is_empty(copy))
        return FAIL(ctx, ERR_MEMORY);
    *ret = copy;
    return RC_OK;
}
