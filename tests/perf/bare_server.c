/* The reference for pages: libmicrohttpd alone with a constant reply. `bare_server BYTES` prints
 * its port on 127.0.0.1 and serves until its input ends. */
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_n, void **state)
{
    (void)url;
    (void)method;
    (void)version;
    (void)data;
    (void)state;
    *data_n = 0;
    return MHD_queue_response(connection, 200, cls);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned long bytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 8000;
    char *page = malloc(bytes);
    struct MHD_Response *response;
    struct MHD_Daemon *daemon;

    if (!page)
        return 1;
    memset(page, 'x', bytes);
    response = MHD_create_response_from_buffer(bytes, page, MHD_RESPMEM_MUST_FREE);
    daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, response,
                              MHD_OPTION_THREAD_POOL_SIZE, (unsigned)sysconf(_SC_NPROCESSORS_ONLN),
                              MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
    if (!daemon)
        return 1;
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    return 0;
}
