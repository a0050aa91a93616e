/* What the console is told of the program that serves it (console/installation.h). Layer: app. */
#ifndef APP_ABOUT_H
#define APP_ABOUT_H

#include <pthread.h>

#include "app/home.h"
#include "app/worker.h"

struct server;

struct about {
    const struct home *home;
    const char *listen, *base_url;
    const char *image; /* NULL: none */
    struct str proxies;
    struct server *server;
    struct worker *worker;
    pthread_mutex_t lock; /* guards worker, which ends before the last request does */
};

/* Tells it; asks cityhall-image which locks it has. `about` is borrowed for ever. */
void about_use(struct ctx *ctx, struct about *about);

/* The worker is about to end. */
void about_end_worker(struct about *about);

#endif
