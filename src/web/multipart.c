#include "web/multipart.h"

#include "web/http.h"

enum state {
    AT_START,       /* the first delimiter has no CRLF before it */
    AFTER_BOUNDARY, /* "--" ends the body, CRLF starts a part */
    IN_HEADER,
    IN_DATA,
    IN_EPILOGUE, /* ignored, RFC 2046 */
};

struct multipart {
    struct multipart_sink sink;
    enum state state;
    char delimiter[4 + MULTIPART_MAX_BOUNDARY]; /* CRLF "--" boundary */
    size_t delimiter_n;
    size_t matched; /* bytes of the delimiter seen so far */
    char tail[2];   /* after a boundary */
    size_t tail_n;
    char header[MULTIPART_MAX_HEADER_BYTES]; /* of the part being read */
    size_t header_n;
};

static enum rc malformed(struct ctx *ctx, struct str what)
{
    return FAIL(ctx, ERR_MALFORMED, .detail = what);
}

static bool is_boundary(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c != '\0' && strchr("'()+_,-./:=? ", c))))
            return false;
    }
    return s.n > 0 && s.n <= MULTIPART_MAX_BOUNDARY && s.p[s.n - 1] != ' ';
}

enum rc multipart_new(struct ctx *ctx, struct str content_type, const struct multipart_sink *sink,
                      struct multipart **ret_parser)
{
    struct multipart *parser;
    struct str boundary;

    if (!http_value_param(ctx->arena, content_type, S("boundary"), &boundary) ||
        !is_boundary(boundary))
        return malformed(ctx, S("multipart without a usable boundary"));
    parser = ARENA_NEW(ctx->arena, struct multipart);
    if (!parser)
        return FAIL(ctx, ERR_MEMORY);
    parser->sink = *sink;
    memcpy(parser->delimiter, "\r\n--", 4);
    memcpy(parser->delimiter + 4, boundary.p, boundary.n);
    parser->delimiter_n = boundary.n + 4;
    parser->matched = 2;
    *ret_parser = parser;
    return RC_OK;
}

/* One `; name="value"` of a Content-Disposition. Browsers escape '"' as %22 and leave backslashes
 * alone (WHATWG HTML, multipart/form-data encoding), so a quoted string ends at the next quote and
 * is taken as it is. */
static bool take_param(struct str *rest, struct str *ret_name, struct str *ret_value)
{
    ptrdiff_t at = str_find_byte(*rest, '=');
    size_t n = 0;

    if (at <= 0)
        return false;
    *ret_name = str_slice(*rest, 0, (size_t)at);
    *rest = str_slice(*rest, (size_t)at + 1, rest->n);
    if (rest->n && rest->p[0] == '"') {
        *rest = str_slice(*rest, 1, rest->n);
        at = str_find_byte(*rest, '"');
        if (at < 0)
            return false;
        n = (size_t)at;
        *ret_value = str_slice(*rest, 0, n++);
    } else {
        while (n < rest->n && rest->p[n] != ';')
            n++;
        *ret_value = str_trim(str_slice(*rest, 0, n));
        if (!http_is_token(*ret_value))
            return false;
    }
    *rest = str_trim(str_slice(*rest, n, rest->n));
    return http_is_token(*ret_name) && (rest->n == 0 || rest->p[0] == ';');
}

/* Parameters beyond the two are ignored: some clients add filename*. */
static bool read_disposition(struct str value, struct multipart_part *part)
{
    ptrdiff_t at = str_find_byte(value, ';');
    struct str rest, name, found;

    if (!str_eq_ascii_nocase(http_media_type(value), S("form-data")) || at < 0)
        return false;
    for (rest = str_slice(value, (size_t)at, value.n); rest.n;) {
        struct str *field = NULL;

        rest = str_trim(str_slice(rest, 1, rest.n));
        if (!take_param(&rest, &name, &found))
            return false;
        if (str_eq_ascii_nocase(name, S("name")))
            field = &part->name;
        else if (str_eq_ascii_nocase(name, S("filename")))
            field = &part->filename;
        if (field && field->p)
            return false;
        if (field)
            *field = found;
    }
    return part->name.n > 0;
}

static bool read_header_line(struct str line, struct multipart_part *part, bool *has_disposition)
{
    ptrdiff_t at = str_find_byte(line, ':');
    struct str name, value;

    if (at <= 0 || !http_is_text(line))
        return false;
    name = str_slice(line, 0, (size_t)at);
    value = str_trim(str_slice(line, (size_t)at + 1, line.n));
    if (!http_is_token(name))
        return false;
    if (str_eq_ascii_nocase(name, S("content-disposition"))) {
        if (*has_disposition || !read_disposition(value, part))
            return false;
        *has_disposition = true;
    } else if (str_eq_ascii_nocase(name, S("content-type"))) {
        if (part->content_type.p || str_starts_with(str_slice(value, 0, 10), S("multipart/")))
            return false;
        part->content_type = value;
    } else if (str_eq_ascii_nocase(name, S("content-transfer-encoding"))) {
        return str_eq_ascii_nocase(value, S("binary")) || str_eq_ascii_nocase(value, S("8bit")) ||
               str_eq_ascii_nocase(value, S("7bit"));
    }
    return true;
}

/* The collected header ends in CRLF CRLF, or is just CRLF when the part has none. */
static enum rc begin_part(struct multipart *parser, struct ctx *ctx)
{
    struct str rest = {parser->header, parser->header_n - 2};
    struct multipart_part part = {.name = STR_NONE};
    bool has_disposition = false;

