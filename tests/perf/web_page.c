/* How much of the bare library's speed is left when a page goes through the reader pool.
 *
 * Starts libmicrohttpd with a constant reply and our server with a handler
 * that writes a page of the same size, loads each with keep-alive connections from threads of this
 * program, and prints requests per second and the ratio. `web_page [ROUNDS] [CONNECTIONS]`,
 * a second each; the figures are medians.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web/server.h"

#define PAGE_BYTES   7500
#define LOAD_THREADS 2
#define MAX_ROUNDS   60

static char page[PAGE_BYTES];

static enum rc show_page(struct ctx *ctx, struct request *request, struct reply *reply)
{
    (void)ctx;
    (void)request;
    /* In pieces, as a template writes them. */
    for (size_t at = 0; at < PAGE_BYTES; at += 50)
        buf_add(&reply->body, (struct str){page + at, 50});
    return RC_OK;
}

static const struct route routes[] = {
    {HTTP_GET, "/cases/{number}", show_page, 1, .summary = "A page"},
    {.pattern = NULL},
};
static const struct route *const tables[] = {routes, NULL};

static enum MHD_Result answer_bare(void *cls, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *data,
                                   size_t *data_n, void **seen)
{
    (void)url;
    (void)method;
    (void)version;
    (void)data;
    (void)data_n;
    if (!*seen) {
        *seen = page;
        return MHD_YES;
    }
    return MHD_queue_response(connection, 200, cls);
}

struct total {
    int64_t replies, cpu_us;
};

struct load {
    pthread_t thread;
    int port, connections, seconds;
    int64_t replies;
};

static int open_connection(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        exit(1);
    return fd;
}

/* A reply is over when its head and page have come: heads differ in length but end alike. */
struct reader {
    int fd;
    size_t head_tail; /* of CR LF CR LF seen */
    size_t left;      /* of the page; 0: in the head */
};

static int take(struct reader *reader, const char *p, size_t n)
{
    static const char end[4] = {'\r', '\n', '\r', '\n'};
    int replies = 0;

    while (n) {
        if (reader->left) {
            size_t step = n < reader->left ? n : reader->left;

            p += step;
            n -= step;
            reader->left -= step;
            replies += reader->left == 0;
            continue;
        }
        reader->head_tail = *p == end[reader->head_tail] ? reader->head_tail + 1 : *p == '\r';
        if (reader->head_tail == 4) {
            reader->head_tail = 0;
            reader->left = PAGE_BYTES;
        }
        p++;
        n--;
    }
    return replies;
}

static void ask(int fd)
{
    static const char text[] = "GET /cases/26-00123-4 HTTP/1.1\r\nHost: localhost\r\n"
                               "Accept: text/html\r\nUser-Agent: load\r\n\r\n";

    if (send(fd, text, sizeof text - 1, MSG_NOSIGNAL) != sizeof text - 1)
        exit(1);
}

static void *run_load(void *cls)
{
    struct load *load = cls;
    struct reader *readers = calloc((size_t)load->connections, sizeof *readers);
    int64_t until = clock_monotonic_ms() + load->seconds * 1000;
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[64];
    static _Thread_local char bytes[65536];

    for (int i = 0; readers && i < load->connections; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = &readers[i]}};

        readers[i].fd = open_connection(load->port);
        epoll_ctl(epoll, EPOLL_CTL_ADD, readers[i].fd, &event);
        ask(readers[i].fd);
    }
    while (clock_monotonic_ms() < until) {
        int count = epoll_wait(epoll, events, 64, 100);

        for (int i = 0; i < count; i++) {
            struct reader *reader = events[i].data.ptr;
            ssize_t n = recv(reader->fd, bytes, sizeof bytes, 0);

            if (n > 0 && take(reader, bytes, (size_t)n)) {
                load->replies++;
                ask(reader->fd);
            }
        }
    }
    for (int i = 0; readers && i < load->connections; i++)
        close(readers[i].fd);
    close(epoll);
    free(readers);
    return NULL;
}

static int64_t cpu_us(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * US_PER_S + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

/* Replies a second; adds replies and processor time, the load's own included, to `total`. */
static int64_t measure(int port, int seconds, int connections, struct total *total)
{
    struct load loads[LOAD_THREADS];
    int64_t replies = 0, before_us = cpu_us();

    for (int i = 0; i < LOAD_THREADS; i++) {
        loads[i] = (struct load){
            .port = port, .connections = connections / LOAD_THREADS, .seconds = seconds};
        pthread_create(&loads[i].thread, NULL, run_load, &loads[i]);
    }
    for (int i = 0; i < LOAD_THREADS; i++) {
        pthread_join(loads[i].thread, NULL);
        replies += loads[i].replies;
    }
    total->replies += replies;
    total->cpu_us += cpu_us() - before_us;
    return replies / seconds;
}

static int64_t median(int64_t *values, int count)
{
    for (int i = 0; i < count; i++)
        for (int j = i; j > 0 && values[j] < values[j - 1]; j--) {
            int64_t swap = values[j];

            values[j] = values[j - 1];
            values[j - 1] = swap;
        }
    return values[count / 2];
}

static struct MHD_Daemon *start_bare(struct MHD_Response *response)
{
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer_bare, response,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)sysconf(_SC_NPROCESSORS_ONLN), MHD_OPTION_END);

    if (!daemon)
        exit(1);
    return daemon;
}

/* Both servers run all the time and are loaded in turn, so that what else the machine does hits
 * both alike. */
int main(int argc, char **argv)
{
    struct ctx ctx = {.arena = arena_new((size_t)1 << 20)};
    struct server_options options = {
        .listen = "127.0.0.1:0", .base_url = "http://localhost", .routes = tables};
    struct MHD_Response *response =
        MHD_create_response_from_buffer(PAGE_BYTES, page, MHD_RESPMEM_PERSISTENT);
    struct MHD_Daemon *daemon = start_bare(response);
    int port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    int64_t rounds = 5, connections = 64, bare[MAX_ROUNDS], ours[MAX_ROUNDS], b, o;
    struct total total_bare = {0, 0}, total_ours = {0, 0};
    struct server *server;

    if (argc > 1)
        str_to_i64(str_of(argv[1]), &rounds);
    if (argc > 2)
        str_to_i64(str_of(argv[2]), &connections);
    rounds = rounds < 1 ? 1 : rounds > MAX_ROUNDS ? MAX_ROUNDS : rounds;
    memset(page, 'x', sizeof page);
    if (server_start(&ctx, &options, &server))
        exit(1);
    for (int64_t i = 0; i < rounds; i++) {
        bare[i] = measure(port, 1, (int)connections, &total_bare);
        ours[i] = measure(server_port(server), 1, (int)connections, &total_ours);
    }
    b = median(bare, (int)rounds);
    o = median(ours, (int)rounds);
    printf("bare library, constant reply: %lld requests/s\n", (long long)b);
    printf("through the reader pool:      %lld requests/s\n", (long long)o);
    printf("ratio: %lld.%02lld\n", (long long)(o / b), (long long)(o * 100 / b % 100));
    b = total_bare.cpu_us * 1000 / total_bare.replies;
    o = total_ours.cpu_us * 1000 / total_ours.replies;
    printf("processor time a request, load included: %lld and %lld ns, ratio 0.%02lld\n",
           (long long)b, (long long)o, (long long)(b * 100 / o));
    if (server_drain(server))
        server_free(server);
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    arena_free(ctx.arena);
    return 0;
}
