#include "web/urlencoded.h"

#define OUT_BYTES 1024

struct urlencoded {
    struct multipart_sink sink;
    char name[URLENCODED_MAX_NAME];
    size_t name_n;
    bool has_piece; /* something came since the last '&' */
    bool is_value;  /* past the '=' */
    int percent;    /* hex digits that are still to come */
    int high;       /* the first of the two */
    char out[OUT_BYTES];
    size_t out_n;
};

struct urlencoded *urlencoded_new(struct ctx *ctx, const struct multipart_sink *sink)
{
    struct urlencoded *parser = ARENA_NEW(ctx->arena, struct urlencoded);

    if (parser)
        parser->sink = *sink;
    return parser;
}

static enum rc flush(struct urlencoded *parser, struct ctx *ctx)
{
    struct str bytes = {parser->out, parser->out_n};

    parser->out_n = 0;
    return bytes.n ? parser->sink.data(parser->sink.cls, ctx, bytes) : RC_OK;
}

static enum rc put(struct urlencoded *parser, struct ctx *ctx, char byte)
{
    if (parser->is_value) {
        parser->out[parser->out_n++] = byte;
        return parser->out_n == OUT_BYTES ? flush(parser, ctx) : RC_OK;
    }
    if (parser->name_n == sizeof parser->name)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("the name of a field"));
    parser->name[parser->name_n++] = byte;
    return RC_OK;
}

static enum rc begin_value(struct urlencoded *parser, struct ctx *ctx)
{
    const struct multipart_part part = {.name = {parser->name, parser->name_n}};

    parser->is_value = true;
    return parser->sink.begin(parser->sink.cls, ctx, &part);
}

/* At '&' and at the end: a piece without '=' is a name with an empty value, nothing is nothing. */
static enum rc end_piece(struct urlencoded *parser, struct ctx *ctx)
{
    enum rc rc = RC_OK;

    if (!parser->has_piece)
        return RC_OK;
    if (!parser->is_value)
        rc = begin_value(parser, ctx);
    if (!rc)
        rc = flush(parser, ctx);
    if (!rc)
        rc = parser->sink.end(parser->sink.cls, ctx);
    parser->has_piece = parser->is_value = false;
    parser->name_n = 0;
    return rc;
}

static enum rc malformed(struct ctx *ctx)
{
    return FAIL(ctx, ERR_MALFORMED, .detail = S("a percent sequence in a form"));
}

static enum rc take_digit(struct urlencoded *parser, struct ctx *ctx, char byte)
{
    int digit = str_hex_digit(byte);

    if (digit < 0)
        return malformed(ctx);
    if (--parser->percent) {
        parser->high = digit;
        return RC_OK;
    }
    return put(parser, ctx, (char)(parser->high * 16 + digit));
}

static enum rc take(struct urlencoded *parser, struct ctx *ctx, char byte)
{
    if (parser->percent)
        return take_digit(parser, ctx, byte);
    if (byte == '&')
        return end_piece(parser, ctx);
    parser->has_piece = true;
    if (byte == '=' && !parser->is_value)
        return begin_value(parser, ctx);
    if (byte == '%') {
        parser->percent = 2;
        return RC_OK;
    }
    return put(parser, ctx, byte == '+' ? ' ' : byte);
}

enum rc urlencoded_feed(struct urlencoded *parser, struct ctx *ctx, struct str piece)
{
    enum rc rc = RC_OK;

    for (size_t i = 0; i < piece.n && !rc; i++)
        rc = take(parser, ctx, piece.p[i]);
    return rc;
}

enum rc urlencoded_finish(struct urlencoded *parser, struct ctx *ctx)
{
    return parser->percent ? malformed(ctx) : end_piece(parser, ctx);
}
