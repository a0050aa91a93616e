#include "base/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"

struct json_writer json_writer_on(struct buf *buf)
{
    return (struct json_writer){.buf = buf};
}

/* What comes before any value: a comma between items, nothing after a key. */
static void before_value(struct json_writer *json)
{
    assert(!json->is_ended);
    if (json->depth == 0)
        return;
    if (json->is_object & 1) {
        assert(json->has_key);
        json->has_key = false;
        return;
    }
    if (json->has_items & 1)
        buf_add_byte(json->buf, ',');
    json->has_items |= 1;
}

static void after_value(struct json_writer *json)
{
    json->is_ended = json->depth == 0;
}

static void begin(struct json_writer *json, bool is_object)
{
    before_value(json);
    assert(json->depth < 64);
    json->depth++;
    json->is_object = json->is_object << 1 | is_object;
    json->has_items <<= 1;
    buf_add_byte(json->buf, is_object ? '{' : '[');
}

static void end(struct json_writer *json, bool is_object)
{
    assert(json->depth > 0 && (json->is_object & 1) == is_object && !json->has_key);
    json->depth--;
    json->is_object >>= 1;
    json->has_items >>= 1;
    buf_add_byte(json->buf, is_object ? '}' : ']');
    after_value(json);
}

void json_begin_object(struct json_writer *json)
{
    begin(json, true);
}

void json_end_object(struct json_writer *json)
{
    end(json, true);
}

void json_begin_array(struct json_writer *json)
{
    begin(json, false);
}

void json_end_array(struct json_writer *json)
{
    end(json, false);
}

static void escape_char(struct buf *buf, uint32_t code)
{
    switch (code) {
    case '"': BUF_ADD(buf, "\\\""); return;
    case '\\': BUF_ADD(buf, "\\\\"); return;
    case '\n': BUF_ADD(buf, "\\n"); return;
    case '\r': BUF_ADD(buf, "\\r"); return;
    case '\t': BUF_ADD(buf, "\\t"); return;
    default: buf_add_fmt(buf, "\\u%04x", code);
    }
}

static bool needs_escape(unsigned char byte)
{
    return byte < 0x20 || byte == '"' || byte == '\\' || byte == '<' || byte == '>' || byte == '&';
}

static void add_quoted(struct buf *buf, struct str s)
{
    struct str rest = s;
    const char *plain = s.p; /* what may be copied as it is begins here */

    buf_add_byte(buf, '"');
    while (rest.n) {
        const char *at = rest.p;
        unsigned char byte = (unsigned char)*at;
        uint32_t code = byte;
        bool is_stray;

        if (byte < 0x80 && !needs_escape(byte)) {
            rest.p++;
            rest.n--;
            continue;
        }
        utf8_next(&rest, &code);
        is_stray = code == 0xfffd && rest.p == at + 1;
        if (byte < 0x80 || code == 0x2028 || code == 0x2029 || is_stray) {
            buf_add(buf, (struct str){plain, (size_t)(at - plain)});
            escape_char(buf, code);
            plain = rest.p;
        }
    }
    if (s.n)
        buf_add(buf, (struct str){plain, (size_t)(s.p + s.n - plain)});
    buf_add_byte(buf, '"');
}

void json_put_key(struct json_writer *json, struct str key)
{
    assert(json->depth > 0 && (json->is_object & 1) && !json->has_key);
    if (json->has_items & 1)
        buf_add_byte(json->buf, ',');
    json->has_items |= 1;
    add_quoted(json->buf, key);
    buf_add_byte(json->buf, ':');
    json->has_key = true;
}

void json_put_string(struct json_writer *json, struct str s)
{
    before_value(json);
    add_quoted(json->buf, s);
    after_value(json);
}

void json_put_i64(struct json_writer *json, int64_t value)
{
    before_value(json);
    buf_add_i64(json->buf, value);
    after_value(json);
}

void json_put_decimal(struct json_writer *json, struct decimal value)
{
    json_put_raw(json, decimal_format(json->buf->arena, value));
}

void json_put_f64(struct json_writer *json, double value)
{
    before_value(json);
    if (isfinite(value)) {
        char text[32];
        int digits = 15, n;

        do
            n = snprintf(text, sizeof text, "%.*g", digits, value);
        while (strtod(text, NULL) != value && ++digits <= 17);
        buf_add(json->buf, (struct str){text, (size_t)n});
    } else {
        BUF_ADD(json->buf, "null");
    }
    after_value(json);
}

void json_put_bool(struct json_writer *json, bool value)
{
    json_put_raw(json, value ? S("true") : S("false"));
}

void json_put_null(struct json_writer *json)
{
    json_put_raw(json, S("null"));
}

