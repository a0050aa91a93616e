/* Our own readers of picture headers and of the program's answers, under any bytes. */
#include <assert.h>

#include "image/colour.h"
#include "image/exif.h"
#include "image/image_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_frame(const uint8_t *data)
{
    uint8_t again[IMAGE_FRAME_BYTES];
    struct image_frame frame;

    if (!image_frame_unpack(data, &frame))
        return;
    image_frame_pack(&frame, again);
    assert(memcmp(again, data, IMAGE_FRAME_BYTES) == 0);
    assert(frame.full.bytes <= IMAGE_MAX_FULL_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = {(const char *)data, size};
    struct colour_profile profile;
    int orientation = exif_orientation(bytes);

    assert(orientation >= 1 && orientation <= 8);
    assert(image_kind_name(image_sniff(bytes)).n > 0);
    if (colour_profile_parse(bytes, &profile))
        colour_profile_is_srgb(&profile);
    if (size >= IMAGE_FRAME_BYTES)
        check_frame(data);
    return 0;
}
