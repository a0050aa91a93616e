/* Somebody else's server, for tests of what asks one. */
#ifndef ENGINE_TEST_PEER_H
#define ENGINE_TEST_PEER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#define MAX_REQUEST 20000

/* A server on this machine that takes one connection, keeps what it was asked and sends `says`;
 * without a text it says nothing until the other side leaves. */
struct peer {
    int fd, port;
    const char *says;
    char asked[MAX_REQUEST];
    size_t asked_n;
    int connections;
    pthread_t thread;
    atomic_bool is_stopping;
};

/* Listens on a free port of this machine; `says` is borrowed. */
void peer_start(struct peer *peer, const char *says);

/* Ends it; what was asked is then a terminated text. */
void peer_stop(struct peer *peer);

#endif
