#include "console/qr.h"

#include <errno.h>
#include <qrencode.h>

#include "base/buf.h"

#define MAX_PATH_BYTES (1 << 20)

static bool is_dark(const QRcode *code, int x, int y)
{
    return code->data[y * code->width + x] & 1;
}

/* Each run of dark modules of a row is one rectangle. */
static struct str path_of(struct arena *arena, const QRcode *code)
{
    struct buf out = buf_in(arena, MAX_PATH_BYTES);

    for (int y = 0; y < code->width; y++) {
        for (int x = 0, n; x < code->width; x += n ? n : 1) {
            n = 0;
            while (x + n < code->width && is_dark(code, x + n, y))
                n++;
            if (n)
                buf_add_fmt(&out, "M%d %dh%dv1h-%dz", x + QR_QUIET, y + QR_QUIET, n, n);
        }
    }
    return buf_str(&out);
}

enum rc qr_code_of(struct ctx *ctx, struct str text, struct qr_code *ret)
{
    QRcode *code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);

    if (!code)
        return errno == ERANGE ? FAIL(ctx, ERR_TOO_LONG) : FAIL(ctx, ERR_MEMORY);
    *ret = (struct qr_code){code->width + 2 * QR_QUIET, path_of(ctx->arena, code)};
    QRcode_free(code);
    return RC_OK;
}
