#include "web/assets.h"

#include <microhttpd.h>
#include <stdlib.h>

#include "web/compress.h"
#include "web/reply.h"

#define PREFIX "/assets/"

enum coding { CODING_PLAIN, CODING_BROTLI, CODING_GZIP, CODING__N };

struct assets {
    const struct asset_set *set;
    /* Per asset: its variants, and the same for a URL with an older hash; then its 304. */
    struct MHD_Response *(*variants)[2][CODING__N];
    struct MHD_Response **unchanged;
};

static const struct asset_set *set_in_use;

void assets_use(const struct asset_set *set)
{
    set_in_use = set;
}

static const struct asset *find(const struct asset_set *set, struct str name)
{
    for (size_t i = 0; set && i < set->n; i++)
        if (str_eq(str_of(set->items[i].name), name))
            return &set->items[i];
    return NULL;
}

struct str asset_url(struct arena *arena, struct str name)
{
    if (!find(set_in_use, name))
        return str_fmt(arena, PREFIX "%.*s", STR_ARG(name));
    return str_fmt(arena, PREFIX "%s/%.*s", set_in_use->hash, STR_ARG(name));
}

static const struct asset_bytes *variant(const struct asset *asset, enum coding coding)
{
    return coding == CODING_BROTLI ? &asset->brotli
           : coding == CODING_GZIP ? &asset->gzip
                                   : &asset->plain;
}

static struct MHD_Response *with_headers(struct MHD_Response *response, const struct asset *asset,
                                         bool is_https, const struct fixed_header *more)
{
    bool is_good = response != NULL;

    for (const struct fixed_header *header = reply_fixed_headers(is_https); is_good && header->name;
         header++)
        is_good = MHD_add_response_header(response, header->name, header->value) == MHD_YES;
    for (; is_good && more->name; more++)
        is_good =
            !more->value || MHD_add_response_header(response, more->name, more->value) == MHD_YES;
    if (is_good && MHD_add_response_header(response, "ETag", asset->etag) == MHD_YES)
        return response;
    if (response)
        MHD_destroy_response(response);
    return NULL;
}

static struct MHD_Response *make(const struct asset *asset, enum coding coding, bool is_current,
                                 bool is_https)
{
    static const char *const codings[CODING__N] = {NULL, "br", "gzip"};
    const struct asset_bytes *bytes = variant(asset, coding);
    const struct fixed_header headers[] = {
        {"Content-Type", asset->content_type},
        {"Cache-Control", reply_cache_text(is_current ? REPLY_IMMUTABLE : REPLY_FIVE_MINUTES)},
        {"Vary", "Accept-Encoding"},
        {"Content-Encoding", codings[coding]},
        {NULL, NULL},
    };

    return with_headers(MHD_create_response_from_buffer(bytes->n, (void *)(uintptr_t)bytes->p,
                                                        MHD_RESPMEM_PERSISTENT),
                        asset, is_https, headers);
}

static bool make_all(struct assets *assets, bool is_https)
{
    static const struct fixed_header none[] = {{"Vary", "Accept-Encoding"}, {NULL, NULL}};

    for (size_t i = 0; i < assets->set->n; i++) {
        const struct asset *asset = &assets->set->items[i];

        for (int old = 0; old < 2; old++) {
            for (int coding = 0; coding < CODING__N; coding++) {
                struct MHD_Response **made = &assets->variants[i][old][coding];

                if (!variant(asset, (enum coding)coding)->p)
                    continue;
                *made = make(asset, (enum coding)coding, !old, is_https);
                if (!*made)
                    return false;
            }
        }
        assets->unchanged[i] =
            with_headers(MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT), asset,
                         is_https, none);
        if (!assets->unchanged[i])
            return false;
    }
    return true;
}

struct assets *assets_new(const struct asset_set *set, bool is_https)
{
    struct assets *assets = calloc(1, sizeof *assets);

    if (!assets)
        return NULL;
    assets->set = set;
    assets->variants = calloc(set->n, sizeof *assets->variants);
    assets->unchanged = calloc(set->n, sizeof *assets->unchanged);
    if (assets->variants && assets->unchanged && make_all(assets, is_https))
        return assets;
    assets_free(assets);
    return NULL;
}

void assets_free(struct assets *assets)
{
    if (!assets)
        return;
    for (size_t i = 0; assets->variants && assets->unchanged && i < assets->set->n; i++) {
        for (int each = 0; each < 2 * CODING__N; each++)
            if (assets->variants[i][each / CODING__N][each % CODING__N])
                MHD_destroy_response(assets->variants[i][each / CODING__N][each % CODING__N]);
        if (assets->unchanged[i])
            MHD_destroy_response(assets->unchanged[i]);
    }
    free(assets->variants);
    free(assets->unchanged);
    free(assets);
}

struct MHD_Response *assets_answer(const struct assets *assets, const struct request *request,
                                   int *ret_status)
{
    struct str rest = request->target, hash, name, encodings;
    const struct asset *asset;
    struct MHD_Response **variants;
    size_t index;

    if (!assets || !str_starts_with(rest, S(PREFIX)))
        return NULL;
    rest = str_slice(rest, sizeof PREFIX - 1, rest.n);
    if (!str_next(&rest, '/', &hash) || !str_next(&rest, '?', &name))
        return NULL;
    asset = find(assets->set, name);
    if (!asset)
        return NULL;
    index = (size_t)(asset - assets->set->items);
    if (etag_matches(request_header(request, S("if-none-match")), str_of(asset->etag))) {
        *ret_status = 304;
        return assets->unchanged[index];
    }
    *ret_status = 200;
    variants = assets->variants[index][!str_eq(hash, str_of(assets->set->hash))];
    encodings = request_header(request, S("accept-encoding"));
    if (variants[CODING_BROTLI] && coding_is_taken(encodings, S("br")))
        return variants[CODING_BROTLI];
    if (variants[CODING_GZIP] && coding_is_taken(encodings, S("gzip")))
        return variants[CODING_GZIP];
    return variants[CODING_PLAIN];
}
