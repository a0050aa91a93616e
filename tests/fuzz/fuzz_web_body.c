/* Forms and JSON as their bytes come, any bytes. The first byte says where the body is cut in two:
 * what is found must not depend on it, what is kept is text and never more than its limit, and JSON
 * that was good before is the same document after. */
#include <assert.h>

#include "base/json.h"
#include "base/utf8.h"
#include "web/json_body.h"
#include "web/urlencoded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define VALUE_BYTES 50

struct seen {
    struct buf *out;
    struct typed value;
};

static enum rc see_begin(void *cls, struct ctx *ctx, const struct multipart_part *part)
{
    struct seen *seen = cls;

    assert(part->name.n <= URLENCODED_MAX_NAME && !part->filename.p);
    seen->value = typed_in(ctx->arena, VALUE_BYTES);
    buf_add(seen->out, part->name);
    return RC_OK;
}

static enum rc see_data(void *cls, struct ctx *ctx, struct str bytes)
{
    struct seen *seen = cls;

    (void)ctx;
    assert(bytes.n > 0);
    typed_add(&seen->value, bytes);
    return RC_OK;
}

static enum rc see_end(void *cls, struct ctx *ctx)
{
    struct seen *seen = cls;
    struct str text = typed_end(&seen->value);

    (void)ctx;
    assert(text.n <= VALUE_BYTES && utf8_is_valid(text));
    assert(seen->value.is_damaged || text_is_clean(text));
    assert(seen->value.is_cut || utf8_count(text) == seen->value.characters);
    buf_add_fmt(seen->out, "=%.*s|%zu;", STR_ARG(text), seen->value.characters);
    return RC_OK;
}

static enum rc read_form(struct ctx *ctx, struct str body, size_t cut, struct buf *out)
{
    struct seen seen = {.out = out};
    struct multipart_sink sink = {&seen, see_begin, see_data, see_end};
    struct urlencoded *parser = urlencoded_new(ctx, &sink);
    enum rc rc;

    assert(parser);
    rc = urlencoded_feed(parser, ctx, str_slice(body, 0, cut));
    if (!rc)
        rc = urlencoded_feed(parser, ctx, str_slice(body, cut, body.n));
    if (!rc)
        rc = urlencoded_finish(parser, ctx);
    ctx_clear_error(ctx);
    return rc;
}

static void check_form(struct ctx *ctx, struct str body, size_t cut)
{
    struct buf whole = buf_in(ctx->arena, (size_t)8 << 20), parts = whole;
    enum rc rc = read_form(ctx, body, 0, &whole);

    assert(read_form(ctx, body, cut, &parts) == rc);
    assert(rc || str_eq(buf_str(&whole), buf_str(&parts)));
}

static struct str pass(struct ctx *ctx, struct str body, size_t cut)
{
    struct buf out = buf_in(ctx->arena, (size_t)1 << 20);
    struct json_body json = json_body_to(&out);

    json_body_add(&json, str_slice(body, 0, cut));
    json_body_add(&json, str_slice(body, cut, body.n));
    assert(!buf_has_failed(&out));
    return buf_str(&out);
}

static void check_json(struct ctx *ctx, struct str body, size_t cut)
{
    struct str passed = pass(ctx, body, 0);
    json_t *before, *after;
    bool was_good;

    assert(str_eq(passed, pass(ctx, body, cut)));
    was_good = json_parse(ctx, body, body.n, &before) == RC_OK;
    ctx_clear_error(ctx);
    if (!was_good || body.n > TYPED_MAX_BYTES || str_find(passed, S(TYPED_DAMAGE)) >= 0)
        return;
    assert(json_parse(ctx, passed, passed.n, &after) == RC_OK && json_equal(before, after));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx ctx = {.arena = arena_new((size_t)64 << 20)};
    struct str body = {(const char *)data + (size > 0), size - (size > 0)};
    size_t cut = size ? data[0] * body.n / 255 : 0;

    if (ctx.arena && size <= 65536) {
        check_form(&ctx, body, cut);
        check_json(&ctx, body, cut);
    }
    ctx_done(&ctx);
    arena_free(ctx.arena);
    return 0;
}
