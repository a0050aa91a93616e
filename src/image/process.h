/* The whole way of one picture: sniff, decode, colours, upright, small, encode.
 *
 * Inside cityhall-image alone. Pure: bytes in, bytes out. Layer: image, on base alone. One thread
 * at a time.
 */
#ifndef IMAGE_PROCESS_H
#define IMAGE_PROCESS_H

#include "image/image_frame.h"
#include "image/picture.h"

struct processed {
    enum image_kind kind;
    uint32_t width, height; /* of the input as stored; 0 when not known */
    struct picture full, thumb;
    struct str full_jpeg, thumb_jpeg; /* arena */
};

/* Makes the two pictures of the file `bytes`. ERR_FILE_KIND, ERR_FILE_BROKEN (also for no bytes
 * at all), ERR_TOO_LARGE, ERR_MEMORY; kind and size in *ret are then set as far as known. */
enum rc process_image(struct ctx *ctx, struct str bytes, struct processed *ret) MUST_CHECK;

#endif
