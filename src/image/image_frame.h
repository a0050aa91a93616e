/* What cityhall-image answers: one header, then its detail text and two pictures.
 *
 * The program reads one file from descriptor 0 and writes one answer to descriptor 1: a header of
 * IMAGE_FRAME_BYTES (little-endian 32-bit words in the order of struct image_frame, after the
 * word IMAGE_FRAME_MAGIC), then detail_bytes of text, full.bytes and thumb.bytes of JPEG, then the
 * end of file. The program decodes hostile files, so its reader takes nothing on trust:
 * image_frame_unpack refuses any header that an honest program could not have written.
 * Layer: image, on base alone. Any thread.
 */
#ifndef IMAGE_FRAME_H
#define IMAGE_FRAME_H

#include "image/image_sniff.h"

#define IMAGE_MAX_INPUT_BYTES  ((size_t)15 * 1024 * 1024)
#define IMAGE_MAX_PIXELS       UINT64_C(50000000)  /* a telephone's 48 megapixels, and some */
#define IMAGE_MAX_STORED_BYTES UINT64_C(150000000) /* unpacked, as the file has them: 3 a pixel */
#define IMAGE_MAX_SIDE         65535
#define IMAGE_FULL_SIDE        2048 /* longest side of the re-encoded picture, in pixels */
#define IMAGE_THUMB_SIDE       320
#define IMAGE_MAX_FULL_BYTES   ((size_t)16 * 1024 * 1024)
#define IMAGE_MAX_THUMB_BYTES  ((size_t)1024 * 1024)
#define IMAGE_MAX_DETAIL_BYTES 512

#define IMAGE_FRAME_MAGIC UINT32_C(0x31494843) /* "CHI1" */
#define IMAGE_FRAME_BYTES 48

enum image_status {
    IMAGE_DONE,
    IMAGE_WRONG_KIND, /* ERR_FILE_KIND */
    IMAGE_BROKEN,     /* ERR_FILE_BROKEN */
    IMAGE_TOO_LARGE,  /* ERR_TOO_LARGE: bytes, pixels, or memory */
    IMAGE_STATUS__N,
};

/* One re-encoded picture: a JPEG without any metadata, upright, sRGB. */
struct image_part {
    uint32_t width, height; /* pixels */
    uint32_t bytes;
};

struct image_frame {
    enum image_status status;
    enum image_kind kind;    /* of the input */
    uint32_t width, height;  /* of the input as stored, before turning it upright; 0: unknown */
    struct image_part full;  /* all 0 unless IMAGE_DONE */
    struct image_part thumb; /* all 0 unless IMAGE_DONE */
    uint32_t detail_bytes;   /* 0 when IMAGE_DONE */
};

void image_frame_pack(const struct image_frame *frame, uint8_t out[static IMAGE_FRAME_BYTES]);

/* False, *ret untouched, when the magic word, a status, a kind, a side, a size or their
 * combination is not one that the program writes. */
bool image_frame_unpack(const uint8_t in[static IMAGE_FRAME_BYTES], struct image_frame *ret);

/* Whether the bytes begin and end as a JPEG does (SOI and EOI markers). */
bool image_frame_is_jpeg(struct str bytes);

#endif
