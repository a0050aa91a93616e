/* embed: packs static files into one C file as a struct asset_set (web/assets.h).
 *
 *   embed OUT.c SYMBOL FILE...
 *
 * An asset's name is its file's last name. FILE.br, where it lies beside, is its Brotli form; the
 * gzip form is made here; both only where they are shorter. A build tool; nothing of it is in the
 * server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/str.h"

#define MAX_FILES 200

struct bytes {
    unsigned char *p;
    size_t n;
};

static void stop(const char *what, const char *which)
{
    fprintf(stderr, "embed: %s: %s\n", which, what);
    exit(1);
}

/* False when there is no such file. */
static int file_bytes(const char *path, struct bytes *ret)
{
    FILE *file = fopen(path, "rb");
    long n;

    if (!file)
        return 0;
    if (fseek(file, 0, SEEK_END) < 0 || (n = ftell(file)) < 0)
        stop("cannot be read", path);
    rewind(file);
    ret->n = (size_t)n;
    ret->p = malloc(ret->n + 1);
    if (!ret->p || fread(ret->p, 1, ret->n, file) != ret->n)
        stop("cannot be read", path);
    fclose(file);
    return 1;
}

static struct bytes gzip(struct bytes plain)
{
    z_stream stream = {.next_in = plain.p, .avail_in = (uInt)plain.n};
    struct bytes out = {malloc(plain.n + 1000), plain.n + 1000};

    /* 15 bits of window, and 16 more ask for gzip's own head. */
    if (!out.p || deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        stop("no memory", "gzip");
    stream.next_out = out.p;
    stream.avail_out = (uInt)out.n;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
        stop("cannot be compressed", "gzip");
    out.n = stream.total_out;
    deflateEnd(&stream);
    return out;
}

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {
        {".css", "text/css; charset=utf-8"},       {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},                 {".png", "image/png"},
        {".txt", "text/plain; charset=utf-8"},     {".ico", "image/x-icon"},
        {".json", "application/json"},
    };
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    stop("no content type is known for this name", name);
    return NULL;
}

static void write_bytes(FILE *out, int number, const char *form, struct bytes bytes)
{
    fprintf(out, "static const unsigned char a%d_%s[] = {", number, form);
    for (size_t i = 0; i < bytes.n; i++)
        fprintf(out, "%s%u,", i % 24 ? "" : "\n", bytes.p[i]);
    fprintf(out, "\n};\n");
}

static void write_form(FILE *out, int number, const char *form, size_t n)
{
    if (n)
        fprintf(out, " .%s = {a%d_%s, %zu},", form, number, form, n);
}

struct packed {
    const char *name;
    uint64_t hash;
    size_t plain, brotli, gzip; /* bytes; 0: there is no such form */
};

static struct packed pack(FILE *out, int number, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct packed packed = {.name = slash ? slash + 1 : path};
    char brotli_path[4096];
    struct bytes plain, form;

    if (!file_bytes(path, &plain))
        stop("is missing", path);
    packed.hash = str_hash((struct str){(const char *)plain.p, plain.n});
    packed.plain = plain.n;
    write_bytes(out, number, "plain", plain);
    snprintf(brotli_path, sizeof brotli_path, "%s.br", path);
    if (file_bytes(brotli_path, &form)) {
        packed.brotli = form.n < plain.n ? form.n : 0;
        if (packed.brotli)
            write_bytes(out, number, "brotli", form);
        free(form.p);
    }
    form = gzip(plain);
    packed.gzip = form.n < plain.n ? form.n : 0;
    if (packed.gzip)
        write_bytes(out, number, "gzip", form);
    free(form.p);
    free(plain.p);
    return packed;
}

int main(int argc, char **argv)
{
    struct packed packed[MAX_FILES];
    uint64_t all = 0;
    FILE *out;
    int n = argc - 3;

    if (n < 1 || n > MAX_FILES)
        stop("embed OUT.c SYMBOL FILE...", "usage");
    out = fopen(argv[1], "w");
    if (!out)
        stop("cannot be written", argv[1]);
    fprintf(out, "#include \"web/assets.h\"\n\n");
    for (int i = 0; i < n; i++) {
        packed[i] = pack(out, i, argv[i + 3]);
        all = (all ^ packed[i].hash) * UINT64_C(0x100000001b3) + (uint64_t)i;
    }
    fprintf(out, "static const struct asset items[] = {\n");
    for (int i = 0; i < n; i++) {
        fprintf(out, "    {.name = \"%s\", .etag = \"\\\"%016llx\\\"\", .content_type = \"%s\",",
                packed[i].name, (unsigned long long)packed[i].hash, type_of(packed[i].name));
        write_form(out, i, "plain", packed[i].plain);
        write_form(out, i, "brotli", packed[i].brotli);
        write_form(out, i, "gzip", packed[i].gzip);
        fprintf(out, "},\n");
    }
    fprintf(out, "};\n\nextern const struct asset_set %s;\n", argv[2]);
    fprintf(out, "const struct asset_set %s = {\"%016llx\", items, %d};\n", argv[2],
            (unsigned long long)all, n);
    return fclose(out) == 0 ? 0 : 1;
}
