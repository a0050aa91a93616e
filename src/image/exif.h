/* The one thing kept of a picture's Exif block: how the camera was held.
 *
 * Inside cityhall-image alone. Layer: image, on base alone. Any thread.
 */
#ifndef IMAGE_EXIF_H
#define IMAGE_EXIF_H

#include "base/str.h"

/* The orientation, 1 to 8 (Exif 2.32, section 4.6.4, tag 0x0112), of the TIFF structure in
 * `exif`, with or without the leading "Exif\0\0" of JPEG. 1 when there is none, or anything in
 * the block is out of place: a picture is not refused for its notes. */
int exif_orientation(struct str exif);

#endif
