#include "engine/message/test_peer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"

/* cmocka's header wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool is_whole(const struct peer *peer)
{
    const char *end = memmem(peer->asked, peer->asked_n, "\r\n\r\n", 4);
    const char *length = end ? memmem(peer->asked, peer->asked_n, "Content-Length: ", 16) : NULL;
    int64_t n = 0;
    struct str digits;

    if (!end)
        return false;
    if (length) {
        digits = (struct str){length + 16, (size_t)(strchr(length, '\r') - length) - 16};
        str_to_i64(digits, &n);
    }
    return peer->asked_n >= (size_t)(end - peer->asked) + 4 + (size_t)n;
}

static void answer(struct peer *peer, int fd)
{
    ssize_t n;

    while (!is_whole(peer) &&
           (n = read(fd, peer->asked + peer->asked_n, MAX_REQUEST - 1 - peer->asked_n)) > 0)
        peer->asked_n += (size_t)n;
    if (peer->says)
        send(fd, peer->says, strlen(peer->says), MSG_NOSIGNAL);
    else
        while (read(fd, peer->asked, sizeof peer->asked) > 0)
            ;
    close(fd);
}

static void *serve(void *arg)
{
    struct peer *peer = arg;

    while (!peer->is_stopping) {
        struct pollfd wait = {.fd = peer->fd, .events = POLLIN};
        int fd = poll(&wait, 1, 20) == 1 ? accept(peer->fd, NULL, NULL) : -1;

        if (fd < 0)
            continue;
        peer->connections++;
        peer->asked_n = 0;
        answer(peer, fd);
    }
    return NULL;
}

void peer_start(struct peer *peer, const char *says)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;

    *peer = (struct peer){.says = says, .fd = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(bind(peer->fd, (struct sockaddr *)(void *)&at, sizeof at), 0);
    assert_int_equal(listen(peer->fd, 5), 0);
    assert_int_equal(getsockname(peer->fd, (struct sockaddr *)(void *)&at, &n), 0);
    peer->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&peer->thread, NULL, serve, peer), 0);
}

void peer_stop(struct peer *peer)
{
    peer->is_stopping = true;
    pthread_join(peer->thread, NULL);
    close(peer->fd);
    peer->asked[peer->asked_n] = 0;
}
