/* Static files (styles, scripts, images) that are part of the program.
 *
 * tools/embed.c packs a folder into a C file with each file as it is and, where that is shorter,
 * compressed with Brotli and gzip. URLs carry a hash of the whole folder, so that they can be kept
 * for ever and references between files stay relative: /assets/<hash>/img/logo.svg. They are
 * answered on the I/O thread from responses made once. Layer: web. Any thread after assets_use.
 */
#ifndef WEB_ASSETS_H
#define WEB_ASSETS_H

#include "web/request.h"

struct MHD_Response;

struct asset_bytes {
    const unsigned char *p; /* NULL: there is no such variant */
    size_t n;
};

/* What the build tool writes. */
struct asset {
    const char *name; /* path below the folder */
    const char *etag; /* quoted hash of the content */
    const char *content_type;
    struct asset_bytes plain, brotli, gzip;
};

struct asset_set {
    const char *hash; /* of all names and contents, hex */
    const struct asset *items;
    size_t n;
};

/* Which set asset_url speaks of; once, before any thread starts. NULL: none. */
void assets_use(const struct asset_set *set);

/* The URL of an asset, in the arena; the name alone below /assets/ when there is none, which gives
 * a page of ours that works but looks bare. */
struct str asset_url(struct arena *arena, struct str name);

struct assets;

/* Makes the responses of a set; NULL without memory. Owned: assets_free. */
struct assets *assets_new(const struct asset_set *set, bool is_https);
void assets_free(struct assets *assets);

/* The response for a GET or HEAD of an asset, borrowed, with its status; NULL when the target is
 * no asset. An older hash in the URL gets the content of now, to be asked for again soon. */
struct MHD_Response *assets_answer(const struct assets *assets, const struct request *request,
                                   int *ret_status);

#endif
