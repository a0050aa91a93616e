/* From a picture's own colours to sRGB, for profiles that are a matrix and three curves.
 *
 * Telephones write Display P3 and cameras Adobe RGB; without this their pictures would look dull
 * once the profile is dropped. Profiles of any other build (tables, CMYK, Lab) are ignored, and
 * the numbers are then read as sRGB. Inside cityhall-image alone. Layer: image, on base alone.
 * One thread at a time. Standard: ICC.1:2010 (profile format), IEC 61966-2-1 (sRGB).
 */
#ifndef IMAGE_COLOUR_H
#define IMAGE_COLOUR_H

#include "image/picture.h"

struct colour_profile {
    float matrix[3][3];  /* linear device RGB to linear sRGB */
    float curve[3][256]; /* 8-bit sample to linear device value, 0 to 1 */
};

/* Reads an ICC profile. False, *ret untouched, when it is not a matrix profile for RGB or is
 * damaged. */
bool colour_profile_parse(struct str icc, struct colour_profile *ret);

/* Whether converting would change no sample by more than a hair: it is sRGB itself. */
bool colour_profile_is_srgb(const struct colour_profile *profile);

/* Converts an RGB picture in place. ERR_MEMORY. */
enum rc colour_to_srgb(struct ctx *ctx, const struct colour_profile *profile,
                       struct picture *picture) MUST_CHECK;

#endif
