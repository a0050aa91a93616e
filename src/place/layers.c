#include "place/layers.h"

#include <malloc.h>
#include <sodium.h>
#include <stdlib.h>

#include "base/file.h"

#define SET_MAX_BYTES     (256u << 20)
#define READING_MAX_BYTES (512u << 20)

static const struct str suffixes[] = {STR(".geojson"), STR(".topojson")};

struct loading {
    struct ctx *ctx;
    const char *folder;
    struct arena *home;
    const struct layer **layers;
    size_t count, room;
};

/* Reads one layer in an arena of its own, since what a large layer needs while it is read is
 * several times what is kept. A file without text is read from the folder first. */
static enum rc text_load(struct loading *loading, struct str file, struct layer_text text)
{
    struct ctx *ctx = loading->ctx;
    struct arena *arena = arena_new(READING_MAX_BYTES);
    struct ctx reading = {.arena = arena, .now = ctx->now};
    enum rc rc = RC_OK;

    if (!arena)
        return FAIL(ctx, ERR_MEMORY);
    if (file.n)
        rc = file_read(&reading,
                       str_z(arena, str_fmt(arena, "%s/%.*s", loading->folder, STR_ARG(file))),
                       LAYER_FILE_MAX_BYTES, &text.text);
    if (!rc)
        rc = layer_load(&reading, loading->home, text.name, text.text,
                        &loading->layers[loading->count]);
    if (!rc)
        loading->count++;
    else
        rc = ctx_fail(ctx, (struct err){.id = reading.err.id,
                                        .detail = str_copy(ctx->arena, reading.err.detail),
                                        .file = reading.err.file,
                                        .line = reading.err.line});
    ctx_done(&reading);
    arena_free(arena);
    return rc;
}

static enum rc suffix_load(struct loading *loading, struct str suffix)
{
    struct ctx *ctx = loading->ctx;
    struct str *files;
    size_t n;
    enum rc rc = file_list(ctx, loading->folder, suffix, &files, &n);
    const struct layer **layers;

    if (rc)
        return rc;
    layers = ARENA_ARRAY(ctx->arena, loading->count + n, const struct layer *);
    if (!layers)
        return FAIL(ctx, ERR_MEMORY);
    if (loading->count)
        memcpy(layers, loading->layers, loading->count * sizeof *layers);
    loading->layers = layers;
    for (size_t i = 0; !rc && i < n; i++)
        rc = text_load(loading, files[i],
                       (struct layer_text){str_slice(files[i], 0, files[i].n - suffix.n), S("")});
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp((*(const struct layer *const *)a)->name,
                   (*(const struct layer *const *)b)->name);
}

static struct str set_version(struct arena *home, const struct loading *loading)
{
    crypto_hash_sha256_state state;
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[17];

    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < loading->count; i++) {
        const struct layer *layer = loading->layers[i];

        crypto_hash_sha256_update(&state, (const unsigned char *)layer->name.p, layer->name.n);
        crypto_hash_sha256_update(&state, (const unsigned char *)layer->version.p,
                                  layer->version.n);
    }
    crypto_hash_sha256_final(&state, hash);
    sodium_bin2hex(hex, sizeof hex, hash, 8);
    return str_copy(home, str_of(hex));
}

static enum rc set_make(struct loading *loading, struct layers **ret)
{
    struct ctx *ctx = loading->ctx;
    struct layers *set = ARENA_NEW(loading->home, struct layers);
    const struct layer **layers = ARENA_ARRAY(loading->home, loading->count, const struct layer *);

    if (!set || !layers)
        return FAIL(ctx, ERR_MEMORY);
    if (loading->count) {
        qsort(loading->layers, loading->count, sizeof *layers, by_name);
        memcpy(layers, loading->layers, loading->count * sizeof *layers);
    }
    for (size_t i = 1; i < loading->count; i++) {
        if (str_eq(layers[i - 1]->name, layers[i]->name))
            return FAIL(ctx, ERR_CONFIG,
                        .detail = str_fmt(ctx->arena, "%s: two files for the layer %.*s",
                                          loading->folder, STR_ARG(layers[i]->name)));
    }
    *set =
        (struct layers){loading->home, layers, loading->count, set_version(loading->home, loading)};
    *ret = set;
    return RC_OK;
}

enum rc layers_of_texts(struct ctx *ctx, const struct layer_text *files, size_t n,
                        struct layers **ret)
{
    struct loading loading = {.ctx = ctx, .folder = "layers", .home = arena_new(SET_MAX_BYTES)};
    enum rc rc = RC_OK;

    if (!loading.home)
        return FAIL(ctx, ERR_MEMORY);
    loading.layers = ARENA_ARRAY(ctx->arena, n, const struct layer *);
    if (!loading.layers)
        rc = FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < n; i++)
        rc = text_load(&loading, STR_NONE, files[i]);
    if (!rc)
        rc = set_make(&loading, ret);
    if (rc)
        arena_free(loading.home);
    malloc_trim(0);
    return rc;
}

enum rc layers_load(struct ctx *ctx, const char *folder, struct layers **ret)
{
    struct loading loading = {.ctx = ctx, .folder = folder, .home = arena_new(SET_MAX_BYTES)};
    enum rc rc = RC_OK;

    if (!loading.home)
        return FAIL(ctx, ERR_MEMORY);
    for (size_t i = 0; !rc && i < COUNT(suffixes); i++)
        rc = suffix_load(&loading, suffixes[i]);
    if (!rc)
        rc = set_make(&loading, ret);
    if (rc)
        arena_free(loading.home);
    /* The JSON trees are gone, but the allocator keeps their pages unless asked. */
    malloc_trim(0);
    return rc;
}

void layers_free(struct layers *layers)
{
    if (layers)
        arena_free(layers->arena);
}

const struct layer *layers_find(const struct layers *layers, struct str name)
{
    size_t from = 0, to = layers->count;

    while (from < to) {
        size_t middle = (from + to) / 2;
        int order = str_cmp(layers->layers[middle]->name, name);

        if (order == 0)
            return layers->layers[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

struct str layers_value(const struct layers *layers, struct str name, struct point at)
{
    const struct layer *layer = layers_find(layers, name);
    const struct layer_feature *feature = layer ? layer_at(layer, at) : NULL;

    return feature ? feature->id : STR_NONE;
}

double layers_outside_m(const struct layers *layers, struct point at)
{
    const struct layer *boundary = layers_find(layers, S("boundary"));

    return boundary ? layer_nearest(boundary, at, 25e6).foot.distance_m : 0;
}

enum rc layers_check_inside(struct ctx *ctx, const struct layers *layers, struct point at)
{
    const struct layer *boundary = layers_find(layers, S("boundary"));

    return !boundary || layer_at(boundary, at) ? RC_OK : FAIL(ctx, ERR_PLACE_OUTSIDE);
}
