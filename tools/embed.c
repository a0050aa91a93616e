/* Packs static files into a C file (web/assets.h): `embed SYMBOL OUT.c FILE...`.
 *
 * An asset's name is its file's name without folders, so names must differ. Each file is kept as it
 * is and, when that saves at least a twentieth, compressed with Brotli and gzip at their best, here
 * and not at run time. The same input gives the same output.
 */
#include <brotli/encode.h>
#include <stdio.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/crypto.h"
#include "base/file.h"

#define MAX_FILES      200
#define MAX_FILE_BYTES ((size_t)4 << 20)
#define MAX_OUT_BYTES  ((size_t)256 << 20)
#define GZIP_WINDOW    (15 + 16) /* zlib's way of asking for a gzip header */

struct item {
    struct str name, content, brotli, gzip;
};

static struct str file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return str_of(slash ? slash + 1 : path);
}

static const char *content_type(struct str name)
{
    static const struct {
        const char *end, *type;
    } types[] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
    };

    for (size_t i = 0; i < COUNT(types); i++)
        if (str_ends_with(name, str_of(types[i].end)))
            return types[i].type;
    return NULL;
}

static bool is_worth_it(struct str packed, struct str plain)
{
    return packed.n && packed.n <= plain.n - plain.n / 20;
}

static struct str pack_brotli(struct arena *arena, struct str content)
{
    size_t n = BrotliEncoderMaxCompressedSize(content.n);
    char *p = arena_alloc(arena, n);

    if (!p || !BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_MAX_WINDOW_BITS, BROTLI_MODE_TEXT,
                                     content.n, (const uint8_t *)content.p, &n, (uint8_t *)p))
        return STR_NONE;
    return is_worth_it((struct str){p, n}, content) ? (struct str){p, n} : STR_NONE;
}

static struct str pack_gzip(struct arena *arena, struct str content)
{
    z_stream stream = {.avail_in = (uInt)content.n};
    size_t room = content.n + content.n / 100 + 100;
    char *p = arena_alloc(arena, room);
    struct str packed = STR_NONE;

    if (!p || deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MAX_MEM_LEVEL,
                           Z_DEFAULT_STRATEGY) != Z_OK)
        return STR_NONE;
    stream.next_in = (z_const Bytef *)(uintptr_t)content.p;
    stream.next_out = (Bytef *)p;
    stream.avail_out = (uInt)room;
    if (deflate(&stream, Z_FINISH) == Z_STREAM_END)
        packed = (struct str){p, stream.total_out};
    deflateEnd(&stream);
    return is_worth_it(packed, content) ? packed : STR_NONE;
}

static void write_bytes(struct buf *out, const char *kind, size_t index, struct str bytes)
{
    if (!bytes.n)
        return;
    buf_add_fmt(out, "static const unsigned char %s_%zu[%zu] =", kind, index, bytes.n);
    for (size_t i = 0; i < bytes.n; i++)
        buf_add_fmt(out, "%s\\%03o%s", i % 24 ? "" : "\n    \"", (unsigned char)bytes.p[i],
                    i % 24 == 23 || i + 1 == bytes.n ? "\"" : "");
    BUF_ADD(out, ";\n");
}

static void write_variant(struct buf *out, const char *kind, size_t index, struct str bytes)
{
    if (bytes.n)
        buf_add_fmt(out, ", {%s_%zu, %zu}", kind, index, bytes.n);
    else
        BUF_ADD(out, ", {0, 0}");
}

static struct str hash_text(struct arena *arena, struct str s)
{
    struct crypto_hash hash = crypto_sha256(s);

    return str_slice(crypto_hex(arena, crypto_hash_str(&hash)), 0, 16);
}

static struct buf write_all(struct arena *arena, const char *symbol, const struct item *items,
                            size_t n)
{
    struct buf out = buf_in(arena, MAX_OUT_BYTES), all = buf_in(arena, 1 << 16);

    BUF_ADD(&out, "#include \"web/assets.h\"\n");
    for (size_t i = 0; i < n; i++) {
        write_bytes(&out, "plain", i, items[i].content);
        write_bytes(&out, "brotli", i, items[i].brotli);
        write_bytes(&out, "gzip", i, items[i].gzip);
    }
    BUF_ADD(&out, "static const struct asset items[] = {\n");
    for (size_t i = 0; i < n; i++) {
        struct str hash = hash_text(arena, items[i].content);

        buf_add_fmt(&all, "%.*s %.*s\n", STR_ARG(items[i].name), STR_ARG(hash));
        buf_add_fmt(&out, "    {\"%.*s\", \"\\\"%.*s\\\"\", \"%s\"", STR_ARG(items[i].name),
                    STR_ARG(hash), content_type(items[i].name));
        write_variant(&out, "plain", i, items[i].content);
        write_variant(&out, "brotli", i, items[i].brotli);
        write_variant(&out, "gzip", i, items[i].gzip);
        BUF_ADD(&out, "},\n");
    }
    buf_add_fmt(&out,
                "};\nextern const struct asset_set %s;\n"
                "const struct asset_set %s = {\"%.*s\", items, %zu};\n",
                symbol, symbol, STR_ARG(hash_text(arena, buf_str(&all))), n);
    return out;
}

static enum rc read_item(struct ctx *ctx, const char *path, struct item *ret)
{
    struct item item = {.name = file_name(path)};
    enum rc rc = file_read(ctx, path, MAX_FILE_BYTES, &item.content);

    if (rc)
        return rc;
    if (!content_type(item.name) || !item.content.n)
        return FAIL(ctx, ERR_FORMAT, .detail = S("empty, or of a type that is not known"));
    item.brotli = pack_brotli(ctx->arena, item.content);
    item.gzip = pack_gzip(ctx->arena, item.content);
    *ret = item;
    return RC_OK;
}

int main(int argc, char **argv)
{
    struct ctx ctx = {.arena = arena_new(2 * MAX_OUT_BYTES)};
    static struct item items[MAX_FILES];
    size_t n = 0;
    struct buf out;

    if (argc < 4 || argc > MAX_FILES + 3 || !ctx.arena) {
        fprintf(stderr, "usage: embed SYMBOL OUT.c FILE...\n");
        return 2;
    }
    crypto_init();
    for (; n < (size_t)argc - 3; n++) {
        if (read_item(&ctx, argv[n + 3], &items[n])) {
            fprintf(stderr, "%s: %.*s\n", argv[n + 3], STR_ARG(ctx.err.detail));
            return 1;
        }
        for (size_t i = 0; i < n; i++) {
            if (str_eq(items[i].name, items[n].name)) {
                fprintf(stderr, "%s: a second file of that name\n", argv[n + 3]);
                return 1;
            }
        }
    }
    out = write_all(ctx.arena, argv[1], items, n);
    if (buf_has_failed(&out) || file_write(&ctx, argv[2], buf_str(&out), 0644)) {
        fprintf(stderr, "%s: cannot be written\n", argv[2]);
        return 1;
    }
    arena_free(ctx.arena);
    return 0;
}
