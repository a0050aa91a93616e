/* From pixels to the JPEG that is kept. Inside cityhall-image alone. Layer: image, on base alone.
 */
#ifndef IMAGE_ENCODE_H
#define IMAGE_ENCODE_H

#include "image/picture.h"

/* An RGB picture as a baseline JPEG with nothing but JFIF's own header. Photographs get quality
 * 82 with halved colour resolution; a drawing (`is_sharp`) quality 90 with full colour, so that
 * small coloured text stays readable. ERR_MEMORY. */
enum rc encode_jpeg(struct ctx *ctx, const struct picture *picture, bool is_sharp,
                    struct str *ret) MUST_CHECK;

#endif