    while (rest.n) {
        ptrdiff_t at = str_find(rest, S("\r\n"));
        struct str line = str_slice(rest, 0, at < 0 ? rest.n : (size_t)at);

        if (at < 0 || str_find_byte(line, '\r') >= 0 || str_find_byte(line, '\n') >= 0 ||
            !read_header_line(line, &part, &has_disposition))
            return malformed(ctx, S("the header of a part"));
        rest = str_slice(rest, (size_t)at + 2, rest.n);
    }
    if (!has_disposition)
        return malformed(ctx, S("a part without a name"));
    parser->state = IN_DATA;
    parser->matched = 0;
    return parser->sink.begin(parser->sink.cls, ctx, &part);
}

static enum rc feed_header(struct multipart *parser, struct ctx *ctx, struct str *piece)
{
    struct str header;

    while (piece->n) {
        if (parser->header_n == sizeof parser->header)
            return FAIL(ctx, ERR_TOO_LARGE, .detail = S("the header of a part"));
        parser->header[parser->header_n++] = piece->p[0];
        *piece = str_slice(*piece, 1, piece->n);
        header = (struct str){parser->header, parser->header_n};
        if (str_eq(header, S("\r\n")) || str_ends_with(header, S("\r\n\r\n")))
            return begin_part(parser, ctx);
    }
    return RC_OK;
}

static enum rc pass_data(struct multipart *parser, struct ctx *ctx, struct str bytes)
{
    return bytes.n ? parser->sink.data(parser->sink.cls, ctx, bytes) : RC_OK;
}

/* Matching can only begin at a CR, and the delimiter has no other CR (is_boundary), so after a
 * mismatch no shorter match is hidden in what was held back: it is data as a whole. */
static enum rc feed_data(struct multipart *parser, struct ctx *ctx, struct str *piece)
{
    enum rc rc = RC_OK;

    while (piece->n && !rc) {
        if (parser->matched == 0) {
            ptrdiff_t at = str_find_byte(*piece, '\r');
            size_t plain = at < 0 ? piece->n : (size_t)at;

            rc = pass_data(parser, ctx, str_slice(*piece, 0, plain));
            *piece = str_slice(*piece, plain, piece->n);
            if (piece->n)
                parser->matched = 1;
            *piece = str_slice(*piece, 1, piece->n);
        } else if (piece->p[0] == parser->delimiter[parser->matched]) {
            *piece = str_slice(*piece, 1, piece->n);
            if (++parser->matched == parser->delimiter_n) {
                parser->state = AFTER_BOUNDARY;
                parser->tail_n = 0;
                return parser->sink.end(parser->sink.cls, ctx);
            }
        } else {
            rc = pass_data(parser, ctx, (struct str){parser->delimiter, parser->matched});
            parser->matched = 0;
        }
    }
    return rc;
}

static enum rc feed_start(struct multipart *parser, struct ctx *ctx, struct str *piece)
{
    while (piece->n && parser->matched < parser->delimiter_n) {
        if (piece->p[0] != parser->delimiter[parser->matched++])
            return malformed(ctx, S("multipart does not start with its boundary"));
        *piece = str_slice(*piece, 1, piece->n);
    }
    if (parser->matched == parser->delimiter_n)
        parser->state = AFTER_BOUNDARY;
    return RC_OK;
}

static enum rc feed_after_boundary(struct multipart *parser, struct ctx *ctx, struct str *piece)
{
    struct str tail;

    while (piece->n && parser->tail_n < 2) {
        parser->tail[parser->tail_n++] = piece->p[0];
        *piece = str_slice(*piece, 1, piece->n);
    }
    if (parser->tail_n < 2)
        return RC_OK;
    tail = (struct str){parser->tail, 2};
    if (str_eq(tail, S("--"))) {
        parser->state = IN_EPILOGUE;
    } else if (str_eq(tail, S("\r\n"))) {
        parser->state = IN_HEADER;
        parser->header_n = 0;
    } else {
        return malformed(ctx, S("after a multipart boundary"));
    }
    return RC_OK;
}

enum rc multipart_feed(struct multipart *parser, struct ctx *ctx, struct str piece)
{
    enum rc rc = RC_OK;

    while (piece.n && !rc) {
        switch (parser->state) {
        case AT_START: rc = feed_start(parser, ctx, &piece); break;
        case AFTER_BOUNDARY: rc = feed_after_boundary(parser, ctx, &piece); break;
        case IN_HEADER: rc = feed_header(parser, ctx, &piece); break;
        case IN_DATA: rc = feed_data(parser, ctx, &piece); break;
        case IN_EPILOGUE: piece = STR_NONE; break;
        }
    }
    return rc;
}

enum rc multipart_finish(struct multipart *parser, struct ctx *ctx)
{
    if (parser->state != IN_EPILOGUE)
        return malformed(ctx, S("multipart is cut short"));
    return RC_OK;
}

struct str multipart_clean_filename(struct arena *arena, struct str filename)
{
    size_t start = 0, n = 0;
    char *p;

    if (!http_is_text(filename))
        return S("file");
    for (size_t i = 0; i < filename.n; i++)
        if (filename.p[i] == '/' || filename.p[i] == '\\')
            start = i + 1;
    p = arena_alloc(arena, filename.n);
    if (!p)
        return S("file");
    for (size_t i = start; i < filename.n; i++) {
        unsigned char c = (unsigned char)filename.p[i];

        if (c >= ' ' && c != 0x7f && !(n == 0 && c == '.'))
            p[n++] = filename.p[i];
    }
    if (n > 100)
        for (n = 100; n && ((unsigned char)p[n] & 0xc0) == 0x80;)
            n--;
    return n ? (struct str){p, n} : S("file");
}
