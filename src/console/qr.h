/* A text as a QR code (ISO/IEC 18004), for a telephone to read off the screen. Layer: console,
 * private. Any thread. */
#ifndef CONSOLE_QR_H
#define CONSOLE_QR_H

#include "base/ctx.h"

#define QR_QUIET 4 /* empty modules on each side (section 9.1) */

struct qr_code {
    int size;        /* modules on each side, the quiet ones included */
    struct str path; /* the dark ones as data of an SVG path, one unit each */
};

/* The smallest code at error correction M, in the arena. ERR_TOO_LONG for more than a code
 * holds (2331 bytes). */
enum rc qr_code_of(struct ctx *ctx, struct str text, struct qr_code *ret) MUST_CHECK;

#endif
