/* What kind of file some bytes are, told from their first bytes alone.
 *
 * Names and content types that a sender gives are never believed: this is the only judge. A file
 * may be two things at once (a JPEG with a ZIP behind it); the beginning decides, and only what
 * was decoded from the picture is kept, so whatever hides behind it is gone. Layer: image, on
 * base alone. Any thread.
 */
#ifndef IMAGE_SNIFF_H
#define IMAGE_SNIFF_H

#include "base/str.h"

enum image_kind {
    IMAGE_OTHER, /* text, HTML, SVG, films, anything not named below */
    IMAGE_JPEG,  /* ITU-T T.81 */
    IMAGE_PNG,   /* W3C PNG, also animated ones */
    IMAGE_WEBP,  /* RIFF container with VP8, VP8L or VP8X */
    IMAGE_HEIC,  /* ISO/IEC 23008-12 with HEVC pictures: what telephones write */
    IMAGE_AVIF,  /* the same container with AV1 pictures */
    IMAGE_GIF,
    IMAGE_PDF,
    IMAGE_ZIP, /* also office documents */
    IMAGE_KIND__N,
};

/* More bytes than this change nothing. */
#define IMAGE_SNIFF_BYTES 64

/* The kind by the magic bytes at the beginning of `head`; IMAGE_OTHER when there are too few. */
enum image_kind image_sniff(struct str head);

/* Whether cityhall-image makes a picture of that kind: JPEG, PNG, WebP and HEIC. */
bool image_kind_is_taken(enum image_kind kind);

/* "JPEG", "PDF"; "unknown" for IMAGE_OTHER. For messages and logs. */
struct str image_kind_name(enum image_kind kind);

#endif