void json_put_raw(struct json_writer *json, struct str value)
{
    before_value(json);
    buf_add(json->buf, value);
    after_value(json);
}

void json_put_member(struct json_writer *json, struct str key, struct str value)
{
    json_put_key(json, key);
    json_put_string(json, value);
}

void json_put_member_i64(struct json_writer *json, struct str key, int64_t value)
{
    json_put_key(json, key);
    json_put_i64(json, value);
}

void json_put_member_bool(struct json_writer *json, struct str key, bool value)
{
    json_put_key(json, key);
    json_put_bool(json, value);
}

bool json_is_complete(const struct json_writer *json)
{
    return json->is_ended && !buf_has_failed(json->buf);
}

/* Brackets counted outside strings; on damaged text the count is of no use, and the parser will
 * refuse it anyway. */
static bool is_too_deep(struct str text)
{
    int depth = 0;
    bool is_in_string = false;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];

        if (is_in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                is_in_string = false;
        } else if (c == '"') {
            is_in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_DEPTH_MAX)
                return true;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

static void free_tree(void *tree)
{
    json_decref(tree);
}

enum rc json_parse(struct ctx *ctx, struct str text, size_t max_bytes, json_t **ret)
{
    json_error_t error;
    json_t *tree;
    enum rc rc;

    if (text.n > max_bytes)
        return FAIL(ctx, ERR_TOO_LARGE, .detail = S("JSON past its size limit"),
                    .arg = str_fmt(ctx->arena, "%zu", max_bytes));
    if (is_too_deep(text))
        return FAIL(ctx, ERR_MALFORMED,
                    .detail = str_fmt(ctx->arena, "JSON nests deeper than %d", JSON_DEPTH_MAX));
    tree = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES, &error);
    if (!tree)
        return FAIL(ctx, ERR_MALFORMED,
                    .detail = str_fmt(ctx->arena, "JSON, line %d, column %d: %s", error.line,
                                      error.column, error.text));
    rc = ctx_defer(ctx, free_tree, tree);
    if (rc == RC_OK)
        *ret = tree;
    return rc;
}

/* Takes "name" or "[2]" off the front of the path and goes there. */
static json_t *step(const json_t *at, struct str *path)
{
    size_t n = 0;

    if (path->p[0] == '[') {
        ptrdiff_t end = str_find_byte(*path, ']');
        int64_t index;

        if (end < 0 || !str_to_i64(str_slice(*path, 1, (size_t)end), &index) || index < 0)
            return NULL;
        *path = str_slice(*path, (size_t)end + 1, path->n);
        at = json_array_get(at, (size_t)index);
    } else {
        while (n < path->n && path->p[n] != '.' && path->p[n] != '[')
            n++;
        at = json_object_getn(at, path->p, n);
        *path = str_slice(*path, n, path->n);
    }
    if (path->n && path->p[0] == '.')
        *path = str_slice(*path, 1, path->n);
    return (json_t *)(uintptr_t)at;
}

json_t *json_get(const json_t *root, struct str path)
{
    json_t *at = (json_t *)(uintptr_t)root;

    while (at && path.n)
        at = step(at, &path);
    return json_is_null(at) ? NULL : at;
}

/* The value at the path, or NULL with the error set. */
static enum rc need(struct ctx *ctx, const json_t *root, struct str path, json_t **ret)
{
    json_t *at = json_get(root, path);

    if (!at)
        return FAIL(ctx, ERR_REQUIRED, .field = str_copy(ctx->arena, path));
    *ret = at;
    return RC_OK;
}

static enum rc fail_type(struct ctx *ctx, enum err_id id, struct str path, const char *type)
{
    return FAIL(ctx, id, .field = str_copy(ctx->arena, path),
                .detail = str_fmt(ctx->arena, "%.*s must be %s", STR_ARG(path), type));
}

enum rc json_get_str(struct ctx *ctx, const json_t *root, struct str path, struct str *ret)
{
    json_t *at = NULL;
    enum rc rc = need(ctx, root, path, &at);

    if (rc != RC_OK)
        return rc;
    if (!json_is_string(at))
        return fail_type(ctx, ERR_MALFORMED, path, "a string");
    *ret = (struct str){json_string_value(at), json_string_length(at)};
    return RC_OK;
}

enum rc json_get_i64(struct ctx *ctx, const json_t *root, struct str path, int64_t *ret)
{
    json_t *at = NULL;
    enum rc rc = need(ctx, root, path, &at);

    if (rc != RC_OK)
        return rc;
    if (!json_is_integer(at))
        return fail_type(ctx, ERR_NOT_A_NUMBER, path, "a whole number");
    *ret = json_integer_value(at);
    return RC_OK;
}
