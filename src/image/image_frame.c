#include "image/image_frame.h"

#define WORDS (IMAGE_FRAME_BYTES / 4)

static void word_put(uint8_t *p, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(word >> (8 * i));
}

static uint32_t word_get(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void image_frame_pack(const struct image_frame *frame, uint8_t out[static IMAGE_FRAME_BYTES])
{
    const uint32_t words[WORDS] = {
        IMAGE_FRAME_MAGIC,  (uint32_t)frame->status, (uint32_t)frame->kind, frame->width,
        frame->height,      frame->full.width,       frame->full.height,    frame->full.bytes,
        frame->thumb.width, frame->thumb.height,     frame->thumb.bytes,    frame->detail_bytes,
    };

    for (size_t i = 0; i < WORDS; i++)
        word_put(out + 4 * i, words[i]);
}

static bool part_is_sound(struct image_part part, uint32_t max_side, size_t max_bytes)
{
    return part.width >= 1 && part.width <= max_side && part.height >= 1 &&
           part.height <= max_side && part.bytes >= 4 && part.bytes <= max_bytes;
}

static bool part_is_none(struct image_part part)
{
    return part.width == 0 && part.height == 0 && part.bytes == 0;
}

static bool frame_is_sound(const struct image_frame *frame)
{
    if (frame->status == IMAGE_DONE)
        return image_kind_is_taken(frame->kind) && frame->detail_bytes == 0 && frame->width >= 1 &&
               frame->width <= IMAGE_MAX_SIDE && frame->height >= 1 &&
               frame->height <= IMAGE_MAX_SIDE &&
               (uint64_t)frame->width * frame->height <= IMAGE_MAX_PIXELS &&
               part_is_sound(frame->full, IMAGE_FULL_SIDE, IMAGE_MAX_FULL_BYTES) &&
               part_is_sound(frame->thumb, IMAGE_THUMB_SIDE, IMAGE_MAX_THUMB_BYTES);
    return part_is_none(frame->full) && part_is_none(frame->thumb) &&
           frame->detail_bytes <= IMAGE_MAX_DETAIL_BYTES;
}

bool image_frame_unpack(const uint8_t in[static IMAGE_FRAME_BYTES], struct image_frame *ret)
{
    uint32_t words[WORDS];
    struct image_frame frame;

    for (size_t i = 0; i < WORDS; i++)
        words[i] = word_get(in + 4 * i);
    if (words[0] != IMAGE_FRAME_MAGIC || words[1] >= IMAGE_STATUS__N || words[2] >= IMAGE_KIND__N)
        return false;
    frame = (struct image_frame){
        .status = (enum image_status)words[1],
        .kind = (enum image_kind)words[2],
        .width = words[3],
        .height = words[4],
        .full = {words[5], words[6], words[7]},
        .thumb = {words[8], words[9], words[10]},
        .detail_bytes = words[11],
    };
    if (!frame_is_sound(&frame))
        return false;
    *ret = frame;
    return true;
}

bool image_frame_is_jpeg(struct str bytes)
{
    return bytes.n >= 4 && str_starts_with(bytes, S("\xff\xd8\xff")) &&
           str_ends_with(bytes, S("\xff\xd9"));
}
