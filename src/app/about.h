/* What the console (console/installation.h) and /metrics (api/status.h) are told of the program
 * that serves them. Layer: app. */
#ifndef APP_ABOUT_H
#define APP_ABOUT_H

#include <pthread.h>

#include "api/status.h"
#include "app/home.h"
#include "app/sender.h"
#include "app/worker.h"

struct server;

struct about {
    const struct home *home;
    const char *listen, *base_url;
    const char *image; /* NULL: none */
    struct str proxies;
    struct server *server;
    struct worker *worker;
    struct sender *sender;
    pthread_mutex_t lock; /* guards worker and sender, which end before the last request does */
    struct status_sources status;
};

/* Tells it; asks cityhall-image which locks it has. `about` is borrowed for ever. */
void about_use(struct ctx *ctx, struct about *about);

/* Worker and sender are about to end. */
void about_end_worker(struct about *about);

#endif
