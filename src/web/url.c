#include "web/url.h"

#include "web/typed.h"

static bool is_printable_ascii(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] == 0x7f)
            return false;
    return true;
}

bool url_split(struct str target, struct str *ret_path, struct str *ret_query)
{
    ptrdiff_t at;

    if (str_starts_with(target, S("http://")) || str_starts_with(target, S("https://"))) {
        target = str_slice(target, (size_t)str_find(target, S("://")) + 3, target.n);
        at = str_find_byte(target, '/');
        if (at <= 0)
            return false;
        target = str_slice(target, (size_t)at, target.n);
    }
    if (target.n == 0 || target.p[0] != '/')
        return false;
    at = str_find_byte(target, '?');
    *ret_path = at < 0 ? target : str_slice(target, 0, (size_t)at);
    *ret_query = at < 0 ? STR_NONE : str_slice(target, (size_t)at + 1, target.n);
    return true;
}

/* Percent-decodes; false for a broken sequence. Without anything to decode it borrows `s`. */
static bool decode(struct arena *arena, struct str s, bool plus_is_space, struct str *ret)
{
    size_t n = 0;
    char *p;

    if (str_find_byte(s, '%') < 0 && (!plus_is_space || str_find_byte(s, '+') < 0)) {
        *ret = s.p ? s : S("");
        return true;
    }
    p = arena_alloc(arena, s.n);
    if (!p)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%') {
            int high = i + 2 < s.n ? str_hex_digit(s.p[i + 1]) : -1;
            int low = i + 2 < s.n ? str_hex_digit(s.p[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            p[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            p[n++] = plus_is_space && s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    *ret = (struct str){p, n};
    return true;
}

static bool is_unsafe_segment(struct str segment)
{
    for (size_t i = 0; i < segment.n; i++) {
        unsigned char c = (unsigned char)segment.p[i];

        if (c < ' ' || c == 0x7f || c == '/' || c == '\\')
            return true;
    }
    return str_eq(segment, S(".")) || str_eq(segment, S(".."));
}

enum rc url_path_decode(struct ctx *ctx, struct str path, struct url_path *ret_path)
{
    struct url_path decoded = {.n = 0};
    struct str piece, segment;

    if (path.n == 0 || path.p[0] != '/' || !is_printable_ascii(path))
        return FAIL(ctx, ERR_MALFORMED, .detail = S("path"));
    path = (struct str){path.p + 1, path.n - 1};
    while (str_next(&path, '/', &piece)) {
        if (decoded.n == URL_MAX_SEGMENTS || !decode(ctx->arena, piece, false, &segment) ||
            is_unsafe_segment(segment))
            return FAIL(ctx, ERR_MALFORMED, .detail = S("path"));
        if (!http_is_text(segment))
            return FAIL(ctx, ERR_MALFORMED, .detail = S("path"));
        decoded.segments[decoded.n++] = segment;
    }
    *ret_path = decoded;
    return RC_OK;
}

struct str url_path_encode(struct arena *arena, const struct url_path *path)
{
    struct buf buf = buf_in(arena, 64 * 1024);

    for (size_t i = 0; i < path->n; i++) {
        buf_add_byte(&buf, '/');
        url_escape(&buf, path->segments[i]);
    }
    return buf_str(&buf);
}

static size_t count_pieces(struct str encoded)
{
    size_t count = 0;
    struct str piece;

    while (str_next(&encoded, '&', &piece))
        count += piece.n > 0;
    return count;
}

static enum rc decode_param(struct ctx *ctx, struct str piece, struct param *ret_param)
{
    struct param param;
    ptrdiff_t at = str_find_byte(piece, '=');
    struct str name = at < 0 ? piece : str_slice(piece, 0, (size_t)at);
    struct str value = at < 0 ? S("") : str_slice(piece, (size_t)at + 1, piece.n);

    if (!decode(ctx->arena, name, true, &param.name) ||
        !decode(ctx->arena, value, true, &param.value))
        return FAIL(ctx, ERR_MALFORMED, .detail = S("a percent sequence in a parameter"));
    if (!http_is_text(param.name))
        return FAIL(ctx, ERR_MALFORMED, .detail = S("the name of a parameter"));
    param.value = typed_text(ctx->arena, param.value);
    *ret_param = param;
    return RC_OK;
}

enum rc url_params_decode(struct ctx *ctx, struct str encoded, size_t max_params,
                          struct params *ret_params)
{
    size_t count = count_pieces(encoded);
    struct params params = {.n = 0};
    struct str piece;
    enum rc rc;

    if (count > max_params)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("parameters"));
    params.items = ARENA_ARRAY(ctx->arena, count, struct param);
    if (!params.items)
        return FAIL(ctx, ERR_MEMORY);
    while (str_next(&encoded, '&', &piece)) {
        if (piece.n == 0)
            continue;
        rc = decode_param(ctx, piece, &params.items[params.n++]);
        if (rc)
            return rc;
    }
    *ret_params = params;
    return RC_OK;
}

void url_escape(struct buf *buf, struct str s)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '.' || c == '_' || c == '~') {
            buf_add_byte(buf, (char)c);
        } else {
            buf_add_byte(buf, '%');
            buf_add_byte(buf, digits[c >> 4]);
            buf_add_byte(buf, digits[c & 15]);
        }
    }
}

struct str url_in_lang(struct arena *arena, enum lang lang, struct str path)
{
    struct str pieces[] = {S("/"), lang_code(lang), path};

    return lang == LANG_EN ? path : str_join(arena, pieces, 3, S(""));
}

bool url_is_local(struct str s)
{
    if (s.n == 0 || s.p[0] != '/' || !is_printable_ascii(s) || str_find_byte(s, '\\') >= 0)
        return false;
    return s.n == 1 || s.p[1] != '/';
}
