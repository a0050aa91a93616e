/* The multipart parser under any bytes. Its first byte says where the body is cut in two: what is
 * found must not depend on it, and no data may be invented. */
#include <assert.h>
#include <stdlib.h>

#include "web/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    uint64_t hash; /* of everything called back, in order */
    size_t bytes;  /* of data */
    int begun, ended;
};

static void add(struct seen *seen, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        seen->hash = (seen->hash ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
}

static enum rc see_begin(void *cls, struct ctx *ctx, const struct multipart_part *part)
{
    struct seen *seen = cls;

    assert(part->name.n > 0 && seen->begun == seen->ended);
    seen->begun++;
    add(seen, S("<"));
    add(seen, part->name);
    add(seen, multipart_clean_filename(ctx->arena, part->filename));
    add(seen, part->content_type);
    return RC_OK;
}

static enum rc see_data(void *cls, struct ctx *ctx, struct str bytes)
{
    struct seen *seen = cls;

    (void)ctx;
    assert(bytes.n > 0 && seen->begun == seen->ended + 1);
    seen->bytes += bytes.n;
    add(seen, bytes);
    return RC_OK;
}

static enum rc see_end(void *cls, struct ctx *ctx)
{
    struct seen *seen = cls;

    (void)ctx;
    seen->ended++;
    add(seen, S(">"));
    return RC_OK;
}

static enum rc parse(struct str body, size_t cut, struct seen *seen)
{
    struct ctx ctx = {.arena = arena_new((size_t)16 << 20)};
    struct multipart_sink sink = {seen, see_begin, see_data, see_end};
    struct multipart *parser;
    enum rc rc = multipart_new(&ctx, S("multipart/form-data; boundary=B"), &sink, &parser);

    if (!rc)
        rc = multipart_feed(parser, &ctx, str_slice(body, 0, cut));
    if (!rc)
        rc = multipart_feed(parser, &ctx, str_slice(body, cut, body.n));
    if (!rc)
        rc = multipart_finish(parser, &ctx);
    assert((rc == RC_OK) == (ctx.err.id == ERR_NONE));
    arena_free(ctx.arena);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole = {0}, cut = {0};
    struct str body = {(const char *)data + (size > 0), size - (size > 0)};
    enum rc rc = parse(body, 0, &whole);

    assert(parse(body, size ? data[0] * body.n / 255 : 0, &cut) == rc);
    assert(whole.bytes <= body.n);
    if (rc == RC_OK)
        assert(whole.hash == cut.hash && whole.begun == whole.ended);
    return 0;
}
