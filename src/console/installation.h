/* What the console's pages of administration must know of the program that serves them.
 *
 * The console lies below the program: the program hands it in, once, before the server starts.
 * Without it (in tests) those pages say what the database alone can say. Layer: console.
 */
#ifndef CONSOLE_INSTALLATION_H
#define CONSOLE_INSTALLATION_H

#include "base/instant.h"
#include "base/str.h"

/* How it is doing at this moment. */
struct installation_load {
    int64_t queued_reads, queued_writes, under_way, overloads; /* requests */
    bool has_worker, is_worker_stuck;
    int64_t worker_idle_ms, worker_failures;
};

struct installation {
    const char *folder;      /* the data folder */
    const char *listen;      /* "127.0.0.1:8080" */
    const char *base_url;    /* "https://city.example" */
    const char *version;     /* of the program */
    const char *image;       /* path of cityhall-image; NULL: none, and no photos are taken */
    struct str image_status; /* what it said of its locks at the start; empty: nothing */
    struct str proxies;      /* whose X-Forwarded-For is believed */
    bool is_demonstration;
    struct instant started;
    void *app;
    void (*load)(void *app, struct installation_load *ret); /* from any thread; NULL: unknown */
};

/* Copies it; what it points to is borrowed for ever. */
void installation_use(const struct installation *installation);

/* NULL when nobody has said. */
const struct installation *installation_of(void);

#endif
