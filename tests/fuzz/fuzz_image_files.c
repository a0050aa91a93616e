/* Whole files through the decoders and our use of them: a picture within its limits or one of the
 * named errors. */
#include <assert.h>

#include "image/process.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new((size_t)1 << 30)};
    struct processed got;
    enum rc rc = process_image(&ctx, (struct str){(const char *)data, size}, &got);

    assert(rc == RC_OK || ctx.err.id == ERR_FILE_KIND || ctx.err.id == ERR_FILE_BROKEN ||
           ctx.err.id == ERR_TOO_LARGE || ctx.err.id == ERR_MEMORY);
    assert((rc == RC_OK) == (ctx.err.id == ERR_NONE));
    if (rc == RC_OK) {
        assert(got.full.width <= IMAGE_FULL_SIDE && got.full.height <= IMAGE_FULL_SIDE);
        assert(image_frame_is_jpeg(got.full_jpeg) && image_frame_is_jpeg(got.thumb_jpeg));
    }
    arena_free(ctx.arena);
    return 0;
}
